//! The steps, and how an account was made.

use crate::auth::wallet::SignatureType;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Account,
    Key,
    Funder,
    Review,
}

impl Step {
    pub const ALL: [Self; 4] = [Self::Account, Self::Key, Self::Funder, Self::Review];

    pub fn title(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Key => "Key",
            Self::Funder => "Funder",
            Self::Review => "Review",
        }
    }
}

/// How an account was made: a first guess for its signature type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Email,
    Browser,
    Wallet,
    Deposit,
    /// At Polymarket US, without a wallet.
    Us,
    Unknown,
}

impl Origin {
    pub const ALL: [Self; 6] = [Self::Email, Self::Browser, Self::Wallet, Self::Deposit, Self::Us, Self::Unknown];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Browser => "browser",
            Self::Wallet => "wallet",
            Self::Deposit => "deposit",
            Self::Us => "us",
            Self::Unknown => "unknown",
        }
    }

    pub fn signature_type(self) -> Option<SignatureType> {
        match self {
            Self::Email => Some(SignatureType::PolyProxy),
            Self::Browser => Some(SignatureType::PolyGnosisSafe),
            Self::Wallet => Some(SignatureType::Eoa),
            Self::Deposit => Some(SignatureType::Poly1271),
            Self::Us | Self::Unknown => None,
        }
    }
}
