//! What things look like: symbols, lines and colours. A status is a symbol and a word; colour only
//! repeats it, and the background is always the terminal's own.

use clap::ValueEnum;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::checks::Status;
use crate::render::speaks_utf8;

/// Color palette; all but `contrast` keep to foregrounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Palette {
    /// The terminal's own sixteen.
    #[default]
    Auto,
    /// None: bold and dim only.
    Mono,
    /// Bars of color and nothing dim.
    Contrast,
    /// For red-green color blindness.
    BlueOrange,
}

impl Palette {
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mono => "mono",
            Self::Contrast => "contrast",
            Self::BlueOrange => "blue-orange",
        }
    }

    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Mono,
            Self::Mono => Self::Contrast,
            Self::Contrast => Self::BlueOrange,
            Self::BlueOrange => Self::Auto,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    pub palette: Palette,
    /// Symbols and lines of ASCII only.
    pub ascii: bool,
    pub animation: bool,
    /// Addresses as `0x71C7…976F` unless set.
    pub full_addresses: bool,
}

impl Theme {
    /// What was asked for, and for the rest what the environment says.
    pub fn detect(
        ascii: bool,
        palette: Option<Palette>,
        animation: bool,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        let plain = dumb || set("NO_COLOR").is_some();
        Self {
            palette: palette.unwrap_or(if plain { Palette::Mono } else { Palette::Auto }),
            ascii: ascii || dumb || !speaks_utf8(variable).unwrap_or(cfg!(windows)),
            animation: animation && !dumb,
            full_addresses: false,
        }
    }

    pub fn status(self, status: Status) -> Style {
        let style = Style::new();
        match self.palette {
            Palette::Auto => match status {
                Status::Pass => style.fg(Color::Green),
                Status::Note => style,
                Status::Warn => style.fg(Color::Yellow),
                Status::Fail => style.fg(Color::Red).bold(),
                Status::Unknown => style.fg(Color::Magenta),
                Status::Running => style.fg(Color::Cyan),
                Status::Skip | Status::Waiting => self.dim(),
            },
            Palette::Mono => match status {
                Status::Fail | Status::Warn | Status::Unknown => style.bold(),
                Status::Skip | Status::Waiting => self.dim(),
                Status::Pass | Status::Note | Status::Running => style,
            },
            Palette::Contrast => match status {
                Status::Fail => style.fg(Color::White).bg(Color::Red).bold(),
                Status::Warn => style.fg(Color::Black).bg(Color::Yellow),
                Status::Unknown => style.fg(Color::White).bg(Color::Magenta),
                Status::Pass | Status::Running => style.bold(),
                Status::Note | Status::Skip | Status::Waiting => style,
            },
            Palette::BlueOrange => match status {
                Status::Pass => style.fg(Color::Indexed(33)),
                Status::Warn => style.fg(Color::Indexed(220)),
                Status::Fail => style.fg(Color::Indexed(208)).bold(),
                Status::Unknown => style.fg(Color::Indexed(141)),
                Status::Note | Status::Running => style,
                Status::Skip | Status::Waiting => self.dim(),
            },
        }
    }

    /// For what is of less weight; never the only carrier of a fact.
    pub fn dim(self) -> Style {
        match self.palette {
            Palette::Contrast => Style::new(),
            _ => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// One cell wide, each status its own. A running one turns with the time.
    pub fn symbol(self, status: Status, now_ms: i64) -> &'static str {
        match status {
            Status::Running => self.spinner(now_ms),
            _ => status.symbol(self.ascii),
        }
    }

    fn spinner(self, now_ms: i64) -> &'static str {
        const UNICODE: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        const ASCII: [&str; 4] = ["|", "/", "-", "\\"];
        let frames: &[&str] = if self.ascii { &ASCII } else { &UNICODE };
        if !self.animation {
            return ">";
        }
        let turns = usize::try_from(now_ms / 100).unwrap_or_default();
        frames[turns % frames.len()]
    }

    /// What marks the row under the cursor.
    pub fn cursor(self) -> &'static str {
        if self.ascii { ">" } else { "▌" }
    }

    /// The frame of a panel; the heavy one marks the focus.
    pub fn border(self, focused: bool) -> border::Set<'static> {
        match (self.ascii, focused) {
            (false, false) => border::PLAIN,
            (false, true) => border::THICK,
            (true, false) => same_border("+", "-", "|"),
            (true, true) => same_border("#", "=", "#"),
        }
    }

    /// The two halves of a gauge: done and to do.
    pub fn gauge(self) -> (&'static str, &'static str) {
        if self.ascii { ("=", "-") } else { ("━", "─") }
    }
}

fn same_border(corner: &'static str, across: &'static str, down: &'static str) -> border::Set<'static> {
    border::Set {
        top_left: corner,
        top_right: corner,
        bottom_left: corner,
        bottom_right: corner,
        vertical_left: down,
        vertical_right: down,
        horizontal_top: across,
        horizontal_bottom: across,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> Theme {
        Theme::detect(false, None, true, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_decides_where_nothing_is_asked() {
        assert!(!detect(&[("LANG", "de_DE.UTF-8")]).ascii);
        assert!(!detect(&[("LC_ALL", ""), ("LANG", "C.utf8")]).ascii);
        assert!(detect(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).ascii);
        assert_eq!(detect(&[("NO_COLOR", "1")]).palette, Palette::Mono);
        assert_eq!(detect(&[("NO_COLOR", "")]).palette, Palette::Auto);
        let dumb = detect(&[("TERM", "dumb"), ("LANG", "C.UTF-8")]);
        assert!(dumb.ascii && dumb.palette == Palette::Mono);
    }

    #[test]
    fn a_flag_beats_no_color() {
        let theme = Theme::detect(false, Some(Palette::BlueOrange), true, |_| Some("1".to_owned()));
        assert_eq!(theme.palette, Palette::BlueOrange);
    }

    #[test]
    fn each_status_has_its_own_symbol_of_one_cell() {
        const ALL: [Status; 8] = [
            Status::Waiting,
            Status::Running,
            Status::Pass,
            Status::Note,
            Status::Warn,
            Status::Fail,
            Status::Unknown,
            Status::Skip,
        ];
        for ascii in [false, true] {
            let theme = Theme { palette: Palette::Auto, ascii, animation: true, full_addresses: false };
            let symbols: std::collections::BTreeSet<_> = ALL.iter().map(|&status| theme.symbol(status, 0)).collect();
            assert_eq!(symbols.len(), ALL.len());
            assert!(symbols.iter().all(|symbol| ratatui::text::Span::raw(*symbol).width() == 1));
            assert!(!ascii || symbols.iter().all(|symbol| symbol.is_ascii()));
        }
    }
}
