//! Draws the map: a trunk on the left that branches to each wallet, and a rail on the right from the
//! wallet in use down to the funder.
//!
//! ```text
//! signer         0xf39F…2266
//! │
//! ├─ EOA         type 0  0xf39F…2266  no code
//! └─ Safe        type 2  0xd93B…6E47  deployed ══╗
//!    250.00 pUSD, owner: the signer              ║
//!                                                ║
//! funder         the Safe of this key ←══════════╝
//! ```

use std::mem;

use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use crate::tui::theme::Theme;

/// A few words that stay together as long as they fit in a line.
pub(super) type Piece = (String, Style);

struct Glyphs {
    trunk: &'static str,
    branch: &'static str,
    last: &'static str,
    across: &'static str,
    down: &'static str,
    top: &'static str,
    bottom: &'static str,
    arrow: &'static str,
}

const UNICODE: Glyphs =
    Glyphs {
        trunk: "│  ", branch: "├─ ", last: "└─ ", across: "═", down: "║", top: "╗", bottom: "╝", arrow: "←"
    };
const ASCII: Glyphs =
    Glyphs { trunk: "|  ", branch: "|- ", last: "`- ", across: "=", down: "|", top: "+", bottom: "+", arrow: "<" };

/// Cells of the trunk and of a branch.
const INDENT: usize = 3;
/// Cells that the rail takes, with the space before it.
const RAIL: usize = 2;
/// Cells of the labels beside which the nodes of the chain are told.
const LABEL: usize = 13;
/// Width from which everything said of a node stands beside its label.
const ROOMY: usize = 56;

pub(super) struct Graph {
    theme: Theme,
    glyphs: &'static Glyphs,
    width: usize,
    spaced: bool,
    lines: Vec<Line<'static>>,
    /// First line of the wallet in use.
    rail: Option<usize>,
    rail_style: Style,
}

impl Graph {
    pub(super) fn new(theme: Theme, width: usize, spaced: bool) -> Self {
        let glyphs = if theme.ascii { &ASCII } else { &UNICODE };
        Self {
            theme,
            glyphs,
            width: width.max(INDENT + RAIL + 8),
            spaced,
            lines: Vec::new(),
            rail: None,
            rail_style: Style::new(),
        }
    }

    /// What is said of the map as a whole, after a sign.
    pub(super) fn remark(&mut self, (sign, style): Piece, text: &str) {
        let first = " ".repeat(display_width(&sign) + 2);
        let options = textwrap::Options::new(self.width).initial_indent(&first).subsequent_indent("  ");
        for (place, text) in textwrap::wrap(&self.theme.say(text), options).into_iter().enumerate() {
            self.lines.push(match text.strip_prefix(&first).filter(|_| place == 0) {
                Some(text) => Line::from(vec![Span::styled(format!("{sign}  "), style), Span::raw(text.to_owned())]),
                None => Line::from(text.into_owned()),
            });
        }
        self.lines.push(Line::default());
    }

    /// A place of the chain with its label; with a trunk, something hangs below it. Where there is
    /// little room, only what fits stands beside the label.
    pub(super) fn node(&mut self, label: &str, pieces: &[Piece], trunk: bool) {
        let room = self.width.saturating_sub(LABEL + RAIL).max(1);
        let (indent, first, rest) = if self.width >= ROOMY {
            let mut lines = flow(self.theme, pieces, room).into_iter();
            (LABEL, lines.next(), lines.collect())
        } else {
            let fits = pieces.first().filter(|(text, _)| display_width(&self.theme.say(text)) <= room);
            let (beside, below) = pieces.split_at(usize::from(fits.is_some()));
            let first = flow(self.theme, beside, room).into_iter().next();
            (INDENT, first, flow(self.theme, below, self.room()))
        };
        let label = Span::from(format!("{:<LABEL$}", self.theme.say(label))).bold();
        self.lines.push(Line::from([vec![label], first.unwrap_or_default()].concat()));
        let trunk = if trunk { self.glyphs.trunk } else { "   " };
        for text in rest {
            let before = Span::styled(format!("{trunk:<indent$}"), self.theme.dim());
            self.lines.push(Line::from([vec![before], text].concat()));
        }
    }

    /// A line that only leads on, where there is room for such.
    pub(super) fn space(&mut self) {
        if self.spaced {
            self.lines.push(Line::styled(self.glyphs.trunk.trim_end(), self.theme.dim()));
        }
    }

    /// A wallet: what names it, then what is known of it.
    pub(super) fn branch(&mut self, is_last: bool, head: &[Piece], details: &[Piece]) {
        let room = self.room();
        let texts = [flow(self.theme, head, room), flow(self.theme, details, room)].concat();
        let (first, rest) = if is_last { (self.glyphs.last, "   ") } else { (self.glyphs.branch, self.glyphs.trunk) };
        let mut before = first;
        for text in texts {
            let before = Span::styled(mem::replace(&mut before, rest), self.theme.dim());
            self.lines.push(Line::from([vec![before], text].concat()));
        }
    }

    /// Cells for the words of a branch.
    pub(super) fn room(&self) -> usize {
        self.width - INDENT - RAIL
    }

    /// The next branch is the wallet in use: a rail leads from it to the funder.
    pub(super) fn start_rail(&mut self, style: Style) {
        self.rail = Some(self.lines.len());
        self.rail_style = style;
    }

    /// Leads the rail into the line that the next node begins with.
    pub(super) fn end_rail(&mut self, node: impl FnOnce(&mut Self)) {
        self.lines.push(Line::default());
        let to = self.lines.len();
        node(self);
        let Some(from) = self.rail.take() else { return };
        let glyphs = self.glyphs;
        for (place, line) in self.lines.iter_mut().enumerate().take(to + 1).skip(from) {
            let room = self.width.saturating_sub(line.width() + 1);
            let rail = match place {
                _ if place == from => format!(" {}{}", glyphs.across.repeat(room.saturating_sub(1)), glyphs.top),
                _ if place == to => {
                    format!(" {}{}{}", glyphs.arrow, glyphs.across.repeat(room.saturating_sub(2)), glyphs.bottom)
                }
                _ => format!("{}{}", " ".repeat(room), glyphs.down),
            };
            line.push_span(Span::styled(rail, self.rail_style));
        }
    }

    pub(super) fn finish(self) -> Vec<Line<'static>> {
        self.lines
    }
}

/// Pieces one after the other, on as many lines as they take; one that does not fit behind the others
/// begins a line.
fn flow(theme: Theme, pieces: &[Piece], width: usize) -> Vec<Vec<Span<'static>>> {
    let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
    let mut used = width;
    for (text, style) in pieces.iter().filter(|(text, _)| !text.is_empty()) {
        let text = theme.say(text);
        let styled = |text: &str| Span::styled(text.to_owned(), *style);
        if used + 2 + display_width(&text) <= width
            && let Some(line) = lines.last_mut()
        {
            line.extend([Span::raw("  "), styled(&text)]);
            used += 2 + display_width(&text);
            continue;
        }
        if display_width(&text) <= width {
            used = display_width(&text);
            lines.push(vec![styled(&text)]);
            continue;
        }
        for part in textwrap::wrap(&text, width) {
            used = display_width(&part);
            lines.push(vec![styled(&part)]);
        }
    }
    lines
}
