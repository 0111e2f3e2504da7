//! Passwords on command lines: `mysql -pX`, `curl -u user:X`, `sshpass -p X`, and headers given to a client.

use std::ops::Range;

use reticent_core::Placeholder;

use super::name::{Meaning, Words};
use crate::hits::Hit;
use crate::judge::randomness::Makeup;
use crate::judge::shape;
use crate::reason::Reason;
use crate::set::RuleSet;
use crate::text::Text;

/// How far the options of a command may stand behind its name.
const LINE: usize = 512;

/// How a program takes a password.
struct Command {
    name: &'static [u8],
    /// Options whose value is a password, glued to it or behind a blank.
    glued: &'static [&'static [u8]],
    spaced: &'static [&'static [u8]],
    /// Options whose value is a user, a mark and a password.
    userinfo: &'static [&'static [u8]],
}

const COMMANDS: &[Command] = &[
    Command { name: b"mysql", glued: &[b"-p"], spaced: &[], userinfo: &[] },
    Command { name: b"mariadb", glued: &[b"-p"], spaced: &[], userinfo: &[] },
    Command { name: b"sshpass", glued: &[b"-p"], spaced: &[b"-p"], userinfo: &[] },
    Command { name: b"curl", glued: &[], spaced: &[], userinfo: &[b"-u", b"--user", b"--proxy-user", b"-U"] },
    Command { name: b"wget", glued: &[], spaced: &[], userinfo: &[] },
    Command { name: b"redis-cli", glued: &[], spaced: &[b"-a"], userinfo: &[] },
    Command { name: b"mongo", glued: &[], spaced: &[b"-p"], userinfo: &[] },
    Command { name: b"docker login", glued: &[], spaced: &[b"-p"], userinfo: &[] },
    Command { name: b"ldapsearch", glued: &[], spaced: &[b"-w"], userinfo: &[] },
    Command { name: b"smbclient", glued: &[], spaced: &[], userinfo: &[b"-U"] },
    Command { name: b"http ", glued: &[], spaced: &[], userinfo: &[b"-a", b"--auth"] },
];

/// Looks at the command whose name may stand at `at`.
pub(crate) fn at(set: &RuleSet, text: &Text<'_>, at: usize, hits: &mut Vec<Hit>) {
    let bytes = text.bytes;
    let is_word = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || b"_.$".contains(&bytes[at - 1]));
    let Some(command) =
        COMMANDS.iter().find(|command| bytes[at..].starts_with(command.name)).filter(|_| is_word)
    else {
        return;
    };
    let mut place = at + command.name.len();
    let end = line_end(bytes, place);
    while place < end {
        place += bytes[place..end]
            .iter()
            .take_while(|byte| b" \t\\\r\n\",[]".contains(byte) || **byte == b'\'')
            .count();
        let length = bytes[place..end].iter().take_while(|byte| !b" \t\r\n".contains(byte)).count();
        option(set, text, command, place..place + length, end, hits);
        place += length.max(1);
    }
}

/// The end of a command: of its line, or of the last that a backslash continues.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let limit = bytes.len().min(at + LINE);
    let mut from = at;
    while let Some(length) = memchr::memchr(b'\n', &bytes[from..limit]) {
        let line = bytes[from..from + length].trim_ascii_end();
        if !line.ends_with(b"\\") {
            return from + length;
        }
        from += length + 1;
    }
    limit
}

fn option(
    set: &RuleSet,
    text: &Text<'_>,
    command: &Command,
    word: Range<usize>,
    end: usize,
    hits: &mut Vec<Hit>,
) {
    let bytes = &text.bytes[word.clone()];
    let next = || {
        let blanks = text.bytes[word.end..end].iter().take_while(|byte| b" \t\",'[]".contains(byte)).count();
        argument(text.bytes, word.end + blanks, end)
    };
    let is = |options: &[&[u8]]| {
        options.iter().any(|option| bytes.trim_ascii_end().strip_suffix(b"\",").unwrap_or(bytes) == *option)
    };
    if is(command.userinfo) {
        userinfo(set, text, quoted_or(text.bytes, word.end, end), hits);
    } else if let Some(option) =
        command.userinfo.iter().find(|option| bytes.len() > option.len() && bytes.starts_with(option))
    {
        let skip = usize::from(bytes.get(option.len()) == Some(&b'='));
        userinfo(set, text, argument(text.bytes, word.start + option.len() + skip, end), hits);
    } else if is(command.spaced) {
        push(set, text, next(), hits);
    } else if let Some(option) =
        command.glued.iter().find(|option| bytes.len() > option.len() && bytes.starts_with(option))
    {
        push(set, text, argument(text.bytes, word.start + option.len(), end), hits);
    }
}

/// The argument at `at` without its quotes.
fn argument(bytes: &[u8], at: usize, end: usize) -> Range<usize> {
    let Some(first) = bytes[..end].get(at) else { return at..at };
    if b"\"'".contains(first) {
        let length = bytes[at + 1..end].iter().position(|byte| byte == first).unwrap_or(0);
        return at + 1..at + 1 + length;
    }
    let length = bytes[at..end].iter().take_while(|byte| !b" \t\r\n\"'`;|,)>".contains(byte)).count();
    // `user:'password'`: the quoted rest is part of the argument.
    if length > 0
        && bytes[at + length - 1] == b':'
        && bytes.get(at + length).is_some_and(|byte| b"\"'".contains(byte))
    {
        let quote = bytes[at + length];
        let rest = bytes[at + length + 1..end].iter().position(|byte| *byte == quote);
        return at..at + length + 1 + rest.unwrap_or(0);
    }
    at..at + length
}

/// The argument behind an option, blanks and a quote.
fn quoted_or(bytes: &[u8], at: usize, end: usize) -> Range<usize> {
    let blanks = bytes[at..end].iter().take_while(|byte| b" \t".contains(byte)).count();
    let mut span = argument(bytes, at + blanks, end);
    // `"user":"password"`: two quoted pieces are one argument.
    if bytes.get(span.end + 1) == Some(&b':') && b"\"'".contains(bytes.get(span.end).unwrap_or(&0)) {
        let rest = argument(bytes, span.end + 2, end);
        span = rest.start.saturating_sub(1)..rest.end;
        return span.start..span.end;
    }
    span
}

/// What stands behind the first `:` (or `%`) of a user and a password.
fn userinfo(set: &RuleSet, text: &Text<'_>, span: Range<usize>, hits: &mut Vec<Hit>) {
    let value = &text.bytes[span.clone()];
    let Some(mark) = value.iter().position(|byte| b":%".contains(byte)).or(value.is_empty().then_some(0))
    else {
        if !value.is_empty()
            && text.bytes.get(span.start.wrapping_sub(1)) == Some(&b'"')
            && text.bytes.get(span.start.wrapping_sub(2)) == Some(&b':')
        {
            push(set, text, span, hits);
        }
        return;
    };
    let quote = usize::from(value.get(mark + 1).is_some_and(|byte| b"\"'".contains(byte)));
    let password = span.start + mark + 1 + quote..span.end;
    if password.is_empty() {
        push(set, text, span.start..span.start + mark, hits);
    } else if value[..mark] != text.bytes[password.clone()] {
        push(set, text, password, hits);
    }
}

fn push(set: &RuleSet, text: &Text<'_>, span: Range<usize>, hits: &mut Vec<Hit>) {
    if span.len() < 3 || span.end > text.bytes.len() {
        return;
    }
    let value = &text.bytes[span.clone()];
    let makeup = Makeup::of(value);
    let words = Words::of(value);
    let names_itself = makeup.digits == 0 && words.meaning() != Meaning::Nothing;
    let reason = shape::stands_for_another(value)
        .or((value[0] == b'$').then_some(Reason::Template))
        .or((names_itself || Placeholder::judge("", value).is_some()).then_some(Reason::Placeholder))
        .or(shape::is_pattern(value, &makeup).then_some(Reason::Pattern))
        .or(shape::is_place(value, &makeup).then_some(Reason::Place));
    hits.push(match reason {
        Some(reason) => Hit::suppressed(set.forms.password, span, reason),
        None if makeup.reads_as_words() && makeup.digits + makeup.others == 0 => {
            Hit::new(set.forms.weak_password, span, 0.35)
        }
        None => Hit::new(set.forms.password, span, 0.75),
    });
}
