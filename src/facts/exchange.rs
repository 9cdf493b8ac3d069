//! What the exchange contract says of an order.

/// The answer to the question whether the contract takes an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeAnswer {
    Known {
        /// Why the signature is not accepted, in the contract's words; `None` where it is.
        error: Option<String>,
        /// Filled or cancelled on chain.
        is_filled: bool,
        /// The maker has called `pauseUser`.
        is_maker_paused: bool,
        /// The admin has paused trading.
        is_paused: bool,
        /// Whether there is a contract at the maker.
        has_maker_code: bool,
    },
    /// The node answered, and it does not follow.
    Unknown { reason: String },
}
