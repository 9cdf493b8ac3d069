//! The panels. Each is one file that makes lines of `&App`; a new one is one more line in the table,
//! and one more in [`States`] where it keeps something of its own.

pub mod builder;
pub mod checklist;
pub mod clock;
pub mod credentials;
pub(super) mod detail;
pub mod errors;
pub mod fleet;
pub mod headers;
pub mod help;
pub mod identity;
pub mod requests;
pub mod settings;
pub mod wallets;

use crossterm::event::KeyEvent;
use ratatui::layout::Size;
use ratatui::text::Line;

use super::app::{App, Command};
use super::field::Field;
use super::first_run;
use super::fix;
use super::keys::Key;
use super::layout;
use super::motion::Motion;
use super::task::{News, Task};

/// In the order of their numbers.
pub const PANELS: &[Panel] = &[
    checklist::PANEL,
    detail::PANEL,
    identity::PANEL,
    requests::PANEL,
    wallets::PANEL,
    clock::PANEL,
    credentials::PANEL,
    headers::PANEL,
    builder::PANEL,
    errors::PANEL,
    settings::PANEL,
    fleet::PANEL,
];

/// Places in [`PANELS`] that others refer to.
pub const LIST: usize = 0;
pub const DETAIL: usize = 1;
pub const REQUESTS: usize = 3;

/// What panels remember between frames.
#[derive(Debug, Default)]
pub struct States {
    pub builder: builder::State,
    pub checklist: checklist::State,
    pub clock: clock::State,
    pub credentials: credentials::State,
    pub errors: errors::State,
    pub fleet: fleet::State,
    pub headers: headers::State,
    pub requests: requests::State,
}

impl States {
    /// Lets go of what was found out about the account: another one may be in force now.
    pub fn forget_account(&mut self) {
        self.clock = clock::State::default();
        self.credentials = credentials::State::default();
        self.headers = headers::State::default();
        self.requests = requests::State::default();
    }
}

/// A panel shows itself by `content`; everything else is for those that do more than that.
pub struct Panel {
    pub name: &'static str,
    pub place: Place,
    /// What it shows in the room it has.
    pub content: fn(&App, Size) -> Content,
    /// Keys of its own while it has the focus; they win over those of the program.
    pub keys: &'static [PanelKey],
    /// How the cursor of a list moves, given the height of a page; without it the text scrolls.
    pub steer: Option<fn(&mut App, Motion, usize)>,
    /// A click on a row of the content.
    pub click: Option<fn(&mut App, usize)>,
    /// Texts that are typed in the panel itself.
    pub typing: Option<Typing>,
    /// What `/` types into.
    pub search: Option<Search>,
    /// What `y` copies; without it, the fix of the selected check.
    pub copy: Option<fn(&App) -> Option<String>>,
    /// The word in the footer for that.
    pub copies: &'static str,
    /// What `x` offers: each opens a question before it changes anything.
    pub offers: fn(&App) -> Vec<Offer>,
    /// Work that goes on while the panel is on the screen, and stops when it is not.
    pub while_shown: Option<fn(&App) -> Option<Task>>,
}

impl Panel {
    pub const fn new(name: &'static str, place: Place, content: fn(&App, Size) -> Content) -> Self {
        Self {
            name,
            place,
            content,
            keys: &[],
            steer: None,
            click: None,
            typing: None,
            search: None,
            copy: None,
            copies: "copy fix",
            offers: |_| Vec::new(),
            while_shown: None,
        }
    }
}

/// Where a panel stands on a wide screen; on smaller ones all but the list share one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    List,
    Main,
    UnderList,
    UnderMain,
}

/// A key of one panel, for handler, footer and help alike.
pub struct PanelKey {
    pub keys: &'static [Key],
    pub label: &'static str,
    pub help: &'static str,
    /// The word in the footer, while the key does something.
    pub footer: fn(&App) -> Option<&'static str>,
    pub act: fn(&mut App) -> Option<Command>,
}

/// Fields within a panel: all keys go to the open one, but for Ctrl-C and Ctrl-Z.
#[derive(Clone, Copy)]
pub struct Typing {
    pub is_open: fn(&App) -> bool,
    /// The open field.
    pub field: fn(&mut App) -> &mut Field,
    /// After the text has changed.
    pub changed: fn(&mut App),
    /// Keys that the field does not take: Enter, Esc, Tab, up and down.
    pub key: fn(&mut App, KeyEvent) -> Option<Command>,
}

/// A filter or search, typed in the footer.
#[derive(Clone, Copy)]
pub struct Search {
    pub field: fn(&App) -> &Field,
    pub field_mut: fn(&mut App) -> &mut Field,
    /// After the text has changed.
    pub changed: fn(&mut App),
    /// The word in the footer.
    pub word: &'static str,
}

/// An action of a panel, as `x` lists it.
pub struct Offer {
    pub label: String,
    /// What it does in a few words.
    pub note: String,
    pub act: fn(&mut App) -> Option<Command>,
}

#[derive(Clone, Debug, Default)]
pub struct Content {
    /// What the title says after the name.
    pub title: String,
    /// At the right end of the upper border.
    pub corner: String,
    pub lines: Vec<Line<'static>>,
    /// The first line of each row that a click chooses.
    pub rows: Vec<usize>,
    /// The line to keep in sight.
    pub cursor: Option<usize>,
    /// Where text is typed: line and cell.
    pub caret: Option<(usize, usize)>,
    /// Shows its end until it is scrolled.
    pub newest_last: bool,
}

/// What a panel shows, in the room it has on this screen.
pub fn content(app: &App, panel: usize) -> Content {
    (PANELS[panel].content)(app, layout::room_of(app, panel))
}

/// The work that the panels on the screen want to go on.
pub fn wanted(app: &App) -> Vec<Task> {
    let shown = layout::screen(app).panels.into_iter();
    shown.filter_map(|(panel, _)| PANELS[panel].while_shown?(app)).collect()
}

/// Takes what a task found to the panel that it is for.
pub fn hear(app: &mut App, news: News) -> Option<Command> {
    match news {
        News::Said(sentence) => app.notice = Some(sentence),
        News::Recognised { lookup, found } => app.symptom.take(lookup, found),
        News::Builder(news) => app.panels.builder.take(news),
        News::Fleet(progress) => app.panels.fleet.take(progress),
        News::Clock(answer) => clock::take(app, answer),
        News::ClockSet => return clock::was_set(app),
        News::Looked(looked) => return first_run::looked(app, *looked),
        News::KeyRead(read) => return first_run::key_read(app, read.map(|found| *found)),
        News::ProfilePlanned(plan) => return first_run::planned(app, plan),
        News::ProfileSaved(outcome) => return first_run::saved(app, outcome),
        News::FixPlanned(plan) => return fix::planned(app, plan),
        News::FixApplied(outcome) => return fix::applied(app, outcome),
        News::Keys(keys) => app.panels.credentials.take_keys(*keys),
        News::Nonce(nonce) => app.panels.credentials.take_nonce(nonce),
        News::NoncesScanned(outcome) => credentials::scanned(app, outcome),
        News::KeysChanged(outcome) => return credentials::changed(app, outcome),
        News::SavingPlanned { nonce, plan } => return credentials::saving_planned(app, nonce, plan),
        News::RotationPlanned(plan) => return credentials::rotation_planned(app, plan),
        News::Rotated(outcome) => return credentials::rotated(app, outcome),
        News::BalanceUpdated(outcome) => return checklist::balance_updated(app, outcome),
        News::HeadersSigned(signed) => return headers::signed(app, *signed),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_name_what_they_say_and_no_name_stands_twice() {
        assert_eq!(PANELS[LIST].place, Place::List);
        assert_eq!((PANELS[DETAIL].name, PANELS[REQUESTS].name), ("Detail", "Requests"));
        let mut names: Vec<_> = PANELS.iter().map(|panel| panel.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PANELS.len());
    }
}
