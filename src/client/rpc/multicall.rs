//! Many calls in one, by a contract that makes them: Multicall3, which stands at the same address on
//! Polygon, Amoy and most other chains (github.com/mds1/multicall3).

use alloy_primitives::{Address, Bytes, address};
use alloy_sol_types::{SolCall, sol};

use super::{Call, Reply, reason_of};

const MULTICALL3: Address = address!("0xcA11bde05977b3631167028862bE2a173976CA11");

/// For fewer calls it is not worth it.
const LEAST: usize = 4;

sol! {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result3 {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call3[] calls) external payable returns (Result3[] returnData);
    function getEthBalance(address addr) external view returns (uint256 balance);
    function getChainId() external view returns (uint256 chainid);
}

impl Call {
    /// The same as a call that a contract can make; code cannot be had that way.
    fn by_a_contract(&self) -> Option<Call3> {
        let (target, data) = match (self.method, &self.about) {
            ("eth_call", Some((to, data))) => (*to, data.clone()),
            ("eth_getBalance", Some((addr, _))) => (MULTICALL3, getEthBalanceCall { addr: *addr }.abi_encode()),
            ("eth_chainId", _) => (MULTICALL3, getChainIdCall {}.abi_encode()),
            _ => return None,
        };
        Some(Call3 { target, allowFailure: true, callData: data.into() })
    }
}

/// The call that makes all of these that a contract can make; none where that are too few.
pub(super) fn call(calls: &[Call]) -> Option<Call> {
    let made: Vec<Call3> = calls.iter().filter_map(Call::by_a_contract).collect();
    (made.len() >= LEAST).then(|| Call::of(MULTICALL3, &aggregate3Call { calls: made }))
}

/// What it gave, in the order of the calls; `None` when there is no such contract. A call that ended
/// without a word, as one that had no gas left, is left to be made by itself.
pub(super) fn replies(calls: &[Call], data: &Bytes) -> Option<Vec<Option<Reply>>> {
    let mut results = aggregate3Call::abi_decode_returns(data).ok()?.into_iter();
    let reply = |result: Result3| match result {
        Result3 { success: true, returnData } => Some(Reply::Data(returnData)),
        Result3 { returnData, .. } if returnData.is_empty() => None,
        Result3 { returnData, .. } => {
            Some(Reply::Reverted { reason: reason_of(&returnData, "reverted without a reason") })
        }
    };
    let replies: Option<Vec<_>> = calls
        .iter()
        .map(|call| Some(if call.by_a_contract().is_some() { reply(results.next()?) } else { None }))
        .collect();
    replies.filter(|_| results.next().is_none())
}
