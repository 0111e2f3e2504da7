//! What an event's JSON says: which of its strings are pieces of which channel, and which channels end.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use reticent_spans::json::{Kind, Path, Scalar, Segment, scalars};

use super::tables::{DELTAS, ENDS, Form, NAMES, NAMES_AT_ROOT, Scope, TYPES_OF_JSON, TYPES_THAT_END};

/// A piece deeper than this is in none of the tables.
const DEEPEST: usize = 8;

/// Names are compared up to this length.
const LONGEST_NAME: usize = 128;

/// A piece of a channel's text.
pub(super) struct Piece<'t> {
    /// Which of the event's strings and numbers it is.
    pub(super) nth: usize,
    pub(super) scalar: Scalar<'t>,
    pub(super) channel: String,
    pub(super) is_json: bool,
}

/// Which channels end.
pub(super) enum End {
    /// Those whose address begins so.
    Inside(String),
    /// Those whose address has all of these.
    Named(Vec<String>),
    All,
}

/// What an event says.
pub(super) struct Reading<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    pub(super) ends: Vec<End>,
}

/// The steps to a string, of a path that is in no table nothing.
type Steps = Vec<Step>;

#[derive(Clone, Copy, PartialEq)]
enum Step {
    /// A key of the tables: no other is kept, since it could be a value.
    Key(&'static str),
    Index(u64),
}

/// All keys of the tables, in order.
static KEYS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let paths = DELTAS.iter().map(|(path, _)| *path).chain(ENDS.iter().map(|(path, _)| *path));
    let names = NAMES.iter().chain(NAMES_AT_ROOT).copied();
    let mut keys: Vec<&str> = paths.flat_map(|path| path.split(['.', '[', ']'])).chain(names).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
});

/// What was met that matters, before all names are known.
#[derive(Default)]
struct Met<'t> {
    pieces: Vec<(usize, Scalar<'t>, Steps, Form)>,
    ends: Vec<(Steps, Scope)>,
    /// The names of each object, by the path to it.
    names: BTreeMap<String, Vec<(&'static str, String)>>,
    kind: String,
}

/// Reads the data of an event.
pub(super) fn read(data: &[u8]) -> Reading<'_> {
    let (mut met, mut nth) = (Met::default(), 0);
    scalars(data, |scalar, path| {
        met.scalar(nth, scalar, path);
        nth += 1;
    });
    let pieces = std::mem::take(&mut met.pieces).into_iter();
    let pieces = pieces.map(|(nth, scalar, steps, form)| Piece {
        nth,
        scalar,
        channel: met.address(&steps, &pattern(&steps)),
        is_json: form == Form::Json
            || form == Form::ByType && TYPES_OF_JSON.iter().any(|word| met.kind.contains(word)),
    });
    Reading { pieces: pieces.collect(), ends: met.ends() }
}

impl<'t> Met<'t> {
    fn scalar(&mut self, nth: usize, scalar: Scalar<'t>, path: &Path) {
        let Some(mut steps) = steps(path).filter(|_| scalar.kind() != Kind::Key) else { return };
        let pattern = pattern(&steps);
        let is_text = scalar.kind() == Kind::Text;
        if pattern == "type" {
            self.kind = name(&scalar);
        }
        if let Some((_, scope)) = ENDS.iter().find(|(path, _)| is_text && *path == pattern) {
            self.ends.push((steps[..steps.len() - 1].to_vec(), *scope));
        }
        if let Some((_, form)) = DELTAS.iter().find(|(path, _)| is_text && *path == pattern) {
            self.pieces.push((nth, scalar, steps, *form));
            return;
        }
        let Some(Step::Key(last)) = steps.pop() else { return };
        let names = NAMES.iter().chain(NAMES_AT_ROOT.iter().filter(|_| steps.is_empty()));
        if let Some(known) = names.into_iter().find(|known| **known == last) {
            let names = self.names.entry(place(&steps)).or_default();
            // Of two members with one name the last one counts, as for most readers.
            names.retain(|(name, _)| name != known);
            names.push((known, name(&scalar)));
        }
    }

    /// Returns what tells a channel from others: the steps to it, with the names of the objects on the way.
    fn address(&self, steps: &[Step], pattern: &str) -> String {
        let mut address = String::new();
        for at in 0..=steps.len() {
            let names = self.names.get(&place(&steps[..at])).map(Vec::as_slice).unwrap_or_default();
            // An item's own index counts, not its place among the items of this event.
            let index = names.iter().find(|(name, _)| *name == "index").map(|(_, value)| value.as_str());
            match at.checked_sub(1).map(|at| &steps[at]) {
                Some(Step::Index(place)) => {
                    address.push_str(&format!("[{}]", index.unwrap_or(&place.to_string())));
                }
                Some(Step::Key(key)) => address.push_str(&format!("/{key}{}", named("index", index))),
                None => address.push_str(&named("index", index)),
            }
            for name in &NAMES[1..] {
                let value = names.iter().find(|(known, _)| known == name);
                address.push_str(&named(name, value.map(|(_, value)| value.as_str())));
            }
        }
        if pattern == "delta" {
            for (name, value) in self.names.get("").into_iter().flatten() {
                if NAMES_AT_ROOT.contains(name) {
                    address.push_str(&named(name, Some(value)));
                }
            }
        }
        address
    }

    fn ends(&self) -> Vec<End> {
        let of_kind = TYPES_THAT_END
            .iter()
            .filter(|(begin, end, _)| self.kind.starts_with(begin) && self.kind.ends_with(end))
            .map(|(.., scope)| (Steps::new(), *scope));
        let end = |(steps, scope): (Steps, Scope)| match scope {
            Scope::Inside => End::Inside(self.address(&steps, "")),
            Scope::All => End::All,
            Scope::Named => End::Named(self.names_of_event()),
        };
        self.ends.iter().cloned().chain(of_kind).map(end).collect()
    }

    /// Returns the names that the event itself has; its id if it has no others.
    fn names_of_event(&self) -> Vec<String> {
        let all = || self.names.get("").into_iter().flatten();
        let has_others = all().any(|(name, _)| NAMES.contains(name));
        let counts = |name: &str| if has_others { NAMES.contains(&name) } else { name == "id" };
        all().filter(|(name, _)| counts(name)).map(|(name, value)| named(name, Some(value))).collect()
    }
}

fn named(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!(";{name}={value};")).unwrap_or_default()
}

fn name(scalar: &Scalar<'_>) -> String {
    let bytes = scalar.content().bytes();
    String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_NAME)]).into_owned()
}

fn steps(path: &Path) -> Option<Steps> {
    let step = |segment: Segment<'_>| match segment {
        Segment::Key(key) => {
            KEYS.binary_search_by(|known| known.as_bytes().cmp(key)).ok().map(|at| Step::Key(KEYS[at]))
        }
        Segment::Index(index) => Some(Step::Index(index)),
        _ => None,
    };
    let steps: Steps = path.segments().take(DEEPEST + 1).map(step).collect::<Option<_>>()?;
    (steps.len() <= DEEPEST).then_some(steps)
}

/// Writes steps as the tables do.
fn pattern(steps: &[Step]) -> String {
    let mut pattern = String::new();
    for step in steps {
        match step {
            Step::Key(key) if pattern.is_empty() => pattern.push_str(key),
            Step::Key(key) => pattern.push_str(&format!(".{key}")),
            Step::Index(_) => pattern.push_str("[]"),
        }
    }
    pattern
}

/// Writes steps so that no two places are one.
fn place(steps: &[Step]) -> String {
    let mut place = String::new();
    for step in steps {
        match step {
            Step::Key(key) => place.push_str(&format!("/{key}")),
            Step::Index(index) => place.push_str(&format!("/{index}")),
        }
    }
    place
}
