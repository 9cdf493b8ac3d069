//! The request whose headers are shown.

use crate::endpoints;
use crate::facts::clock::{self, Drift};
use crate::headers::{Level, Shown};
use crate::secret::Secret;
use crate::tui::field::Field;
use crate::tui::state::App;
use crate::tui::state::task::Task;

/// Whose message is shown and copied.
pub(in crate::tui) struct Set {
    pub(in crate::tui) name: &'static str,
    pub(in crate::tui) levels: &'static [Level],
}

/// What `v` goes through.
pub(in crate::tui) const SETS: &[Set] = &[
    Set { name: "L2", levels: &[Level::L2] },
    Set { name: "L2 with builder", levels: &[Level::L2, Level::Builder] },
    Set { name: "builder", levels: &[Level::Builder] },
    Set { name: "L1", levels: &[Level::L1] },
    Set { name: "Polymarket US", levels: &[Level::Us] },
];

/// A request that is to be signed at every level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSign {
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    /// Unix seconds; now where there are none.
    pub timestamp: Option<i64>,
    /// How far this clock is ahead of the one that `now` is stamped by, in seconds.
    pub ahead_s: i64,
    /// The levels whose headers become one command of curl.
    pub copy: &'static [Level],
}

/// What may be shown of a signed request: neither a passphrase nor a whole signature is in it.
#[derive(Clone, Debug)]
pub struct SignedSets {
    /// Unix seconds.
    pub timestamp: i64,
    pub sets: Vec<(Level, Result<Shown, String>)>,
    /// The command to copy, if one was asked for.
    pub curl: Option<Result<Secret, String>>,
}

#[derive(Debug)]
pub struct State {
    /// Method, path, body, timestamp.
    pub(in crate::tui) fields: [Field; 4],
    pub(in crate::tui) row: usize,
    /// Whether a field is typed into.
    pub(in crate::tui) open: bool,
    /// In [`SETS`].
    pub(in crate::tui) set: usize,
    /// What was signed last, unless the request has changed since.
    pub(in crate::tui) signed: Option<SignedSets>,
}

impl Default for State {
    fn default() -> Self {
        let mut fields = [Field::exact(), Field::exact(), Field::exact(), Field::default()];
        fields[0].set("GET");
        fields[1].set(endpoints::API_KEYS);
        Self { fields, row: 1, open: false, set: 0, signed: None }
    }
}

impl State {
    pub(in crate::tui) fn chosen(&self) -> &'static Set {
        &SETS[self.set]
    }

    pub(in crate::tui) fn next(&self) -> usize {
        let next = (self.set + 1) % SETS.len();
        // only where there is a key of Polymarket US to sign with
        if SETS[next].levels == [Level::Us] && !self.has_us() { (next + 1) % SETS.len() } else { next }
    }

    fn has_us(&self) -> bool {
        let sets = self.signed.iter().flat_map(|signed| &signed.sets);
        sets.into_iter().any(|(level, _)| *level == Level::Us)
    }

    /// Unix seconds; `None` for now.
    pub(in crate::tui) fn timestamp(&self) -> Result<Option<i64>, ()> {
        match self.fields[3].text().trim() {
            "" | "now" => Ok(None),
            text => text.parse().map(Some).map_err(drop),
        }
    }
}

impl App {
    /// How far this clock is ahead of the server's, in whole seconds, where that is more than clients
    /// would notice.
    pub(in crate::tui) fn ahead_s(&self) -> i64 {
        let drift = clock::drift(&self.facts.clock).filter(|drift| drift.is_noticeable());
        // a drift beyond the limits of i64 has no clock
        #[allow(clippy::cast_possible_truncation)]
        drift.map_or(0, |drift: Drift| drift.middle_s().round() as i64)
    }

    /// The work of signing the request as it stands; none while its timestamp is no number.
    pub(in crate::tui) fn sign_request(&self, copy: &'static [Level]) -> Option<Task> {
        let state = &self.panels.headers;
        let [method, path, body, _] = &state.fields;
        Some(Task::SignHeaders(Box::new(ToSign {
            method: method.text().to_owned(),
            path: path.text().to_owned(),
            body: (!body.is_empty()).then(|| body.text().to_owned()),
            timestamp: state.timestamp().ok()?,
            ahead_s: self.ahead_s(),
            copy,
        })))
    }
}
