//! `eth_call`: the read functions of the contracts that a wallet check asks.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolInterface as _, sol};

use super::exchange;
use super::ledger::{Holder, Ledger};
use super::markets;
use crate::auth::order;
use crate::auth::wallet::{WalletKind, WalletMap};
use crate::auth::wallet_signature::{nested_signer, plain_signer, safe_message_signer};

sol! {
    interface Erc20 {
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function decimals() external view returns (uint8);
    }
    interface Erc1155 {
        function balanceOf(address owner, uint256 id) external view returns (uint256);
        function isApprovedForAll(address owner, address operator) external view returns (bool);
    }
    interface Safe {
        function getOwners() external view returns (address[]);
        function isOwner(address owner) external view returns (bool);
        function getThreshold() external view returns (uint256);
        function nonce() external view returns (uint256);
        function VERSION() external view returns (string);
        function masterCopy() external view returns (address);
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    }
    interface DepositWallet {
        function owner() external view returns (address);
        function factory() external view returns (address);
        function nonce() external view returns (uint256);
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
        function sessionSignerAuthorizedUntil(address signer) external view returns (uint256);
    }
    interface DepositFactory {
        function BEACON() external view returns (address);
    }
    interface Exchange {
        function getPolyProxyWalletAddress(address signer) external view returns (address);
        function getSafeAddress(address signer) external view returns (address);
    }
}

/// A call that the contract refuses.
pub(super) enum Reverted {
    /// What contracts do with functions that they do not have.
    Silently,
    Saying(&'static str),
    /// By the selector of an error that has a name.
    Named([u8; 4]),
}

const SILENTLY: Reverted = Reverted::Silently;
/// Until when session keys may sign, in Unix seconds: the beginning of 2100.
const SESSION_END_S: u64 = 4_102_444_800;
/// What a Safe says to a signature of somebody else.
const NO_OWNER: Reverted = Reverted::Saying("GS026");

/// What a contract answers; nothing where there is none.
pub(super) fn call(ledger: &Ledger, to: Address, data: &[u8]) -> Result<Bytes, Reverted> {
    if ledger.code(to).is_empty() {
        return Ok(Bytes::new());
    }
    if let Some(holder) = ledger.holder(to) {
        return match holder.kind {
            Some(WalletKind::Safe) => safe(ledger, to, holder, data),
            Some(WalletKind::DepositUups | WalletKind::DepositBeacon) => deposit_wallet(ledger, to, holder, data),
            // A proxy exposes nothing, and foreign code is unknown.
            _ => Err(SILENTLY),
        };
    }
    let chain = ledger.chain;
    let is_shares = |token| ledger.grants.iter().any(|grant| grant.shares && grant.token == token);
    if [chain.tokens.pusd, chain.tokens.usdc_e].contains(&to) || chain.tokens.usdc == Some(to) {
        erc20(ledger, to, data)
    } else if is_shares(to) {
        erc1155(ledger, to, data)
    } else if to == chain.deposit.factory {
        deposit_factory(ledger, data)
    } else if [chain.exchanges.v1, chain.exchanges.v1_neg_risk].contains(&to) {
        exchange_v1(ledger, data)
    } else if [chain.exchanges.v2, chain.exchanges.v2_neg_risk].contains(&to) {
        exchange::call(ledger, to, data)
    } else {
        Err(SILENTLY)
    }
}

/// A function's return value as it goes over the wire.
pub(super) fn returns<C: SolCall>(value: &C::Return) -> Bytes {
    C::abi_encode_returns(value).into()
}

fn erc20(ledger: &Ledger, token: Address, data: &[u8]) -> Result<Bytes, Reverted> {
    use Erc20::{Erc20Calls as Calls, allowanceCall, balanceOfCall, decimalsCall};
    Ok(match Calls::abi_decode(data).map_err(|_| SILENTLY)? {
        Calls::balanceOf(call) => returns::<balanceOfCall>(&ledger.balance(token, call.owner)),
        Calls::allowance(call) => returns::<allowanceCall>(&ledger.allowance(token, call.owner, call.spender)),
        Calls::decimals(_) => returns::<decimalsCall>(&6),
    })
}

fn erc1155(ledger: &Ledger, token: Address, data: &[u8]) -> Result<Bytes, Reverted> {
    use Erc1155::{Erc1155Calls as Calls, balanceOfCall, isApprovedForAllCall};
    Ok(match Calls::abi_decode(data).map_err(|_| SILENTLY)? {
        Calls::balanceOf(call) => {
            let is_account = ledger.holder(call.owner).is_some_and(|holder| holder.approvals.is_some());
            returns::<balanceOfCall>(&if is_account { markets::shares(call.id) } else { U256::ZERO })
        }
        Calls::isApprovedForAll(call) => {
            returns::<isApprovedForAllCall>(&ledger.is_granted(token, call.owner, call.operator))
        }
    })
}

fn safe(ledger: &Ledger, safe: Address, holder: &Holder, data: &[u8]) -> Result<Bytes, Reverted> {
    use Safe::{
        SafeCalls as Calls, VERSIONCall, getOwnersCall, getThresholdCall, isOwnerCall, isValidSignatureCall,
        masterCopyCall, nonceCall,
    };
    Ok(match Calls::abi_decode(data).map_err(|_| SILENTLY)? {
        Calls::getOwners(_) => returns::<getOwnersCall>(&vec![holder.owner]),
        Calls::isOwner(call) => returns::<isOwnerCall>(&(call.owner == holder.owner)),
        Calls::getThreshold(_) => returns::<getThresholdCall>(&U256::ONE),
        Calls::nonce(_) => returns::<nonceCall>(&U256::from(3)),
        Calls::VERSION(_) => returns::<VERSIONCall>(&"1.3.0".to_owned()),
        Calls::masterCopy(_) => returns::<masterCopyCall>(&ledger.chain.safe.implementation),
        Calls::isValidSignature(call) => {
            let signer = safe_message_signer(ledger.chain.id, safe, call.hash, &call.signature);
            let accepted = signer.filter(|signer| *signer == holder.owner).ok_or(NO_OWNER);
            accepted.map(|_| returns::<isValidSignatureCall>(&isValidSignatureCall::SELECTOR.into()))?
        }
    })
}

fn deposit_wallet(ledger: &Ledger, wallet: Address, holder: &Holder, data: &[u8]) -> Result<Bytes, Reverted> {
    use DepositWallet::{
        DepositWalletCalls as Calls, factoryCall, isValidSignatureCall, nonceCall, ownerCall,
        sessionSignerAuthorizedUntilCall,
    };
    Ok(match Calls::abi_decode(data).map_err(|_| SILENTLY)? {
        Calls::owner(_) => returns::<ownerCall>(&holder.owner),
        Calls::factory(_) => returns::<factoryCall>(&ledger.chain.deposit.factory),
        Calls::nonce(_) => returns::<nonceCall>(&U256::from(3)),
        Calls::sessionSignerAuthorizedUntil(call) => {
            let until = if holder.session_keys.contains(&call.signer) { SESSION_END_S } else { 0 };
            returns::<sessionSignerAuthorizedUntilCall>(&U256::from(until))
        }
        Calls::isValidSignature(call) => {
            let is_accepted = accepts(ledger, wallet, holder, call.hash, &call.signature);
            let verdict = if is_accepted { isValidSignatureCall::SELECTOR } else { [0xff; 4] };
            returns::<isValidSignatureCall>(&verdict.into())
        }
    })
}

/// Whether a deposit wallet takes a signature for its owner's, or for that of a session key.
pub(super) fn accepts(ledger: &Ledger, wallet: Address, holder: &Holder, hash: B256, signature: &[u8]) -> bool {
    if let Some((key, nested)) = order::session(signature) {
        let signer = nested_signer(ledger.chain.id, wallet, hash, &nested);
        return signer == Some(key) && holder.session_keys.contains(&key);
    }
    let signers = [plain_signer(hash, signature), nested_signer(ledger.chain.id, wallet, hash, signature)];
    signers.contains(&Some(holder.owner))
}

fn deposit_factory(ledger: &Ledger, data: &[u8]) -> Result<Bytes, Reverted> {
    use DepositFactory::{BEACONCall, DepositFactoryCalls as Calls};
    let Calls::BEACON(_) = Calls::abi_decode(data).map_err(|_| SILENTLY)?;
    // Where there is no beacon yet, the factory does not know the function.
    ledger.chain.deposit.beacon.map(|beacon| returns::<BEACONCall>(&beacon)).ok_or(SILENTLY)
}

fn exchange_v1(ledger: &Ledger, data: &[u8]) -> Result<Bytes, Reverted> {
    use Exchange::{ExchangeCalls as Calls, getPolyProxyWalletAddressCall, getSafeAddressCall};
    let map = |signer| WalletMap::derive(ledger.chain, signer);
    Ok(match Calls::abi_decode(data).map_err(|_| SILENTLY)? {
        Calls::getPolyProxyWalletAddress(call) => returns::<getPolyProxyWalletAddressCall>(&map(call.signer).proxy),
        Calls::getSafeAddress(call) => returns::<getSafeAddressCall>(&map(call.signer).safe),
    })
}
