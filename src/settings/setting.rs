//! Every setting, with the names that it goes by.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a setting is about, and so how it may be given. Each but a secret has a flag, which is named
/// without its dashes.
enum Kind {
    /// It must not be seen by others, so it does not stand on a command line.
    Secret,
    /// An account's own.
    Own(&'static str),
    /// A URL that is an account's own.
    OwnUrl(&'static str),
    /// Where a service is: the same for many accounts.
    Service(&'static str),
    /// How this program runs, whatever the account.
    Run(&'static str),
}

/// The names of one setting.
struct Names {
    name: &'static str,
    kind: Kind,
    variables: &'static [&'static str],
}

macro_rules! settings {
    ($($setting:ident $name:literal $kind:ident$(($flag:literal))? [$($variable:literal),* $(,)?])*) => {
        /// A setting. In files and JSON it is its name; maps of settings are in the order of the names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Setting {
            $(#[doc = concat!("`", $name, "`")] #[serde(rename = $name)] $setting,)*
        }

        impl Setting {
            /// In the order in which they are shown.
            pub const ALL: [Self; [$(Self::$setting),*].len()] = [$(Self::$setting),*];

            const fn names(self) -> &'static Names {
                match self {
                    $(Self::$setting => {
                        &Names { name: $name, kind: Kind::$kind$(($flag))?, variables: &[$($variable),*] }
                    })*
                }
            }
        }
    };
}

// The first variable that is set wins. The names after those of the official clients are ones that
// users have in public issue reports.
settings! {
    PrivateKey "private_key" Secret [
        "POLYMARKET_PRIVATE_KEY",
        "POLY_PRIVATE_KEY",
        "PRIVATE_KEY",
        "PK",
        "POLYGON_WALLET_PRIVATE_KEY",
        "POLY_PK",
        "POLYMARKET_PROXY_PRIVATE_KEY",
        "POLYMARKET_SAFE_PRIVATE_KEY",
    ]
    SignatureType "signature_type" Own("signature-type") [
        "POLYMARKET_SIGNATURE_TYPE",
        "POLY_SIGNATURE_TYPE",
        "SIGNATURE_TYPE",
    ]
    Funder "funder" Own("funder") [
        "POLYMARKET_FUNDER",
        "POLY_FUNDER",
        "FUNDER_ADDRESS",
        "FUNDER",
        "POLYMARKET_PROXY_ADDRESS",
        "PROXY_ADDRESS",
        "POLY_FUNDER_ADDRESS",
        "DEPOSIT_WALLET",
        "POLYMARKET_DEPOSIT_WALLET",
        "POLYMARKET_PROXY_WALLET",
        "POLYMARKET_SAFE_WALLET",
    ]
    ChainId "chain_id" Own("chain-id") ["POLYMARKET_CHAIN_ID", "CHAIN_ID", "POLY_CHAIN_ID"]
    Nonce "nonce" Own("nonce") ["POLYMARKET_NONCE"]
    ApiKey "api_key" Secret ["CLOB_API_KEY", "POLY_API_KEY", "POLYMARKET_API_KEY"]
    ApiSecret "api_secret" Secret ["CLOB_SECRET", "POLY_API_SECRET", "POLYMARKET_API_SECRET", "POLY_SECRET"]
    ApiPassphrase "api_passphrase" Secret [
        "CLOB_PASS_PHRASE",
        "POLY_API_PASSPHRASE",
        "POLYMARKET_API_PASSPHRASE",
        "POLY_PASSPHRASE",
    ]
    BuilderApiKey "builder_api_key" Secret ["POLY_BUILDER_API_KEY", "BUILDER_API_KEY", "POLYMARKET_BUILDER_API_KEY"]
    BuilderSecret "builder_secret" Secret ["POLY_BUILDER_SECRET", "BUILDER_SECRET", "POLYMARKET_BUILDER_SECRET"]
    BuilderPassphrase "builder_passphrase" Secret [
        "POLY_BUILDER_PASSPHRASE",
        "BUILDER_PASS_PHRASE",
        "POLYMARKET_BUILDER_PASSPHRASE",
    ]
    BuilderCode "builder_code" Own("builder-code") ["POLY_BUILDER_CODE", "BUILDER_CODE", "POLYMARKET_BUILDER_CODE"]
    BuilderSignerUrl "builder_signer_url" OwnUrl("builder-signer-url") ["POLY_BUILDER_SIGNER_URL"]
    BuilderSignerToken "builder_signer_token" Secret ["POLY_BUILDER_SIGNER_TOKEN"]
    RelayerApiKey "relayer_api_key" Secret ["RELAYER_API_KEY", "POLYMARKET_RELAYER_API_KEY"]
    RelayerApiKeyAddress "relayer_api_key_address" Secret [
        "RELAYER_API_KEY_ADDRESS",
        "POLYMARKET_RELAYER_API_KEY_ADDRESS",
    ]
    UsKeyId "us_key_id" Secret [
        "POLYMARKET_KEY_ID",
        "POLYMARKET_US_KEY_ID",
        "POLYMARKET_US_API_KEY",
    ]
    UsSecretKey "us_secret_key" Secret [
        "POLYMARKET_SECRET_KEY",
        "POLYMARKET_US_SECRET_KEY",
        "POLYMARKET_US_API_SECRET",
        "POLYMARKET_US_PRIVATE_KEY",
    ]
    Venue "venue" Own("venue") ["POLYDOCTOR_VENUE"]
    ClobUrl "clob_url" Service("clob-url") ["POLYMARKET_CLOB_URL", "CLOB_API_URL", "CLOB_HOST"]
    GammaUrl "gamma_url" Service("gamma-url") ["POLYMARKET_GAMMA_URL", "GAMMA_API_URL"]
    DataUrl "data_url" Service("data-url") ["POLYMARKET_DATA_URL"]
    RelayerUrl "relayer_url" Service("relayer-url") ["POLYMARKET_RELAYER_URL", "RELAYER_API_URL", "RELAYER_URL"]
    GeoblockUrl "geoblock_url" Service("geoblock-url") ["POLYMARKET_GEOBLOCK_URL"]
    WsUrl "ws_url" Service("ws-url") ["POLYMARKET_WS_URL"]
    LiveUrl "live_url" Service("live-url") ["POLYMARKET_LIVE_URL"]
    RpcUrl "rpc_url" Service("rpc-url") ["POLYMARKET_RPC_URL", "POLYGON_RPC_URL", "RPC_URL"]
    UsUrl "us_url" Service("us-url") [
        "POLYMARKET_US_URL",
        "POLYMARKET_US_API_URL",
        "POLYMARKET_US_BASE_URL",
        "POLYMARKET_US_API_BASE_URL",
        "POLYMARKET_US_HOST",
    ]
    UsGatewayUrl "us_gateway_url" Service("us-gateway-url") ["POLYMARKET_US_GATEWAY_URL"]
    Timeout "timeout" Run("timeout") ["POLYDOCTOR_TIMEOUT"]
    Deadline "deadline" Run("deadline") []
}

impl Setting {
    /// Key, secret and passphrase of a user.
    pub const API_CREDENTIALS: [Self; 3] = [Self::ApiKey, Self::ApiSecret, Self::ApiPassphrase];
    /// Key, secret and passphrase of a builder.
    pub const BUILDER_CREDENTIALS: [Self; 3] = [Self::BuilderApiKey, Self::BuilderSecret, Self::BuilderPassphrase];

    /// Its name in profiles and in JSON: `signature_type`.
    pub const fn name(self) -> &'static str {
        self.names().name
    }

    /// Its flag, without the dashes; `None` for what must not stand on a command line.
    pub const fn flag(self) -> Option<&'static str> {
        match self.names().kind {
            Kind::Secret => None,
            Kind::Own(flag) | Kind::OwnUrl(flag) | Kind::Service(flag) | Kind::Run(flag) => Some(flag),
        }
    }

    /// Its variables; the first that is set wins.
    pub const fn variables(self) -> &'static [&'static str] {
        self.names().variables
    }

    /// The variable to set where none is yet; `None` for a setting that no variable gives.
    pub fn usual_variable(self) -> Option<&'static str> {
        self.variables().first().copied()
    }

    /// Whether its value must not be seen by others; such a one has no flag.
    pub const fn is_secret(self) -> bool {
        matches!(self.names().kind, Kind::Secret)
    }

    /// Whether its value is the URL of a WebSocket.
    pub const fn is_socket(self) -> bool {
        matches!(self, Self::WsUrl | Self::LiveUrl)
    }

    /// Whether its value is a URL.
    pub const fn is_url(self) -> bool {
        matches!(self.names().kind, Kind::OwnUrl(_) | Kind::Service(_))
    }

    /// Whether it is the same for many accounts: where services are, and how long to wait for them.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self.names().kind, Kind::Service(_) | Kind::Run(_))
    }

    /// Whether it says how this program runs, whatever the account.
    pub(crate) const fn is_of_run(self) -> bool {
        matches!(self.names().kind, Kind::Run(_))
    }

    /// The setting with exactly this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// The URL of the official service; `None` where there is none, or the chain decides.
    pub const fn official_url(self) -> Option<&'static str> {
        Some(match self {
            Self::ClobUrl => "https://clob.polymarket.com",
            Self::GammaUrl => "https://gamma-api.polymarket.com",
            Self::DataUrl => "https://data-api.polymarket.com",
            Self::RelayerUrl => "https://relayer-v2.polymarket.com",
            Self::GeoblockUrl => "https://polymarket.com/api/geoblock",
            Self::WsUrl => "wss://ws-subscriptions-clob.polymarket.com",
            Self::LiveUrl => "wss://ws-live-v2.polymarket.com/ws",
            Self::UsUrl => "https://api.polymarket.us",
            Self::UsGatewayUrl => "https://gateway.polymarket.us",
            _ => return None,
        })
    }

    /// The setting whose list of variables has this one.
    pub fn listing(variable: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.variables().contains(&variable))
    }

    /// The setting whose name is closest to a wrong one.
    pub(super) fn closest(name: &str) -> Option<Self> {
        let plain = name.replace('-', "_");
        let is_near = |setting: &Self| strsim::osa_distance(setting.name(), &plain) <= 2;
        Self::ALL.into_iter().find(is_near).or_else(|| Self::listing(&name.to_ascii_uppercase()))
    }

    /// Its name as people read it.
    pub(crate) fn spoken(self) -> String {
        const PLAIN: [(&str, &str); 8] = [
            ("_", " "),
            ("api ", "API "),
            ("clob ", "CLOB "),
            ("rpc ", "RPC "),
            ("gamma ", "Gamma "),
            ("ws ", "WebSocket "),
            ("url", "URL"),
            ("chain id", "chain ID"),
        ];
        if let Some(rest) = self.name().strip_prefix("us_") {
            return format!(
                "Polymarket US {}",
                rest.replace('_', " ").replace("url", "URL").replace("key id", "key ID")
            );
        }
        PLAIN.iter().fold(self.name().to_owned(), |name, (from, to)| name.replace(from, to))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl PartialOrd for Setting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Setting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

/// A name that is none of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnknownSetting {
    /// A known name is close.
    #[error("unknown setting `{name}`; did you mean {meant}?")]
    Near {
        /// What was asked for.
        name: String,
        /// The setting whose name is close.
        meant: Setting,
    },
    /// No known name is close.
    #[error("unknown setting `{name}`; `polydoctor config` lists them")]
    Other {
        /// What was asked for.
        name: String,
    },
}

/// As people write it, with dashes or underscores.
impl FromStr for Setting {
    type Err = UnknownSetting;

    fn from_str(text: &str) -> Result<Self, UnknownSetting> {
        let name = text.trim().replace('-', "_").to_ascii_lowercase();
        match (Self::named(&name), Self::closest(&name)) {
            (Some(setting), _) => Ok(setting),
            (None, Some(meant)) => Err(UnknownSetting::Near { name, meant }),
            (None, None) => Err(UnknownSetting::Other { name }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_settings_share_a_name_a_flag_or_a_variable() {
        let all = Setting::ALL.iter();
        let names: BTreeSet<&str> = all.clone().map(|setting| setting.name()).collect();
        assert_eq!(names.len(), Setting::ALL.len());
        let flags: Vec<&str> = all.clone().filter_map(|setting| setting.flag()).collect();
        assert_eq!(flags.iter().collect::<BTreeSet<_>>().len(), flags.len());
        let variables: Vec<&str> = all.flat_map(|setting| setting.variables()).copied().collect();
        assert_eq!(variables.iter().collect::<BTreeSet<_>>().len(), variables.len());
    }

    #[test]
    fn files_and_json_hold_the_name_and_what_people_write_is_read() {
        for setting in Setting::ALL {
            let json = serde_json::to_value(setting).unwrap();
            assert_eq!(json, setting.name());
            assert_eq!(serde_json::from_value::<Setting>(json).unwrap(), setting);
            for written in [setting.name().to_owned(), format!(" {} ", setting.name().replace('_', "-").to_uppercase())]
            {
                assert_eq!(written.parse(), Ok(setting), "{written}");
            }
            if let Some(flag) = setting.flag() {
                assert_eq!(flag.replace('-', "_"), setting.name());
            }
        }
    }

    #[test]
    fn wrong_names_of_settings_have_a_closest_one() {
        assert_eq!(Setting::closest("fundr"), Some(Setting::Funder));
        assert_eq!(Setting::closest("pk"), Some(Setting::PrivateKey));
        assert_eq!(Setting::closest("colour"), None);
        let wrong = |text: &str| text.parse::<Setting>().unwrap_err().to_string();
        assert_eq!(wrong("Fundr"), "unknown setting `fundr`; did you mean funder?");
        assert_eq!(wrong("colour"), "unknown setting `colour`; `polydoctor config` lists them");
    }

    #[test]
    fn settings_are_ordered_by_their_names() {
        let ordered: BTreeSet<Setting> = Setting::ALL.into_iter().collect();
        assert!(ordered.iter().map(|setting| setting.name()).is_sorted());
        assert_eq!(ordered.first(), Some(&Setting::ApiKey));
    }
}
