//! One escape of a string: how long it is and what it means.

/// No escape needs more bytes than a surrogate pair to be told.
pub(crate) const LONGEST: usize = 12;

/// What stands where a backslash begins.
pub(crate) enum Escape {
    /// The next bytes decide.
    Unfinished,
    /// So many bytes mean themselves.
    Raw(usize),
    /// So many bytes mean this character.
    Character(usize, char),
}

/// Reads the escape at the beginning of `text`, whose first byte is a backslash.
pub(crate) fn read(text: &[u8]) -> Escape {
    let character = match text.get(1) {
        None => return Escape::Unfinished,
        Some(b'u') => return unicode(text),
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        // A line feed ends the string, whatever stands before it.
        Some(b'\n') => return Escape::Raw(1),
        Some(_) => return Escape::Raw(2),
    };
    Escape::Character(2, character)
}

fn unicode(text: &[u8]) -> Escape {
    let first = match unit(&text[2..]) {
        Unit::Is(first) => first,
        Unit::Unfinished => return Escape::Unfinished,
        Unit::Broken(digits) => return Escape::Raw(2 + digits),
    };
    if let Some(character) = char::from_u32(first) {
        return Escape::Character(6, character);
    }
    let second = match &text[6..] {
        _ if first >= 0xdc00 => return Escape::Raw(6),
        [] | [b'\\'] => Unit::Unfinished,
        [b'\\', b'u', digits @ ..] => unit(digits),
        _ => Unit::Broken(0),
    };
    match second {
        Unit::Unfinished => Escape::Unfinished,
        Unit::Is(second @ 0xdc00..=0xdfff) => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            Escape::Character(12, char::from_u32(code).expect("two surrogates are a character"))
        }
        Unit::Is(_) | Unit::Broken(_) => Escape::Raw(6),
    }
}

/// Four hex digits.
enum Unit {
    Is(u32),
    Unfinished,
    /// After so many digits comes something else.
    Broken(usize),
}

fn unit(text: &[u8]) -> Unit {
    let mut value = 0;
    for place in 0..4 {
        let Some(byte) = text.get(place) else { return Unit::Unfinished };
        let Some(digit) = char::from(*byte).to_digit(16) else { return Unit::Broken(place) };
        value = value << 4 | digit;
    }
    Unit::Is(value)
}
