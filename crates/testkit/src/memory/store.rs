//! The versions of each place, and which of them is current, previous and pending.

use std::collections::BTreeMap;

use reticent_core::{Expected, Revision, Secret, SecretRef, Version, VersionId};

#[derive(Default)]
pub(super) struct Store {
    entries: BTreeMap<SecretRef, Entry>,
    /// Grows with every change, so that no two states of a place share a revision.
    ticks: u64,
}

#[derive(Default)]
struct Entry {
    versions: Vec<Stored>,
    current: Option<VersionId>,
    previous: Option<VersionId>,
    pending: Option<VersionId>,
    tokens: BTreeMap<String, VersionId>,
    moved: u64,
}

#[derive(Clone)]
pub(super) struct Stored {
    pub(super) id: VersionId,
    pub(super) value: Secret,
}

/// The place of a reference without its version and field.
pub(super) fn whole(at: &SecretRef) -> SecretRef {
    at.clone().at_version(Version::Current).at_field(None)
}

impl Store {
    pub(super) fn set(&mut self, at: &SecretRef, value: Secret) -> VersionId {
        let entry = self.touch(at);
        let id = entry.add(value);
        entry.previous = entry.current.replace(id.clone()).or_else(|| entry.previous.take());
        id
    }

    pub(super) fn set_pending(&mut self, at: &SecretRef, value: Secret) -> VersionId {
        let entry = self.touch(at);
        let id = entry.add(value);
        entry.pending = Some(id.clone());
        id
    }

    /// Makes a version current; the caller has seen that it is there.
    pub(super) fn promote(&mut self, at: &SecretRef, id: VersionId) {
        let entry = self.touch(at);
        entry.pending = entry.pending.take().filter(|pending| *pending != id);
        entry.previous = entry.current.replace(id);
    }

    pub(super) fn remove(&mut self, at: &SecretRef) {
        self.entries.remove(&whole(at));
    }

    pub(super) fn find(&self, at: &SecretRef) -> Option<Stored> {
        let entry = self.entries.get(&whole(at))?;
        entry.version(entry.id_of(at.version())?).cloned()
    }

    pub(super) fn revision(&self, at: &SecretRef) -> Option<Revision> {
        self.find(at)?;
        Some(Revision::of(self.entries.get(&whole(at))?.moved.to_string()))
    }

    pub(super) fn current_id(&self, at: &SecretRef) -> Option<VersionId> {
        self.entries.get(&whole(at))?.current.clone()
    }

    pub(super) fn is_as(&self, at: &SecretRef, expected: &Expected) -> bool {
        match expected {
            Expected::Absent => self.revision(at).is_none(),
            Expected::Revision(revision) => self.revision(at).as_ref() == Some(revision),
            _ => false,
        }
    }

    /// The version that an earlier put of this value under this token made.
    pub(super) fn written_with(&self, at: &SecretRef, token: &str, value: &Secret) -> Option<VersionId> {
        let entry = self.entries.get(&whole(at))?;
        let id = entry.tokens.get(token)?;
        entry.version(id).filter(|stored| stored.value.ct_eq(value)).map(|stored| stored.id.clone())
    }

    pub(super) fn remember_token(&mut self, at: &SecretRef, token: &str, id: VersionId) {
        if let Some(entry) = self.entries.get_mut(&whole(at)) {
            entry.tokens.insert(token.to_owned(), id);
        }
    }

    pub(super) fn present(&self) -> impl Iterator<Item = (&SecretRef, &VersionId)> {
        self.entries.iter().filter_map(|(at, entry)| Some((at, entry.current.as_ref()?)))
    }

    fn touch(&mut self, at: &SecretRef) -> &mut Entry {
        self.ticks += 1;
        let entry = self.entries.entry(whole(at)).or_default();
        entry.moved = self.ticks;
        entry
    }
}

impl Entry {
    fn add(&mut self, value: Secret) -> VersionId {
        let number = (self.versions.len() + 1).to_string();
        let id = VersionId::parse(&number).expect("a number is a version");
        self.versions.push(Stored { id: id.clone(), value });
        id
    }

    fn id_of<'a>(&'a self, version: &'a Version) -> Option<&'a VersionId> {
        match version {
            Version::Current => self.current.as_ref(),
            Version::Previous => self.previous.as_ref(),
            Version::Pending => self.pending.as_ref(),
            Version::Id(id) => Some(id),
            _ => None,
        }
    }

    fn version(&self, id: &VersionId) -> Option<&Stored> {
        self.versions.iter().find(|stored| stored.id == *id)
    }
}
