//! Every spelling of one target.

use reticent_core::SecretBuffer;

use crate::encodings;
use crate::forms::{Forms, exposed};
use crate::span::Spelling;

/// From this length on a value is also looked for in all upper and all lower case.
const SHORTEST_OF_ANY_CASE: usize = 12;

/// Adds every spelling of `target`, itself first.
pub(crate) fn every(target: &[u8], forms: &mut Forms) {
    forms.add(Spelling::Raw, |out| out.extend_from_slice(target));
    encodings::base64(target, forms);
    encodings::hex(target, forms);
    encodings::utf16(target, forms);
    if target.len() >= SHORTEST_OF_ANY_CASE {
        forms.each(Spelling::Case, target, |byte, out| out.push(byte.to_ascii_uppercase()));
        forms.each(Spelling::Case, target, |byte, out| out.push(byte.to_ascii_lowercase()));
        if !target.is_ascii() {
            case_beyond_ascii(target, forms);
        }
    }
    // A letter, a digit, `-`, `.` and `_` mean themselves in every notation below.
    if target.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte)) {
        return;
    }
    encodings::percent(target, forms);
    json(target, forms);
    shell(target, forms);
    html(target, forms);
    literal(target, forms);
    forms.add(Spelling::Flat, |out| flat(target, out));
}

/// Which characters a JSON writer escapes beyond those that it must.
#[derive(Clone, Copy)]
struct JsonStyle {
    slash: bool,
    beyond_ascii: bool,
    html: bool,
    upper: bool,
}

fn json(target: &[u8], forms: &mut Forms) {
    const STYLES: [(bool, bool, bool); 6] = [
        (false, false, false),
        (true, false, false),
        (false, true, false),
        (true, true, false),
        (false, false, true),
        (false, true, true),
    ];
    for (slash, beyond_ascii, html) in STYLES {
        for upper in [false, true] {
            let mut once = SecretBuffer::with_capacity(target.len() * 2);
            json_once(target, JsonStyle { slash, beyond_ascii, html, upper }, &mut once);
            let once = exposed(&once);
            forms.add(Spelling::Json, |out| out.extend_from_slice(once));
            let minimal = JsonStyle { slash: false, beyond_ascii: false, html: false, upper };
            forms.add(Spelling::Json, |out| json_once(once, minimal, out));
        }
    }
}

fn json_once(target: &[u8], style: JsonStyle, out: &mut SecretBuffer) {
    for piece in target.utf8_chunks() {
        for character in piece.valid().chars() {
            json_character(character, style, out);
        }
        out.extend_from_slice(piece.invalid());
    }
}

fn json_character(character: char, style: JsonStyle, out: &mut SecretBuffer) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '/' if style.slash => b'/',
        _ => 0,
    };
    let html = style.html && matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    if short != 0 {
        out.extend_from_slice(&[b'\\', short]);
    } else if html || character < ' ' || (style.beyond_ascii && !character.is_ascii()) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let digits: &[u8; 16] = if style.upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
            out.extend_from_slice(b"\\u");
            [12, 8, 4, 0].iter().for_each(|shift| out.push(digits[usize::from(*unit >> shift & 15)]));
        }
    } else {
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn shell(target: &[u8], forms: &mut Forms) {
    // A single quote ends the quotes, stands for itself in one of two ways, and they begin again.
    let single: [&[u8]; 2] = [br"'\''", br#"'"'"'"#];
    for single in single {
        forms.each(Spelling::Shell, target, |byte, out| match byte {
            b'\'' => out.extend_from_slice(single),
            other => out.push(other),
        });
    }
    let special: [fn(u8) -> bool; 2] = [
        |byte| b"\"\\$`".contains(&byte),
        |byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"_-./+:@%=".contains(&byte),
    ];
    for special in special {
        forms.each(Spelling::Shell, target, |byte, out| escaped(special(byte), byte, out));
    }
    forms.add(Spelling::Shell, |out| printf_q(target, out));
}

fn escaped(is_special: bool, byte: u8, out: &mut SecretBuffer) {
    if is_special {
        out.push(b'\\');
    }
    out.push(byte);
}

/// As `printf %q` of bash does: `#` and `~` are special only where a word, or a path in it, begins.
fn printf_q(target: &[u8], out: &mut SecretBuffer) {
    let mut before = None;
    for byte in target {
        let is_special = match byte {
            b'#' => before.is_none(),
            b'~' => matches!(before, None | Some(b':' | b'=')),
            other => b" \t!\"$&'()*,;<>?[\\]^`{|}".contains(other),
        };
        escaped(is_special, *byte, out);
        before = Some(*byte);
    }
}

/// Upper and lower case of letters such as `é`, of what is UTF-8.
fn case_beyond_ascii(target: &[u8], forms: &mut Forms) {
    let Ok(text) = std::str::from_utf8(target) else { return };
    let write = |character: char, out: &mut SecretBuffer| {
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    let upper = text.chars().flat_map(char::to_uppercase);
    forms.add(Spelling::Case, |out| upper.for_each(|character| write(character, out)));
    let lower = text.chars().flat_map(char::to_lowercase);
    forms.add(Spelling::Case, |out| lower.for_each(|character| write(character, out)));
}

fn html(target: &[u8], forms: &mut Forms) {
    let double: [&[u8]; 3] = [b"&quot;", b"&#34;", b"\""];
    let single: [&[u8]; 4] = [b"&#39;", b"&#x27;", b"&apos;", b"'"];
    for double in double {
        for single in single {
            forms.each(Spelling::Html, target, |byte, out| match byte {
                b'&' => out.extend_from_slice(b"&amp;"),
                b'<' => out.extend_from_slice(b"&lt;"),
                b'>' => out.extend_from_slice(b"&gt;"),
                b'"' => out.extend_from_slice(double),
                b'\'' => out.extend_from_slice(single),
                other => out.push(other),
            });
        }
    }
}

fn literal(target: &[u8], forms: &mut Forms) {
    for quote in *b"'\"" {
        forms.each(Spelling::Literal, target, |byte, out| match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            other if other == quote => out.extend_from_slice(&[b'\\', other]),
            other => out.push(other),
        });
    }
    forms.each(Spelling::Literal, target, |byte, out| {
        if byte == b'\'' {
            out.push(byte);
        }
        out.push(byte);
    });
}

/// Line breaks with the blanks around them as one blank, as `echo $VAR` prints it.
fn flat(target: &[u8], out: &mut SecretBuffer) {
    let lines = target.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii);
    for (index, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(line);
    }
}
