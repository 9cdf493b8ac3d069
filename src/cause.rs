//! The vocabulary of causes. Names and variants live here, words in `assets/causes.toml`.
//!
//! Causes have one name everywhere, and their words beside it.
//!
//! ```
//! use polydoctor::cause::Cause;
//!
//! let cause = Cause::named("funder-is-signer").unwrap();
//! assert_eq!(cause, Cause::FunderIsSigner);
//! assert_eq!(cause.words().title, "The funder is the signer itself");
//! ```

mod certainty;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::assets;

pub use self::certainty::Certainty;

macro_rules! causes {
    ($($variant:ident = $name:literal,)+) => {
        /// A root cause; one name for one cause, the same in reports, commands and documents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause {
            $(#[doc = $name] $variant,)+
        }

        impl Cause {
            /// Every cause, related ones side by side.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What reports and commands call it, such as `funder-is-signer`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

causes! {
    KeyMissing = "key-missing",
    KeyMalformed = "key-malformed",
    KeyNoPrefix = "key-no-prefix",
    KeyIsMnemonic = "key-is-mnemonic",
    KeyIsAddress = "key-is-address",
    KeyOtherEncoding = "key-other-encoding",
    KeyNotWalletOwner = "key-not-wallet-owner",
    SettingInvalid = "setting-invalid",
    WrongChainId = "wrong-chain-id",
    WrongHost = "wrong-host",
    EnvFileExposed = "env-file-exposed",
    SettingUnread = "setting-unread",
    SecretExposed = "secret-exposed",
    WrongSignatureType = "wrong-signature-type",
    FunderMissing = "funder-missing",
    FunderIsSigner = "funder-is-signer",
    FunderNotControlled = "funder-not-controlled",
    FunderIsDepositAddress = "funder-is-deposit-address",
    WalletNotDeployed = "wallet-not-deployed",
    DepositWalletRequired = "deposit-wallet-required",
    DepositWalletDelegated = "deposit-wallet-delegated",
    FundsInOtherWallet = "funds-in-other-wallet",
    ClockDrift = "clock-drift",
    TimestampUnit = "timestamp-unit",
    CredentialsMissing = "credentials-missing",
    CredentialsOtherAddress = "credentials-other-address",
    CredentialsOtherNonce = "credentials-other-nonce",
    CredentialsStale = "credentials-stale",
    CredentialsReactivated = "credentials-reactivated",
    CredentialsJustCreated = "credentials-just-created",
    CredentialsIncomplete = "credentials-incomplete",
    SecretEncoding = "secret-encoding",
    BuilderCredentialsAsUser = "builder-credentials-as-user",
    UserCredentialsAsBuilder = "user-credentials-as-builder",
    NonceAlreadyUsed = "nonce-already-used",
    NoKeyAtNonce = "no-key-at-nonce",
    CreateBlocked = "create-blocked",
    RelayerKeyAsBuilder = "relayer-key-as-builder",
    HeaderNames = "header-names",
    HeaderMissing = "header-missing",
    HeadersDropped = "headers-dropped",
    AddressHeader = "address-header",
    MethodMismatch = "method-mismatch",
    PathMismatch = "path-mismatch",
    PathHasQuery = "path-has-query",
    MessageLayout = "message-layout",
    BodySerialisation = "body-serialisation",
    BodyMissing = "body-missing",
    SecretNotDecoded = "secret-not-decoded",
    SignatureEncoding = "signature-encoding",
    TimestampStale = "timestamp-stale",
    L1SignerMismatch = "l1-signer-mismatch",
    L1Domain = "l1-domain",
    L1NonceMismatch = "l1-nonce-mismatch",
    WrongSecret = "wrong-secret",
    OrderWrongExchange = "order-wrong-exchange",
    OrderWrongVersion = "order-wrong-version",
    OrderWrongChain = "order-wrong-chain",
    OrderSignatureType = "order-signature-type",
    OrderMakerIsSigner = "order-maker-is-signer",
    OrderSignerField = "order-signer-field",
    OrderOwnerNotApiKey = "order-owner-not-api-key",
    OrderUnwrappedSignature = "order-unwrapped-signature",
    OrderSignerMismatch = "order-signer-mismatch",
    OrderExpirationUnit = "order-expiration-unit",
    OrderBuilderMissing = "order-builder-missing",
    OrderModified = "order-modified",
    OrderParameters = "order-parameters",
    MarketUnavailable = "market-unavailable",
    ExchangePaused = "exchange-paused",
    UserPaused = "user-paused",
    WrongCollateralToken = "wrong-collateral-token",
    BalanceMissing = "balance-missing",
    BalanceCacheStale = "balance-cache-stale",
    AllowanceMissing = "allowance-missing",
    AllowanceByWrongOwner = "allowance-by-wrong-owner",
    GasMissing = "gas-missing",
    ClobUnreachable = "clob-unreachable",
    ClobOutage = "clob-outage",
    RateLimited = "rate-limited",
    CloudflareBlocked = "cloudflare-blocked",
    Geoblocked = "geoblocked",
    TlsFailure = "tls-failure",
    ProxyTampering = "proxy-tampering",
    PolygonNodeUnavailable = "polygon-node-unavailable",
    PolygonNodeWrongChain = "polygon-node-wrong-chain",
    WebsocketPath = "websocket-path",
    AccountBanned = "account-banned",
    ClosedOnly = "closed-only",
    SdkOutdated = "sdk-outdated",
    BuilderCredentialsInvalid = "builder-credentials-invalid",
    BuilderKeyRevoked = "builder-key-revoked",
    RemoteSignerUnreachable = "remote-signer-unreachable",
    RemoteSignerUnauthorized = "remote-signer-unauthorized",
    RemoteSignerWrongPath = "remote-signer-wrong-path",
    RemoteSignerWrongCredentials = "remote-signer-wrong-credentials",
    RemoteSignerClock = "remote-signer-clock",
    BuilderCodeMissing = "builder-code-missing",
    TradesUnattributed = "trades-unattributed",
    AttributionPending = "attribution-pending",
    RelayerCredentialsMissing = "relayer-credentials-missing",
    RelayerKeyInvalid = "relayer-key-invalid",
    RelayerKeyOfOtherAddress = "relayer-key-of-other-address",
    RelayerWalletUnknown = "relayer-wallet-unknown",
    RelayerRequestMalformed = "relayer-request-malformed",
    RelayerTransactionFailed = "relayer-transaction-failed",
    RelayerQuota = "relayer-quota",
    UsCredentialsMissing = "us-credentials-missing",
    UsKeyUnknown = "us-key-unknown",
    UsSecretFormat = "us-secret-format",
    UsKeyMismatch = "us-key-mismatch",
    UsClock = "us-clock",
    UsSignatureInput = "us-signature-input",
    UsWrongHost = "us-wrong-host",
    UsUnavailable = "us-unavailable",
    VenueMixed = "venue-mixed",
}

impl Cause {
    /// The cause of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cause| cause.name() == name)
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format_args!("there is no cause {name}")))
    }
}

/// What is said of a cause: its entry in `assets/causes.toml`.
///
/// The sentences that it shows as are not among it: they follow from
/// [`reference::shows_as`](crate::reference::shows_as).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CauseWords {
    /// One short sentence without a full stop.
    pub title: String,
    /// Two sentences: what it is, and how it comes to show.
    pub meaning: String,
    /// Observations that prove it.
    pub proves: Vec<String>,
    /// Observations that rule it out.
    pub excludes: Vec<String>,
    /// What to do, where a finding does not know better.
    pub fix: String,
    /// Command lines of the fix; `…` stands for what only the user knows.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Public threads as `repository#number`, and documents.
    pub source: Vec<String>,
    /// In how many public threads it was the confirmed or likely cause: the prior.
    pub threads: u32,
    /// `check`, `symptom`, `inspect`: how it is found.
    pub found_by: Vec<String>,
    /// Ids of the checks that find it.
    #[serde(default)]
    pub checks: Vec<String>,
    /// The one of them that shows it whenever it is there, so that its passing rules it out; `None` for
    /// causes that only a captured request or order can show, too.
    pub shown_by: Option<String>,
    /// The fix as a line of code, by client.
    #[serde(default)]
    pub clients: Snippets,
}

/// One line of code for each official client where it applies.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Snippets {
    /// For the TypeScript client; absent where no line of it is the fix.
    pub typescript: Option<String>,
    /// For the Python client; absent where no line of it is the fix.
    pub python: Option<String>,
    /// For the Rust client; absent where no line of it is the fix.
    pub rust: Option<String>,
}

impl Snippets {
    /// Language and line of those that there are.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lines = [("typescript", &self.typescript), ("python", &self.python), ("rust", &self.rust)];
        lines.into_iter().filter_map(|(language, line)| Some((language, line.as_deref()?)))
    }
}

static WORDS: LazyLock<BTreeMap<String, CauseWords>> = LazyLock::new(|| {
    let causes: Vec<BTreeMap<String, CauseWords>> =
        assets::tables("causes.toml", include_str!("../assets/causes.toml"));
    causes.into_iter().flatten().collect()
});

impl Cause {
    /// Title, meaning, fix and so on, from `assets/causes.toml`.
    pub fn words(self) -> &'static CauseWords {
        let name = self.name();
        WORDS
            .get(name)
            .unwrap_or_else(|| unreachable!("a test compares the names and assets/causes.toml equal: {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_are_equal() {
        let mut names: Vec<_> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        names.sort_unstable();
        assert_eq!(WORDS.keys().map(String::as_str).collect::<Vec<_>>(), names);
    }

    #[test]
    fn every_cause_is_described() {
        for cause in Cause::ALL {
            let (name, words) = (cause.name(), cause.words());
            for text in [&words.title, &words.meaning, &words.fix] {
                assert!(text.contains(' ') && text.trim() == text, "{name}: {text:?}");
            }
            assert!(words.meaning.ends_with('.') && !words.title.ends_with('.') && !words.fix.ends_with('.'), "{name}");
            for list in [&words.proves, &words.excludes, &words.source] {
                assert!(!list.is_empty() && list.iter().all(|text| !text.is_empty()), "{name}");
            }
        }
    }

    #[test]
    fn what_finds_a_cause_exists() {
        for cause in Cause::ALL {
            let (name, words) = (cause.name(), cause.words());
            assert!(!words.found_by.is_empty(), "{name}");
            for way in &words.found_by {
                assert!(["check", "symptom", "inspect"].contains(&way.as_str()), "{name}: {way}");
            }
            assert_eq!(words.found_by.iter().any(|way| way == "check"), !words.checks.is_empty(), "{name}");
            for id in &words.checks {
                assert!(crate::checks::find(id).is_some(), "{name}: {id}");
            }
            assert!(words.shown_by.iter().all(|id| words.checks.contains(id)), "{name}: {:?}", words.shown_by);
        }
    }

    #[test]
    fn no_words_hold_a_secret() {
        let text = include_str!("../assets/causes.toml");
        let long =
            |word: &&str| word.len() >= 40 && word.chars().all(|c| c.is_ascii_alphanumeric() || "+/_-".contains(c));
        let found: Vec<&str> = text.split(|c: char| c.is_whitespace() || "\"'(),=".contains(c)).filter(long).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}
