//! The automaton of all spellings (Aho and Corasick, 1975), laid out level by level in tables that are wiped.
//!
//! The decision: the children of a node stand side by side, so that a node costs 17 bytes and building walks the
//! sorted spellings once for each level. The cost is a short search for the child at each step.

use zeroize::Zeroizing;

use crate::builder::Needle;
use crate::span::Spelling;

/// What no node has.
const NONE: u32 = u32::MAX;

/// The node in which nothing has begun.
pub(crate) const ROOT: u32 = 0;

/// Takes note of each step, for the proof that there are few.
pub(crate) trait Meter {
    fn count(&mut self);
}

impl Meter for () {
    fn count(&mut self) {}
}

/// What a node that ends a spelling stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) length: u32,
    pub(crate) owner: u32,
    pub(crate) spelling: Spelling,
}

pub(crate) struct Trie {
    label: Zeroizing<Vec<u8>>,
    /// The children of `node` are `first_child[node]..first_child[node + 1]`.
    first_child: Zeroizing<Vec<u32>>,
    fail: Zeroizing<Vec<u32>>,
    depth: Zeroizing<Vec<u32>>,
    /// The entry of the longest spelling that ends here.
    out: Zeroizing<Vec<u32>>,
    entries: Vec<Entry>,
    from_root: Zeroizing<Vec<u32>>,
}

impl Trie {
    /// Builds from spellings that are sorted and unlike each other.
    pub(crate) fn new(needles: &[Needle]) -> Self {
        let nodes = 1 + fresh_bytes(needles);
        assert!(nodes < NONE as usize, "fewer bytes of spellings than four thousand million");
        let mut trie = Self {
            label: Zeroizing::new(Vec::with_capacity(nodes)),
            first_child: Zeroizing::new(Vec::with_capacity(nodes + 1)),
            fail: Zeroizing::new(vec![ROOT; nodes]),
            depth: Zeroizing::new(Vec::with_capacity(nodes)),
            out: Zeroizing::new(Vec::with_capacity(nodes)),
            entries: Vec::with_capacity(needles.len()),
            from_root: Zeroizing::new(vec![ROOT; 256]),
        };
        trie.grow(needles);
        for child in trie.children(ROOT) {
            trie.from_root[usize::from(trie.label[child])] = index(child);
        }
        trie.link();
        trie
    }

    fn grow(&mut self, needles: &[Needle]) {
        self.label.push(0);
        self.depth.push(0);
        let mut level = vec![(0, needles.len())];
        let mut depth = 0_usize;
        while !level.is_empty() {
            let mut next = Vec::with_capacity(level.len());
            for (mut low, high) in level {
                let ends = low < high && needles[low].bytes().len() == depth;
                let out = if ends { self.entry(&needles[low]) } else { NONE };
                self.out.push(out);
                low += usize::from(ends);
                self.first_child.push(index(self.label.len()));
                while low < high {
                    let byte = needles[low].bytes()[depth];
                    let same = needles[low..high].iter().take_while(|needle| needle.bytes()[depth] == byte);
                    let end = low + same.count();
                    self.label.push(byte);
                    self.depth.push(index(depth + 1));
                    next.push((low, end));
                    low = end;
                }
            }
            level = next;
            depth += 1;
        }
        self.first_child.push(index(self.label.len()));
    }

    fn entry(&mut self, needle: &Needle) -> u32 {
        let length = index(needle.bytes().len());
        self.entries.push(Entry { length, owner: needle.owner, spelling: needle.spelling });
        index(self.entries.len() - 1)
    }

    /// Links each node to the longest proper suffix that is a node; parents come before children.
    fn link(&mut self) {
        for parent in 0..self.label.len() {
            for child in self.children(index(parent)) {
                if parent != 0 {
                    self.fail[child] = self.step(self.fail[parent], self.label[child], &mut ());
                }
                if self.out[child] == NONE {
                    self.out[child] = self.out[self.fail[child] as usize];
                }
            }
        }
    }

    fn children(&self, node: u32) -> std::ops::Range<usize> {
        let node = node as usize;
        self.first_child[node] as usize..self.first_child[node + 1] as usize
    }

    /// Goes on by one byte.
    #[inline]
    pub(crate) fn step(&self, mut node: u32, byte: u8, meter: &mut impl Meter) -> u32 {
        loop {
            meter.count();
            if node == ROOT {
                return self.from_root[usize::from(byte)];
            }
            let children = self.children(node);
            let first = children.start;
            // Labels of siblings ascend; one child is the rule.
            if let Some(at) = self.label[children].iter().position(|label| *label == byte) {
                return index(first + at);
            }
            node = self.fail[node as usize];
        }
    }

    /// Forgets what cannot go on, since it is a whole spelling and begins no other.
    pub(crate) fn going_on(&self, mut node: u32) -> u32 {
        while node != ROOT && self.children(node).is_empty() {
            node = self.fail[node as usize];
        }
        node
    }

    #[inline]
    pub(crate) fn depth(&self, node: u32) -> usize {
        self.depth[node as usize] as usize
    }

    #[inline]
    pub(crate) fn found(&self, node: u32) -> Option<Entry> {
        self.entries.get(self.out[node as usize] as usize).copied()
    }

    /// Forgets what began too early, until at most `depth` bytes are left.
    pub(crate) fn shorten(&self, mut node: u32, depth: usize, meter: &mut impl Meter) -> u32 {
        while self.depth(node) > depth {
            meter.count();
            node = self.fail[node as usize];
        }
        node
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("the number of nodes was checked")
}

/// Counts the bytes that are not shared with the spelling before.
fn fresh_bytes(needles: &[Needle]) -> usize {
    let mut before: &[u8] = b"";
    let mut total = 0;
    for needle in needles {
        let shared = before.iter().zip(needle.bytes()).take_while(|(left, right)| left == right).count();
        total += needle.bytes().len() - shared;
        before = needle.bytes();
    }
    total
}
