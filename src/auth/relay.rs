//! Transactions for the relayer: what the owner of a wallet signs so that the wallet acts without gas of its
//! own.
//!
//! A Safe takes typed data of its own domain, mostly signed as a message (`eth_sign`), which it tells by a
//! last byte that is 4 larger; a proxy takes a packed hash that begins with `rlx:`, signed as a message; a
//! deposit wallet takes typed data (source of the official relayer clients).

use alloy_primitives::{Address, B256, Bytes, U256, eip191_hash_message, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct as _, eip712_domain, sol};

sol! {
    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }

    struct CreateProxy {
        address paymentToken;
        uint256 payment;
        address paymentReceiver;
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Call {
        address target;
        uint256 value;
        bytes data;
    }

    struct Batch {
        address wallet;
        uint256 nonce;
        uint256 deadline;
        Call[] calls;
    }
}

/// The name in the domain under which a Safe is created.
pub(crate) const SAFE_FACTORY_NAME: &str = "Polymarket Contract Proxy Factory";
/// Name and version in the domain of a deposit wallet.
pub(crate) const DEPOSIT_WALLET_DOMAIN: (&str, &str) = ("DepositWallet", "1");

/// What is done, as it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Transaction {
    Safe(SafeTransaction),
    SafeCreate(SafeCreation),
    Proxy(ProxyTransaction),
    Wallet(WalletBatch),
}

/// A transaction of a Safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SafeTransaction {
    pub(crate) chain_id: u64,
    pub(crate) safe: Address,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    /// 0 call, 1 delegate call.
    pub(crate) operation: u8,
    pub(crate) safe_tx_gas: U256,
    pub(crate) base_gas: U256,
    pub(crate) gas_price: U256,
    pub(crate) gas_token: Address,
    pub(crate) refund_receiver: Address,
    pub(crate) nonce: U256,
}

/// The creation of a Safe by its factory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SafeCreation {
    pub(crate) chain_id: u64,
    pub(crate) factory: Address,
    pub(crate) payment_token: Address,
    pub(crate) payment: U256,
    pub(crate) payment_receiver: Address,
}

/// A call of the proxy factory, through the relay hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProxyTransaction {
    pub(crate) from: Address,
    /// The proxy factory.
    pub(crate) to: Address,
    pub(crate) data: Bytes,
    pub(crate) fee: U256,
    pub(crate) gas_price: U256,
    pub(crate) gas_limit: U256,
    pub(crate) nonce: U256,
    pub(crate) hub: Address,
    /// The relayer's own account that sends it.
    pub(crate) relay: Address,
}

/// Calls of a deposit wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WalletBatch {
    pub(crate) chain_id: u64,
    /// The contract in the domain, and the wallet in the struct.
    pub(crate) wallet: Address,
    pub(crate) nonce: U256,
    /// Unix seconds.
    pub(crate) deadline: U256,
    pub(crate) calls: Vec<Call>,
}

impl Transaction {
    /// The hash that is signed, or of which a message is signed.
    pub(crate) fn hash(&self) -> B256 {
        match self {
            Self::Safe(safe) => safe.hash(),
            Self::SafeCreate(creation) => creation.hash(),
            Self::Proxy(proxy) => proxy.hash(),
            Self::Wallet(batch) => batch.hash(),
        }
    }
}

impl SafeTransaction {
    fn hash(&self) -> B256 {
        let domain = eip712_domain! { chain_id: self.chain_id, verifying_contract: self.safe, };
        SafeTx {
            to: self.to,
            value: self.value,
            data: self.data.clone(),
            operation: self.operation,
            safeTxGas: self.safe_tx_gas,
            baseGas: self.base_gas,
            gasPrice: self.gas_price,
            gasToken: self.gas_token,
            refundReceiver: self.refund_receiver,
            nonce: self.nonce,
        }
        .eip712_signing_hash(&domain)
    }
}

impl SafeCreation {
    fn hash(&self) -> B256 {
        let domain = Eip712Domain::new(
            Some(SAFE_FACTORY_NAME.into()),
            None,
            Some(U256::from(self.chain_id)),
            Some(self.factory),
            None,
        );
        CreateProxy { paymentToken: self.payment_token, payment: self.payment, paymentReceiver: self.payment_receiver }
            .eip712_signing_hash(&domain)
    }
}

impl ProxyTransaction {
    fn hash(&self) -> B256 {
        let word = |number: U256| number.to_be_bytes::<32>();
        let [fee, price, limit, nonce] = [self.fee, self.gas_price, self.gas_limit, self.nonce].map(word);
        let (from, to): (&[u8], &[u8]) = (self.from.as_slice(), self.to.as_slice());
        let parts = [b"rlx:", from, to, &self.data, &fee, &price, &limit, &nonce, self.hub.as_slice()];
        keccak256([parts.concat().as_slice(), self.relay.as_slice()].concat())
    }
}

impl WalletBatch {
    fn hash(&self) -> B256 {
        let (name, version) = DEPOSIT_WALLET_DOMAIN;
        let domain = Eip712Domain::new(
            Some(name.into()),
            Some(version.into()),
            Some(U256::from(self.chain_id)),
            Some(self.wallet),
            None,
        );
        Batch { wallet: self.wallet, nonce: self.nonce, deadline: self.deadline, calls: self.calls.clone() }
            .eip712_signing_hash(&domain)
    }
}

/// How a hash is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// The hash itself, as typed data are.
    Hash,
    /// A message (`personal_sign`) of the 32 bytes.
    Message,
    /// A message of the hash's text in hex: 66 characters.
    MessageOfText,
}

impl Signing {
    pub(crate) const ALL: [Self; 3] = [Self::Hash, Self::Message, Self::MessageOfText];

    /// The 32 bytes that go into the signature.
    pub(crate) fn digest(self, hash: B256) -> B256 {
        match self {
            Self::Hash => hash,
            Self::Message => eip191_hash_message(hash),
            Self::MessageOfText => eip191_hash_message(hash.to_string()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use alloy_primitives::{Signature, address, bytes};
    use alloy_sol_types::SolCall as _;

    use super::*;

    sol! {
        #[derive(Debug)]
        struct ProxyCall {
            uint8 typeCode;
            address to;
            uint256 value;
            bytes data;
        }

        function proxy(ProxyCall[] calls);
    }

    const OWNER: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    const USDC: Address = address!("2791Bca1f2de4661ED88A30C99A7a9449Aa84174");

    pub(crate) fn approval() -> Bytes {
        bytes!(
            "095ea7b30000000000000000000000004d97dcd97ec945f40cf65f87097ace5ea0476045ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        )
    }

    /// The data of a proxy's call that approves the conditional tokens.
    pub(crate) fn proxy_data() -> Bytes {
        let call = ProxyCall { typeCode: 1, to: USDC, value: U256::ZERO, data: approval() };
        proxyCall { calls: vec![call] }.abi_encode().into()
    }

    fn recovered(signing: Signing, transaction: &Transaction, signature: &str) -> Address {
        let mut bytes = alloy_primitives::hex::decode(signature).unwrap();
        if bytes[64] > 30 {
            bytes[64] -= 4;
        }
        let signature = Signature::from_raw(&bytes).unwrap();
        signature.recover_address_from_prehash(&signing.digest(transaction.hash())).unwrap()
    }

    /// The signatures in the tests of the official relayer clients for TypeScript and Python.
    #[test]
    fn hashes_are_those_that_the_official_clients_sign() {
        let safe = address!("d93B25Cb943D14d0d34FBAf01fc93a0F8b5f6e47");
        let transaction = Transaction::Safe(SafeTransaction {
            chain_id: 137,
            safe,
            to: USDC,
            value: U256::ZERO,
            data: approval(),
            operation: 0,
            safe_tx_gas: U256::ZERO,
            base_gas: U256::ZERO,
            gas_price: U256::ZERO,
            gas_token: Address::ZERO,
            refund_receiver: Address::ZERO,
            nonce: U256::ZERO,
        });
        let signature = "0xf368488355b0566e99eff3bccc35e98b77d8f3a6e6866176188488c34f0305b07e4a4c600c7a1592e4ac1e96b5887ebff2cb26987a3ad501006b39944df098c21f";
        assert_eq!(recovered(Signing::Message, &transaction, signature), OWNER);
        assert_ne!(recovered(Signing::Hash, &transaction, signature), OWNER);
        let proxy = Transaction::Proxy(ProxyTransaction {
            from: OWNER,
            to: address!("aB45c5A4B0c941a2F231C04C3f49182e1A254052"),
            data: proxy_data(),
            fee: U256::ZERO,
            gas_price: U256::ZERO,
            gas_limit: U256::from(85338),
            nonce: U256::ZERO,
            hub: address!("D216153c06E857cD7f72665E0aF1d7D82172F494"),
            relay: address!("ae700edfd9ab986395f3999fe11177b9903a52f1"),
        });
        let signature = "0x4c18e2d2294a00d686714aff8e7936ab657cb4655dfccb2b556efadcb7e835f800dc2fecec69c501e29bb36ecb54b4da6b7c410c4dc740a33af2afde2b77297e1b";
        assert_eq!(recovered(Signing::Message, &proxy, signature), OWNER);
        let creation = Transaction::SafeCreate(SafeCreation {
            chain_id: 137,
            factory: address!("aacFeEa03eb1561C4e67d661e40682Bd20E3541b"),
            payment_token: Address::ZERO,
            payment: U256::ZERO,
            payment_receiver: Address::ZERO,
        });
        let signature = "0xe3e791c24134b7bebe93b4771bd07c7fe7bbe115eeb0bf629ac3b7a435e7ac8d05f979729d873f7d0e16205becf48ee450aa382bc28c65eedcd6454e81d81f921b";
        assert_eq!(recovered(Signing::Hash, &creation, signature), OWNER);
        let call = Call {
            target: address!("0000000000000000000000000000000000000001"),
            value: U256::ZERO,
            data: bytes!(
                "095ea7b30000000000000000000000000000000000000000000000000000000000000002ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            ),
        };
        let batch = Transaction::Wallet(WalletBatch {
            chain_id: 137,
            wallet: address!("a2927E7834648F1C03b4961CeeA4597292e3c025"),
            nonce: U256::ZERO,
            deadline: U256::from(1_234_567_890),
            calls: vec![call],
        });
        let signature = "0x7827946c566e7860f6c5f2e641587ed6928989c8618e463a00dd56832e7300023b7436c67a2ea82d6d506b1a5eda3e27526e9e2ffaad52128d75c47c2e9d1fac1b";
        assert_eq!(recovered(Signing::Hash, &batch, signature), OWNER);
    }

    /// A batch of two approvals, whose hash the Python client's tests have.
    #[test]
    fn a_delegate_call_of_a_safe_has_the_hash_of_the_python_client() {
        let one =
            format!("00{:x}{}{:064x}{}", USDC, "0".repeat(64), 0x44, approval().to_string().trim_start_matches("0x"));
        let data = format!("0x8d80ff0a{:064x}{:064x}{one}{one}{}", 32, 0x132, "0".repeat(28));
        let transaction = Transaction::Safe(SafeTransaction {
            chain_id: 137,
            safe: address!("d93B25Cb943D14d0d34FBAf01fc93a0F8b5f6e47"),
            to: address!("A238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"),
            value: U256::ZERO,
            data: data.parse().unwrap(),
            operation: 1,
            safe_tx_gas: U256::ZERO,
            base_gas: U256::ZERO,
            gas_price: U256::ZERO,
            gas_token: Address::ZERO,
            refund_receiver: Address::ZERO,
            nonce: U256::from(8),
        });
        assert_eq!(
            transaction.hash().to_string(),
            "0x06d5102c3e356b62a75f8203cd5ce7ab1fa8fdab33875ef621eee102220d90b8"
        );
    }
}
