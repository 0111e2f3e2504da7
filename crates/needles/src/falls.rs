//! What a match falls back to where it breaks off (after Aho and Corasick, 1975), found out where it is asked for.
//!
//! The decision: most states of most texts are never left so, and finding out about all of them is most of the work
//! of building. So the answers are kept as they are found, for all threads. Each is found once, by the same steps in
//! which all would be: that keeps the work linear. The cost is 16 bytes for each byte of a spelling that texts come
//! to, in blocks.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use zeroize::Zeroize as _;

use crate::trie::{Meter, ROOT, State, Trie};

/// States of at most this depth are not kept: looking again takes six steps.
const SHALLOW: u32 = 4;

/// How many answers stand in one block.
const BLOCK: usize = 128;

/// What is known of one state.
#[derive(Clone, Copy)]
pub(crate) struct Fall {
    /// The longest proper suffix that is a state.
    pub(crate) to: State,
    /// The longest spelling that is a proper suffix, by its number.
    pub(crate) inner: Option<u32>,
}

#[derive(Default)]
struct Slot {
    /// The state, and one more, since 0 says that nothing is known yet.
    to: AtomicU64,
    /// The spelling and one more, or 0.
    inner: AtomicU32,
}

struct Block([Slot; BLOCK]);

impl Drop for Block {
    fn drop(&mut self) {
        for slot in &mut self.0 {
            slot.to.get_mut().zeroize();
            slot.inner.get_mut().zeroize();
        }
    }
}

pub(crate) struct Falls {
    blocks: Vec<OnceLock<Box<Block>>>,
    /// No spelling is shorter.
    shortest: u32,
}

/// A state that waits for what it falls back to, and how far the search has come.
struct Search {
    state: State,
    from: Option<State>,
}

impl Falls {
    pub(crate) fn new(trie: &Trie, shortest: u32) -> Self {
        let blocks = (0..trie.slots().div_ceil(BLOCK)).map(|_| OnceLock::new()).collect();
        Self { blocks, shortest }
    }

    /// Returns the longest spelling that ends in `state`, by its number.
    #[inline]
    pub(crate) fn found(&self, trie: &Trie, state: State, meter: &mut impl Meter) -> Option<u32> {
        if let Some(whole) = trie.whole(state) {
            return Some(whole);
        }
        if state.depth > self.shortest { self.of(trie, state, meter).inner } else { None }
    }

    /// Returns the longest proper suffix of `state` that is a state; the root has none.
    pub(crate) fn to(&self, trie: &Trie, state: State, meter: &mut impl Meter) -> State {
        if state.depth <= SHALLOW { shallow(trie, state, meter) } else { self.of(trie, state, meter).to }
    }

    fn of(&self, trie: &Trie, state: State, meter: &mut impl Meter) -> Fall {
        meter.count();
        self.known(trie, state).unwrap_or_else(|| self.search(trie, state, meter))
    }

    fn known(&self, trie: &Trie, state: State) -> Option<Fall> {
        let slot = trie.slot(state);
        let slot = &self.blocks[slot / BLOCK].get()?.0[slot % BLOCK];
        let to = slot.to.load(Ordering::Acquire).checked_sub(1)?;
        let inner = slot.inner.load(Ordering::Relaxed).checked_sub(1);
        Some(Fall { to: State { node: (to >> 32) as u32, depth: to as u32 }, inner })
    }

    fn keep(&self, trie: &Trie, state: State, Fall { to, inner }: Fall) {
        let slot = trie.slot(state);
        let block = self.blocks[slot / BLOCK]
            .get_or_init(|| Box::new(Block(std::array::from_fn(|_| Slot::default()))));
        let slot = &block.0[slot % BLOCK];
        slot.inner.store(inner.map_or(0, |inner| inner + 1), Ordering::Relaxed);
        // After the other half: who sees this one sees both.
        slot.to.store((u64::from(to.node) << 32 | u64::from(to.depth)) + 1, Ordering::Release);
    }

    /// Finds out about `state` and what it takes: about the states on the way to it, and those to which they fall.
    fn search(&self, trie: &Trie, state: State, meter: &mut impl Meter) -> Fall {
        let mut waiting = vec![Search { state, from: None }];
        while let Some(Search { state, from }) = waiting.pop() {
            meter.count();
            match self.attempt(trie, state, from, meter) {
                Ok(fall) => self.keep(trie, state, fall),
                Err((from, missing)) => {
                    waiting.push(Search { state, from });
                    waiting.push(Search { state: missing, from: None });
                }
            }
        }
        self.known(trie, state).expect("it was kept just now")
    }

    /// Returns where `state` falls to, or how far this is known and which state is in its way.
    fn attempt(
        &self,
        trie: &Trie,
        state: State,
        from: Option<State>,
        meter: &mut impl Meter,
    ) -> Result<Fall, (Option<State>, State)> {
        let byte = *trie.seen(state).last().expect("the root falls nowhere");
        let mut from = match from {
            Some(from) => from,
            None => {
                let parent = trie.parent(state);
                self.if_known(trie, parent, meter).ok_or((None, parent))?
            }
        };
        let to = loop {
            meter.count();
            if from == ROOT {
                break trie.begin(byte);
            }
            if let Some(to) = trie.advance(from, byte) {
                break to;
            }
            from = self.if_known(trie, from, meter).ok_or((Some(from), from))?;
        };
        let inner = match trie.whole(to) {
            None if to.depth > self.shortest => self.known(trie, to).ok_or((Some(from), to))?.inner,
            whole => whole,
        };
        Ok(Fall { to, inner })
    }

    fn if_known(&self, trie: &Trie, state: State, meter: &mut impl Meter) -> Option<State> {
        if state.depth <= SHALLOW {
            return Some(shallow(trie, state, meter));
        }
        self.known(trie, state).map(|fall| fall.to)
    }
}

/// Tries each suffix of a few bytes.
fn shallow(trie: &Trie, state: State, meter: &mut impl Meter) -> State {
    let seen = trie.seen(state);
    for start in 1..seen.len() {
        let mut to = Some(ROOT);
        for byte in &seen[start..] {
            meter.count();
            to = to.and_then(|to| if to == ROOT { Some(trie.begin(*byte)) } else { trie.advance(to, *byte) });
            to = to.filter(|to| *to != ROOT);
        }
        if let Some(to) = to {
            return to;
        }
    }
    ROOT
}
