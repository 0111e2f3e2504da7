//! All spellings, one behind the other in one buffer that is wiped.
//!
//! The decision: a spelling is written where it stays, not into a buffer of its own, since ten thousand values have
//! more than a hundred thousand spellings. The cost is that one is told apart from the next by numbers alone.

use reticent_core::SecretBuffer;
use zeroize::Zeroizing;

use crate::projection::{plain_length, project};
use crate::span::Spelling;

/// The shortest target and the shortest spelling: shorter ones stand in texts by chance.
pub(crate) const SHORTEST: usize = 6;

/// Where one spelling lies, and whose it is.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) start: u32,
    pub(crate) length: u32,
    pub(crate) owner: u32,
    pub(crate) spelling: Spelling,
}

impl Form {
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        let start = self.start as usize;
        &bytes[start..start + self.length as usize]
    }
}

/// The bytes of a buffer, for the tables of this crate, which are wiped as it is.
pub(crate) fn exposed(buffer: &SecretBuffer) -> &[u8] {
    #[expect(clippy::disallowed_methods, reason = "into other buffers and tables that are wiped")]
    buffer.expose_bytes()
}

pub(crate) struct Forms {
    bytes: SecretBuffer,
    all: Vec<Form>,
    owner: u32,
    /// The first form of the target that is being spelt.
    first: usize,
}

impl Forms {
    /// Makes room for about `bytes` bytes of spellings.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: SecretBuffer::with_capacity(bytes), all: Vec::new(), owner: 0, first: 0 }
    }

    /// Begins with a target of another value, or with another target of the same one.
    pub(crate) fn begin(&mut self, owner: u32) {
        (self.owner, self.first) = (owner, self.all.len());
    }

    /// Adds the spelling that `write` writes, as matching sees it, unless the target has it already.
    pub(crate) fn add(&mut self, spelling: Spelling, write: impl FnOnce(&mut SecretBuffer)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.project(start);
        let form = &exposed(&self.bytes)[start..];
        let same = |other: &&mut Form| {
            let all = exposed(&self.bytes);
            other.length as usize == form.len() && other.of(all) == form
        };
        if form.len() < SHORTEST {
            self.bytes.truncate(start);
        } else if let Some(same) = self.all[self.first..].iter_mut().find(same) {
            same.spelling = same.spelling.min(spelling);
            self.bytes.truncate(start);
        } else {
            let (start, length) = (index(start), index(form.len()));
            self.all.push(Form { start, length, owner: self.owner, spelling });
        }
    }

    /// Adds the spelling that `write` writes byte by byte.
    pub(crate) fn each(&mut self, spelling: Spelling, target: &[u8], write: impl Fn(u8, &mut SecretBuffer)) {
        self.add(spelling, |out| target.iter().for_each(|byte| write(*byte, out)));
    }

    fn project(&mut self, start: usize) {
        let form = &exposed(&self.bytes)[start..];
        if plain_length(form) < form.len() {
            let seen = project(form);
            self.bytes.truncate(start);
            self.bytes.extend_from_slice(exposed(&seen));
        }
    }

    /// Returns the forms in the order of their bytes, each once: of equal ones that of the first owner and spelling.
    fn sorted(&self) -> Vec<Form> {
        let bytes = exposed(&self.bytes);
        // Four bytes and a number are quickly compared, and four bytes are no spelling.
        let head = |form: &Form| u32::from_be_bytes(*form.of(bytes).first_chunk().expect("it has six bytes"));
        let keyed = |(at, form): (usize, &Form)| (head(form), index(at));
        let mut order = Zeroizing::new(self.all.iter().enumerate().map(keyed).collect::<Vec<_>>());
        let form = |at: u32| self.all[at as usize];
        order.sort_unstable_by(|left, right| {
            left.0.cmp(&right.0).then_with(|| {
                let (left, right) = (form(left.1), form(right.1));
                let rest = |form: Form| (form.owner, form.spelling);
                left.of(bytes).cmp(right.of(bytes)).then_with(|| rest(left).cmp(&rest(right)))
            })
        });
        let mut sorted: Vec<Form> = order.iter().map(|(_, at)| form(*at)).collect();
        sorted.dedup_by(|later, kept| later.of(bytes) == kept.of(bytes));
        sorted
    }
}

/// All spellings in the order of their bytes, no two alike.
pub(crate) struct Sorted {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) forms: Vec<Form>,
    /// For each form how many bytes it shares with the one before.
    pub(crate) shared: Vec<u32>,
}

impl Sorted {
    pub(crate) fn new(forms: &Forms) -> Self {
        let (bytes, mut forms) = (exposed(&forms.bytes), forms.sorted());
        let alike = |pair: &[Form]| {
            let (left, right) = (pair[0].of(bytes), pair[1].of(bytes));
            index(left.iter().zip(right).take_while(|(left, right)| left == right).count())
        };
        let shared: Vec<u32> = [0].into_iter().chain(forms.windows(2).map(alike)).collect();
        let bytes = gathered(bytes, &mut forms, &shared);
        Self { bytes, forms, shared }
    }

    pub(crate) fn each(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.forms.iter().map(|form| form.of(&self.bytes))
    }
}

/// Copies the forms into one buffer of the right size; one that begins the next lies in it.
fn gathered(bytes: &[u8], forms: &mut [Form], shared: &[u32]) -> Zeroizing<Vec<u8>> {
    let begins_next = |at: usize, form: &Form| shared.get(at + 1) == Some(&form.length);
    let own = |(at, form): (usize, &Form)| if begins_next(at, form) { 0 } else { form.length as usize };
    let mut all = Zeroizing::new(Vec::with_capacity(forms.iter().enumerate().map(own).sum()));
    let mut next = 0;
    for (at, form) in forms.iter_mut().enumerate().rev() {
        if !begins_next(at, form) {
            next = index(all.len());
            all.extend_from_slice(form.of(bytes));
        }
        form.start = next;
    }
    all
}

/// A number of bytes or forms as the tables keep it.
pub(crate) fn index(at: usize) -> u32 {
    u32::try_from(at).expect("fewer bytes of spellings than four thousand million")
}
