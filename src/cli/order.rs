//! `polydoctor order`

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::io::Write as _;

use alloy_primitives::{Address, FixedBytes, hex};
use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::Exit;
use super::explained;
use super::settings::SettingsArgs;
use crate::auth::contracts;
use crate::auth::explain::{self, Explanation};
use crate::auth::order::{Exchange, Order, Terms, Version};
use crate::auth::wallet::SignatureType;
use crate::cli::look::Format;
use crate::cli::terminal;
use crate::client::account::Account;
use crate::client::http::{Http, now_ms};
use crate::facts::Setup;
use crate::settings::Settings;

/// Sign an order that can never be filled, and show what is signed
///
/// Every amount is 0, which the exchange contract rejects before anything else (ZeroMakerAmount); its signature is verified like any other. Compare it with what your client signs for the same fields. Nothing is sent, and no other order can be signed.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct OrderArgs {
    /// Sign the probe order
    #[arg(long, required = true)]
    probe: bool,
    /// Show what is signed, part by part
    #[arg(long)]
    explain: bool,
    /// For the exchange of negative-risk markets
    #[arg(long)]
    neg_risk: bool,
    /// Sign as a session key of the deposit wallet, not as its owner
    #[arg(long)]
    session_key: bool,
    /// Salt of the order [default: random]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(..1 << 53))]
    salt: Option<u64>,
    /// Timestamp of the order in Unix milliseconds [default: now]
    #[arg(long, value_name = "MILLISECONDS")]
    timestamp: Option<u64>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) fn run(mut args: OrderArgs) -> anyhow::Result<Exit> {
    // clap wants it; there is no other order to sign
    debug_assert!(args.probe);
    let settings = args.settings.read()?.settings()?;
    let signed = Signed::of(&args, &settings)?;
    if signed.order.maker == signed.key && signed.order.signature_type != u8::from(SignatureType::Eoa) {
        let kind = signed.order.signature_type;
        writeln!(
            terminal::err(),
            "note: no funder other than the signer is set, so the signer is the maker, as in the clients; no exchange accepts such an order with type {kind}"
        )?;
    }
    let printed = match args.format {
        Format::Text => signed.text(args.explain),
        Format::Json => serde_json::to_string_pretty(&signed.json(args.explain))? + "\n",
    };
    terminal::out().write_all(printed.as_bytes())?;
    Ok(Exit::Done)
}

/// The order with its signature.
struct Signed {
    key: Address,
    order: Order,
    exchange: &'static Exchange,
    signature: Vec<u8>,
    explanation: Explanation,
}

impl Signed {
    fn of(args: &OrderArgs, settings: &Settings) -> anyhow::Result<Self> {
        let account = Account::new(settings.clone(), Http::new(settings.timeout));
        let signer = account.signer()?;
        let setup = Setup::of(settings, true);
        let maker = setup
            .order_maker()
            .context("the configured funder is not a wallet address; `polydoctor check setup.settings` shows why")?;
        let kind = setup.signature_type();
        let kind = kind.context("the signature type is not valid; `polydoctor check setup.settings` shows why")?;
        if args.session_key && kind != SignatureType::Poly1271 {
            bail!("only deposit wallets (signature type 3) have session keys");
        }
        let chain_id = setup.chain();
        let exchange = contracts::chain(chain_id).and_then(|_| Exchange::find(chain_id, Version::V2, args.neg_risk));
        let exchange = exchange.with_context(|| format!("Polymarket has no exchange on chain {chain_id}"))?;
        let salt = args.salt.unwrap_or_else(|| u64::from_be_bytes(FixedBytes::random().0));
        let timestamp = args.timestamp.unwrap_or_else(now_ms);
        let order = Order::probe(signer.address(), maker, kind, salt, timestamp);
        let signature =
            if args.session_key { order.sign_as_session(signer, exchange)? } else { order.sign(signer, exchange)? };
        let explanation = explain::order(&order, exchange, &signature);
        Ok(Self { key: signer.address(), order, exchange, signature, explanation })
    }

    /// The fields as a body of `POST /order` has them.
    fn fields(&self) -> Value {
        let order = &self.order;
        let (timestamp, metadata, builder) = match order.terms {
            Terms::V2 { timestamp, metadata, builder } => (timestamp, metadata, builder),
            Terms::V1 { .. } => Default::default(),
        };
        json!({
            "salt": order.salt.to::<u64>(),
            "maker": order.maker.to_string(),
            "signer": order.signer.to_string(),
            "tokenId": order.token_id.to_string(),
            "makerAmount": order.maker_amount.to_string(),
            "takerAmount": order.taker_amount.to_string(),
            "side": if order.side == 0 { "BUY" } else { "SELL" },
            "signatureType": order.signature_type,
            "timestamp": timestamp.to_string(),
            "metadata": metadata.to_string(),
            "builder": builder.to_string(),
            "signature": hex::encode_prefixed(&self.signature),
        })
    }

    fn hashes(&self) -> [(&'static str, String); 2] {
        let signed = self.explanation.sections.last().and_then(|section| section.hash.as_ref());
        let digest = signed.map(|hash| hex::encode_prefixed(&hash.bytes)).unwrap_or_default();
        [("order_hash", self.order.hash(self.exchange.separator).to_string()), ("signed_digest", digest)]
    }

    fn json(&self, explain: bool) -> Value {
        let mut object = json!({
            "schema": 1,
            "chain_id": self.exchange.chain_id,
            "exchange": self.exchange.address.to_string(),
            "exchange_version": self.exchange.version.number(),
            "neg_risk": self.exchange.neg_risk,
            "order": self.fields(),
        });
        for (name, hash) in self.hashes() {
            object[name] = hash.into();
        }
        if explain {
            explained::add_to(&mut object, &self.explanation);
        }
        object
    }

    fn text(&self, explain: bool) -> String {
        let exchange = format!("{} ({})", self.exchange, self.exchange.address).replacen("the ", "", 1);
        let fields = self.fields();
        let rows = fields
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        let hashes = self.hashes().map(|(name, hash)| (name.replace('_', " "), hash));
        let rows = [("exchange".to_owned(), exchange)].into_iter().chain(rows).chain(hashes);
        let lines: Vec<String> = rows.map(|(name, value)| format!("{name:<14}  {value}\n")).collect();
        let lines = lines.concat();
        let explained = if explain { format!("\n{}", explained::text(&self.explanation)) } else { String::new() };
        format!("Probe order: every amount is 0, so no exchange ever fills it\n\n{lines}{explained}")
    }
}
