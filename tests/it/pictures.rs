//! The pictures of the README, made of the real program's screen: over recorded facts, so that they
//! come out the same each time, and over the demo where the panel asks for more than a run does.
//!
//! ```sh
//! cargo run -- check --demo --record assets/screenshots/demo.json   # the facts, where they have changed
//! cargo test --test it pictures -- --ignored                        # the pictures, and the recording
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;
use vt100::{Cell, Color, Screen};

use crate::program::Sandbox;
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

/// The frames of the recording: keys, a text by which the screen is known, and how long it stands.
const FRAMES: [(&str, &str, u32); 9] = [
    ("", "Start with wallet.funder", 4000),
    ("F", "Apply the fix?", 4000),
    ("\t", "Yes, write it", 1500),
    ("\r", "wallet.funder FAIL → PASS", 4000),
    ("5", "holds the collateral", 3500),
    ("e", "Which error did you get?", 1500),
    ("address in closed only mode", "closed only mode", 1500),
    ("\r", "What it means", 4500),
    ("\u{1b}", "1 Checks", 1500),
];

/// From a wrong funder to a working account: as an asciicast (`asciinema play`), and as a moving picture.
#[test]
#[ignore = "writes the recording of the README anew"]
fn pictures_that_move() {
    let sandbox = Sandbox::start(&["--scenario", "funder-is-signer"]);
    let project = tempfile::tempdir().unwrap();
    let lines: String = sandbox.env().map(|(name, value)| format!("{name}={value}\n")).collect();
    fs::write(project.path().join(".env"), lines).unwrap();
    #[cfg(unix)]
    fs::set_permissions(project.path().join(".env"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let home = project.path().display().to_string();
    let mut terminal = Terminal::start_with(&[], COLS, ROWS, project.path(), [("HOME", home.as_str())]);
    let header = json!({ "version": 2, "width": COLS, "height": ROWS, "title": "polydoctor" });
    let (mut cast, mut frames, mut at_ms) = (format!("{header}\n"), Vec::new(), 0);
    for (keys, text, stands_ms) in FRAMES {
        terminal.press(keys);
        terminal.wait_for_text(text);
        terminal.settle();
        let screen = terminal.screen();
        let drawn = screen.contents_formatted();
        let _ = writeln!(cast, "{}", json!([f64::from(at_ms) / 1000.0, "o", drawn]));
        frames.push((at_ms, rows(screen)));
        at_ms += stands_ms;
    }
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    fs::write(folder.join("recording.cast"), cast).unwrap();
    fs::write(folder.join("recording.svg"), moving(&frames, at_ms)).unwrap();
}

/// Frames that follow each other and begin again, each shown from its time until the next.
fn moving(frames: &[(u32, String)], whole_ms: u32) -> String {
    let part = |at_ms: u32| f64::from(at_ms) / f64::from(whole_ms);
    let mut picture = opening();
    for (place, (from_ms, rows)) in frames.iter().enumerate() {
        let until_ms = frames.get(place + 1).map_or(whole_ms, |(next_ms, _)| *next_ms);
        let (from, until) = (part(*from_ms), part(until_ms));
        let (values, times) = match place {
            0 => ("inline;none;none".to_owned(), format!("0;{until:.4};1")),
            _ => ("none;inline;none;none".to_owned(), format!("0;{from:.4};{until:.4};1")),
        };
        let _ = write!(
            picture,
            "<g>\n<animate attributeName=\"display\" calcMode=\"discrete\" repeatCount=\"indefinite\" \
             dur=\"{whole_ms}ms\" values=\"{values}\" keyTimes=\"{times}\"/>\n{rows}</g>\n"
        );
    }
    picture + "</svg>\n"
}

fn svg(screen: &Screen) -> String {
    opening() + &rows(screen) + "</svg>\n"
}

fn opening() -> String {
    let (width, height) = (f64::from(COLS) * CELL.0 + 2.0 * MARGIN, f64::from(ROWS) * CELL.1 + 2.0 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"monospace\" font-size=\"14\" \
         fill=\"{FOREGROUND}\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{BACKGROUND}\"/>\n"
    )
}

/// A screen as a picture: a text a row, and in it a span for each run of one look.
fn rows(screen: &Screen) -> String {
    let mut svg = String::new();
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
    svg
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
