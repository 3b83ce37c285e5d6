//! JSON as API Gateway's access logs have it, which is not always JSON: the stage's format is text with variables in it, so that a
//! number may be a bare dash and a text may hold quotes. No memory, no recursion: only the scalar values of tables are shown.

/// The end of the string that begins at byte `at`, the place of its closing quote: one that is not escaped and stands before `,`,
/// `:`, `}`, `]` or the end. `None` where the text is cut off.
fn closing(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'\\' {
            at += 2;
            continue;
        }
        let next = text[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        if next.is_none_or(|next| matches!(next, b',' | b':' | b'}' | b']')) {
            return Some(at);
        }
        at += 1;
    }
}

/// Shows `visit` the depth (1 for the outermost table), the key and the text of every scalar value of the table that begins at byte
/// 0 with `{`; keys and texts without their quotes, with escapes as they stand. Returns the table's length; `None` where it is cut
/// off.
pub fn scan<'a>(text: &'a [u8], mut visit: impl FnMut(usize, &'a [u8], &'a [u8])) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => {
                let end = closing(text, at)?;
                let key = &text[at + 1..end];
                at = blanks(text, end + 1);
                if text.get(at) != Some(&b':') {
                    continue;
                }
                at = blanks(text, at + 1);
                match text.get(at)? {
                    b'{' | b'[' => continue,
                    b'"' => {
                        let end = closing(text, at)?;
                        visit(depth, key, &text[at + 1..end]);
                        at = end;
                    }
                    _ => {
                        let length = text[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?;
                        visit(depth, key, text[at..at + length].trim_ascii());
                        at += length;
                        continue;
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The place of the first byte from `at` on that is no white space.
fn blanks(text: &[u8], at: usize) -> usize {
    at + text[at.min(text.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}
