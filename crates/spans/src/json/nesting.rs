//! Which brackets are open, in one bit a level.

/// The open brackets, and whether a key is due.
#[derive(Default)]
pub(super) struct Nesting {
    depth: u64,
    /// The innermost levels of the last up to 64, the lowest bit innermost; a set bit is an object.
    top: u64,
    /// Those further out, 64 in each.
    outer: Vec<u64>,
    key_due: bool,
}

impl Nesting {
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    /// Takes note of a string, and tells whether it is a key.
    pub(super) fn string(&mut self) -> bool {
        std::mem::take(&mut self.key_due)
    }

    /// Takes note of one of `{ } [ ] , :`.
    pub(super) fn punctuation(&mut self, byte: u8) {
        match byte {
            b',' => self.key_due = self.top & 1 == 1,
            b'{' => self.open(true),
            b'[' => self.open(false),
            b'}' | b']' => self.close(),
            _ => self.key_due = false,
        }
    }

    fn open(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.top);
            self.top = 0;
        }
        self.depth += 1;
        self.top = self.top << 1 | u64::from(is_object);
        self.key_due = is_object;
    }

    /// Closes the innermost bracket, whichever it is; where none is open there is nothing to close.
    fn close(&mut self) {
        self.key_due = false;
        self.depth = self.depth.saturating_sub(1);
        self.top >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.top = self.outer.pop().expect("each 64 levels are one word");
        }
    }
}
