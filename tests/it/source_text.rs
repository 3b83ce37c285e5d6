//! Rust source as plain text for the tidiness checks: comments and literals blanked, crate paths and functions found. It is
//! no parser and knows only as much of the language as `rustfmt`'s output needs.

/// The code of `text` with the same lines: comments and the insides of strings and characters turned to spaces.
pub fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let length = skipped(bytes, at);
        let end = at + length.max(1);
        for &byte in &bytes[at..end] {
            let kept = length == 0 && byte.is_ascii() || byte == b'\n';
            code.push(if kept { char::from(byte) } else { ' ' });
        }
        at = end;
    }
    code
}

/// Bytes of the comment or literal that begins at `at`; 0 where none does.
fn skipped(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let find = |needle: &[u8], from: usize| {
        rest[from..].windows(needle.len()).position(|window| window == needle).map_or(rest.len(), |i| from + i)
    };
    if rest.starts_with(b"//") {
        return find(b"\n", 0);
    }
    if rest.starts_with(b"/*") {
        return (find(b"*/", 2) + 2).min(rest.len());
    }
    let word_before = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    if !word_before && rest[0] == b'r' {
        let hashes = rest[1..].iter().take_while(|&&byte| byte == b'#').count();
        if rest.get(1 + hashes) == Some(&b'"') {
            let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
            return (find(&close, 2 + hashes) + close.len()).min(rest.len());
        }
    }
    match rest[0] {
        b'"' => quoted(rest, b'"'),
        // A character, not a lifetime: it is escaped, or closed again after one character.
        b'\'' if rest.get(1) == Some(&b'\\') => quoted(rest, b'\''),
        b'\'' => {
            let width = rest.get(1).map_or(1, |first| match first {
                0xF0.. => 4,
                0xE0.. => 3,
                0xC0.. => 2,
                _ => 1,
            });
            if rest.get(1 + width) == Some(&b'\'') { 2 + width } else { 0 }
        }
        _ => 0,
    }
}

/// Length of the literal that begins with a quote and ends with the next one that no backslash escapes.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// The rooms that `code` names by `crate::room`, each with its line (from 1) and the name after it, if there is one. Groups
/// (`crate::{a, b::c}`) are taken apart.
pub fn crate_paths(code: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = 1 + code[..at].matches('\n').count();
        let rest = &code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(|inside| members(inside));
        for path in group.unwrap_or_else(|| vec![rest]) {
            let mut names = path.trim_start().split("::").map(|name| {
                name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("").to_string()
            });
            let (room, item) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
            found.push((line, room, item));
        }
    }
    found
}

/// The members of a `use` group, without its closing brace; braces inside stay whole.
fn members(inside: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&inside[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|member| !member.trim().is_empty());
    found
}

/// Every function of `code` with a body: its name, the line of its `fn` (from 1) and its number of lines.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let name: String = code[at + 3..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            continue;
        }
        let mut depth = 0_i32;
        for (offset, c) in code[at..].char_indices() {
            match c {
                '{' | '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        let lines = 1 + code[at..at + offset].matches('\n').count();
                        found.push((name, 1 + code[..at].matches('\n').count(), lines));
                        break;
                    }
                }
                ';' if depth == 0 => break,
                _ => {}
            }
        }
    }
    found
}

/// `code` up to its module of unit tests.
pub fn without_tests(code: &str) -> &str {
    let mut from = 0;
    while let Some(at) = code[from..].find("#[cfg(test)]").map(|at| from + at) {
        let next = code[at..].lines().find(|line| !line.starts_with("#[") && !line.trim().is_empty());
        if next.is_some_and(|line| line.starts_with("mod ") && line.trim_end().ends_with('{')) {
            return &code[..at];
        }
        from = at + 1;
    }
    code
}
