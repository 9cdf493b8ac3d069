//! What things look like: symbols, lines and colours. A status is a symbol and a word; colour only
//! repeats it, and the background is always the terminal's own.

use clap::ValueEnum;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::checks::Status;
use crate::render::speaks_utf8;

/// Color palette.
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
                // readable on black and on white; a failure differs from a warning by more than hue
                Status::Pass => style.fg(Color::Indexed(63)),
                Status::Warn => style.fg(Color::Indexed(131)),
                Status::Fail => style.fg(Color::Indexed(131)).bold().reversed(),
                Status::Unknown => style.fg(Color::Indexed(163)),
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

    const STATUSES: [Status; 8] = [
        Status::Waiting,
        Status::Running,
        Status::Pass,
        Status::Note,
        Status::Warn,
        Status::Fail,
        Status::Unknown,
        Status::Skip,
    ];

    /// Relative luminance of one of the 240 colours that are the same on every terminal, by WCAG 2.
    fn luminance(index: u8) -> f64 {
        let [red, green, blue] = if index >= 232 {
            [8 + 10 * (index - 232); 3]
        } else {
            let step = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let of_cube = index - 16;
            [step(of_cube / 36), step(of_cube / 6 % 6), step(of_cube % 6)]
        };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn fixed_colours_can_be_read_on_dark_and_on_light() {
        const LEAST: f64 = 4.5;
        let mut seen = 0;
        for palette in [Palette::Auto, Palette::Mono, Palette::Contrast, Palette::BlueOrange] {
            let theme = Theme { palette, ascii: false, animation: true, full_addresses: false };
            for status in STATUSES {
                let style = theme.status(status);
                let fixed = |color: Option<Color>| match color {
                    Some(Color::Indexed(index @ 16..)) => Some(luminance(index)),
                    Some(Color::Rgb(..)) => panic!("{palette:?} {status:?}: not on every terminal"),
                    _ => None,
                };
                let backgrounds = fixed(style.bg).map_or(vec![0.0, 1.0], |background| vec![background]);
                let Some(text) = fixed(style.fg) else { continue };
                for background in backgrounds {
                    seen += 1;
                    let contrast = contrast(text, background);
                    assert!(contrast >= LEAST, "{palette:?} {status:?}: {contrast:.2}");
                }
            }
            let warn_and_fail = [theme.status(Status::Warn), theme.status(Status::Fail)];
            let shape = |style: Style| (style.bg, style.add_modifier);
            let differ = shape(warn_and_fail[0]) != shape(warn_and_fail[1]);
            assert!(differ || palette == Palette::Mono, "{palette:?}: warn and fail differ in hue only");
        }
        assert!(seen >= 7, "{seen}");
    }

    #[test]
    fn a_flag_beats_no_color() {
        let theme = Theme::detect(false, Some(Palette::BlueOrange), true, |_| Some("1".to_owned()));
        assert_eq!(theme.palette, Palette::BlueOrange);
    }

    #[test]
    fn each_status_has_its_own_symbol_of_one_cell() {
        for ascii in [false, true] {
            let theme = Theme { palette: Palette::Auto, ascii, animation: true, full_addresses: false };
            let symbols: std::collections::BTreeSet<_> =
                STATUSES.iter().map(|&status| theme.symbol(status, 0)).collect();
            assert_eq!(symbols.len(), STATUSES.len());
            assert!(symbols.iter().all(|symbol| ratatui::text::Span::raw(*symbol).width() == 1));
            assert!(!ascii || symbols.iter().all(|symbol| symbol.is_ascii()));
        }
    }
}
