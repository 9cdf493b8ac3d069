//! What panels remember between frames, each for itself.

pub mod builder;
pub mod checklist;
pub mod clock;
pub mod credentials;
pub mod errors;
pub mod fleet;
pub mod headers;
pub mod inspect;
pub mod live;
pub mod requests;

#[derive(Debug, Default)]
pub struct States {
    pub builder: builder::State,
    pub checklist: checklist::State,
    pub clock: clock::State,
    pub credentials: credentials::State,
    pub errors: errors::State,
    pub fleet: fleet::State,
    pub headers: headers::State,
    pub inspect: inspect::State,
    pub live: live::State,
    pub requests: requests::State,
}

impl States {
    /// Lets go of what was found out about the account: another one may be in force now.
    pub(in crate::tui) fn forget_account(&mut self) {
        self.clock = clock::State::default();
        self.credentials = credentials::State::default();
        self.headers = headers::State::default();
        self.inspect = inspect::State::default();
        self.live = live::State::default();
        self.requests = requests::State::default();
    }
}
