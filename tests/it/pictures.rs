//! The pictures of the README, made of the real program's screen: over recorded facts, so that they
//! come out the same each time, and over the demo where the panel asks for more than a run does.
//!
//! ```sh
//! cargo run -- check --demo --record assets/screenshots/demo.json   # the facts, where they have changed
//! cargo test --test it pictures -- --ignored                        # the pictures
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use vt100::{Cell, Color, Screen};

use crate::terminal::Terminal;

const COLS: u16 = 120;
const ROWS: u16 = 40;

/// Whether the facts are recorded, the keys that lead to a screen, and a text by which it is known.
const PICTURES: [(&str, bool, &str, &str); 3] = [
    ("checks", true, "", "Start with wallet.funder"),
    ("wallets", true, "5", "holds the collateral"),
    ("builder", false, ":Builder\r", "Leaderboard"),
];

#[test]
#[ignore = "writes the pictures of the README anew"]
fn pictures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    let facts = folder.join("demo.json");
    for (name, is_recorded, keys, text) in PICTURES {
        let arguments = if is_recorded { vec!["--replay", facts.to_str().unwrap()] } else { vec!["--demo"] };
        let mut terminal = Terminal::start(&arguments, COLS, ROWS);
        terminal.wait_for_text(&crate::support::all_checks());
        terminal.press(keys);
        terminal.wait_for_text(text);
        terminal.settle();
        fs::write(folder.join(name).with_extension("svg"), svg(terminal.screen())).unwrap();
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
    }
}

const CELL: (f64, f64) = (8.4, 16.3);
const MARGIN: f64 = 12.0;
const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d8dce3";
/// The sixteen colours of a terminal.
const PALETTE: [&str; 16] = [
    "#22252c", "#f0616d", "#7fc97a", "#e5b567", "#6cb2eb", "#c792ea", "#5bc8c8", "#d8dce3", "#5c6370", "#ff7b86",
    "#98e093", "#f5cb85", "#89c4f4", "#d8a9f5", "#7fdcdc", "#ffffff",
];

/// A screen as a picture: a text a row, and in it a span for each run of one look.
fn svg(screen: &Screen) -> String {
    let (width, height) = (f64::from(COLS) * CELL.0 + 2.0 * MARGIN, f64::from(ROWS) * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"monospace\" font-size=\"14\" \
         fill=\"{FOREGROUND}\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..ROWS {
        let cells: Vec<&Cell> = (0..COLS).filter_map(|col| screen.cell(row, col)).collect();
        let y = MARGIN + CELL.1 * f64::from(row) + 12.5;
        let mut spans = String::new();
        let mut col = 0;
        for run in cells.chunk_by(|a, b| look(a) == look(b) && is_blank(a) == is_blank(b)) {
            if !is_blank(run[0]) {
                let text: String = run.iter().map(|cell| cell.contents()).collect();
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let (x, long) = (left(col), left(run.len()) - MARGIN);
                let _ = write!(
                    spans,
                    "<tspan x=\"{x:.1}\" textLength=\"{long:.1}\" lengthAdjust=\"spacingAndGlyphs\"{}>{text}</tspan>",
                    look(run[0])
                );
            }
            col += run.len();
        }
        if !spans.is_empty() {
            let _ = writeln!(svg, "<text y=\"{y:.1}\">{spans}</text>");
        }
    }
    svg + "</svg>\n"
}

/// Words stand where their cells are, however wide the font makes a space.
fn is_blank(cell: &Cell) -> bool {
    cell.contents().trim().is_empty()
}

fn left(col: usize) -> f64 {
    MARGIN + CELL.0 * u16::try_from(col).map_or(0.0, f64::from)
}

/// The attributes of a cell's text; the program paints no background of its own.
fn look(cell: &Cell) -> String {
    let mut look = String::new();
    if let Color::Idx(index) = cell.fgcolor()
        && let Some(colour) = PALETTE.get(usize::from(index))
    {
        let _ = write!(look, " fill=\"{colour}\"");
    }
    if cell.bold() {
        look.push_str(" font-weight=\"bold\"");
    }
    if cell.dim() {
        look.push_str(" opacity=\"0.6\"");
    }
    look
}
