//! Text without what terminals, JSON and HTML put around it.

/// A text without colour codes, with the escapes of JSON undone, also doubled ones.
pub(in crate::reference) fn clean(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                while rest.next_if_eq(&'\\').is_some() {}
                match rest.peek() {
                    Some('n' | 'r') => {
                        rest.next();
                        text.push('\n');
                    }
                    Some('t') => {
                        rest.next();
                        text.push(' ');
                    }
                    Some('u') => escaped(&mut rest, &mut text),
                    Some('x') => {
                        rest.next();
                        if rest.next_if_eq(&'1').is_some() && rest.next_if(|c| matches!(c, 'b' | 'B')).is_some() {
                            skip_colour(&mut rest);
                        } else {
                            text.push('\\');
                        }
                    }
                    Some('"' | '\'' | '/') => {}
                    _ => text.push('\\'),
                }
            }
            '\u{1b}' => skip_colour(&mut rest),
            '\u{0}' => {}
            c => text.push(c),
        }
    }
    if text.contains("&quot;") || text.contains("&#39;") {
        text = text.replace("&quot;", "\"").replace("&#39;", "'");
    }
    text
}

fn skip_colour(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    if rest.next_if_eq(&'[').is_some() {
        while rest.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
    }
}

fn escaped(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, text: &mut String) {
    rest.next();
    let mut code = 0;
    for _ in 0..4 {
        let Some(digit) = rest.peek().and_then(|c| c.to_digit(16)) else { return };
        rest.next();
        code = code * 16 + digit;
    }
    match char::from_u32(code) {
        Some('\u{1b}') => skip_colour(rest),
        Some(c) => text.push(c),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_text_goes() {
        for raw in [
            r#"\u001b[31m{\"error\":\"x\"}\u001b[39m"#,
            r#"{\\\"error\\\":\\\"x\\\"}"#,
            "\u{1b}[1;31m{&quot;error&quot;:&quot;x&quot;}\u{1b}[0m",
            r#"\x1b[31m{"error":"x"}"#,
        ] {
            assert_eq!(clean(raw), r#"{"error":"x"}"#, "{raw}");
        }
    }
}
