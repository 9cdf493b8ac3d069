//! Which wallet the money has to be in: the configured one, or, where that is wrong, the account's.

use alloy_primitives::Address;

use super::Finding;
use super::funder::funder;
use super::wallet::{account_wallet, signature_type};
use crate::auth::wallet::SignatureType;
use crate::facts::Facts;

/// The wallet that funds are judged for.
pub(super) struct TradingWallet {
    pub(super) address: Address,
    pub(super) signature_type: SignatureType,
    /// Whether it is not the configured wallet.
    is_other: bool,
}

impl TradingWallet {
    /// Says in the finding whose money it is about, where that is not the configured wallet.
    pub(super) fn named(&self, mut finding: Finding) -> Finding {
        let place = self.place();
        if self.is_other && !finding.summary.contains(&format!("in the {place}")) {
            finding.summary = format!("For the account's {place}: {}", finding.summary);
        }
        finding
    }

    /// What kind of wallet it is, in a word.
    pub(super) fn place(&self) -> &'static str {
        match self.signature_type {
            SignatureType::Eoa => "EOA",
            SignatureType::PolyProxy => "proxy",
            SignatureType::PolyGnosisSafe => "Safe",
            SignatureType::Poly1271 => "deposit wallet",
        }
    }
}

/// The configured wallet while funder and type are right; otherwise the account's own, so that a
/// wrong funder does not hide that the money is missing too.
pub(super) fn trading_wallet(facts: &Facts) -> Option<TradingWallet> {
    // where the chain was not read nothing contradicts, and the CLOB's view may still be judged
    let right = |finding: Finding| !finding.status.is_problem() && finding.blocked_by != Some("setup.settings");
    let configured = facts.setup.maker().zip(facts.setup.signature_type());
    if let Some((address, signature_type)) = configured.filter(|_| right(funder(facts)) && right(signature_type(facts)))
    {
        return Some(TradingWallet { address, signature_type, is_other: false });
    }
    let (kind, address, _) = account_wallet(facts)?;
    Some(TradingWallet { address, signature_type: kind.signature_type(), is_other: true })
}

/// The address of the wallet that funds are judged for.
pub fn trading_address(facts: &Facts) -> Option<Address> {
    trading_wallet(facts).map(|wallet| wallet.address)
}
