//! What a request was sent to, as much of it as there is room for. What tells it apart from the others of
//! its path goes last.

use std::collections::{BTreeMap, BTreeSet};

use textwrap::core::display_width;

use super::asked;
use crate::facts::RequestRecord;
use crate::tui::state::App;

/// The parameters that tell requests of one path apart, by method and path.
pub(super) struct Targets(BTreeMap<(String, String), BTreeSet<String>>);

impl Targets {
    pub(super) fn of(requests: &[&RequestRecord]) -> Self {
        let mut queries: BTreeMap<(String, String), Vec<BTreeMap<&str, &str>>> = BTreeMap::new();
        for request in requests {
            let (bare, query) = parts(&request.url);
            queries.entry((request.method.clone(), bare.to_owned())).or_default().push(pairs(query).collect());
        }
        let telling = |all: Vec<BTreeMap<&str, &str>>| {
            let names: BTreeSet<&str> = all.iter().flat_map(|pairs| pairs.keys().copied()).collect();
            let differs = |name: &&str| all.iter().any(|pairs| pairs.get(name) != all[0].get(name));
            names.into_iter().filter(differs).map(str::to_owned).collect()
        };
        Self(queries.into_iter().map(|(path, all)| (path, telling(all))).collect())
    }

    /// Who was asked, and the path: the fullest form that fits.
    pub(super) fn said(&self, app: &App, request: &RequestRecord, room: usize) -> String {
        let (name, _) = asked(app, request);
        let (bare, query) = parts(&request.url);
        let end = bare.rsplit('/').next().unwrap_or_default();
        let telling = self.0.get(&(request.method.clone(), bare.to_owned()));
        let telling: Vec<(&str, &str)> =
            pairs(query).filter(|(name, _)| telling.is_some_and(|telling| telling.contains(*name))).collect();
        let whole = if query.is_empty() { bare.to_owned() } else { format!("{bare}?{query}") };
        let mut forms = vec![format!("{name} {whole}")];
        let mut last = String::new();
        if telling.is_empty() {
            forms.extend([format!("{name} {bare}"), format!("{name} …/{end}"), format!("…/{end}"), end.to_owned()]);
        } else {
            let pairs: Vec<String> = telling.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let values: Vec<&str> = telling.iter().map(|(_, value)| *value).collect();
            let (pairs, values) = (pairs.join("&"), values.join(","));
            forms.extend([
                format!("{name} {bare}?…{pairs}"),
                format!("{name} …/{end}?…{pairs}"),
                format!("{end}?…{pairs}"),
                format!("{name} …/{end}?…={values}"),
                format!("{end}?…={values}"),
            ]);
            last = format!("?…={values}");
        }
        let said = forms.into_iter().map(|form| app.theme.say(&form)).find(|form| display_width(form) <= room);
        said.unwrap_or_else(|| {
            let last = app.theme.fit(&last, room);
            let end = app.theme.fit(end, room.saturating_sub(display_width(&last)));
            format!("{end}{last}")
        })
    }
}

/// The path of a URL, and the query behind it.
fn parts(url: &str) -> (&str, &str) {
    let target = url.split_once("://").map_or(url, |(_, target)| target);
    let target = target.find('/').map_or("/", |start| &target[start..]);
    target.split_once('?').unwrap_or((target, ""))
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
