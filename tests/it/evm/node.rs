//! A local Ethereum node, and compiled contracts to put on it; `tests/evm/prepare` installs both.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use polydoctor::auth::contracts::{self, Chain, POLYGON};
use polydoctor::auth::wallet::{CodeClass, classify_code};
use polydoctor::auth::wallet_signature::SignatureForm;
use polydoctor::client::chain::{self, Subjects};
use polydoctor::client::http::Http;
use polydoctor::client::rpc::Node;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{ChainState, Failure, Ownership};
use reqwest::Client;
use serde_json::{Value, json};
use url::Url;

use crate::support::client;

/// Where `tests/evm/prepare` puts everything.
fn prepared(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/evm").join(path)
}

/// Creation code of a compiled contract, by the path of its artifact below `node_modules`.
pub(super) fn creation_code(path: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(prepared(path)).unwrap();
    let artifact: Value = serde_json::from_str(&text).unwrap();
    hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap()
}

/// Anvil, ended when dropped.
pub(super) struct Anvil {
    process: Child,
    pub(super) url: Url,
    http: Client,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Anvil {
    /// A fresh node of Polygon.
    ///
    /// `None`, and a line on standard error, where it is not installed; in CI that is a failure.
    pub(super) async fn polygon() -> Option<Self> {
        Self::of_chain(POLYGON).await
    }

    pub(super) async fn of_chain(id: u64) -> Option<Self> {
        if !prepared("prepared").exists() {
            let missing = "the tests on a real EVM need tests/evm/prepare to be run first";
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            // not a macro: those are kept from the screen when a test passes
            let _ = std::io::stderr().write_all(format!("\nskipped: {missing}\n").as_bytes());
            return None;
        }
        let mut process = Command::new(prepared("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"))
            .args(["--port", "0", "--auto-impersonate", "--block-base-fee-per-gas", "0", "--gas-price", "0"])
            .args(["--chain-id", &id.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned)).unwrap();
        // whoever writes to a closed pipe ends
        std::thread::spawn(move || lines.for_each(drop));
        let anvil = Self { process, url: format!("http://{address}").parse().unwrap(), http: client() };
        anvil.set_tokens().await;
        Some(anvil)
    }

    /// Tokens that nobody has any of: they answer a word of zero to everything. On the chain itself each of
    /// them has code.
    async fn set_tokens(&self) {
        let tokens = &polygon().tokens;
        for token in [Some(tokens.pusd), Some(tokens.usdc_e), tokens.usdc, Some(tokens.conditional)] {
            self.set_code(token.unwrap(), &hex!("60206000f3")).await;
        }
    }

    /// The whole answer, which may be an error.
    pub(super) async fn answer(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.http.post(self.url.clone()).json(&body).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub(super) async fn rpc(&self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params).await;
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Sends a transaction that must succeed. Anyone can be its sender.
    pub(super) async fn transact(&self, mut transaction: Value) {
        transaction["gas"] = json!("0xf42400");
        transaction["gasPrice"] = if transaction["type"].is_null() { json!("0x0") } else { Value::Null };
        let hash = self.rpc("eth_sendTransaction", json!([transaction])).await;
        let receipt = self.receipt(&hash).await;
        assert_eq!(receipt["status"], "0x1", "{receipt}");
    }

    /// Blocks are made at once, but not before the transaction is answered.
    async fn receipt(&self, hash: &Value) -> Value {
        loop {
            let receipt = self.rpc("eth_getTransactionReceipt", json!([hash])).await;
            if !receipt.is_null() {
                return receipt;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) async fn call(&self, from: Address, to: Address, function: &impl SolCall) {
        let data = hex::encode_prefixed(function.abi_encode());
        self.transact(json!({ "from": from, "to": to, "data": data })).await;
    }

    pub(super) async fn set_code(&self, at: Address, code: &[u8]) {
        self.rpc("anvil_setCode", json!([at, hex::encode_prefixed(code)])).await;
    }

    pub(super) async fn code(&self, at: Address) -> Bytes {
        serde_json::from_value(self.rpc("eth_getCode", json!([at, "latest"])).await).unwrap()
    }

    pub(super) async fn set_storage(&self, at: Address, slot: U256, value: B256) {
        self.rpc("anvil_setStorageAt", json!([at, slot, value])).await;
    }

    /// Makes a contract at an address of choice: its constructor runs there, and what it returns is
    /// the code, as in every creation. `arguments` are ABI-encoded.
    pub(super) async fn create_at(&self, at: Address, artifact: &str, arguments: &[u8]) {
        let code = [&creation_code(artifact), arguments].concat();
        self.set_code(at, &code).await;
        let made = self.rpc("eth_call", json!([{ "to": at }, "latest"])).await;
        self.transact(json!({ "from": Address::repeat_byte(0xcc), "to": at })).await;
        self.rpc("anvil_setCode", json!([at, made])).await;
    }

    /// What the program itself reads of these addresses, the first of which is the maker.
    pub(super) async fn read(&self, signer: Address, wallets: &[Address]) -> Result<ChainState, Failure> {
        read_from(&self.url, signer, wallets).await
    }

    /// What a wallet says to signatures of a key in every form that its code could take.
    pub(super) async fn ask(&self, wallet: Address, key: &PrivateKeySigner) -> Ownership {
        ask_at(&self.url, wallet, classify_code(polygon(), &self.code(wallet).await), key).await
    }
}

pub(super) fn polygon() -> &'static Chain {
    contracts::chain(POLYGON).unwrap()
}

/// The program's own HTTP client.
fn http() -> Http {
    Http::new(Duration::from_secs(10))
}

pub(super) async fn read_from(url: &Url, signer: Address, wallets: &[Address]) -> Result<ChainState, Failure> {
    let subjects = Subjects { wallets: wallets.to_vec(), maker: wallets.first().copied(), signer: Some(signer) };
    chain::read(&Node { http: &http(), url, probe: Probe::Chain }, polygon(), &subjects).await
}

pub(super) async fn ask_at(url: &Url, wallet: Address, code: CodeClass, key: &PrivateKeySigner) -> Ownership {
    let node = Node { http: &http(), url, probe: Probe::Ownership };
    chain::ownership(&node, polygon(), wallet, key, SignatureForm::of_code(code)).await.unwrap()
}
