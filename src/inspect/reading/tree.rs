//! Values as JSON, Python, JavaScript, Rust and Go print them, in one grammar that takes them all.

use super::literal;

/// Deeper values are not looked into.
const DEEPEST: usize = 24;

/// A text in quotes is no longer, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

/// A value, and where in the text it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Scalar(Scalar),
    Map { at: usize, fields: Vec<(String, Node)> },
    List(Vec<Node>),
}

/// A text or a number, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::inspect) struct Scalar {
    pub(in crate::inspect) text: String,
    pub(in crate::inspect) is_quoted: bool,
    at: usize,
}

impl Scalar {
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// A value that the reader made from others.
    pub(super) fn made(text: String, at: usize) -> Self {
        Self { text, is_quoted: true, at }
    }
}

/// Reads the value that begins with a bracket at `place`; where it ends.
///
/// # Errors
///
/// Where the reading stopped.
pub(super) fn read(text: &str, place: usize) -> Result<(Node, usize), usize> {
    let mut reader = Reader { text, place, depth: 0 };
    match reader.bracketed() {
        Some(node) => Ok((node, reader.place)),
        None => Err(reader.place),
    }
}

struct Reader<'a> {
    text: &'a str,
    place: usize,
    depth: usize,
}

fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | ';' | '{' | '}' | '[' | ']' | '(' | ')' | '"' | '\'' | '`' | ':' | '=')
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.place..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.place += rest.find(|c| !is_skipped(c)).unwrap_or(rest.len());
    }

    fn skip_space(&mut self) {
        self.skip(char::is_whitespace);
    }

    /// A quoted text, and how long it is written; where its end is not near, that it was looked for counts.
    fn one_quoted(&mut self) -> Option<(String, usize)> {
        let mut end = self.rest().len().min(LONGEST_TEXT);
        while !self.rest().is_char_boundary(end) {
            end -= 1;
        }
        let found = literal::quoted(&self.rest()[..end]);
        if found.is_none() {
            self.place += end;
        }
        found
    }

    fn quoted(&mut self) -> Option<String> {
        let (mut text, length) = self.one_quoted()?;
        self.place += length;
        // JavaScript breaks long texts into a sum of parts
        loop {
            let before = self.place;
            self.skip_space();
            let is_sum = self.peek() == Some('+');
            self.place += usize::from(is_sum);
            self.skip_space();
            let Some((more, length)) = (if is_sum { self.one_quoted() } else { None }) else {
                self.place = before;
                return Some(text);
            };
            text.push_str(&more);
            self.place += length;
        }
    }

    fn bracketed(&mut self) -> Option<Node> {
        let at = self.place;
        let close = match self.peek()? {
            '{' => '}',
            '[' => ']',
            '(' => ')',
            _ => return None,
        };
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        self.place += 1;
        let (mut fields, mut items) = (Vec::new(), Vec::new());
        loop {
            self.skip(|c| c.is_whitespace() || matches!(c, ',' | ';'));
            if self.peek()? == close {
                self.place += 1;
                break;
            }
            let begins = self.place;
            let item = self.value()?;
            self.skip_space();
            let is_key = matches!(item, Node::Scalar(_)) && matches!(self.peek(), Some(':' | '='));
            let Node::Scalar(key) = item else {
                items.push(item);
                continue;
            };
            if !is_key {
                items.push(Node::Scalar(key));
                continue;
            }
            self.skip(|c| matches!(c, ':' | '=' | '>'));
            self.skip_space();
            // no value at all, as in `{a: , b: 1}`
            let value = match self.peek()? {
                ',' | '}' | ')' => Node::Scalar(Scalar { text: String::new(), is_quoted: false, at: begins }),
                _ => self.value()?,
            };
            fields.push((key.text, value));
        }
        self.depth -= 1;
        Some(if fields.is_empty() && (!items.is_empty() || close != '}') {
            Node::List(items)
        } else {
            Node::Map { at, fields }
        })
    }

    fn value(&mut self) -> Option<Node> {
        let at = self.place;
        match self.peek()? {
            '{' | '[' | '(' => return self.bracketed(),
            '"' | '\'' | '`' => {
                let text = self.quoted()?;
                return Some(Node::Scalar(Scalar { text, is_quoted: true, at }));
            }
            // Python's enums: <Side.BUY: 0>
            '<' => {
                let end = self.rest().find('>').filter(|end| *end < 200)?;
                let text = self.rest()[..=end].to_owned();
                self.place += end + 1;
                return Some(Node::Scalar(Scalar { text, is_quoted: false, at }));
            }
            _ => {}
        }
        self.skip(is_bare);
        let word = &self.text[at..self.place];
        if word.is_empty() {
            return None;
        }
        // b'…', and what a constructor holds: Some(1), Order { … }, Decimal('1')
        let next = self.peek();
        if word.len() == 1 && matches!(next, Some('"' | '\'')) {
            let text = self.quoted()?;
            return Some(Node::Scalar(Scalar { text, is_quoted: true, at }));
        }
        let is_name = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let before = self.place;
        self.skip(|c| c == ' ');
        if is_name && matches!(self.peek(), Some('{' | '(')) {
            return Some(match self.bracketed()? {
                Node::List(mut items) if items.len() == 1 => items.pop()?,
                other => other,
            });
        }
        self.place = before;
        Some(Node::Scalar(Scalar { text: word.to_owned(), is_quoted: false, at }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<(String, String)> {
        let Ok((Node::Map { fields, .. }, end)) = read(text, 0) else { panic!("{text}") };
        assert_eq!(end, text.len(), "{text}");
        let shown = |node: Node| match node {
            Node::Scalar(scalar) => scalar.text,
            other => format!("{other:?}"),
        };
        fields.into_iter().map(|(name, node)| (name, shown(node))).collect()
    }

    #[test]
    fn values_of_many_languages_are_read() {
        for text in [
            r#"{"salt":12,"maker":"0xab","big":57896044618658097711785492504343953926634992332820282019728792003956564819968}"#,
            "{'salt': 12, 'maker': '0xab', 'big': 57896044618658097711785492504343953926634992332820282019728792003956564819968}",
            "{ salt: 12, maker: '0xab', big: 57896044618658097711785492504343953926634992332820282019728792003956564819968, }",
            "(salt=12, maker='0xab', big=57896044618658097711785492504343953926634992332820282019728792003956564819968)",
            "{ salt: 12, maker: 0xab, big: Some(57896044618658097711785492504343953926634992332820282019728792003956564819968) }",
            "{salt:12 maker:0xab big:57896044618658097711785492504343953926634992332820282019728792003956564819968}",
            "{\n  salt: 12,\n  maker:\n   '0x' +\n    'ab',\n  big: Decimal('57896044618658097711785492504343953926634992332820282019728792003956564819968') }",
        ] {
            let read = fields(text);
            let big = "57896044618658097711785492504343953926634992332820282019728792003956564819968";
            let expected = [("salt", "12"), ("maker", "0xab"), ("big", big)];
            assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())), "{text}");
        }
        assert_eq!(fields("{side: <Side.BUY: 0>, x: 1n}")[0].1, "<Side.BUY: 0>");
        for broken in ["", "{", "{a", "{a:", "{'a': '", "(((((((((((((((((((((((((((((((", "{a: 1]", "{:}", "\u{1f680}"]
        {
            assert!(read(broken, 0).is_err(), "{broken}");
        }
    }
}
