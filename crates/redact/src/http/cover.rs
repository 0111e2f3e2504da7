//! What of a form is masked, and how that is written.

use std::borrow::Cow;
use std::ops::Range;

use reticent_core::Secret;
use zeroize::Zeroizing;

use super::decoded::{Decoded, Plus};
use super::masks::masks;
use super::named::{Named, OPAQUE, trimmed};
use crate::redactor::Redactor;
use crate::watch::Watch;

/// A form is read so often at most; if it still shows something new, it is masked whole.
const ROUNDS: usize = 8;

/// Masks in `text` the known values and what `find` finds; `form` is the name of all of it.
pub(crate) fn redact<'t>(
    redactor: &Redactor,
    text: &'t [u8],
    form: &str,
    find: impl Fn(&[u8]) -> Vec<Named>,
) -> Cow<'t, [u8]> {
    let mut cover = Cover::new(text);
    // Before a known value is opaque: a delimiter in it may be one by chance.
    let named = find(&cover.shape);
    known(redactor, text).into_iter().for_each(|cut| cover.add(cut));
    cover.add_named(named);
    // What was read before anything was opaque is read again only where something is.
    let is_all = cover.cuts.is_empty() || (0..ROUNDS).any(|_| !cover.add_named(find(&cover.shape)));
    if !is_all {
        let all = Named::new(&cover.shape, 0..text.len(), form.as_bytes());
        cover.add_named(vec![all]);
    }
    cover.write(redactor, text)
}

/// The parts of a text that are masked.
struct Cover {
    /// The text with all that is masked, or will be, opaque.
    shape: Zeroizing<Vec<u8>>,
    /// The masks that the text has.
    masks: Vec<Range<usize>>,
    cuts: Vec<Cut>,
}

/// A part, and what its mask says.
struct Cut {
    range: Range<usize>,
    name: String,
    secret: Option<Secret>,
    is_known: bool,
}

impl Cut {
    /// Joins with a part that overlaps and begins no earlier: known values, then the first, give the name.
    fn join(self, other: Self) -> Self {
        let range = self.range.start..self.range.end.max(other.range.end);
        let giver = if other.is_known && !self.is_known { other } else { self };
        Self { range, ..giver }
    }
}

impl Cover {
    fn new(text: &[u8]) -> Self {
        let (mut shape, masks) = (Zeroizing::new(text.to_vec()), masks(text));
        masks.iter().for_each(|mask| shape[mask.clone()].fill(OPAQUE));
        Self { shape, masks, cuts: Vec::new() }
    }

    /// Adds the parts that are not opaque yet, and tells whether there are any.
    fn add_named(&mut self, named: Vec<Named>) -> bool {
        let before = self.cuts.len();
        for Named { range, name } in named {
            for range in self.between_masks(range) {
                let is_opaque =
                    |byte: &u8| *byte == OPAQUE || byte.is_ascii_whitespace() || b"\"',".contains(byte);
                if !self.shape[range.clone()].iter().all(is_opaque) {
                    self.add(Cut { range, name: name.clone(), secret: None, is_known: false });
                }
            }
        }
        self.cuts.len() > before
    }

    fn add(&mut self, cut: Cut) {
        self.shape[cut.range.clone()].fill(OPAQUE);
        self.cuts.push(cut);
    }

    /// What of a range lies in no mask that the text has.
    fn between_masks(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let first = self.masks.partition_point(|mask| mask.end <= range.start);
        let (mut between, mut at) = (Vec::new(), range.start);
        for mask in self.masks[first..].iter().take_while(|mask| mask.start < range.end) {
            if at < mask.start {
                between.push(trimmed(&self.shape, at..mask.start));
            }
            at = mask.end;
        }
        if at < range.end {
            between.push(trimmed(&self.shape, at..range.end));
        }
        between
    }

    fn write<'t>(mut self, redactor: &Redactor, text: &'t [u8]) -> Cow<'t, [u8]> {
        self.cuts.sort_by_key(|cut| (cut.range.start, usize::MAX - cut.range.end));
        let mut joined = Vec::<Cut>::new();
        for cut in self.cuts {
            match joined.pop_if(|last| last.range.end > cut.range.start) {
                Some(last) => joined.push(last.join(cut)),
                None => joined.push(cut),
            }
        }
        if joined.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut shown, mut at) = (Vec::with_capacity(text.len() + 32), 0);
        for cut in joined {
            shown.extend_from_slice(&text[at..cut.range.start]);
            shown.extend_from_slice(mask(redactor, &cut).as_bytes());
            at = cut.range.end;
        }
        shown.extend_from_slice(&text[at..]);
        Cow::Owned(shown)
    }
}

/// The mask of a part. The name of a credential stands in the text, so it may hold a known value, too.
fn mask(redactor: &Redactor, cut: &Cut) -> String {
    if cut.is_known {
        return redactor.mask().text(&cut.name, cut.secret.as_ref());
    }
    let small = cut.name.to_lowercase();
    let is_safe = |name: &str| matches!(redactor.redact_text(name), Cow::Borrowed(_));
    redactor.mask().text(if is_safe(&cut.name) && is_safe(&small) { &small } else { "value" }, None)
}

/// Finds the known values in a text, as it is and in what its percent signs mean.
fn known(redactor: &Redactor, text: &[u8]) -> Vec<Cut> {
    let mut found = spans(redactor, text);
    if !Decoded::is_plain(text, Plus::Blank) {
        let decoded = Decoded::new(text, Plus::Itself);
        for cut in &mut found {
            cut.range = decoded.whole(cut.range.clone());
        }
        for plus in [Plus::Itself, Plus::Blank] {
            let decoded = Decoded::new(text, plus);
            let inner = spans(redactor, &decoded.bytes);
            found.extend(
                inner.into_iter().map(|cut| Cut { range: decoded.place_of(cut.range.clone()), ..cut }),
            );
        }
    }
    found
}

/// Finds the known values in some bytes.
fn spans(redactor: &Redactor, text: &[u8]) -> Vec<Cut> {
    let mut watch = Watch::new(redactor.sought());
    watch.push(text);
    watch.border();
    let place = |at: u64| usize::try_from(at).expect("an offset in a text in memory");
    std::iter::from_fn(|| watch.next())
        .map(|span| Cut {
            range: place(span.start)..place(span.end),
            name: span.name,
            secret: span.secret,
            is_known: true,
        })
        .collect()
}
