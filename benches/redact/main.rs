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

/// How much does not fit into the caches of a processor, so that a copy is as fast as memory and no faster.
const LARGE: usize = 256 << 20;

/// How much of it arrives at once.
const CHUNK: usize = 64 << 10;

/// What every peer writes in the place of a value.
const MASK: &[u8] = b"[REDACTED]";

fn main() {
    for count in [1, 10, 100, 1_000] {
        in_memory(count);
    }
    for (count, goal) in [(10, "goal 0.15x"), (100, "goal 0.1x")] {
        beside_memory(count, goal);
    }
    build();
    programs::in_a_pipe();
}

/// Goals at so many values: for `aho-corasick` of the default kind, and for a matcher of all partial matches.
fn goals(count: usize) -> [&'static str; 2] {
    match count {
        10 => ["goal 4x", "goal 10x"],
        100 => ["goal 6x", "goal 30x"],
        1_000 => ["goal 3x", ""],
        _ => ["", ""],
    }
}

fn in_memory(count: usize) {
    let values = Numbers::new(7).values(count);
    let text = log(&mut Numbers::new(8), &values, TEXT);
    let patterns: Vec<Vec<u8>> = values.iter().flat_map(|value| spellings(value)).collect();
    let redactor = Redactor::new(&learnt(&values));
    let [goal_of_automaton, goal_of_partials] = goals(count);
    let title = format!(
        "16 MiB of a log in chunks of 64 KiB, into memory, {count} values ({} needles of peers)",
        patterns.len()
    );
    let room = || Vec::with_capacity(text.len() + text.len() / 8);

    let mut table = Table::new(&title);
    let (shared, mut out) = (&text, room());
    table.row("reticent-redact, stream", "union, wraps and colours, 13 spellings and more", move || {
        masked(&redactor, shared, &mut out)
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
    table.row("a copy", "near the processor where its cache holds both", move || copied(shared, &mut out));
    table.print();
}

/// Ours beside a copy, on a text of which memory is the only place: what a stream that comes by has to be held to.
fn beside_memory(count: usize, goal: &str) {
    let values = Numbers::new(7).values(count);
    let text = log(&mut Numbers::new(8), &values, LARGE);
    let redactor = Redactor::new(&learnt(&values));
    let title = format!("256 MiB of a log in chunks of 64 KiB, into memory, {count} values");
    let mut table = Table::new(&title);
    let room = || Vec::with_capacity(text.len() + text.len() / 8);
    let (shared, mut out) = (&text, room());
    table.row("reticent-redact, stream", "", move || masked(&redactor, shared, &mut out));
    let mut out = room();
    table.row("a copy", goal, move || copied(shared, &mut out));
    table.print();
}

fn masked(redactor: &Redactor, text: &[u8], out: &mut Vec<u8>) -> usize {
    out.clear();
    let mut stream = redactor.stream();
    text.chunks(CHUNK).for_each(|chunk| stream.push(chunk, |bytes| out.extend_from_slice(bytes)));
    stream.finish(|bytes| out.extend_from_slice(bytes));
    out.len()
}

fn copied(text: &[u8], out: &mut Vec<u8>) -> usize {
    out.clear();
    text.chunks(CHUNK).for_each(|chunk| out.extend_from_slice(chunk));
    out.len()
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
