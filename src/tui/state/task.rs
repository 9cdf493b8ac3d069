//! Work beside the run: what the dashboard asks for, and what comes back.
//!
//! The dashboard says what with [`Command::Start`](super::message::Command::Start); `cli/dashboard`
//! does it; what it finds arrives as [`News`]. A task is cancelled by dropping it.

use alloy_primitives::U256;

use super::panels::builder::BuilderNews;
use super::panels::credentials::AccountKeys;
use super::panels::fleet::Progress;
use super::panels::headers::{SignedSets, ToSign};
use super::panels::live::LiveNews;
use crate::facts::{ClockReading, Facts, NonceKey};
use crate::inspect::Inspection;
use crate::keys::Change;
use crate::onboarding::Wizard;
use crate::reference::ErrorEntry;
use crate::secret::Secret;
use crate::settings::edit::DiffLine;
use crate::settings::fix::ByHand;
use crate::settings::wanted::Wanted;
use crate::settings::{FoundKey, Settings, UnreadKey};

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Makes the CLOB read balance and allowance from the chain again:
    /// `GET /balance-allowance/update`.
    UpdateBalance,
    /// Signs a request, for the panel that shows what is signed. Nothing is sent.
    SignHeaders(Box<ToSign>),
    /// Reads the server's clock until it is dropped: so many times with a second between, then now
    /// and again.
    ReadClock { quick: usize },
    /// Opens the live channels, and keeps them open until it is dropped.
    WatchLive,
    /// Checks every profile of the configuration.
    CheckFleet,
    /// Reads the first page of a builder's trades, and the boards.
    LookAtBuilder,
    /// Reads on in a builder's trades: a page, or to the end.
    BuilderTrades { cursor: String, all: bool },
    /// Sets all own trades beside the builder's.
    Reconcile,
    /// Looks for the known errors like a text or in it; the number says which text.
    Recognise { lookup: u64, text: Secret },
    /// Takes requests and orders of a text apart; the number says which text.
    Inspect { number: u64, text: Secret },
    /// Writes a text to a new file in the working folder.
    SaveReport(String),
    /// Finds out how a fix can be made where the settings came from; writes nothing.
    PlanFix(Wanted),
    /// Writes the fix that was planned last.
    ApplyFix,
    /// Lists the keys of the account.
    ReadKeys,
    /// Asks which of the nonces from 0 to this one hold a key.
    ScanNonces { last: u64 },
    /// Changes the keys of the account, and lists them again.
    ChangeKeys(Change),
    /// Finds out how the credentials of a nonce can be written to the file of the private key;
    /// writes nothing.
    PlanSaving { nonce: U256 },
    /// Finds out at which nonce the API key can be replaced, and where the new credentials go; changes
    /// nothing.
    PlanRotation,
    /// Replaces the API key as it was planned last.
    Rotate,
    /// Reads the settings of the key in these answers, and looks up its wallets where that was agreed to.
    Look(Draft),
    /// Reads the key from the file that these answers name.
    ReadKey(Draft),
    /// Finds out what the answers come to as a profile; writes nothing.
    PlanProfile(Draft),
    /// Writes the profile that was planned last.
    SaveProfile,
}

/// The answers of the set-up wizard. They hold the private key, so nothing of them is printed.
#[derive(Clone)]
pub struct Draft(pub Box<Wizard>);

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draft")
    }
}

/// By what may be shown of them.
impl PartialEq for Draft {
    fn eq(&self, other: &Self) -> bool {
        let shown = |wizard: &Wizard| (wizard.step(), wizard.signer(), wizard.funder());
        shown(&self.0) == shown(&other.0)
    }
}

impl Eq for Draft {}

/// Of each kind one task goes on at a time; another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    UpdateBalance,
    SignHeaders,
    ReadClock,
    WatchLive,
    CheckFleet,
    LookAtBuilder,
    BuilderTrades,
    Reconcile,
    Recognise,
    Inspect,
    SaveReport,
    Fix,
    ReadKeys,
    ScanNonces,
    ChangeKeys,
    Look,
    ReadKey,
    Profile,
}

impl Task {
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::UpdateBalance => TaskKind::UpdateBalance,
            Self::SignHeaders(_) => TaskKind::SignHeaders,
            Self::ReadClock { .. } => TaskKind::ReadClock,
            Self::WatchLive => TaskKind::WatchLive,
            Self::CheckFleet => TaskKind::CheckFleet,
            Self::LookAtBuilder => TaskKind::LookAtBuilder,
            Self::BuilderTrades { .. } => TaskKind::BuilderTrades,
            Self::Reconcile => TaskKind::Reconcile,
            Self::Recognise { .. } => TaskKind::Recognise,
            Self::Inspect { .. } => TaskKind::Inspect,
            Self::SaveReport(_) => TaskKind::SaveReport,
            Self::PlanFix(_) | Self::PlanSaving { .. } | Self::ApplyFix => TaskKind::Fix,
            Self::ReadKeys => TaskKind::ReadKeys,
            Self::ScanNonces { .. } => TaskKind::ScanNonces,
            Self::ChangeKeys(_) | Self::PlanRotation | Self::Rotate => TaskKind::ChangeKeys,
            Self::Look(_) => TaskKind::Look,
            Self::ReadKey(_) => TaskKind::ReadKey,
            Self::PlanProfile(_) | Self::SaveProfile => TaskKind::Profile,
        }
    }
}

impl TaskKind {
    /// Whether it changes something, or asks whether to.
    pub fn changes(self) -> bool {
        match self {
            Self::UpdateBalance | Self::ChangeKeys | Self::Fix | Self::Profile | Self::SaveReport => true,
            Self::SignHeaders
            | Self::ReadClock
            | Self::WatchLive
            | Self::CheckFleet
            | Self::LookAtBuilder
            | Self::BuilderTrades
            | Self::Reconcile
            | Self::ReadKeys
            | Self::ScanNonces
            | Self::Recognise
            | Self::Inspect
            | Self::Look
            | Self::ReadKey => false,
        }
    }

    /// Whether the screen shows that it goes on, and so is drawn again and again meanwhile. Work that
    /// goes on for as long as a panel is shown must not.
    pub fn moves(self) -> bool {
        match self {
            Self::UpdateBalance | Self::ScanNonces | Self::ChangeKeys | Self::Look | Self::ReadKey => true,
            // news of each page of a listing draws the screen
            Self::LookAtBuilder
            | Self::BuilderTrades
            | Self::Reconcile
            | Self::CheckFleet
            | Self::ReadClock
            | Self::WatchLive
            | Self::ReadKeys
            | Self::SignHeaders
            | Self::Recognise
            | Self::Inspect
            | Self::SaveReport
            | Self::Fix
            | Self::Profile => false,
        }
    }
}

/// What a task found, or how far it is.
#[derive(Debug)]
pub enum News {
    /// A sentence for the footer.
    Said(String),
    /// Whether the CLOB has read the balance again, or why not.
    BalanceUpdated(Result<(), String>),
    /// The known errors like a text or in it, the most telling first.
    Recognised {
        lookup: u64,
        found: Vec<&'static ErrorEntry>,
    },
    /// What was found in a text.
    Inspected {
        number: u64,
        found: Box<Inspection>,
    },
    /// What may be shown of a signed request.
    HeadersSigned(Box<SignedSets>),
    Builder(BuilderNews),
    /// What happened on a live channel.
    Live(LiveNews),
    /// A reading of the server's clock, or why it came to nothing.
    Clock(Result<ClockReading, String>),
    /// A reading showed that a clock was set since the run.
    ClockSet,
    Keys(Box<AccountKeys>),
    /// Whether a nonce holds a key.
    Nonce(NonceKey),
    /// How a scan ended.
    NoncesScanned(Result<(), String>),
    /// What was changed, or what is known where that failed.
    KeysChanged(Result<String, NotChanged>),
    /// How credentials would be written, and where, in a sentence of its own where they cannot.
    SavingPlanned {
        nonce: U256,
        plan: Result<Vec<FilePlan>, String>,
    },
    RotationPlanned(Result<RotationPlan, String>),
    /// What was replaced, or how far it went.
    Rotated(Result<String, String>),
    /// How far the check of a fleet is.
    Fleet(Progress),
    /// Or why the files cannot be changed.
    FixPlanned(Result<FixPlan, String>),
    /// What was done, in a sentence, or why it was not.
    FixApplied(Result<String, String>),
    /// Settings of the key of the wizard, and what is on chain for it.
    Looked(Box<Looked>),
    /// The key that a file holds, or why there is none.
    KeyRead(Result<Box<FoundKey>, UnreadKey>),
    /// The file that the profile is to be written to, as it changes.
    ProfilePlanned(Result<FilePlan, String>),
    ProfileSaved(Result<String, String>),
}

/// What there is to know of the key of the wizard.
#[derive(Clone, Debug)]
pub struct Looked {
    pub facts: Facts,
    pub settings: Settings,
}

/// How the API key would be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationPlan {
    /// The id of the key that is replaced, fit to be shown.
    pub old: String,
    pub nonce: U256,
    /// The key that the nonce holds already, where a rotation was stopped.
    pub existing: Option<String>,
    /// Where the new credentials go: "written to …".
    pub place: String,
}

/// A change that did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotChanged {
    pub why: String,
    /// Where it may have been made all the same: the request was sent, and no answer says what became of it.
    pub perhaps: Option<Perhaps>,
}

/// A change of which nobody knows whether it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perhaps {
    /// "The API key … may have been deleted"
    pub what: String,
    /// The command that finds out.
    pub look: String,
}

/// How a fix can be made.
#[derive(Clone, Debug, Default)]
pub struct FixPlan {
    pub files: Vec<FilePlan>,
    /// What no change of a file can mend.
    pub by_hand: Vec<ByHand>,
}

/// How one settings file changes.
#[derive(Clone, Debug)]
pub struct FilePlan {
    pub path: String,
    pub is_new: bool,
    pub diff: Vec<DiffLine>,
}
