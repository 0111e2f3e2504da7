//! The tree of all spellings, in tables that are wiped: a node stands for all bytes up to the next fork.
//!
//! The decision: what a node spells is read from the spellings themselves, so that building takes a few numbers for
//! each spelling and none for each byte. The cost is that a state is two numbers, and what to fall back to is found
//! out only where a match first breaks off (see `falls`).

use zeroize::{Zeroize, Zeroizing};

use crate::forms::{Form, Sorted, index};
use crate::span::Spelling;

/// Takes note of each step, for the proof that there are few.
pub(crate) trait Meter {
    fn count(&mut self);
}

impl Meter for () {
    fn count(&mut self) {}
}

/// One spelling: how long it is and whose.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) length: u32,
    pub(crate) owner: u32,
    pub(crate) spelling: Spelling,
}

/// The first `depth` bytes of a spelling that runs through `node`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) node: u32,
    pub(crate) depth: u32,
}

/// The state in which nothing has begun.
pub(crate) const ROOT: State = State { node: 0, depth: 0 };

#[derive(Clone, Copy, Default)]
struct Node {
    parent: u32,
    /// The first spelling through this node, in the order of the bytes, and where it begins.
    form: u32,
    start: u32,
    /// The depth of the fork, or of the end.
    end: u32,
    /// The children of `node` are those from here up to the first child of the next node.
    first_child: u32,
}

impl Zeroize for Node {
    fn zeroize(&mut self) {
        let Self { parent, form, start, end, first_child } = self;
        [parent, form, start, end, first_child].into_iter().for_each(Zeroize::zeroize);
    }
}

pub(crate) struct Trie {
    bytes: Zeroizing<Vec<u8>>,
    entries: Vec<Entry>,
    nodes: Zeroizing<Vec<Node>>,
    /// The first byte of each node behind that of its parent.
    labels: Zeroizing<Vec<u8>>,
    from_root: Zeroizing<Vec<u32>>,
}

impl Trie {
    pub(crate) fn new(sorted: Sorted) -> Self {
        let Sorted { bytes, forms, shared } = sorted;
        let entry = |form: &Form| Entry { length: form.length, owner: form.owner, spelling: form.spelling };
        let count = 1 + node_count(&forms, &shared);
        let mut trie = Self {
            bytes,
            entries: forms.iter().map(entry).collect(),
            nodes: Zeroizing::new(Vec::with_capacity(count + 1)),
            labels: Zeroizing::new(Vec::with_capacity(count)),
            from_root: Zeroizing::new(vec![ROOT.node; 256]),
        };
        trie.grow(&forms, &shared);
        for child in trie.children(ROOT.node) {
            trie.from_root[usize::from(trie.labels[child])] = index(child);
        }
        trie
    }

    /// Makes the nodes level by level, so that siblings stand side by side.
    fn grow(&mut self, forms: &[Form], shared: &[u32]) {
        self.nodes.push(Node::default());
        self.labels.push(0);
        let mut ranges = vec![(0, forms.len())];
        let mut node = 0;
        while node < ranges.len() {
            let (mut low, high) = ranges[node];
            let end = self.nodes[node].end;
            self.nodes[node].first_child = index(self.nodes.len());
            low += usize::from(low < high && forms[low].length == end);
            while low < high {
                let alike = shared[low + 1..high].iter().take_while(|shared| **shared > end).count();
                let next = low + 1 + alike;
                self.add(node, end, low, &forms[low], shared[low + 1..next].iter().min());
                ranges.push((low, next));
                low = next;
            }
            node += 1;
        }
        self.nodes.push(Node { first_child: index(node), ..Node::default() });
    }

    fn add(&mut self, parent: usize, depth: u32, at: usize, form: &Form, fork: Option<&u32>) {
        let end = fork.copied().unwrap_or(form.length);
        self.labels.push(form.of(&self.bytes)[depth as usize]);
        self.nodes.push(Node {
            parent: index(parent),
            form: index(at),
            start: form.start,
            end,
            first_child: 0,
        });
    }

    fn children(&self, node: u32) -> std::ops::Range<usize> {
        let node = node as usize;
        self.nodes[node].first_child as usize..self.nodes[node + 1].first_child as usize
    }

    /// Goes on by one byte from the root.
    #[inline]
    pub(crate) fn begin(&self, byte: u8) -> State {
        let node = self.from_root[usize::from(byte)];
        State { node, depth: u32::from(node != ROOT.node) }
    }

    /// Goes on by one byte, if a spelling does.
    #[inline]
    pub(crate) fn advance(&self, state: State, byte: u8) -> Option<State> {
        let node = self.nodes[state.node as usize];
        let depth = state.depth + 1;
        if state.depth < node.end {
            let is_next = self.bytes[(node.start + state.depth) as usize] == byte;
            return is_next.then_some(State { node: state.node, depth });
        }
        let children = self.children(state.node);
        let first = children.start;
        let child = self.labels[children].binary_search(&byte).ok()?;
        Some(State { node: index(first + child), depth })
    }

    /// Tells whether a spelling goes on from here.
    pub(crate) fn goes_on(&self, state: State) -> bool {
        state.depth < self.nodes[state.node as usize].end || !self.children(state.node).is_empty()
    }

    /// Returns the spelling that is as long as the state is deep, by its number.
    #[inline]
    pub(crate) fn whole(&self, state: State) -> Option<u32> {
        let form = self.nodes[state.node as usize].form;
        self.entries.get(form as usize).is_some_and(|entry| entry.length == state.depth).then_some(form)
    }

    pub(crate) fn entry(&self, form: u32) -> Entry {
        self.entries[form as usize]
    }

    /// Returns what has been seen in a state that is not the root.
    pub(crate) fn seen(&self, state: State) -> &[u8] {
        let start = self.nodes[state.node as usize].start as usize;
        &self.bytes[start..start + state.depth as usize]
    }

    /// Returns the state before the last byte.
    pub(crate) fn parent(&self, state: State) -> State {
        let (parent, depth) = (self.nodes[state.node as usize].parent, state.depth - 1);
        let is_above = depth <= self.nodes[parent as usize].end;
        State { node: if is_above { parent } else { state.node }, depth }
    }

    /// Returns the number of a state among all: the place of its last byte.
    pub(crate) fn slot(&self, state: State) -> usize {
        (self.nodes[state.node as usize].start + state.depth) as usize - 1
    }

    /// Returns how many slots there are.
    pub(crate) fn slots(&self) -> usize {
        self.bytes.len()
    }
}

/// Counts the nodes below the root: one for each spelling, unless it ends at a fork, and one for each fork.
fn node_count(forms: &[Form], shared: &[u32]) -> usize {
    let (mut forks, mut count) = (vec![0], forms.len());
    for (depth, before) in shared.iter().skip(1).zip(forms) {
        while forks.pop_if(|fork| *fork > *depth).is_some() {}
        if forks.last().is_some_and(|fork| fork < depth) {
            forks.push(*depth);
            count += 1;
        }
        count -= usize::from(before.length == *depth);
    }
    count
}
