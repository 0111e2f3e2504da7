//! Follows one text through every set of values, and joins what they find.
//!
//! The decision: what finds spans is apart from what shows the text, so that text, strings of JSON and deltas of
//! events are masked by one engine. A set that is learnt late has a finder of its own which begins at that byte, while
//! matches under way in an older set go on. Whatever else comes to find spans is one more finder beside these.

use std::collections::VecDeque;
use std::sync::Arc;

use reticent_core::Secret;
use reticent_needles::{Finder, Span, Spelling};

use crate::values::{Set, Tables, Values};

/// A span that is to be masked, and what its mask has to know.
#[derive(Clone)]
pub(crate) struct Marked {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The length of the occurrence that gives the name.
    length: usize,
    pub(crate) name: String,
    pub(crate) secret: Option<Secret>,
    pub(crate) spelling: Spelling,
}

impl Marked {
    fn new(base: u64, set: &Set, span: &Span<'_>) -> Self {
        Self {
            start: base + span.start(),
            end: base + span.end(),
            length: span.length(),
            name: span.name().to_owned(),
            secret: set.secret(span.name(), span.nth()).cloned(),
            spelling: span.spelling(),
        }
    }

    /// Joins with a span that overlaps: the first, then the longest, then the first in the alphabet gives the name.
    fn join(self, other: Self) -> Self {
        let (start, end) = (self.start.min(other.start), self.end.max(other.end));
        let order = |marked: &Self| (marked.start, usize::MAX - marked.length);
        let is_first = (order(&self), &self.name) <= (order(&other), &other.name);
        Self { start, end, ..if is_first { self } else { other } }
    }
}

/// One set's way through the text.
#[derive(Clone)]
struct Follower {
    set: Arc<Set>,
    finder: Finder<Tables>,
    /// Where in the text it began.
    base: u64,
    /// Where other sets took over: from there on it only ends what has begun.
    until: Option<u64>,
}

impl Follower {
    fn new(set: Arc<Set>, base: u64) -> Self {
        Self { finder: Finder::new(Tables(set.clone())), set, base, until: None }
    }

    fn settled(&self) -> u64 {
        self.base + self.finder.settled()
    }
}

/// Finds the spans of one text that arrives in chunks; a clone goes on from there, in another reading of the text.
#[derive(Clone)]
pub(crate) struct Watch {
    values: Values,
    generation: Option<u64>,
    followers: Vec<Follower>,
    found: VecDeque<Marked>,
    total: u64,
}

impl Watch {
    pub(crate) fn new(values: &Values) -> Self {
        Self {
            values: values.clone(),
            generation: None,
            followers: Vec::new(),
            found: VecDeque::new(),
            total: 0,
        }
    }

    /// Returns how many bytes were pushed.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Looks through the next chunk, with all values that were learnt before.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.renew();
        let found = &mut self.found;
        for Follower { set, finder, base, until } in &mut self.followers {
            finder.push(chunk, |span| take(found, set, *base, *until, &span));
        }
        self.total += chunk.len() as u64;
        if self.followers.iter().any(|follower| follower.until.is_some()) {
            self.followers.retain(|follower| follower.until.is_none_or(|until| follower.settled() < until));
        }
    }

    /// Puts a border here, which no match crosses; at the end of the text it settles everything.
    pub(crate) fn border(&mut self) {
        let found = &mut self.found;
        for Follower { set, finder, base, until } in &mut self.followers {
            finder.border(|span| take(found, set, *base, *until, &span));
        }
        self.followers.retain(|follower| follower.until.is_none());
    }

    /// Returns the offset before which no later byte changes anything, apart from where a span ends that begins before.
    pub(crate) fn settled(&self) -> u64 {
        self.followers.iter().map(Follower::settled).min().unwrap_or(self.total)
    }

    /// Takes the next span whose beginning is settled.
    pub(crate) fn next(&mut self) -> Option<Marked> {
        let settled = self.settled();
        self.found.pop_front_if(|span| span.start < settled)
    }

    /// Returns what is found, though it may still grow, in order.
    pub(crate) fn open(&self) -> VecDeque<Marked> {
        let mut all = self.found.clone();
        for follower in &self.followers {
            let Follower { set, finder, base, until } = follower;
            finder.open().for_each(|span| take(&mut all, set, *base, *until, &span));
        }
        all
    }

    /// Returns the length of the longest unfinished match, in bytes that matching has seen.
    pub(crate) fn live(&self) -> usize {
        let live = self.followers.iter().filter_map(|follower| follower.finder.live());
        live.map(|(_, length)| length).max().unwrap_or(0)
    }

    /// Returns how many of the last bytes only the next ones tell to be seen or not: as bytes that are seen, so none
    /// of a control sequence.
    pub(crate) fn undecided(&self) -> usize {
        let undecided = self.followers.iter().map(|follower| match follower.finder.undecided() {
            [0x1b, ..] => 0,
            seen => seen.len(),
        });
        undecided.max().unwrap_or(0)
    }

    /// Tells whether the text ends in what may be a control sequence.
    pub(crate) fn is_in_sequence(&self) -> bool {
        self.followers.iter().any(|follower| follower.finder.undecided().first() == Some(&0x1b))
    }

    /// Follows the values that are known now.
    fn renew(&mut self) {
        let generation = self.values.generation();
        if self.generation == Some(generation) {
            return;
        }
        self.generation = Some(generation);
        let sets = self.values.sets();
        for follower in self.followers.iter_mut().filter(|follower| follower.until.is_none()) {
            if !sets.iter().any(|set| Arc::ptr_eq(set, &follower.set)) {
                follower.until = Some(self.total);
            }
        }
        for set in sets {
            let is_followed = self.followers.iter().any(|follower| Arc::ptr_eq(&set, &follower.set));
            if !is_followed && !Tables(set.clone()).is_empty() {
                self.followers.push(Follower::new(set, self.total));
            }
        }
    }
}

fn take(found: &mut VecDeque<Marked>, set: &Set, base: u64, until: Option<u64>, span: &Span<'_>) {
    if until.is_none_or(|until| base + span.start() < until) {
        insert(found, Marked::new(base, set, span));
    }
}

/// Puts a span in its place, and joins it with those that it overlaps; touching ones stay apart.
pub(crate) fn insert(all: &mut VecDeque<Marked>, mut new: Marked) {
    let mut at = all.len();
    while at > 0 && all[at - 1].end > new.start {
        at -= 1;
        if all[at].start < new.end {
            let other = all.remove(at).expect("it is there");
            new = new.join(other);
        }
    }
    all.insert(at, new);
}
