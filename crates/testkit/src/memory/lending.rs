//! Lending: each read makes a credential of its own, under a lease.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reticent_core::{ErrorKind, Lease, LeaseKeeper, Metadata, Secret, SecretRef, SourceError};
use tokio::time::Instant;

use super::script::Operation;
use super::store::whole;
use super::{MemorySource, place};

/// What the leases of a place are like.
///
/// ```
/// use std::time::Duration;
/// use reticent_testkit::LeaseTerms;
///
/// // As a database role with a default and a longest lifetime.
/// let terms = LeaseTerms::of(Duration::from_secs(40)).up_to(Duration::from_secs(90));
/// # let _ = terms;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTerms {
    ttl: Duration,
    longest: Option<Duration>,
    renewable: bool,
}

impl LeaseTerms {
    /// Grants `ttl` at first and with each renewal, without end.
    #[must_use]
    pub fn of(ttl: Duration) -> Self {
        Self { ttl, longest: None, renewable: true }
    }

    /// Lets no lease live longer than `longest`, however often it is renewed: the last renewals are granted less.
    #[must_use]
    pub fn up_to(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// Renews nothing.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.renewable = false;
        self
    }
}

#[derive(Default)]
pub(super) struct Lending {
    places: BTreeMap<SecretRef, Lender>,
    pub(super) renewals: u64,
    pub(super) revocations: u64,
}

struct Lender {
    terms: LeaseTerms,
    made: u64,
    most: usize,
    live: Vec<Live>,
}

struct Live {
    id: String,
    value: Secret,
    ends_at: Instant,
    longest_until: Option<Instant>,
}

impl Lending {
    /// Makes a credential for a read of `at`, if that is lent.
    pub(super) fn lend(&mut self, at: &SecretRef) -> Option<Secret> {
        let lender = self.places.get_mut(&whole(at))?;
        lender.made += 1;
        let (now, terms) = (Instant::now(), lender.terms);
        lender.forget_ended(now);
        let (id, number) = (format!("{}/{}", at.path(), lender.made), lender.made);
        let text = format!(r#"{{"username": "user-{number}", "password": "pass-{number}"}}"#);
        let value = Secret::from_string(text);
        let longest_until = terms.longest.map(|longest| now + longest);
        let ttl = terms.longest.map_or(terms.ttl, |longest| terms.ttl.min(longest));
        let live = Live { id: id.clone(), value: value.clone(), ends_at: now + ttl, longest_until };
        lender.live.push(live);
        lender.most = lender.most.max(lender.live.len());
        let lease = Lease::new(id, SystemTime::now(), ttl);
        let lease = if terms.renewable { lease.renewable() } else { lease };
        Some(value.with_metadata(Metadata::default().with_lease(lease)))
    }

    fn find(&mut self, id: &str) -> Option<(LeaseTerms, &mut Live)> {
        let now = Instant::now();
        self.places.values_mut().find_map(|lender| {
            lender.forget_ended(now);
            let terms = lender.terms;
            lender.live.iter_mut().find(|live| live.id == id).map(|live| (terms, live))
        })
    }

    fn end(&mut self, id: &str) {
        for lender in self.places.values_mut() {
            lender.live.retain(|live| live.id != id);
        }
    }
}

impl Lender {
    fn forget_ended(&mut self, now: Instant) {
        self.live.retain(|live| now < live.ends_at);
    }
}

impl MemorySource {
    /// Lends what is at `at`: each read makes a new user name and password, in JSON, under a lease of its own.
    ///
    /// # Panics
    /// As [`with`](Self::with).
    pub fn lend(&self, at: impl fmt::Display, terms: LeaseTerms) {
        let lender = Lender { terms, made: 0, most: 0, live: Vec::new() };
        self.state().lending.places.insert(place(at), lender);
    }

    /// Tells whether `credential` is one that was lent, whole, and its lease lives: what a database would say.
    #[must_use]
    pub fn accepts(&self, credential: &Secret) -> bool {
        let now = Instant::now();
        let state = self.state();
        let mut live = state.lending.places.values().flat_map(|lender| &lender.live);
        live.any(|live| now < live.ends_at && live.value.ct_eq(credential))
    }

    /// Returns how many leases of `at` live now.
    ///
    /// # Panics
    /// As [`with`](Self::with), and when `at` is not lent.
    #[must_use]
    pub fn leases_alive(&self, at: impl fmt::Display) -> usize {
        self.lender(at, |lender| {
            lender.forget_ended(Instant::now());
            lender.live.len()
        })
    }

    /// Returns how many leases of `at` lived at the same time at most.
    ///
    /// # Panics
    /// As [`leases_alive`](Self::leases_alive).
    #[must_use]
    pub fn most_leases_alive(&self, at: impl fmt::Display) -> usize {
        self.lender(at, |lender| lender.most)
    }

    /// Returns how many leases of `at` were made so far.
    ///
    /// # Panics
    /// As [`leases_alive`](Self::leases_alive).
    #[must_use]
    pub fn leases_made(&self, at: impl fmt::Display) -> u64 {
        self.lender(at, |lender| lender.made)
    }

    /// Ends every lease of `at` now, as an administrator does.
    ///
    /// # Panics
    /// As [`leases_alive`](Self::leases_alive).
    pub fn end_leases(&self, at: impl fmt::Display) {
        self.lender(at, |lender| lender.live.clear());
    }

    /// Returns how many renewals were asked for.
    #[must_use]
    pub fn renewals(&self) -> u64 {
        self.state().lending.renewals
    }

    /// Returns how many revocations were asked for.
    #[must_use]
    pub fn revocations(&self) -> u64 {
        self.state().lending.revocations
    }

    /// Lets every renewal and revocation fail with `kind` until [`recover`](Self::recover); reads are served.
    pub fn fail_leases(&self, kind: ErrorKind) {
        self.state().script.leases = Some(kind);
    }

    fn lender<T>(&self, at: impl fmt::Display, look: impl FnOnce(&mut Lender) -> T) -> T {
        let mut state = self.state();
        look(state.lending.places.get_mut(&place(at)).expect("a test asks about what it lends"))
    }

    fn lease_error(&self, kind: ErrorKind, lease: &Lease) -> SourceError {
        SourceError::new(kind, &*self.name).for_key(lease.id())
    }
}

#[async_trait]
impl LeaseKeeper for MemorySource {
    async fn lends(&self, at: &SecretRef) -> Result<bool, SourceError> {
        Ok(self.state().lending.places.contains_key(&whole(at)))
    }

    async fn renew(&self, lease: &Lease, wanted: Duration) -> Result<Lease, SourceError> {
        self.state().lending.renewals += 1;
        self.begin(Operation::Lease, None).await?;
        let now = Instant::now();
        let mut state = self.state();
        let found = state.lending.find(lease.id());
        let (terms, live) = found.ok_or_else(|| self.lease_error(ErrorKind::Expired, lease))?;
        if !terms.renewable {
            return Err(self.lease_error(ErrorKind::Unsupported, lease));
        }
        let longest_until = live.longest_until.unwrap_or(now + wanted);
        live.ends_at = (now + wanted).min(longest_until);
        Ok(Lease::new(lease.id(), SystemTime::now(), live.ends_at - now).renewable())
    }

    async fn revoke(&self, lease: &Lease) -> Result<(), SourceError> {
        self.state().lending.revocations += 1;
        self.begin(Operation::Lease, None).await?;
        self.state().lending.end(lease.id());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use reticent_core::SecretSource as _;
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_renewed_up_to_its_longest_and_then_ends() {
        let source = MemorySource::new("mem");
        source.lend("mem://db", LeaseTerms::of(Duration::from_secs(4)).up_to(Duration::from_secs(9)));
        let at: SecretRef = "mem://db".parse().expect("a reference");
        let credential = source.get(&at).await.expect("lent");
        let lease = credential.metadata().lease().expect("a lease").clone();
        for (wait, want) in [(3, 4), (3, 3), (2, 1)] {
            sleep(Duration::from_secs(wait)).await;
            let granted = source.renew(&lease, Duration::from_secs(4)).await.expect("it lives");
            assert_eq!(granted.duration(), Duration::from_secs(want));
            assert!(source.accepts(&credential));
        }
        sleep(Duration::from_secs(1)).await;
        assert!(!source.accepts(&credential));
        let error = source.renew(&lease, Duration::from_secs(4)).await.expect_err("it has ended");
        assert_eq!(error.kind(), ErrorKind::Expired);
    }

    #[tokio::test(start_paused = true)]
    async fn each_read_is_a_lease_of_its_own_until_it_is_revoked() {
        let source = MemorySource::new("mem");
        source.lend("mem://db", LeaseTerms::of(Duration::from_secs(4)).fixed());
        let at: SecretRef = "mem://db".parse().expect("a reference");
        let (first, second) = (source.get(&at).await.expect("lent"), source.get(&at).await.expect("lent"));
        assert!(!first.ct_eq(&second));
        assert_eq!(source.leases_alive("mem://db"), 2);
        source.revoke(first.metadata().lease().expect("a lease")).await.expect("no failure is scripted");
        assert!(!source.accepts(&first) && source.accepts(&second));
        assert_eq!((source.leases_alive("mem://db"), source.most_leases_alive("mem://db")), (1, 2));
    }
}
