//! Finds functions and their lengths by matching braces in a masked text.

/// A function that has a body.
#[derive(Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of `fn`, from 1.
    pub(crate) line: usize,
    /// Lines from `fn` to the closing brace, comments and all.
    pub(crate) length: usize,
    /// Whether an attribute such as `#[test]` or `#[tokio::test]` stands above.
    pub(crate) is_test: bool,
}

/// Finds each function in the order in which they begin; nested ones count for themselves and for their parents.
pub(super) fn find(mask: &str) -> Vec<Function> {
    let bytes = mask.as_bytes();
    let mut found = Vec::new();
    for (at, _) in mask.match_indices("fn ") {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'#') {
            continue;
        }
        let name: String = mask[at + 3..]
            .trim_start()
            .chars()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
            .collect();
        let Some(end) = body_end(&bytes[at..]).filter(|_| !name.is_empty()) else { continue };
        let line = newlines(&bytes[..at]) + 1;
        let length = newlines(&bytes[at..at + end]) + 1;
        found.push(Function { name, line, length, is_test: has_test_attribute(&mask[..at]) });
    }
    found
}

/// Returns where the body's closing brace is; `None` for a declaration without a body.
fn body_end(bytes: &[u8]) -> Option<usize> {
    let mut nesting = 0_usize;
    let mut braces = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' => nesting += 1,
            b')' | b']' => nesting = nesting.saturating_sub(1),
            b';' if nesting == 0 && braces == 0 => return None,
            b'{' => braces += 1,
            b'}' => {
                braces = braces.checked_sub(1)?;
                // A brace within brackets before the body is a const generic: `[u8; { N }]`.
                if braces == 0 && nesting == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// Looks at the lines just above, as long as they are attributes.
fn has_test_attribute(before: &str) -> bool {
    let above = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
    above
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("#[") || line.ends_with(")]"))
        .take(8)
        .any(|line| {
            let path: &str = line.trim_start_matches("#[").split(['(', ']']).next().unwrap_or_default();
            path == "test" || path.ends_with("::test")
        })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn lengths_run_from_fn_to_the_closing_brace() {
        let text = "trait T { fn none(&self); }\n#[test]\npub fn a() {\n    if x {\n    }\n}\nfn b<const N: usize>(x: [u8; N]) -> fn(u8) { y }\n";
        let found: Vec<_> =
            find(text).into_iter().map(|it| (it.name, it.line, it.length, it.is_test)).collect();
        assert_eq!(found, [("a".to_owned(), 3, 4, true), ("b".to_owned(), 7, 1, false)]);
    }
}
