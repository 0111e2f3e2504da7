//! Where a value begins behind a name, and where it ends.

use std::ops::Range;

use crate::text::Text;

/// No value is longer.
const LONGEST: usize = 4096;
/// How far a quoted value may stand behind its separator.
const WRAPPER: usize = 48;

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    /// `=`, `:`, `:=`, `=>`, `->` and their like.
    Assigns,
    /// `==`, `!=` and their like.
    Compares,
    /// A comma or a bracket: an argument.
    Argument,
    /// `>`: the content of an element.
    Element,
    /// A blank alone.
    Blank,
}

/// A value as it stands in the text.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) span: Range<usize>,
    pub(crate) separator: Separator,
    pub(crate) is_quoted: bool,
    /// Whether a call, a prefix or an alternative stands before its quote.
    pub(crate) is_wrapped: bool,
}

/// A quote and how many backslashes stand before it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Quote {
    byte: u8,
    escapes: usize,
}

/// Finds the value of a name that ends at `at`; `is_option` if the name begins with `-`.
pub(crate) fn behind(text: &Text<'_>, name: &Range<usize>, is_option: bool) -> Option<Value> {
    let bytes = text.bytes;
    let (mut at, closed) = closers(bytes, name.end);
    let blanks = blanks(bytes, at);
    let is_tag = name.start > 0 && bytes[name.start - 1] == b'<';
    let is_argument = closed.is_some() && is_argument(bytes, name.start);
    let around =
        Around { is_name_quoted: closed.is_some(), is_spaced: blanks > 0, is_option, is_tag, is_argument };
    let (separator, next) = separator(bytes, at + blanks, &around)?;
    at = next;
    at += self::blanks(bytes, at);
    if matches!(separator, Separator::Argument) {
        at += bytes[at..].iter().take(256).take_while(|byte| byte.is_ascii_whitespace()).count();
    }
    read(text, at, separator)
}

/// Reads the value that begins at `at`, behind `separator`.
pub(crate) fn read(text: &Text<'_>, at: usize, separator: Separator) -> Option<Value> {
    let bytes = text.bytes;
    if let Some((quote, start)) = open_quote(bytes, at) {
        return quoted(bytes, quote, start, separator, false);
    }
    if separator != Separator::Element
        && let Some((quote, start)) = wrapped_quote(bytes, at)
    {
        return quoted(bytes, quote, start, separator, true);
    }
    if matches!(separator, Separator::Argument | Separator::Compares) {
        return None;
    }
    let span = if separator == Separator::Element { element(bytes, at)? } else { bare_credential(bytes, at) };
    (!span.is_empty()).then_some(Value { span, separator, is_quoted: false, is_wrapped: false })
}

pub(crate) fn blanks(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Skips what closes a name: a quote (returned), brackets, an index.
fn closers(bytes: &[u8], mut at: usize) -> (usize, Option<Quote>) {
    let mut closed = None;
    if let Some((quote, next)) = open_quote(bytes, at) {
        (closed, at) = (Some(quote), next);
    }
    if bytes.get(at) == Some(&b'[')
        && let Some(length) = bytes[at..].iter().take(12).position(|byte| *byte == b']')
    {
        at += length + 1;
    }
    while bytes.get(at).is_some_and(|byte| b"])".contains(byte)) && closed.is_some() {
        at += 1;
    }
    (at, closed)
}

/// A quote at `at`, with the backslashes before it, and where its content begins.
fn open_quote(bytes: &[u8], at: usize) -> Option<(Quote, usize)> {
    let escapes = bytes.get(at..)?.iter().take(8).take_while(|byte| **byte == b'\\').count();
    let byte = *bytes.get(at + escapes)?;
    matches!(byte, b'"' | b'\'' | b'`').then(|| (Quote { byte, escapes }, at + escapes + 1))
}

/// How a name stands before what separates it from its value.
struct Around {
    is_name_quoted: bool,
    is_spaced: bool,
    /// Whether it begins with `-`.
    is_option: bool,
    /// Whether `<` stands before it.
    is_tag: bool,
    /// Whether its quotes are the first argument of a call.
    is_argument: bool,
}

/// Tells whether the quotes that hold a name follow an opening bracket.
fn is_argument(bytes: &[u8], name_start: usize) -> bool {
    let before = &bytes[name_start.saturating_sub(80)..name_start];
    let quote = before.iter().rposition(|byte| b"\"'`".contains(byte));
    quote.is_some_and(|quote| before[..quote].trim_ascii_end().ends_with(b"("))
}

/// Reads what separates a name from its value, and returns where the value may begin.
fn separator(bytes: &[u8], at: usize, around: &Around) -> Option<(Separator, usize)> {
    let Around { is_name_quoted, is_spaced, is_option, is_tag, is_argument } = *around;
    let rest = bytes.get(at..)?;
    let begins = |what: &[u8]| rest.starts_with(what);
    for (mark, kind) in MARKS {
        if begins(mark) {
            return Some((*kind, at + mark.len()));
        }
    }
    match rest.first()? {
        b':' => Some((Separator::Assigns, typed(bytes, at + 1))),
        b'=' => Some((Separator::Assigns, at + 1)),
        b'>' => Some((Separator::Element, at + 1)),
        b'(' => Some((Separator::Argument, at + 1)),
        b',' if is_name_quoted => {
            pair(bytes, at + 1).or(is_argument.then_some((Separator::Argument, at + 1)))
        }
        b'"' | b'\'' if is_spaced => Some((Separator::Blank, at)),
        b'v' | b'V' | b'c' if is_spaced && attribute(bytes, at).is_some() => attribute(bytes, at),
        b'a'..=b'z' if is_spaced && is_tag => open_tag(bytes, at),
        b'{' if is_name_quoted => default_below(bytes, at + 1),
        b'\r' | b'\n' if !is_name_quoted => value_below(bytes, at),
        _ if is_spaced && is_option => Some((Separator::Blank, at)),
        _ => None,
    }
}

/// Marks of several bytes, the longer ones first.
const MARKS: &[(&[u8], Separator)] = &[
    (b"===", Separator::Compares),
    (b"!==", Separator::Compares),
    (b"==", Separator::Compares),
    (b"!=", Separator::Compares),
    (b":=", Separator::Assigns),
    (b"::=", Separator::Assigns),
    (b"=>", Separator::Assigns),
    (b"->", Separator::Assigns),
    (b"<-", Separator::Assigns),
    (b"?=", Separator::Assigns),
    (b"+=", Separator::Assigns),
    (b"||=", Separator::Assigns),
    (b"&quot;:", Separator::Assigns),
    (b"%3D", Separator::Assigns),
];

/// Behind `name:` a type may stand, and then `=`.
fn typed(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + 48)];
    let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b"_&<>:?' |[]".contains(byte);
    let length = rest.iter().take_while(|byte| is_type(byte)).count();
    let is_assigned = length > 0 && rest.get(length) == Some(&b'=') && rest.get(length + 1) != Some(&b'=');
    let is_quoted_first = rest.trim_ascii_start().first().is_some_and(|byte| b"'\"".contains(byte));
    if is_assigned && !is_quoted_first { at + length + 1 } else { at }
}

/// `<Pass encoding="base64">`: attributes up to the end of the tag that the name opened.
fn open_tag(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let rest = &bytes[at..bytes.len().min(at + 96)];
    let end = rest.iter().position(|byte| b"<>\n".contains(byte))?;
    (rest[end] == b'>' && rest[..end].contains(&b'=') && rest[..end].ends_with(b"\""))
        .then_some((Separator::Element, at + end + 1))
}

/// `"name": "password", "value": "…"`.
fn pair(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let skip = bytes[at..].iter().take(64).take_while(|byte| byte.is_ascii_whitespace()).count();
    attribute(bytes, at + skip)
}

/// `value="…"`, `content=…`, `"Value": …`.
fn attribute(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let at = open_quote(bytes, at).map_or(at, |(_, next)| next);
    let word = [&b"value"[..], b"content"]
        .into_iter()
        .find(|word| bytes.get(at..at + word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))?;
    let (at, _) = closers(bytes, at + word.len());
    let at = at + blanks(bytes, at);
    matches!(bytes.get(at)?, b'=' | b':').then(|| (Separator::Assigns, at + 1))
}

/// `- name: PASSWORD`, and on the line below `value: …`.
fn value_below(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let skip = bytes[at..].iter().take(96).take_while(|byte| byte.is_ascii_whitespace()).count();
    let head = bytes.get(at + skip..at + skip + 6)?;
    head.eq_ignore_ascii_case(b"value:").then_some((Separator::Assigns, at + skip + 6))
}

/// `variable "password" {`, and on a line below `default = …`.
fn default_below(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let rest = &bytes[at..bytes.len().min(at + 256)];
    let block = &rest[..rest.iter().position(|byte| *byte == b'}').unwrap_or(rest.len())];
    let place = memchr::memmem::find(block, b"default")? + b"default".len();
    let blanks = blanks(block, place);
    (block.get(place + blanks) == Some(&b'=')).then_some((Separator::Assigns, at + place + blanks + 1))
}

/// Tells whether `at` stands within a text in quotes, by the quotes before it on its line.
pub(crate) fn is_in_quotes(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(512);
    let line = &bytes[from..at];
    let line = &line[memchr::memrchr(b'\n', line).map_or(0, |end| end + 1)..];
    let mut open = None;
    let mut is_escaped = false;
    for byte in line {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' | b'\'' | b'`' => match open {
                None => open = Some(*byte),
                Some(quote) if quote == *byte => open = None,
                Some(_) => {}
            },
            _ => {}
        }
    }
    open.is_some()
}

/// A quote behind a prefix, a call or an alternative on the same line: `b"`, `String::from("`, `env("X") || "`.
fn wrapped_quote(bytes: &[u8], at: usize) -> Option<(Quote, usize)> {
    let line = &bytes[at..bytes.len().min(at + WRAPPER)];
    let length = line.iter().position(|byte| b"\"'`\n;#<{".contains(byte))?;
    let before = line[..length].trim_ascii_end();
    let is_prefix =
        length <= 3 && before.iter().all(|byte| byte.is_ascii_alphabetic() || b"@$&".contains(byte));
    let is_wrapper = before.ends_with(b"(")
        || before.ends_with(b"||")
        || before.ends_with(b"??")
        || before.ends_with(b" or")
        || before.ends_with(b"[");
    (is_prefix && length > 0 || is_wrapper).then(|| open_quote(bytes, at + length)).flatten()
}

/// The content of a quote that was opened before `start`.
fn quoted(bytes: &[u8], quote: Quote, start: usize, separator: Separator, is_wrapped: bool) -> Option<Value> {
    let triple = [quote.byte; 2];
    let is_triple = quote.escapes == 0
        && bytes.get(start..start + 2) == Some(&triple)
        && bytes.get(start + 2) != Some(&b'\n');
    let start = if is_triple { start + 2 } else { start };
    let mut at = start;
    let end = loop {
        let byte = *bytes.get(at)?;
        if at - start > LONGEST || byte == b'\n' && quote.byte != b'`' {
            return None;
        }
        if byte == b'\\' {
            let escapes = bytes[at..].iter().take(8).take_while(|byte| **byte == b'\\').count();
            if bytes.get(at + escapes) == Some(&quote.byte) && escapes == quote.escapes {
                break at;
            }
            at += escapes.max(1) + usize::from(escapes % 2 == 1);
        } else if byte == quote.byte && quote.escapes == 0 {
            break at;
        } else if byte == quote.byte {
            return None;
        } else {
            at += 1;
        }
    };
    Some(Value { span: start..end, separator, is_quoted: true, is_wrapped })
}

/// The text of an element up to the next tag.
fn element(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let length = rest.iter().position(|byte| matches!(byte, b'<' | b'\n' | b'\r'))?;
    let cdata = b"![CDATA[";
    if rest[length..].starts_with(b"<![CDATA[") {
        let start = at + length + 1 + cdata.len();
        let length = memchr::memmem::find(&bytes[start..bytes.len().min(start + LONGEST)], b"]]>")?;
        return Some(start..start + length);
    }
    (rest[length] == b'<' && rest.get(length + 1) == Some(&b'/')).then_some(at..at + length)
}

/// A value without quotes, behind the scheme of a header if there is one.
fn bare_credential(bytes: &[u8], at: usize) -> Range<usize> {
    let value = bare(bytes, at);
    let is_scheme = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(&bytes[value.clone()]));
    let blanks = blanks(bytes, value.end);
    if is_scheme && blanks > 0 { bare(bytes, value.end + blanks) } else { value }
}

/// Schemes of the `Authorization` header (RFC 9110, section 11.4), and words that services use like them.
pub(crate) const SCHEMES: [&[u8]; 11] = [
    b"bearer",
    b"basic",
    b"token",
    b"apikey",
    b"api-token",
    b"bot",
    b"splunk",
    b"digest",
    b"key",
    b"ssws",
    b"negotiate",
];

/// A value without quotes, up to a blank, a quote or what separates fields.
fn bare(bytes: &[u8], at: usize) -> Range<usize> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let mut length = 0;
    while let Some(byte) = rest.get(length) {
        let ends = matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'`' | b';' | b'<' | b'|')
            || *byte == b'&' && rest[length + 1..].iter().take(40).any(|next| *next == b'=')
            || *byte == b'\\' && rest.get(length + 1).is_some_and(|next| b"nrt\"'\\\n".contains(next))
            || !(0x20..0x7f).contains(byte) && *byte < 0x80;
        if ends {
            break;
        }
        length += 1;
    }
    let mut value = &rest[..length];
    while let [inner @ .., last] = value {
        let opens = match last {
            b',' => 0,
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            _ => break,
        };
        if opens != 0 && inner.contains(&opens) {
            break;
        }
        value = inner;
    }
    at..at + value.len()
}
