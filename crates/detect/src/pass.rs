//! One text, looked through: words and runs first, rules only where they lead.

use std::ops::Range;

use crate::find::{runs, words};
use crate::form::{allow, assignment, block, command, lines, manifest, url};
use crate::hits::{self, Hit};
use crate::judge::randomness::Makeup;
use crate::judge::shape;
use crate::judge::structure::Fit;
use crate::reason::Reason;
use crate::rule::{Anchor, Role};
use crate::set::RuleSet;
use crate::text::{FileKind, Text};

/// How far into a run a prefix may stand.
const PREFIX_WITHIN: usize = 96;
/// How far before a run the segment may begin that belongs to its prefix: `SG.`, `dp.pt.`.
const SEGMENT: usize = 20;

/// Returns what is found in `text`, one hit a place, in their order, and the runs of token characters in it.
pub(crate) fn look(set: &RuleSet, text: &Text<'_>) -> (Vec<Hit>, Vec<Range<usize>>) {
    let mut hits = Vec::new();
    by_words(set, text, &mut hits);
    let mut runs = Vec::new();
    runs::runs(text.bytes, |run| {
        by_run(set, text, run.clone(), &mut hits);
        runs.push(run);
    });
    by_keywords(set, text, &mut hits);
    if text.file != FileKind::Other {
        lines::whole(set, text, &mut hits);
    }
    let mut settled = hits::settle(set, hits);
    for hit in &mut settled {
        if hit.suppressed.is_none() && allow::is_allowed(text.bytes, hit.span.end) {
            hit.suppressed = Some(Reason::Allowed);
        }
    }
    (settled, runs)
}

fn by_words(set: &RuleSet, text: &Text<'_>, hits: &mut Vec<Hit>) {
    let mut name_end = 0;
    words::words(text.bytes, |word, start, end| match word {
        words::Word::Name if start < name_end => {}
        words::Word::Name => {
            // The sign behind `sig=` is what separates it from its value.
            let end = end - usize::from(text.bytes[end - 1] == b'=');
            name_end = assignment::at(set, text, start..end, hits);
            if !text.is_by_line && text.bytes[start..name_end].eq_ignore_ascii_case(b"secret") {
                manifest::at(set, text, start, hits);
            }
            if text.bytes[start..].starts_with(b"passw") {
                lines::netrc_at(set, text, &(start..name_end), hits);
            }
            if text.bytes[start..].starts_with(b"pass") {
                command::at(set, text, start.saturating_sub(3), hits);
            }
        }
        words::Word::Url => url::at(set, text, start, hits),
        words::Word::Block => block::at(set, text, start, hits),
        words::Word::Putty => block::putty(set, text, start, hits),
        words::Word::Command => command::at(set, text, start, hits),
        words::Word::Sql => assignment::quoted_password(set, text, start..end, hits),
        words::Word::Pgpass => lines::pgpass_at(set, text, start, hits),
    });
}

fn by_run(set: &RuleSet, text: &Text<'_>, run: Range<usize>, hits: &mut Vec<Hit>) {
    let bytes = text.bytes;
    let try_at = |at: usize, hits: &mut Vec<Hit>| {
        set.prefixes.at(&bytes[at..], |rule, _| token(set, text, rule, at, at, hits));
    };
    try_at(run.start, hits);
    let head = &bytes[run.start..run.end.min(run.start + PREFIX_WITHIN)];
    for (place, byte) in head.iter().enumerate().skip(1) {
        if matches!(head[place - 1], b'_' | b'-') && *byte != head[place - 1] {
            try_at(run.start + place, hits);
        }
    }
    if let Some(skip) = escaped_head(bytes, run.start) {
        try_at(run.start + skip, hits);
    }
    let mut start = run.start;
    for _ in 0..3 {
        let Some(before) = start.checked_sub(1).filter(|at| b"./:~%=$".contains(&bytes[*at])) else { break };
        let from = before.saturating_sub(SEGMENT);
        let length = bytes[from..before].iter().rev().take_while(|byte| runs::is_token(**byte)).count();
        start = before - length;
        try_at(start, hits);
        if length == 0 {
            break;
        }
    }
    by_inner(set, text, run.start, hits);
    for rule in set.runs.iter().filter(|rule| set.rule(**rule).run_len.contains(&run.len())) {
        token(set, text, *rule, run.start, run.start, hits);
    }
}

/// Rules whose mark stands just before a run, or at its beginning: `12345678:AA…`.
fn by_inner(set: &RuleSet, text: &Text<'_>, run_start: usize, hits: &mut Vec<Hit>) {
    for at in set.leads.iter().filter_map(|lead| run_start.checked_sub(*lead)) {
        set.inner.at(&text.bytes[at..], |rule, _| token(set, text, rule, at.saturating_sub(40), at, hits));
    }
}

/// How much of a run's head is the end of an escape before it: `\n`, `%3D`, `\u003d`.
fn escaped_head(bytes: &[u8], start: usize) -> Option<usize> {
    let before = *bytes.get(start.checked_sub(1)?)?;
    match before {
        b'\\' if bytes[start] == b'u' => Some(5),
        b'\\' if b"nrt".contains(&bytes[start]) => Some(1),
        b'%' => Some(2),
        _ => None,
    }
    .filter(|skip| start + skip < bytes.len())
}

fn by_keywords(set: &RuleSet, text: &Text<'_>, hits: &mut Vec<Hit>) {
    let Some(keywords) = &set.keywords else { return };
    for found in keywords.automaton.find_overlapping_iter(text.bytes) {
        let rule = keywords.rules[found.pattern().as_usize()];
        let from = found.start().saturating_sub(set.rule(rule).max_len);
        token(set, text, rule, from, found.start(), hits);
    }
}

/// Tries `rule` on the text from `from` on; `at` is where its literal stands.
pub(crate) fn token(
    set: &RuleSet,
    text: &Text<'_>,
    at: u32,
    from: usize,
    literal: usize,
    hits: &mut Vec<Hit>,
) {
    let rule = set.rule(at);
    let bytes = text.bytes;
    let window = &bytes[from..bytes.len().min(literal + rule.max_len + 1)];
    let Some(found) = rule.pattern.find(window) else { return };
    let span = from + found.start..from + found.end;
    // What the pattern itself has seen before the token it vouches for.
    let is_vouched = found.start > 0 && rule.anchor == Anchor::Inner && rule.pattern.has_lead();
    if span.is_empty() || !stands_alone(bytes, &span, &rule.alphabet, is_vouched) {
        return;
    }
    let value = &bytes[span.clone()];
    let verdict = judge(set, at, value);
    hits.push(match verdict {
        Ok(confidence) => Hit::new(at, span, confidence),
        Err(reason) => Hit::suppressed(at, span, reason),
    });
}

/// Tells whether a token begins and ends where its alphabet does.
fn stands_alone(bytes: &[u8], span: &Range<usize>, alphabet: &str, is_vouched: bool) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || alphabet.as_bytes().contains(&byte);
    let continues = bytes.get(span.end).is_some_and(|byte| is_part(*byte) && *byte != b'=' && *byte != b'.')
        && bytes.get(span.end.wrapping_sub(1)).is_some_and(|byte| is_part(*byte));
    let before = span.start.checked_sub(1).map(|at| bytes[at]);
    let joined =
        before.is_some_and(|byte| byte.is_ascii_alphanumeric()) && !is_behind_escape(bytes, span.start);
    !continues && (!joined || is_vouched)
}

fn is_behind_escape(bytes: &[u8], start: usize) -> bool {
    let back = |count: usize| start.checked_sub(count).map(|at| &bytes[at..start]);
    let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    back(2).is_some_and(|two| matches!(two, [b'\\', b'n' | b'r' | b't']))
        || back(3).is_some_and(|three| three[0] == b'%' && is_hex(&three[1..]))
        || back(6).is_some_and(|six| six.starts_with(b"\\u") && is_hex(&six[2..]))
}

/// The verdict on a token whose form fits.
fn judge(set: &RuleSet, at: u32, value: &[u8]) -> Result<f32, Reason> {
    let rule = set.rule(at);
    if let Some(checksum) = rule.checksum {
        if !checksum.holds(value) {
            return Err(Reason::Checksum);
        }
        if checksum.is_proof() {
            return Ok(0.99);
        }
    }
    if let Some(structure) = rule.structure {
        return match structure.judge(value) {
            Fit::Holds(confidence) => Ok(confidence.min(rule.confidence.max(confidence))),
            Fit::Broken => Err(Reason::Structure),
        };
    }
    if let Some(reason) = example(rule, value) {
        return Err(reason);
    }
    match rule.role {
        Role::Secret => Ok(rule.confidence),
        Role::Identifier => Ok(rule.confidence * 0.5),
        Role::Public => Err(Reason::Public),
    }
}

/// What makes a token of the right form an example: judged on what stands behind its prefix.
fn example(rule: &crate::rule::Rule, value: &[u8]) -> Option<Reason> {
    let prefix =
        rule.keywords.iter().filter(|word| value.starts_with(word.as_bytes())).map(|word| word.len()).max();
    let body = &value[prefix.unwrap_or(0).min(value.len())..];
    let makeup = Makeup::of(body);
    match reticent_core::Placeholder::judge("", value).or_else(|| reticent_core::Placeholder::judge("", body))
    {
        Some(reticent_core::Placeholder::Documented) => return Some(Reason::Documented),
        Some(_) => return Some(Reason::Placeholder),
        None => {}
    }
    if shape::is_marked_example(body) {
        return Some(Reason::Documented);
    }
    if shape::is_redacted(body) {
        return Some(Reason::Placeholder);
    }
    if shape::is_pattern(body, &makeup) {
        return Some(Reason::Pattern);
    }
    let is_prose = body.len() >= 12 && makeup.digits == 0 && makeup.reads_as_words() && makeup.wordiness > 40;
    is_prose.then_some(Reason::Words)
}
