//! What a person may ask for, by a key, from a menu or among the actions of a panel.

use super::panel::PanelId;

/// One thing that the dashboard does when it is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Quit,
    /// Quits even while something is typed.
    Interrupt,
    Help,
    NextPanel,
    PreviousPanel,
    Panel(PanelId),
    /// To the panel whose number stands on the key.
    NumberedPanel,
    Down,
    Up,
    First,
    Last,
    HalfPageDown,
    HalfPageUp,
    PageDown,
    PageUp,
    Open,
    Back,
    Search,
    ChoosePanel,
    Offers,
    Symptom,
    ProblemsOnly,
    NextProblem,
    PreviousProblem,
    Again,
    AllAgain,
    Copy,
    CopyReport,
    SaveReport,
    Watch,
    Mouse,
    /// Names the market that the checks are about.
    Market,
    ChooseProfile,
    /// By its place among the profiles that one may switch to.
    Profile(usize),
    ApplyFix,
    Addresses,
    NextPalette,
    Redraw,
    Suspend,
    /// Of one panel.
    Requests(Requests),
    Headers(Headers),
    Builder(Builder),
    Fleet(Fleet),
    Inspect(Inspect),
    /// Of the account; what changes it asks first.
    Account(Account),
}

/// In the list of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requests {
    Open,
    /// Of an opened request, or of the panel.
    Close,
}

/// With the request whose headers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headers {
    Edit,
    /// While it is edited, the field itself takes the key.
    NextField,
    /// Whose message is shown and copied.
    NextSet,
    SignAndCopy,
}

/// On the builder's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builder {
    NextView,
    ReadPage,
    ReadAll,
    Compare,
    /// Stops what goes on, or else leaves the panel.
    Stop,
}

/// With all profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fleet {
    Check,
    /// Stops what goes on, or else leaves the panel.
    Stop,
    Open,
}

/// With a text that is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inspect {
    Clear,
    /// The selected request of the list.
    Request,
}

/// With the account at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    UpdateBalance,
    ScanNonces,
    StopScan,
    CreateApiKey,
    SaveCredentials,
    RotateApiKey,
    DeleteApiKey,
    CreateReadonlyKey,
    RevokeBuilderKey,
}
