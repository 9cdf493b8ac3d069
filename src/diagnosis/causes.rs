//! The vocabulary of causes. Names and variants live here, words in `assets/causes.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize, Serializer};

macro_rules! causes {
    ($($variant:ident = $name:literal,)+) => {
        /// A root cause; one name for one cause, the same in reports, commands and documents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause {
            $(#[doc = $name] $variant,)+
        }

        impl Cause {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

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
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What is said of a cause.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseWords {
    pub title: String,
    /// Error sentences that it shows as, as the server or a client says them.
    #[serde(default)]
    pub shows_as: Vec<String>,
    /// What to do, where a finding does not know better.
    pub fix: String,
}

static WORDS: LazyLock<BTreeMap<String, CauseWords>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/causes.toml"))
        .unwrap_or_else(|error| unreachable!("assets/causes.toml is part of the program: {error}"))
});

impl Cause {
    pub fn words(self) -> &'static CauseWords {
        let name = self.name();
        WORDS.get(name).unwrap_or_else(|| unreachable!("a test holds the names and assets/causes.toml equal: {name}"))
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
}
