//! What a source was told to do wrongly, and how often it was called.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use reticent_core::{ErrorKind, SecretRef};

use super::store::whole;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Read,
    Poll,
    Check,
    List,
    Write,
    Lease,
}

#[derive(Default)]
pub(super) struct Script {
    pub(super) always: Option<ErrorKind>,
    pub(super) places: BTreeMap<SecretRef, ErrorKind>,
    pub(super) writes: Option<ErrorKind>,
    pub(super) leases: Option<ErrorKind>,
    pub(super) retry_after: Option<Duration>,
    pub(super) delay: Duration,
    pub(super) limit: Option<Duration>,
    next: VecDeque<ErrorKind>,
}

/// How long a call takes, and whether it ends for having taken too long.
pub(super) struct Wait {
    pub(super) length: Duration,
    pub(super) in_vain: bool,
}

impl Script {
    pub(super) fn fail_next(&mut self, kind: ErrorKind, count: usize) {
        self.next.extend(std::iter::repeat_n(kind, count));
    }

    pub(super) fn recover(&mut self) {
        *self = Self { limit: self.limit, ..Self::default() };
    }

    pub(super) fn wait(&self) -> Wait {
        match self.limit {
            Some(limit) if self.delay > limit => Wait { length: limit, in_vain: true },
            _ => Wait { length: self.delay, in_vain: false },
        }
    }

    pub(super) fn verdict(&mut self, operation: Operation, at: Option<&SecretRef>) -> Option<ErrorKind> {
        let of_place = |at: &SecretRef| self.places.get(&whole(at)).copied();
        let of_writes = self.writes.filter(|_| operation == Operation::Write);
        let of_leases = self.leases.filter(|_| operation == Operation::Lease);
        let lasting = self.always.or(of_writes).or(of_leases).or_else(|| at.and_then(of_place));
        self.next.pop_front().or(lasting)
    }
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) reads: u64,
    pub(super) batches: u64,
    pub(super) polls: u64,
    pub(super) checks: u64,
    pub(super) writes: u64,
}

impl Counts {
    pub(super) fn count(&mut self, operation: Operation) {
        match operation {
            Operation::Read => self.reads += 1,
            Operation::Poll => self.polls += 1,
            Operation::Check => self.checks += 1,
            Operation::Write => self.writes += 1,
            Operation::List | Operation::Lease => {}
        }
    }
}
