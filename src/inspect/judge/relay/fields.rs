//! What the fields of a relayer's transaction say, and what is wrong with how they are written.

use alloy_primitives::{Address, Bytes, U256};

use crate::auth::placeholder::is_placeholder;
use crate::auth::relay::{Call, ProxyTransaction, SafeCreation, SafeTransaction, Transaction, WalletBatch};
use crate::auth::wallet::WalletKind;
use crate::inspect::judge::values::{self, ValuePresence};
use crate::inspect::known::Known;
use crate::inspect::reading::{CallText, Submission};

/// `type` of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Safe,
    SafeCreate,
    Proxy,
    Wallet,
    WalletCreate,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [Self::Safe, Self::SafeCreate, Self::Proxy, Self::Wallet, Self::WalletCreate];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Safe => "SAFE",
            Self::SafeCreate => "SAFE-CREATE",
            Self::Proxy => "PROXY",
            Self::Wallet => "WALLET",
            Self::WalletCreate => "WALLET-CREATE",
        }
    }

    /// The wallets that it is for.
    pub(super) fn wallets(self) -> &'static [WalletKind] {
        match self {
            Self::Safe | Self::SafeCreate => &[WalletKind::Safe],
            Self::Proxy => &[WalletKind::Proxy],
            Self::Wallet | Self::WalletCreate => &[WalletKind::DepositBeacon, WalletKind::DepositUups],
        }
    }

    /// The type under which such a wallet acts.
    pub(super) fn of_wallet(kind: WalletKind) -> Option<Self> {
        [Self::Safe, Self::Proxy, Self::Wallet].into_iter().find(|own| own.wallets().contains(&kind))
    }
}

/// The names that the relayer reads.
pub(super) const NAMES: [&str; 26] = [
    "type",
    "from",
    "to",
    "proxyWallet",
    "data",
    "nonce",
    "value",
    "signature",
    "signatureParams",
    "depositWalletParams",
    "metadata",
    "gasPrice",
    "operation",
    "safeTxnGas",
    "baseGas",
    "gasToken",
    "refundReceiver",
    "paymentToken",
    "payment",
    "paymentReceiver",
    "gasLimit",
    "relayerFee",
    "relayHub",
    "relay",
    "depositWallet",
    "deadline",
];

/// Those that are numbers, which are sent as strings.
pub(super) const NUMBERS: [&str; 10] = [
    "nonce",
    "value",
    "gasprice",
    "operation",
    "safetxngas",
    "basegas",
    "payment",
    "gaslimit",
    "relayerfee",
    "deadline",
];

/// What was read.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) kind: Option<Kind>,
    /// The text of a type that there is not.
    pub(super) odd_type: Option<String>,
    pub(super) from: Option<Address>,
    pub(super) to: Option<Address>,
    /// The wallet that acts or is created, where the body names it.
    pub(super) wallet: Option<Address>,
    pub(super) data: Option<Bytes>,
    pub(super) value: Option<U256>,
    pub(super) nonce: Option<U256>,
    pub(super) signature: Option<String>,
    pub(super) operation: Option<u8>,
    pub(super) relay_hub: Option<Address>,
    pub(super) deadline: Option<U256>,
    gas: [Option<U256>; 3],
    fee: Option<U256>,
    gas_limit: Option<U256>,
    payment: Option<U256>,
    relay: Option<Address>,
    receivers: [Option<Address>; 2],
    calls: Option<Vec<Call>>,
    pub(super) missing: Vec<&'static str>,
    /// A field, and what it is instead of what it should be.
    pub(super) wrong: Vec<(&'static str, String)>,
    /// Whether the text hides a part, so that nothing can be computed.
    pub(super) is_hidden: bool,
}

struct Reader<'a> {
    submission: &'a Submission,
    fields: Fields,
}

impl<'a> Reader<'a> {
    fn given(&mut self, name: &'static str) -> Option<&'a str> {
        let plain = name.to_ascii_lowercase();
        let found = self.submission.field(&plain).or_else(|| self.submission.parameter(&plain));
        // what is signed is called otherwise than what is sent, and people take one name for the other
        let other = match name {
            "safeTxnGas" => self.submission.parameter("safetxgas"),
            "from" => self.submission.field("fromaddress"),
            "proxyWallet" => self.submission.field("proxy"),
            _ => None,
        };
        let text = found.or(other)?.text.trim();
        match values::standing(text) {
            ValuePresence::Empty => None,
            ValuePresence::Hidden => {
                self.fields.is_hidden = true;
                None
            }
            ValuePresence::Given if is_placeholder(text) && text.bytes().any(|byte| (b'g'..=b'w').contains(&byte)) => {
                self.fields.is_hidden = true;
                None
            }
            ValuePresence::Given => Some(text),
        }
    }

    /// A field that has to be there.
    fn needed(&mut self, name: &'static str) -> Option<&'a str> {
        let was_hidden = std::mem::take(&mut self.fields.is_hidden);
        let text = self.given(name);
        if text.is_none() && !self.fields.is_hidden {
            self.fields.missing.push(name);
        }
        self.fields.is_hidden |= was_hidden;
        text
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        text: Option<&str>,
        read: impl Fn(&str) -> Option<T>,
        should: &str,
    ) -> Option<T> {
        let text = text?;
        let value = read(text);
        if value.is_none() {
            self.fields.wrong.push((name, format!("is {}, not {should}", values::harmless(text, 50))));
        }
        value
    }

    fn address(&mut self, name: &'static str) -> Option<Address> {
        let text = self.needed(name);
        self.read(name, text, |text| text.parse().ok(), "an EVM address (0x and 40 hex digits)")
    }

    fn number(&mut self, name: &'static str) -> Option<U256> {
        let text = self.needed(name);
        self.read(name, text, number, "a whole number")
    }

    /// A number that stands for `usual` where it is left out.
    fn number_or(&mut self, name: &'static str, usual: u64) -> Option<U256> {
        let Some(text) = self.given(name) else { return Some(U256::from(usual)) };
        self.read(name, Some(text), number, "a whole number")
    }

    fn address_or_zero(&mut self, name: &'static str) -> Option<Address> {
        let Some(text) = self.given(name) else { return Some(Address::ZERO) };
        self.read(name, Some(text), |text| text.parse().ok(), "an EVM address (0x and 40 hex digits)")
    }

    fn data(&mut self, name: &'static str) -> Option<Bytes> {
        let text = self.needed(name);
        self.read(name, text, |text| text.starts_with("0x").then(|| text.parse().ok())?, "0x and hex digits")
    }

    fn call(&mut self, call: &CallText) -> Option<Call> {
        let [target, value, data] = call.each_ref().map(|scalar| scalar.as_ref().map(|scalar| scalar.text.trim()));
        let texts = [target, value, data].into_iter().flatten();
        self.fields.is_hidden |= texts.into_iter().any(|text| values::standing(text) == ValuePresence::Hidden);
        if target.is_none() {
            self.fields.missing.push("target");
        }
        let target = self.read("target", target, |text| text.parse().ok(), "an EVM address");
        let value = self.read("value", value.or(Some("0")), number, "a whole number");
        let data = self.read("data", data.or(Some("0x")), |text| text.parse().ok(), "0x and hex digits");
        Some(Call { target: target?, value: value?, data: data? })
    }
}

fn number(text: &str) -> Option<U256> {
    let text = text.strip_suffix('n').unwrap_or(text);
    match text.strip_prefix("0x") {
        Some(digits) => U256::from_str_radix(digits, 16).ok().filter(|_| !digits.is_empty()),
        None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            U256::from_str_radix(text, 10).ok()
        }
        None => None,
    }
}

/// The type of a body, also where it is written otherwise or follows from what else is there.
fn kind(reader: &mut Reader<'_>) -> Option<Kind> {
    let text = reader.needed("type")?;
    let last = text.trim_end_matches('>').rsplit(['.', ':', ' ']).find(|part| !part.is_empty()).unwrap_or(text);
    let upper = last.trim_matches(['"', '\'']).to_ascii_uppercase().replace('_', "-");
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == upper);
    if kind.is_none_or(|kind| kind.name() != text && reader.submission.is_body) {
        reader.fields.odd_type = Some(text.to_owned());
    }
    kind
}

pub(super) fn read(submission: &Submission) -> Fields {
    let mut reader = Reader { submission, fields: Fields::default() };
    let kind = kind(&mut reader);
    reader.fields.kind = kind;
    reader.fields.from = reader.address("from");
    reader.fields.to = reader.address("to");
    if let Some(kind) = kind {
        of_kind(&mut reader, kind);
    }
    reader.fields
}

fn of_kind(reader: &mut Reader<'_>, kind: Kind) {
    if kind == Kind::WalletCreate {
        return;
    }
    reader.fields.signature = reader.needed("signature").map(str::to_owned);
    if kind != Kind::SafeCreate {
        reader.fields.nonce = reader.number("nonce");
    }
    if kind == Kind::Wallet {
        reader.fields.wallet = reader.address("depositWallet");
        reader.fields.deadline = reader.number("deadline");
        match &reader.submission.calls {
            None => reader.fields.missing.push("calls"),
            Some(calls) => {
                let calls: Vec<Option<Call>> = calls.iter().map(|call| reader.call(call)).collect();
                reader.fields.calls = calls.into_iter().collect();
            }
        }
        return;
    }
    reader.fields.wallet = reader.address("proxyWallet");
    if kind == Kind::SafeCreate {
        reader.fields.payment = reader.number_or("payment", 0);
        reader.fields.receivers = [reader.address_or_zero("paymentToken"), reader.address_or_zero("paymentReceiver")];
        return;
    }
    reader.fields.data = reader.data("data");
    let gas_price = reader.number_or("gasPrice", 0);
    if kind == Kind::Proxy {
        reader.fields.gas = [gas_price, None, None];
        reader.fields.fee = reader.number_or("relayerFee", 0);
        reader.fields.gas_limit = reader.number("gasLimit");
        reader.fields.relay_hub = reader.address("relayHub");
        reader.fields.relay = reader.address("relay");
        return;
    }
    reader.fields.value = reader.number_or("value", 0);
    let text = reader.needed("operation");
    let operation = |text: &str| match text.rsplit(['.', ' ']).next().unwrap_or(text) {
        "0" | "Call" => Some(0),
        "1" | "DelegateCall" => Some(1),
        _ => None,
    };
    reader.fields.operation = reader.read("operation", text, operation, "0 (call) or 1 (delegate call)");
    reader.fields.gas = [gas_price, reader.number_or("safeTxnGas", 0), reader.number_or("baseGas", 0)];
    reader.fields.receivers = [reader.address_or_zero("gasToken"), reader.address_or_zero("refundReceiver")];
}

impl Fields {
    /// What has to be signed for these fields; `None` where something is missing.
    pub(super) fn transaction(&self, known: &Known) -> Option<Transaction> {
        if self.is_hidden {
            return None;
        }
        let chain_id = known.chain_id();
        let [gas_price, safe_tx_gas, base_gas] = self.gas;
        let [first, second] = self.receivers;
        Some(match self.kind? {
            Kind::Safe => Transaction::Safe(SafeTransaction {
                chain_id,
                safe: self.wallet?,
                to: self.to?,
                value: self.value?,
                data: self.data.clone()?,
                operation: self.operation?,
                safe_tx_gas: safe_tx_gas?,
                base_gas: base_gas?,
                gas_price: gas_price?,
                gas_token: first?,
                refund_receiver: second?,
                nonce: self.nonce?,
            }),
            Kind::SafeCreate => Transaction::SafeCreate(SafeCreation {
                chain_id,
                factory: self.to?,
                payment_token: first?,
                payment: self.payment?,
                payment_receiver: second?,
            }),
            Kind::Proxy => Transaction::Proxy(ProxyTransaction {
                from: self.from?,
                to: self.to?,
                data: self.data.clone()?,
                fee: self.fee?,
                gas_price: gas_price?,
                gas_limit: self.gas_limit?,
                nonce: self.nonce?,
                hub: self.relay_hub?,
                relay: self.relay?,
            }),
            Kind::Wallet => Transaction::Wallet(WalletBatch {
                chain_id,
                wallet: self.wallet?,
                nonce: self.nonce?,
                deadline: self.deadline?,
                calls: self.calls.clone()?,
            }),
            Kind::WalletCreate => return None,
        })
    }
}
