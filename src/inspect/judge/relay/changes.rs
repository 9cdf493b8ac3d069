//! Known changes of a relayer's transaction between signing and sending.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};

use super::fields::Fields;
use super::search::{Slip, chain_id, nonce, wallet};
use crate::auth::contracts::{self, Chain};
use crate::auth::relay::{ProxyTransaction, SafeTransaction, Transaction, WalletBatch};
use crate::auth::wallet::WalletMap;
use crate::cause::Cause;
use crate::inspect::difference::Difference;
use crate::inspect::known::Known;

const MALFORMED: Cause = Cause::RelayerRequestMalformed;

/// Every known change, the likelier ones first.
pub(super) fn changes(transaction: &Transaction, fields: &Fields, known: &Known) -> Vec<(Transaction, Slip)> {
    let chain = contracts::chain(known.chain_id());
    let mut changes = Changes { transaction, all: Vec::new() };
    changes.chains();
    changes.nonces();
    changes.wallets(fields, known, chain);
    match transaction {
        Transaction::Safe(safe) => changes.of_safe(safe),
        Transaction::Proxy(proxy) => changes.of_proxy(proxy, fields, known, chain),
        Transaction::Wallet(batch) => changes.of_batch(batch),
        Transaction::SafeCreate(creation) => {
            if let Some(chain) = chain {
                let factory = chain.safe.factory;
                changes.add(MALFORMED, "to", &factory, &creation.factory, &|transaction| {
                    if let Transaction::SafeCreate(creation) = transaction {
                        creation.factory = factory;
                    }
                });
            }
        }
    }
    changes.all
}

struct Changes<'a> {
    transaction: &'a Transaction,
    all: Vec<(Transaction, Slip)>,
}

impl Changes<'_> {
    fn add(
        &mut self,
        cause: Cause,
        name: &str,
        signed: &dyn std::fmt::Display,
        sent: &dyn std::fmt::Display,
        make: &dyn Fn(&mut Transaction),
    ) {
        let (signed, sent) = (signed.to_string(), sent.to_string());
        if signed == sent {
            return;
        }
        let mut changed = self.transaction.clone();
        make(&mut changed);
        let (but, fix) = match (cause, name) {
            (Cause::WrongChainId, _) => {
                (format!("the wallet is on chain {sent}"), format!("Sign with chain ID {sent}"))
            }
            // there is one that is right, and it was signed
            (_, "relayHub" | "to") => (format!("the request has {sent}"), format!("Set {name} to {signed}")),
            _ => (
                format!("the request has {sent}"),
                format!("Send {name} {signed}, as it was signed, or sign again with {sent}"),
            ),
        };
        let difference = Difference::of(name, &signed, &sent);
        self.all.push((changed, Slip { cause, signed: format!("with {name} {signed}"), but, fix, difference }));
    }

    fn chains(&mut self) {
        let Some(sent) = chain_id(self.transaction) else { return };
        for signed in [137_u64, 80002, 1, 80001, 31337] {
            self.add(Cause::WrongChainId, "chain ID", &signed, &sent, &|transaction| match transaction {
                Transaction::Safe(safe) => safe.chain_id = signed,
                Transaction::SafeCreate(creation) => creation.chain_id = signed,
                Transaction::Wallet(batch) => batch.chain_id = signed,
                Transaction::Proxy(_) => {}
            });
        }
    }

    fn nonces(&mut self) {
        let Some(sent) = nonce(self.transaction) else { return };
        let one = U256::from(1);
        let near = [sent.checked_add(one), sent.checked_sub(one), Some(U256::ZERO), sent.checked_sub(one + one)];
        for signed in near.into_iter().flatten() {
            self.add(MALFORMED, "nonce", &signed, &sent, &|transaction| match transaction {
                Transaction::Safe(safe) => safe.nonce = signed,
                Transaction::Proxy(proxy) => proxy.nonce = signed,
                Transaction::Wallet(batch) => batch.nonce = signed,
                Transaction::SafeCreate(_) => {}
            });
        }
    }

    fn wallets(&mut self, fields: &Fields, known: &Known, chain: Option<&Chain>) {
        let Some(sent) = wallet(self.transaction) else { return };
        let signers = [fields.from, known.signer].into_iter().flatten();
        let own = signers.flat_map(|signer| {
            let map = chain.map(|chain| WalletMap::derive(chain, signer));
            map.iter().flat_map(WalletMap::iter).map(|(_, wallet)| wallet).collect::<Vec<_>>()
        });
        let wallets: BTreeSet<Address> = own.chain(known.funder).chain(fields.to).collect();
        for signed in wallets {
            self.add(MALFORMED, "the wallet", &signed, &sent, &|transaction| match transaction {
                Transaction::Safe(safe) => safe.safe = signed,
                Transaction::Wallet(batch) => batch.wallet = signed,
                Transaction::Proxy(_) | Transaction::SafeCreate(_) => {}
            });
        }
    }

    fn of_safe(&mut self, safe: &SafeTransaction) {
        let change = |make: fn(&mut SafeTransaction)| {
            move |transaction: &mut Transaction| {
                if let Transaction::Safe(safe) = transaction {
                    make(safe);
                }
            }
        };
        let other = 1 - safe.operation.min(1);
        self.add(
            MALFORMED,
            "operation",
            &other,
            &safe.operation,
            &change(|safe| safe.operation = 1 - safe.operation.min(1)),
        );
        self.add(MALFORMED, "value", &0, &safe.value, &change(|safe| safe.value = U256::ZERO));
        let sent = [safe.safe_tx_gas, safe.base_gas, safe.gas_price].map(|gas| gas.to_string()).join(", ");
        let none = |safe: &mut SafeTransaction| {
            (safe.safe_tx_gas, safe.base_gas, safe.gas_price) = (U256::ZERO, U256::ZERO, U256::ZERO);
        };
        self.add(MALFORMED, "safeTxnGas, baseGas, gasPrice", &"0, 0, 0", &sent, &change(none));
    }

    fn of_proxy(&mut self, proxy: &ProxyTransaction, fields: &Fields, known: &Known, chain: Option<&Chain>) {
        let mut change =
            |name: &str, signed: Option<Address>, sent: Address, place: fn(&mut ProxyTransaction) -> &mut Address| {
                let Some(signed) = signed else { return };
                self.add(MALFORMED, name, &signed, &sent, &|transaction| {
                    if let Transaction::Proxy(proxy) = transaction {
                        *place(proxy) = signed;
                    }
                });
            };
        change("relayHub", chain.and_then(|chain| chain.relay.hub), proxy.hub, |proxy| &mut proxy.hub);
        change("to", chain.map(|chain| chain.proxy.factory), proxy.to, |proxy| &mut proxy.to);
        change("the wallet as to,", fields.wallet, proxy.to, |proxy| &mut proxy.to);
        change("from", known.signer, proxy.from, |proxy| &mut proxy.from);
        for limit in [10_000_000_u64, 0] {
            let limit = U256::from(limit);
            self.add(MALFORMED, "gasLimit", &limit, &proxy.gas_limit, &|transaction| {
                if let Transaction::Proxy(proxy) = transaction {
                    proxy.gas_limit = limit;
                }
            });
        }
    }

    fn of_batch(&mut self, batch: &WalletBatch) {
        let thousand = U256::from(1000);
        for signed in [batch.deadline.saturating_mul(thousand), batch.deadline / thousand] {
            self.add(MALFORMED, "deadline", &signed, &batch.deadline, &|transaction| {
                if let Transaction::Wallet(batch) = transaction {
                    batch.deadline = signed;
                }
            });
        }
    }
}
