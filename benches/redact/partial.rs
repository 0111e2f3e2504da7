//! A matcher that follows every partial match at each byte, as some runners of build jobs do: exact, and slow where
//! there are many values.

use crate::MASK;

/// A needle that has begun: which, and how many of its bytes were seen.
struct Partial {
    needle: usize,
    seen: usize,
}

pub(crate) struct Partials<'n> {
    needles: &'n [Vec<u8>],
    by_first: Vec<Vec<usize>>,
    live: Vec<Partial>,
    /// The bytes that are not out, and what of them is to be masked.
    held: Vec<u8>,
    found: Vec<(usize, usize)>,
}

impl<'n> Partials<'n> {
    pub(crate) fn new(needles: &'n [Vec<u8>]) -> Self {
        let mut by_first = vec![Vec::new(); 256];
        for (at, needle) in needles.iter().enumerate() {
            by_first[usize::from(needle[0])].push(at);
        }
        Self { needles, by_first, live: Vec::new(), held: Vec::new(), found: Vec::new() }
    }

    pub(crate) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        for byte in chunk {
            self.held.push(*byte);
            let end = self.held.len();
            self.live.extend(
                self.by_first[usize::from(*byte)].iter().map(|needle| Partial { needle: *needle, seen: 0 }),
            );
            let (needles, found) = (self.needles, &mut self.found);
            self.live.retain_mut(|partial| {
                let needle = &needles[partial.needle];
                let goes_on = needle[partial.seen] == *byte;
                partial.seen += 1;
                if goes_on && partial.seen == needle.len() {
                    found.push((end - needle.len(), end));
                }
                goes_on && partial.seen < needle.len()
            });
        }
        // Partial matches stand in the order in which they began.
        let free = self.held.len() - self.live.first().map_or(0, |partial| partial.seen);
        self.write(free, out);
    }

    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        self.live.clear();
        self.write(self.held.len(), out);
    }

    /// Writes what is held before `free`, with masks over the union of what was found.
    fn write(&mut self, free: usize, out: &mut Vec<u8>) {
        self.found.sort_unstable();
        let (mut at, mut masked) = (0, 0);
        let settled = self.found.iter().take_while(|(start, _)| *start < free).count();
        for (start, end) in self.found.drain(..settled) {
            if start >= masked {
                out.extend_from_slice(&self.held[at..start]);
                out.extend_from_slice(MASK);
            }
            masked = masked.max(end);
            at = masked;
        }
        let free = free.max(at);
        out.extend_from_slice(&self.held[at..free]);
        self.held.drain(..free);
        self.found.iter_mut().for_each(|(start, end)| (*start, *end) = (*start - free, *end - free));
    }
}
