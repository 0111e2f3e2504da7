//! Known values masked in a log, beside what others do: in memory, as a program in a pipe, and how fast a set is built.
//!
//! Each row below ours tells how many times as fast ours is; where the issue names a goal for that ratio, it stands
//! behind. Peers get ten spellings of each value, ours looks for all of its own.

mod partial;
mod peers;
mod programs;
mod text;

use aho_corasick::{AhoCorasick, MatchKind};
use reticent_benches::Table;
use reticent_core::Secret;
use reticent_redact::{Redactor, Values};

use partial::Partials;
use text::{Numbers, log, spellings};

/// How much text one round goes through in memory.
const TEXT: usize = 16 << 20;

/// How much of it arrives at once.
const CHUNK: usize = 64 << 10;

/// What every peer writes in the place of a value.
const MASK: &[u8] = b"[REDACTED]";

fn main() {
    for count in [1, 10, 100, 1_000] {
        in_memory(count);
    }
    build();
    programs::in_a_pipe();
}

/// Goals of the issue at so many values: for `aho-corasick` of the default kind, a matcher of all partial matches, and
/// a copy.
fn goals(count: usize) -> [&'static str; 3] {
    match count {
        10 => ["goal 4x", "goal 10x", "goal 0.15x"],
        100 => ["goal 6x", "goal 30x", "goal 0.1x"],
        1_000 => ["goal 3x", "", ""],
        _ => ["", "", ""],
    }
}

fn in_memory(count: usize) {
    let values = Numbers::new(7).values(count);
    let text = log(&mut Numbers::new(8), &values, TEXT);
    let patterns: Vec<Vec<u8>> = values.iter().flat_map(|value| spellings(value)).collect();
    let redactor = Redactor::new(&learnt(&values));
    let [goal_of_automaton, goal_of_partials, goal_of_copy] = goals(count);
    let title = format!(
        "16 MiB of a log in chunks of 64 KiB, into memory, {count} values ({} needles of peers)",
        patterns.len()
    );
    let room = || Vec::with_capacity(text.len() + text.len() / 8);

    let mut table = Table::new(&title);
    let (shared, mut out) = (&text, room());
    table.row("reticent-redact, stream", "union, wraps and colours, 13 spellings and more", move || {
        out.clear();
        let mut stream = redactor.stream();
        shared.chunks(CHUNK).for_each(|chunk| stream.push(chunk, |bytes| out.extend_from_slice(bytes)));
        stream.finish(|bytes| out.extend_from_slice(bytes));
        out.len()
    });
    for (name, kind, goal) in [
        ("aho-corasick, default kind, whole text", MatchKind::Standard, goal_of_automaton),
        ("aho-corasick, leftmost-longest, whole text", MatchKind::LeftmostLongest, ""),
    ] {
        let peer = AhoCorasick::builder().match_kind(kind).build(&patterns).expect("it takes these");
        let mut out = room();
        table.row(name, goal, move || peers::replaced(&peer, shared, &mut out));
    }
    let peer = AhoCorasick::new(&patterns).expect("it takes these");
    let mut out = room();
    table
        .row("aho-corasick, stream_replace_all", "", move || peers::stream_replaced(&peer, shared, &mut out));
    if count <= 100 {
        let (mut partials, mut out) = (Partials::new(&patterns), room());
        table.row("all partial matches at each byte", goal_of_partials, move || {
            out.clear();
            shared.chunks(CHUNK).for_each(|chunk| partials.push(chunk, &mut out));
            partials.finish(&mut out);
            out.len()
        });
    }
    if count == 10 {
        peers::python(&mut table, &patterns, shared);
    }
    let mut out = room();
    table.row("a copy", goal_of_copy, move || {
        out.clear();
        shared.chunks(CHUNK).for_each(|chunk| out.extend_from_slice(chunk));
        out.len()
    });
    table.print();
}

fn learnt(values: &[Vec<u8>]) -> Values {
    values.iter().enumerate().map(|(at, value)| (format!("N{at}"), Secret::copy_of(value))).collect()
}

fn build() {
    let values = Numbers::new(9).values(10_000);
    let mut table = Table::new("a set of 10,000 values");
    table.row("reticent-redact", "learnt, spelt and built; goal less than 100 ms", || {
        let mut stream = Redactor::new(&learnt(&values)).stream();
        stream.push(b"x", |_| {});
        stream
    });
    table.print();
}
