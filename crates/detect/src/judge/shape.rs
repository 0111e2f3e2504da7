//! Values that are something else than a secret, known by their form.

use std::ops::RangeInclusive;

use zeroize::Zeroizing;

use super::randomness::Makeup;
use crate::reason::Reason;

/// How a value is written where it is not itself, but stands for one.
const STAND_INS: &[(&[u8], &[u8])] = &[
    (b"${", b"}"),
    (b"{{", b"}}"),
    (b"<%", b"%>"),
    (b"$(", b")"),
    (b"#{", b"}"),
    (b"%{", b"}"),
    (b"@{", b"}"),
    (b"{%", b"%}"),
    (b"$[[", b"]]"),
    (b"%(", b")"),
    (b"<?", b"?>"),
];

/// How a reference to a value kept elsewhere, or an encrypted one, begins; in lower case.
const REFERENCES: &[&[u8]] = &[
    b"env.",
    b"env(",
    b"env:",
    b"env[",
    b"process.env",
    b"os.environ",
    b"os.getenv",
    b"getenv",
    b"system.getenv",
    b"vault:",
    b"vault://",
    b"arn:",
    b"op://",
    b"ref+",
    b"secret://",
    b"secrets.",
    b"secrets:",
    b"aws-sm://",
    b"aws-ssm://",
    b"aws-agent://",
    b"sealed:",
    b"ssm:",
    b"keyvault",
    b"@microsoft.keyvault",
    b"enc(",
    b"enc[",
    b"{cipher}",
    b"$ansible_vault",
    b"!vault",
    b"projects/",
    b"file:",
    b"resolve:",
];

/// Says what `value` is, if by its form it is no secret whatever its name.
pub(crate) fn stands_for_another(value: &[u8]) -> Option<Reason> {
    if holds_stand_in(value) || is_variable(value) || is_enclosed(value) || is_format(value) {
        return Some(Reason::Template);
    }
    let is_reference = REFERENCES
        .iter()
        .any(|begin| value.get(..begin.len()).is_some_and(|head| head.eq_ignore_ascii_case(begin)));
    is_reference.then_some(Reason::Reference)
}

/// A place to be filled in, with nothing but names in it, or the beginning of one that goes on elsewhere.
fn holds_stand_in(value: &[u8]) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-:,|()[]/\"'?=+$@ \t\\".contains(byte);
    STAND_INS.iter().any(|(open, close)| {
        memchr::memmem::find(value, open).is_some_and(|at| {
            let inner = &value[at + open.len()..];
            let length = memchr::memmem::find(inner, close).unwrap_or(inner.len());
            let is_name = inner[..length].iter().all(is_inner);
            let is_whole = at <= 8 || length == inner.len();
            is_name && (is_whole || Makeup::of(&value[..at]).evidence() < 6.0)
        })
    })
}

/// `$NAME`, `%NAME%`, `@name@`, `:name`.
fn is_variable(value: &[u8]) -> bool {
    let is_name = |rest: &[u8]| {
        rest.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
            && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte))
    };
    match value {
        [b'$', rest @ ..] => is_name(rest.strip_prefix(b"env:").unwrap_or(rest)) && !is_generated(rest),
        [mark @ (b'%' | b'@'), inner @ .., last] if mark == last => is_name(inner),
        [b':', rest @ ..] => is_name(rest) && Makeup::of(rest).reads_as_words(),
        _ => false,
    }
}

fn is_generated(value: &[u8]) -> bool {
    let makeup = Makeup::of(value);
    makeup.digits >= 3 && makeup.evidence() >= 6.0
}

/// `<…>`, `[…]`, `{…}` or `(…)` around words.
fn is_enclosed(value: &[u8]) -> bool {
    let pairs = [(b'<', b'>'), (b'[', b']'), (b'{', b'}'), (b'(', b')')];
    let [first, inner @ .., last] = value else { return false };
    pairs.contains(&(*first, *last)) && (inner.is_empty() || Makeup::of(inner).reads_as_words())
        || (*first == b'<' && *last == b'>')
}

/// `%s`, `%d`, `{}`, `{name}` and the like as the main part of a value.
fn is_format(value: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(value, what).is_some();
    value.len() <= 24 && (has(b"%s") || has(b"%d") || has(b"%v") || has(b"%q") || has(b"{}") || has(b"%@"))
}

/// Tells whether `value` is a UUID, in either case.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Tells whether `value` is hex digits alone, in one case.
pub(crate) fn is_hex(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_hexdigit)
        && !(value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase))
}

/// Tells whether `value` is a number, a version, a date or an address.
pub(crate) fn is_number(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| byte.is_ascii_digit() || b".,:-+/_TZ %".contains(byte))
        || value
            .strip_prefix(b"0x")
            .is_some_and(|digits| digits.len() <= 16 && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Tells whether `value` is a name with a version or a number: `cmp2-qat-1208358310`, `jackson-0.11.2`.
pub(crate) fn is_numbered_name(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b"-_.:/@".contains(byte)).filter(|part| !part.is_empty()).peekable();
    let mut count = 0;
    parts.peek().is_some_and(|first| first[0].is_ascii_alphabetic())
        && parts.all(|part| {
            count += 1;
            let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let rest = &part[letters..];
            rest.iter().all(u8::is_ascii_digit)
                && (rest.len() <= 4 || letters <= 1)
                && Makeup::of(part).evidence() < 6.0
        })
        && count >= 2
}

/// Tells whether `value` says within itself that it is an example: vendors write it in capitals.
pub(crate) fn is_marked_example(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"EXAMPLE").is_some()
}

/// Tells whether most of `value` was crossed out: `McdZ............6mHS`.
pub(crate) fn is_redacted(value: &[u8]) -> bool {
    let fillers = |byte: &u8| b".*#xX".contains(byte);
    value
        .chunk_by(|left, right| left == right)
        .any(|run| run.len() >= 4 && fillers(&run[0]) && (run.len() >= 6 || !run[0].is_ascii_alphabetic()))
}

/// Tells whether `value` is a path, a name of a file, an address of mail or a URL.
pub(crate) fn is_place(value: &[u8], makeup: &Makeup) -> bool {
    let begins = |what: &[u8]| value.starts_with(what);
    let reads = makeup.evidence() < 6.0;
    memchr::memmem::find(value, b"://").is_some()
        || reads && (begins(b"/") || begins(b"./") || begins(b"../") || begins(b"~/") || begins(b"#/"))
        || value.get(1..3) == Some(b":\\")
        || reads && value.iter().filter(|byte| **byte == b'/').count() >= 2
        || has_extension(value)
        || is_mail(value)
}

fn has_extension(value: &[u8]) -> bool {
    const ENDINGS: &[&[u8]] = &[
        b".pem",
        b".key",
        b".crt",
        b".cer",
        b".json",
        b".yml",
        b".yaml",
        b".txt",
        b".xml",
        b".html",
        b".js",
        b".ts",
        b".py",
        b".go",
        b".rs",
        b".java",
        b".php",
        b".md",
        b".png",
        b".svg",
        b".jks",
        b".p12",
        b".pfx",
        b".env",
        b".properties",
        b".com",
        b".org",
        b".io",
    ];
    ENDINGS.iter().any(|ending| {
        value.len() > ending.len() && value[value.len() - ending.len()..].eq_ignore_ascii_case(ending)
    })
}

fn is_mail(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|byte| *byte == b'@') else { return false };
    let host = &value[at + 1..];
    at > 0
        && host.contains(&b'.')
        && host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
        && host
            .rsplit(|byte| *byte == b'.')
            .next()
            .is_some_and(|top| top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic))
}

/// Tells whether `value` is a call, a member, an index or an operator of a program.
pub(crate) fn is_code(value: &[u8], makeup: &Makeup) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(value, what).is_some();
    let is_member = value.split(|byte| *byte == b'.').count() > 1
        && value.split(|byte| *byte == b'.').all(is_identifier)
        && makeup.evidence() < 4.0;
    is_member
        || has(b"::")
        || has(b"->")
        || has(b"=>")
        || has(b"()")
        || has(b"&&")
        || has(b"||")
        || is_call(value)
}

fn is_identifier(part: &[u8]) -> bool {
    part.first().is_some_and(|first| first.is_ascii_alphabetic() || b"_$".contains(first))
        && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(byte))
}

fn is_call(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|byte| b"([".contains(byte)) else { return false };
    at > 0 && value[..at].split(|byte| *byte == b'.').all(is_identifier)
}

/// Tells whether `value` is an alphabet or a row of keys, or one piece again and again.
pub(crate) fn is_pattern(value: &[u8], makeup: &Makeup) -> bool {
    const ROWS: [&[u8]; 7] = [
        b"abcdefghijklmnopqrstuvwxyz",
        b"qwertyuiop",
        b"asdfghjkl",
        b"zxcvbnm",
        b"01234567890123456789",
        b"0123456789abcdef",
        b"9876543210",
    ];
    let lower = Zeroizing::new(value.to_ascii_lowercase());
    let covered: usize = {
        let mut at = 0;
        let mut covered = 0;
        while at < lower.len() {
            let run = ROWS.iter().map(|row| row_length(row, &lower[at..])).max().unwrap_or(0);
            covered += if run >= 5 { run } else { 0 };
            at += run.max(1);
        }
        covered
    };
    let longest = lower.chunk_by(|left, right| left == right).map(<[u8]>::len).max().unwrap_or(0);
    longest >= 8 && longest * 2 >= lower.len()
        || covered * 4 >= lower.len() * 3
        || (makeup.distinct <= 4 && makeup.length >= 6)
        || repeats(&lower)
        || is_woven(&lower)
}

fn row_length(row: &[u8], text: &[u8]) -> usize {
    let Some(start) = text.first().and_then(|first| row.iter().position(|byte| byte == first)) else {
        return 0;
    };
    row[start..].iter().zip(text).take_while(|(row, text)| row == text).count()
}

/// Whether the text is a piece of up to eight bytes repeated throughout.
fn repeats(text: &[u8]) -> bool {
    const PIECE: RangeInclusive<usize> = 1..=8;
    PIECE.into_iter().any(|length| {
        text.len() >= length * 3 && text.iter().zip(&text[length..]).all(|(left, right)| left == right)
    })
}

/// Two rows that take turns, as in `a1b2c3d4e5f6`.
fn is_woven(text: &[u8]) -> bool {
    let of = |is_of: fn(&u8) -> bool| {
        // At once of its size: it must not move with a value in it.
        let mut row = Zeroizing::new(Vec::with_capacity(text.len()));
        row.extend(text.iter().copied().filter(is_of));
        row
    };
    let (letters, digits) = (of(u8::is_ascii_alphabetic), of(u8::is_ascii_digit));
    let rises = |row: &[u8]| {
        row.windows(2).filter(|pair| pair[1] == pair[0] + 1 || pair[0] == b'9').count() * 10 >= row.len() * 7
    };
    let turns = text.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    turns * 4 >= text.len() * 3
        && letters.len() >= 6
        && digits.len() >= 6
        && letters.len().abs_diff(digits.len()) <= 6
        && rises(&letters)
        && rises(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_value_is_known() {
        for value in
            ["${DB_PASSWORD}", "$TOKEN", "{{ token }}", "%PASS%", "<password>", "[password]", "%s", "{key}"]
        {
            assert_eq!(stands_for_another(value.as_bytes()), Some(Reason::Template), "{value}");
        }
        for value in ["process.env.KEY", "vault://secret/db", "arn:aws:secretsmanager:eu", "ENC[RSA,abc]"] {
            assert_eq!(stands_for_another(value.as_bytes()), Some(Reason::Reference), "{value}");
        }
        assert_eq!(stands_for_another(b"q8Zt0vLw2nXc5Rb7"), None);
        assert_eq!(stands_for_another(b"pa$$w0rd"), None);
    }

    #[test]
    fn rows_of_keys_and_repeats_are_patterns() {
        for value in ["abcdefghijklmnop", "1234567890", "asdfasdfasdfasdf", "aaaaaaaa", "qwertyuiop123456"] {
            assert!(is_pattern(value.as_bytes(), &Makeup::of(value.as_bytes())), "{value}");
        }
        assert!(!is_pattern(b"q8Zt0vLw2nXc5Rb7", &Makeup::of(b"q8Zt0vLw2nXc5Rb7")));
    }
}
