//! Which check would show a cause, so that its passing rules the cause out.

use super::Case;
use crate::cause::Cause;

/// The check that shows this cause when it is there; `None` for causes that only a captured request
/// or order can show.
pub(super) fn seen_by(cause: Cause) -> Option<&'static str> {
    use Cause as C;
    Some(match cause {
        C::KeyMissing | C::KeyMalformed | C::KeyIsMnemonic | C::KeyIsAddress | C::KeyOtherEncoding | C::KeyNoPrefix => {
            "key.format"
        }
        C::SettingInvalid | C::RelayerKeyOfOtherAddress => "setup.settings",
        C::EnvFileExposed => "setup.secrets",
        C::WrongHost
        | C::ClobUnreachable
        | C::ClobOutage
        | C::RateLimited
        | C::CloudflareBlocked
        | C::TlsFailure
        | C::ProxyTampering => "net.reach",
        C::PolygonNodeUnavailable | C::PolygonNodeWrongChain => "wallet.map",
        C::Geoblocked => "net.geoblock",
        C::ClockDrift => "clock.drift",
        C::WrongSignatureType => "wallet.signature-type",
        C::FunderMissing
        | C::FunderIsSigner
        | C::FunderNotControlled
        | C::FunderIsDepositAddress
        | C::DepositWalletDelegated
        | C::KeyNotWalletOwner => "wallet.funder",
        C::WalletNotDeployed => "wallet.deployed",
        C::WrongChainId => "creds.derive",
        C::NoKeyAtNonce | C::CredentialsOtherNonce => "creds.nonce",
        C::CredentialsIncomplete | C::SecretEncoding | C::BuilderCredentialsAsUser => "creds.match",
        C::CredentialsOtherAddress | C::CredentialsStale | C::CredentialsReactivated | C::CredentialsJustCreated => {
            "creds.l2"
        }
        C::ClosedOnly => "account.status",
        C::FundsInOtherWallet | C::WrongCollateralToken | C::BalanceMissing | C::BalanceCacheStale => "funds.balance",
        C::AllowanceMissing | C::AllowanceByWrongOwner | C::GasMissing => "funds.allowance",
        C::BuilderCredentialsInvalid | C::BuilderKeyRevoked | C::UserCredentialsAsBuilder | C::RelayerKeyAsBuilder => {
            "builder.credentials"
        }
        C::RemoteSignerUnreachable
        | C::RemoteSignerUnauthorized
        | C::RemoteSignerWrongPath
        | C::RemoteSignerWrongCredentials
        | C::RemoteSignerClock => "builder.signer",
        C::BuilderCodeMissing => "builder.attribution",
        _ => return None,
    })
}

/// What rules these causes out: a line for each check that would show some of them and passes.
pub(super) fn ruled_out(case: &Case<'_>, causes: &[Cause]) -> Vec<String> {
    let lines = case.findings.iter().filter(|(check, _)| case.passes(check)).filter_map(|(check, finding)| {
        let names: Vec<&str> =
            causes.iter().filter(|cause| seen_by(**cause) == Some(check)).map(|cause| cause.name()).collect();
        (!names.is_empty()).then(|| format!("{}: {check} says \"{}\"", names.join(", "), finding.summary))
    });
    lines.collect()
}
