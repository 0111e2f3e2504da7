//! Every spelling of one target.

use reticent_core::SecretBuffer;

use crate::builder::exposed;
use crate::encodings;
use crate::span::Spelling;

/// Takes one spelling; it copies what it keeps into a buffer that is wiped.
pub(crate) type Keep<'a> = dyn FnMut(Spelling, &[u8]) + 'a;

/// From this length on a value is also looked for in all upper and all lower case.
const SHORTEST_OF_ANY_CASE: usize = 12;

/// Hands every spelling of `target` to `keep`, itself first and unlike the rest once only.
pub(crate) fn every(target: &[u8], keep: &mut Keep<'_>) {
    keep(Spelling::Raw, target);
    let mut others = |spelling, form: &[u8]| {
        if form != target {
            keep(spelling, form);
        }
    };
    encodings::base64(target, &mut others);
    encodings::hex(target, &mut others);
    encodings::utf16(target, &mut others);
    if target.len() >= SHORTEST_OF_ANY_CASE {
        others(Spelling::Case, exposed(&each(target, |byte, out| out.push(byte.to_ascii_uppercase()))));
        others(Spelling::Case, exposed(&each(target, |byte, out| out.push(byte.to_ascii_lowercase()))));
    }
    // A letter, a digit, `-`, `.` and `_` mean themselves in every notation below.
    if target.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte)) {
        return;
    }
    encodings::percent(target, &mut others);
    json(target, &mut others);
    shell(target, &mut others);
    html(target, &mut others);
    literal(target, &mut others);
    others(Spelling::Flat, exposed(&flat(target)));
}

fn each(target: &[u8], mut write: impl FnMut(u8, &mut SecretBuffer)) -> SecretBuffer {
    let mut out = SecretBuffer::with_capacity(target.len() * 2);
    target.iter().for_each(|byte| write(*byte, &mut out));
    out
}

/// Which characters a JSON writer escapes beyond those that it must.
#[derive(Clone, Copy)]
struct JsonStyle {
    slash: bool,
    beyond_ascii: bool,
    html: bool,
    upper: bool,
}

fn json(target: &[u8], keep: &mut Keep<'_>) {
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
            let once = json_once(target, JsonStyle { slash, beyond_ascii, html, upper });
            keep(Spelling::Json, exposed(&once));
            let minimal = JsonStyle { slash: false, beyond_ascii: false, html: false, upper };
            keep(Spelling::Json, exposed(&json_once(exposed(&once), minimal)));
        }
    }
}

fn json_once(target: &[u8], style: JsonStyle) -> SecretBuffer {
    let mut out = SecretBuffer::with_capacity(target.len() * 2);
    for piece in target.utf8_chunks() {
        for character in piece.valid().chars() {
            json_character(character, style, &mut out);
        }
        out.extend_from_slice(piece.invalid());
    }
    out
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

fn shell(target: &[u8], keep: &mut Keep<'_>) {
    let single = each(target, |byte, out| match byte {
        b'\'' => out.extend_from_slice(br"'\''"),
        other => out.push(other),
    });
    let escaped = |special: fn(u8) -> bool| {
        each(target, move |byte, out| {
            if special(byte) {
                out.push(b'\\');
            }
            out.push(byte);
        })
    };
    keep(Spelling::Shell, exposed(&single));
    keep(Spelling::Shell, exposed(&escaped(|byte| b"\"\\$`".contains(&byte))));
    keep(
        Spelling::Shell,
        exposed(&escaped(|byte| {
            byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"_-./+:@%=".contains(&byte)
        })),
    );
    keep(Spelling::Shell, exposed(&escaped(|byte| b" \t!\"#$&'()*,;<>?[\\]^`{|}".contains(&byte))));
}

fn html(target: &[u8], keep: &mut Keep<'_>) {
    let double: [&[u8]; 3] = [b"&quot;", b"&#34;", b"\""];
    let single: [&[u8]; 4] = [b"&#39;", b"&#x27;", b"&apos;", b"'"];
    for double in double {
        for single in single {
            let form = each(target, |byte, out| match byte {
                b'&' => out.extend_from_slice(b"&amp;"),
                b'<' => out.extend_from_slice(b"&lt;"),
                b'>' => out.extend_from_slice(b"&gt;"),
                b'"' => out.extend_from_slice(double),
                b'\'' => out.extend_from_slice(single),
                other => out.push(other),
            });
            keep(Spelling::Html, exposed(&form));
        }
    }
}

fn literal(target: &[u8], keep: &mut Keep<'_>) {
    let escape = |quote: u8| {
        each(target, move |byte, out| match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            other if other == quote => out.extend_from_slice(&[b'\\', other]),
            other => out.push(other),
        })
    };
    keep(Spelling::Literal, exposed(&escape(b'\'')));
    keep(Spelling::Literal, exposed(&escape(b'"')));
    let doubled = each(target, |byte, out| {
        if byte == b'\'' {
            out.push(byte);
        }
        out.push(byte);
    });
    keep(Spelling::Literal, exposed(&doubled));
}

/// Line breaks with the blanks around them as one blank, as `echo $VAR` prints it.
fn flat(target: &[u8]) -> SecretBuffer {
    let mut out = SecretBuffer::with_capacity(target.len());
    let lines = target.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii);
    for (index, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(line);
    }
    out
}
