//! Follows one text through every set of values, and joins what they find.
//!
//! The decision: what finds spans is apart from what shows the text, so that text, strings of JSON and deltas of
//! events are masked by one engine. A set that is learnt late has a finder of its own which begins at that byte, while
//! matches under way in an older set go on. Whatever else comes to find spans is one more finder beside these.

use std::collections::VecDeque;
use std::sync::Arc;

use reticent_core::Secret;
use reticent_needles::{Finder, Span, Spelling};

#[cfg(feature = "rules")]
use crate::rules::Judging;
use crate::sought::Sought;
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
    finder: By,
}

/// What has found a span.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Value,
    /// A rule that knows what it found.
    #[cfg(feature = "rules")]
    Rule,
    /// A rule that judged by a name or a form: a known value in the same place is what it saw.
    #[cfg(feature = "rules")]
    Guess,
}

impl Marked {
    /// Places what a finder found that began at `base`; what begins from `until` on is another one's to find.
    fn new(base: u64, until: Option<u64>, set: &Set, span: &Span<'_>) -> Option<Self> {
        let start = base + span.start();
        until.is_none_or(|until| start < until).then(|| Self {
            start,
            end: base + span.end(),
            length: span.length(),
            name: span.name().to_owned(),
            secret: set.secret(span.name(), span.nth()).cloned(),
            spelling: span.spelling(),
            finder: By::Value,
        })
    }

    /// Marks what a rule has found.
    #[cfg(feature = "rules")]
    pub(crate) fn by_rule(start: u64, end: u64, rule: &str, is_guess: bool) -> Self {
        let name = rule.to_owned();
        let finder = if is_guess { By::Guess } else { By::Rule };
        Self { start, end, length: 0, name, secret: None, spelling: Spelling::Raw, finder }
    }

    /// Tells whether a span that overlaps takes the place of this one.
    fn yields_to(&self, other: &Self) -> bool {
        #[cfg(feature = "rules")]
        let yields = self.finder == By::Guess && other.finder == By::Value;
        #[cfg(not(feature = "rules"))]
        let yields = self.finder < other.finder;
        yields
    }

    /// Joins with a span that overlaps: a known value before a rule, then the first, the longest and the first in the
    /// alphabet give the name.
    fn join(self, other: Self) -> Self {
        if self.yields_to(&other) {
            return other;
        }
        if other.yields_to(&self) {
            return self;
        }
        let (start, end) = (self.start.min(other.start), self.end.max(other.end));
        let order = |marked: &Self| (marked.finder, marked.start, usize::MAX - marked.length);
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
    #[cfg(feature = "rules")]
    rules: Option<Judging>,
    found: VecDeque<Marked>,
    total: u64,
}

impl Watch {
    pub(crate) fn new(sought: &Sought) -> Self {
        Self {
            values: sought.values().clone(),
            generation: None,
            followers: Vec::new(),
            #[cfg(feature = "rules")]
            rules: sought.scanner().map(Judging::new),
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
        for Follower { set, finder, base, until } in &mut self.followers {
            let mut found = Vec::new();
            finder.push(chunk, |span| found.extend(Marked::new(*base, *until, set, &span)));
            merge(&mut self.found, found);
        }
        #[cfg(feature = "rules")]
        if let Some(rules) = &mut self.rules {
            merge(&mut self.found, rules.push(chunk));
        }
        self.total += chunk.len() as u64;
        if self.followers.iter().any(|follower| follower.until.is_some()) {
            self.followers.retain(|follower| follower.until.is_none_or(|until| follower.settled() < until));
        }
    }

    /// Puts a border here, which no match crosses; at the end of the text it settles everything.
    pub(crate) fn border(&mut self) {
        for Follower { set, finder, base, until } in &mut self.followers {
            let mut found = Vec::new();
            finder.border(|span| found.extend(Marked::new(*base, *until, set, &span)));
            merge(&mut self.found, found);
        }
        #[cfg(feature = "rules")]
        if let Some(rules) = &mut self.rules {
            merge(&mut self.found, rules.border());
        }
        self.followers.retain(|follower| follower.until.is_none());
    }

    /// Returns the offset before which no later byte changes anything, apart from where a span ends that begins before.
    pub(crate) fn settled(&self) -> u64 {
        let settled = self.followers.iter().map(Follower::settled).min().unwrap_or(self.total);
        #[cfg(feature = "rules")]
        let settled = self.rules.as_ref().map_or(settled, |rules| settled.min(rules.settled()));
        settled
    }

    /// Takes the next span whose beginning is settled.
    pub(crate) fn next(&mut self) -> Option<Marked> {
        let settled = self.settled();
        self.found.pop_front_if(|span| span.start < settled)
    }

    /// Takes every span whose beginning is settled.
    pub(crate) fn take_settled(&mut self) -> Vec<Marked> {
        let settled = self.settled();
        std::iter::from_fn(|| self.found.pop_front_if(|span| span.start < settled)).collect()
    }

    /// Returns what is found, though it may still grow, in order.
    pub(crate) fn open(&self) -> VecDeque<Marked> {
        let mut all = self.found.clone();
        for follower in &self.followers {
            let Follower { set, finder, base, until } = follower;
            merge(
                &mut all,
                finder.open().filter_map(|span| Marked::new(*base, *until, set, &span)).collect(),
            );
        }
        #[cfg(feature = "rules")]
        if let Some(rules) = &self.rules {
            merge(&mut all, rules.open());
        }
        all
    }

    /// Returns the open spans whose beginning and name are known, since all that is unfinished begins behind it.
    pub(crate) fn named(&self) -> impl Iterator<Item = Marked> {
        let live = self.followers.iter().filter_map(|follower| {
            let (start, _) = follower.finder.live()?;
            Some(follower.base + start)
        });
        let live = live.min().unwrap_or(self.total);
        #[cfg(feature = "rules")]
        let live = self.rules.as_ref().map_or(live, |rules| live.min(rules.settled()));
        self.open().into_iter().take_while(move |span| span.start < live)
    }

    /// Returns the length of the longest unfinished match of a value, in bytes that matching has seen. Rules have none:
    /// where somebody waits, they judge what is there.
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

/// Puts spans in their order among others in theirs, and joins those that overlap; touching ones stay apart.
///
/// Each span is moved once, so that many spans of several sets in one chunk are no worse than many of one.
pub(crate) fn merge(all: &mut VecDeque<Marked>, more: Vec<Marked>) {
    let Some(first) = more.first() else { return };
    let kept = all.partition_point(|span| span.end <= first.start);
    let mut behind = all.split_off(kept).into_iter().peekable();
    let mut more = more.into_iter().peekable();
    loop {
        let next = match (behind.peek(), more.peek()) {
            (Some(one), Some(other)) if other.start < one.start => more.next(),
            (Some(_), _) => behind.next(),
            (None, _) => more.next(),
        };
        let Some(span) = next else { return };
        let last = all.pop_back_if(|last| last.end > span.start);
        all.push_back(last.into_iter().fold(span, Marked::join));
    }
}
