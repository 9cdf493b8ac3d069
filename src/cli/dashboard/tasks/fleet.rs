//! Checking every profile, for the panel that shows them.

use crate::cli::settings::Profiles;
use crate::client::http::Http;
use crate::client::limits::Limits;
use crate::facts::probe::Probe;
use crate::fleet::row::Row;
use crate::fleet::{Asked, Fleet, Member, USUAL_AT_ONCE};
use crate::report::Selection;
use crate::settings::DEFAULT_TIMEOUT;
use crate::tui::NewsSender;
use crate::tui::state::panels::fleet::Progress;
use crate::tui::state::task::News;

use super::TaskContext;

/// Whoever drops this stops it.
pub(super) async fn check(context: &TaskContext, post: &NewsSender) {
    let tell = |progress| post.send(News::Fleet(progress)).is_ok();
    let accounts = Profiles::of(&context.inputs).and_then(|accounts| Ok((accounts.names()?, accounts.load())));
    let (profiles, load) = match accounts {
        Ok(fleet) => fleet,
        Err(error) => {
            tell(Progress::Refused(format!("{error:#}")));
            return;
        }
    };
    let fleet =
        Fleet::new(load, Http::new(DEFAULT_TIMEOUT).limited(Limits::published()), USUAL_AT_ONCE, Asked::default());
    tell(Progress::Begun { wanted: profiles.len() });
    let mut round = fleet.check(profiles.into_iter().map(Member::of), Probe::ALL.iter().copied().collect());
    while let Some(member) = round.next().await {
        if let Some(facts) = member.facts() {
            context.remember(facts, &format!("the check of profile {}", member.profile));
        }
        if !tell(Progress::Done(Box::new(Row::of(&member.report(&Selection::default()))))) {
            return;
        }
    }
}
