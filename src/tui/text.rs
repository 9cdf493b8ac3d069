//! Text on its way to the screen. All that comes from outside passes through [`Page`] or
//! [`Theme::say`], which take out what could harm a terminal or deceive its reader.

use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::theme::Theme;
use crate::render::to_ascii;
use crate::text;

impl Theme {
    /// Text fit for the screen: cleaned, and addresses as short as they are asked for.
    pub fn say(self, text: &str) -> String {
        let text = self.say_whole(text);
        if self.full_addresses { text } else { shorten_addresses(&text, self.ellipsis()) }
    }

    /// The same with every address whole, for what is there to be copied.
    pub fn say_whole(self, text: &str) -> String {
        let text = text::line(text);
        if self.ascii { to_ascii(&text) } else { text.into_owned() }
    }

    /// Cut in the middle to a number of cells.
    pub fn fit(self, text: &str, width: usize) -> String {
        text::middle(&self.say(text), width, self.ellipsis())
    }

    /// A line of so many cells at most; where it is longer, a mark stands in place of its end.
    pub fn cut_line(self, line: Line<'static>, width: usize) -> Line<'static> {
        if line.width() <= width {
            return line;
        }
        let mut room = width.saturating_sub(display_width(self.ellipsis()));
        let mut kept = Line { spans: Vec::new(), ..line };
        for span in line.spans {
            let content = text::first_cells(span.content.chars(), room);
            room -= display_width(&content);
            let is_whole = content == span.content;
            kept.push_span(Span { content: content.into(), ..span });
            if !is_whole {
                break;
            }
        }
        kept.push_span(text::first_cells(self.ellipsis().chars(), width));
        kept
    }

    /// Cut at the end to a number of cells, where it is longer.
    pub fn cut_end(self, text: &str, width: usize) -> String {
        self.cut_line(Line::from(text.to_owned()), width).to_string()
    }

    pub fn ellipsis(self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }
}

/// `0x` and 40 or more hex digits become their first and last four.
fn shorten_addresses(text: &str, ellipsis: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("0x") {
        let (before, hex) = rest.split_at(start);
        let digits = hex[2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        short.push_str(before);
        if digits >= 40 {
            short.extend([&hex[..6], ellipsis, &hex[digits - 2..digits + 2]]);
        } else {
            short.push_str(&hex[..digits + 2]);
        }
        rest = &hex[digits + 2..];
    }
    short + rest
}

/// A number of milliseconds as people say it.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..100_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} s", ms / 1_000),
    }
}

/// Cells that a cut text keeps at least, to be of use.
const ENOUGH: usize = 12;

/// Lines of a panel, wrapped to its width.
pub struct Page {
    theme: Theme,
    width: usize,
    lines: Vec<Line<'static>>,
}

impl Page {
    pub fn new(theme: Theme, width: usize) -> Self {
        Self { theme, width: width.max(1), lines: Vec::new() }
    }

    /// Lines so far.
    pub fn height(&self) -> usize {
        self.lines.len()
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn line(&mut self, line: impl Into<Line<'static>>) {
        self.lines.push(line.into());
    }

    /// An empty line, except at the top and after another.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.line(Line::from(self.theme.say(text)).bold());
    }

    /// A paragraph, wrapped.
    pub fn text(&mut self, text: &str, style: Style) {
        self.wrap(&self.theme.say(text), ["", ""], style);
    }

    /// A line with its addresses whole, wrapped.
    pub fn whole(&mut self, text: &str, style: Style) {
        self.steps(&self.theme.say_whole(text), ["", "  "], style);
    }

    /// A point of a list.
    pub fn point(&mut self, text: &str) {
        self.wrap(&self.theme.say(text), ["- ", "  "], Style::new());
    }

    /// A command to copy, whatever its length: broken at blanks and behind `=`, and inside a value only where
    /// that is longer than a line.
    pub fn command(&mut self, text: &str) {
        for line in text.lines() {
            self.steps(&self.theme.say_whole(line), ["$ ", "  "], Style::new().bold());
        }
    }

    /// Lines that break at blanks and behind `=`, so that an address stays in one piece.
    fn steps(&mut self, text: &str, [first, rest]: [&str; 2], style: Style) {
        let room = self.width.saturating_sub(rest.len()).max(2);
        let mut lines: Vec<String> = vec![String::new()];
        for piece in text.split_inclusive([' ', '=']) {
            let used = lines.last().map_or(0, |line| display_width(line));
            if used > 0 && used + display_width(piece.trim_end()) > room {
                lines.push(String::new());
            }
            let mut piece = piece.to_owned();
            while display_width(piece.trim_end()) > room {
                let part = text::first_cells(piece.chars(), room);
                piece = piece.split_off(part.len());
                lines.push(part);
            }
            match lines.last_mut() {
                Some(line) if display_width(line) + display_width(piece.trim_end()) <= room => line.push_str(&piece),
                _ => lines.push(piece),
            }
        }
        lines.retain(|line| !line.is_empty());
        for (place, line) in lines.into_iter().enumerate() {
            let before = if place == 0 { first } else { rest };
            self.line(Line::styled(format!("{before}{}", line.trim_end()), style));
        }
    }

    /// A label and its value, which wraps beside it or, where a word would be broken there, below it.
    pub fn field(&mut self, label: &str, label_width: usize, value: &str) {
        let label = self.theme.say(label);
        let beside = label_width.max(display_width(&label)) + 2;
        let longest = longest_word(&self.theme.say(value));
        let breaks = longest > self.width.saturating_sub(beside) && longest + 2 <= self.width;
        if beside + 12 > self.width || breaks {
            self.wrap(&label, ["", ""], self.theme.dim());
            self.wrap(&self.theme.say(value), ["  ", "  "], Style::new());
            return;
        }
        let label = Span::styled(format!("{label:<beside$}"), self.theme.dim());
        self.beside(vec![label], value, Style::new());
    }

    /// Fields under each other, their values aligned as far as the longest sensible label.
    pub fn fields<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, &'a str)> + Clone) {
        let widest =
            fields.clone().into_iter().map(|(label, _)| display_width(label)).filter(|&width| width <= 22).max();
        for (label, value) in fields {
            self.field(label, widest.unwrap_or_default(), value);
        }
    }

    /// A text that wraps beside what is before it.
    pub fn beside(&mut self, before: Vec<Span<'static>>, text: &str, style: Style) {
        let indent = " ".repeat(before.iter().map(Span::width).sum());
        let first = self.lines.len();
        self.wrap(&self.theme.say(text), [&indent, &indent], style);
        if let Some(line) = self.lines.get_mut(first) {
            let text = line.to_string().trim_start().to_owned();
            *line = Line::from([before, vec![Span::styled(text, style)]].concat());
        }
    }

    /// A field with where it came from: the first form of that which fits beside the value, or else the
    /// fullest on a line of its own. With `one_line`, the shortest form is cut before that, where enough
    /// of it is left.
    pub fn with_source(&mut self, label: &str, label_width: usize, value: &str, sources: &[String], one_line: bool) {
        let first = self.lines.len();
        self.field(label, label_width, value);
        let Some(line) = self.lines.get_mut(first) else { return };
        let room = self.width.saturating_sub(line.width() + 2);
        let said = sources.iter().map(|source| self.theme.say(source));
        if let Some(source) = said.clone().find(|source| display_width(source) <= room) {
            line.push_span(Span::styled(format!("  {source:>room$}"), self.theme.dim()));
        } else if let Some(source) = sources.last().filter(|_| one_line && room >= ENOUGH) {
            line.push_span(Span::styled(format!("  {:>room$}", self.theme.fit(source, room)), self.theme.dim()));
        } else if let Some(source) = said.into_iter().next() {
            // names of variables are not to be broken
            let breaks = label_width + 2 + display_width(&source) > self.width;
            let indent = " ".repeat(if breaks { 2 } else { label_width + 2 });
            self.wrap(&source, [&indent, &indent], self.theme.dim());
        }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn finish(self) -> Vec<Line<'static>> {
        self.lines
    }

    fn wrap(&mut self, text: &str, [first, rest]: [&str; 2], style: Style) {
        // ids and names of causes are found by searching for the whole
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        self.lines.extend(textwrap::wrap(text, options).into_iter().map(|line| Line::styled(line.into_owned(), style)));
    }
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(display_width).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Palette;

    const UNICODE: Theme = Theme { palette: Palette::Auto, ascii: false, animation: true, full_addresses: false };
    const ASCII: Theme = Theme { ascii: true, ..UNICODE };

    #[test]
    fn what_could_harm_a_terminal_is_taken_out() {
        assert_eq!(UNICODE.say("a\x1b[31mb\x07\r\nc\u{9b}d\u{202e}e\u{200b}\tf"), "a[31mb cde f");
    }

    #[test]
    fn addresses_are_shortened_wherever_they_stand_and_names_never() {
        let address = "0x71C7656EC7ab88b098defB751B7401B5f6d8976F";
        assert_eq!(UNICODE.say(&format!("is {address}, not 0x12 or 0x")), "is 0x71C7…976F, not 0x12 or 0x");
        assert_eq!(ASCII.say(address), "0x71C7...976F");
        assert_eq!(UNICODE.say_whole(address), address);
        assert_eq!(Theme { full_addresses: true, ..UNICODE }.say(address), address);
    }

    #[test]
    fn ascii_holds_no_other_character() {
        assert!(ASCII.say("14 s ± 0.04 – “a” → ü…").is_ascii());
    }

    #[test]
    fn cut_in_the_middle_never_exceeds_the_width() {
        assert_eq!(UNICODE.fit("abcdefghij", 5), "ab…ij");
        for width in 0..12 {
            assert!(display_width(&UNICODE.fit("日本語の文字列", width)) <= width.max(1));
        }
    }

    #[test]
    fn a_line_that_is_cut_is_marked() {
        let line = || Line::from(vec![Span::raw("one "), Span::raw("two "), Span::raw("three")]);
        assert_eq!(UNICODE.cut_line(line(), 13).to_string(), "one two three");
        assert_eq!(UNICODE.cut_line(line(), 10).to_string(), "one two t…");
        assert_eq!(UNICODE.cut_line(line(), 4).to_string(), "one…");
        assert_eq!(ASCII.cut_line(line(), 7).to_string(), "one ...");
        for width in 0..13 {
            assert!(UNICODE.cut_line(line(), width).width() <= width && ASCII.cut_line(line(), width).width() <= width);
        }
    }

    #[test]
    fn a_command_breaks_before_a_value_and_never_inside_of_it() {
        let command = "export POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
        for width in 44..80 {
            let mut page = Page::new(UNICODE, width);
            page.command(command);
            page.whole(&format!("line 7 of .env: {}", &command[7..]), Style::new());
            let lines: Vec<String> = page.finish().iter().map(ToString::to_string).collect();
            let whole = lines.iter().filter(|line| line.contains("0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"));
            assert_eq!(whole.count(), 2, "{width}: {lines:?}");
            assert!(lines.iter().all(|line| display_width(line) <= width), "{width}: {lines:?}");
        }
        let mut page = Page::new(UNICODE, 20);
        page.command(command);
        let said: String = page.finish().iter().map(|line| line.to_string()[2..].to_owned()).collect();
        assert_eq!(said.replace(' ', ""), command.replace(' ', ""));
    }

    #[test]
    fn a_field_wraps_beside_its_label_and_below_it_when_narrow() {
        let lines = |width| {
            let mut page = Page::new(UNICODE, width);
            page.fields([("host", "one two three four")]);
            page.finish().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(lines(18), ["host  one two", "      three four"]);
        assert_eq!(lines(12), ["host", "  one two", "  three four"]);
        assert!(!lines(1).is_empty());
    }
}
