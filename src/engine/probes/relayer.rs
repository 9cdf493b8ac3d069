//! Probes of the relayer: its API key, its nonce, its transactions.

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;

use crate::auth::wallet::WalletKind;
use crate::client::relayer::{self, KeyHeaders};
use crate::engine::context::{Context, Outcome, ProbeSkip, url};
use crate::facts::probe::Probe;
use crate::facts::{Failure, RelayerKey, RelayerKeySlot, RelayerNonce, RelayerTransactions, SentAddress};
use crate::secret::Secret;
use crate::settings::Settings;

/// The configured key, or one that stands alone in the builder's place: which kind that is, only the relayer
/// knows.
fn configured(settings: &Settings) -> Outcome<(RelayerKeySlot, Secret)> {
    let builder = &settings.builder;
    match (&settings.relayer_key, &builder.key) {
        (Some(key), _) => Ok((RelayerKeySlot::Relayer, key.value.clone())),
        (None, Some(key)) if builder.secret.is_none() && builder.passphrase.is_none() => {
            Ok((RelayerKeySlot::Builder, Secret::new(key.value.as_str())))
        }
        _ => Err(ProbeSkip::because("no relayer API key is configured")),
    }
}

/// The addresses to send the key with, one after another until one is accepted.
fn addresses(settings: &Settings, signer: Option<Address>) -> Vec<(SentAddress, String)> {
    let written = settings.relayer_key_address.as_ref().map(|address| &address.value);
    let candidates = [
        written.map(|written| (SentAddress::AsWritten, written.text.clone())),
        written.map(|written| (SentAddress::Checksummed, written.address.to_string())),
        signer.map(|signer| (SentAddress::Signer, signer.to_string())),
    ];
    let mut all: Vec<(SentAddress, String)> = Vec::new();
    for candidate in candidates.into_iter().flatten() {
        if all.iter().all(|(_, known)| *known != candidate.1) {
            all.push(candidate);
        }
    }
    all
}

pub(super) async fn key(context: &Context) -> Outcome<RelayerKey> {
    let settings = &context.settings;
    let (slot, key) = configured(settings)?;
    let relayer = url(settings.relayer_url.as_ref(), "relayer")?;
    let http = context.http()?;
    let addresses = addresses(settings, context.signer().ok().map(PrivateKeySigner::address));
    let mut rejected: Option<Failure> = None;
    for (sent, address) in addresses {
        match relayer::owner_of_key(http, relayer, &KeyHeaders { key: &key, address }).await {
            Ok(owner) => return Ok(RelayerKey { slot, sent, owner, rejected }),
            Err(failure @ Failure::Refused { status: 401 | 403, .. }) => {
                rejected = rejected.or(Some(failure));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(rejected.map_or_else(|| ProbeSkip::because("no wallet address for the relayer API key"), ProbeSkip::from))
}

pub(super) async fn transactions(context: &Context) -> Outcome<RelayerTransactions> {
    let settings = &context.settings;
    let (_, key) = configured(settings)?;
    let accepted = context.facts.borrow().relayer_key.known().map(|known| known.sent);
    let sent = accepted.ok_or(ProbeSkip::Blocked(Probe::RelayerKey))?;
    let relayer = url(settings.relayer_url.as_ref(), "relayer")?;
    let addresses = addresses(settings, context.signer().ok().map(PrivateKeySigner::address));
    let address = addresses.into_iter().find(|(form, _)| *form == sent).map(|(_, address)| address);
    let address = address.ok_or(ProbeSkip::Blocked(Probe::RelayerKey))?;
    Ok(relayer::transactions(context.http()?, relayer, &KeyHeaders { key: &key, address }).await?)
}

pub(super) async fn nonce(context: &Context) -> Outcome<RelayerNonce> {
    let settings = &context.settings;
    if settings.relayer_key.is_none() {
        return Err(ProbeSkip::because("no relayer API key is configured"));
    }
    let signer = context.signer()?.address();
    let kind = {
        let setup = &context.facts.borrow().setup;
        let maker = setup.maker();
        maker.and_then(|maker| setup.wallets.as_ref()?.kind_of(maker))
    };
    let kind = kind.filter(|kind| *kind != WalletKind::Eoa);
    let kind = kind.ok_or_else(|| ProbeSkip::because("the funder is not a wallet that the relayer serves"))?;
    let relayer = url(settings.relayer_url.as_ref(), "relayer")?;
    Ok(relayer::nonce(context.http()?, relayer, signer, kind).await?)
}
