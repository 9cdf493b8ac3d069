//! Which trades a request asks for.

use alloy_primitives::{Address, B256, U256};

use super::Trade;
use crate::sandbox::http::Received;

/// The parameters that all trade lists take.
#[derive(Default)]
pub(in crate::sandbox) struct Filter {
    id: Option<String>,
    market: Option<B256>,
    asset: Option<U256>,
    pub(super) maker: Option<Address>,
    /// Unix seconds, both exclusive.
    pub(super) before: Option<i64>,
    pub(super) after: Option<i64>,
}

impl Filter {
    /// The filter that a request asks for; `None` when a value makes no sense.
    pub(in crate::sandbox) fn read(received: &Received) -> Option<Self> {
        Some(Self {
            id: received.parameter("id").map(str::to_owned),
            market: received.parameter("market").map(str::parse).transpose().ok()?,
            asset: received.parameter("asset_id").map(str::parse).transpose().ok()?,
            maker: received
                .parameter("maker_address")
                .or(received.parameter("maker"))
                .map(str::parse)
                .transpose()
                .ok()?,
            before: received.parameter("before").map(str::parse).transpose().ok()?,
            after: received.parameter("after").map(str::parse).transpose().ok()?,
        })
    }

    pub(super) fn is_by_time_only(&self) -> bool {
        self.maker.is_none() && self.is_by_maker_only(true)
    }

    /// `known` says that the maker is looked at already.
    pub(super) fn is_by_maker_only(&self, known: bool) -> bool {
        known && self.id.is_none() && self.market.is_none() && self.asset.is_none()
    }

    pub(super) fn takes(&self, trade: &Trade) -> bool {
        self.id.as_ref().is_none_or(|id| *id == trade.id)
            && self.market.is_none_or(|market| market == trade.market)
            && self.asset.is_none_or(|asset| asset == trade.asset)
            && self.maker.is_none_or(|maker| maker == trade.maker)
    }
}
