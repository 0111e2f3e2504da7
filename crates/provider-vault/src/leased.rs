//! Credentials that the server makes when they are read, and takes back.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reticent_core::{ErrorKind, Lease, LeaseKeeper, Secret, SecretRef, SourceError};

use crate::client::Call;
use crate::error::{Outcome, Problem, judge};
use crate::json::Object;
use crate::mounts::{Engine, Place};
use crate::path::encoded;
use crate::policy;
use crate::session::Token;
use crate::source::{Inner, VaultSource};

/// After how long a static role is read again whose password is due to change: the server's queue ticks each few
/// seconds, and until then the old one holds.
const DUE_AGAIN: Duration = Duration::from_secs(2);

/// Under which token each lease was made, since it ends with it.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<HashMap<String, (u64, SystemTime)>>);

impl Ledger {
    fn enter(&self, lease: &Lease, generation: u64) {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        leases.retain(|_, (_, end)| *end > lease.granted_at());
        leases.insert(lease.id().to_owned(), (generation, lease.expires()));
    }

    fn generation(&self, id: &str) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(|(generation, _)| *generation)
    }

    fn strike(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ledger(..)")
    }
}

impl Inner {
    /// Reads what is made for this read, with the lease that it comes with.
    pub(crate) async fn read_leased(&self, place: &Place) -> Outcome<Secret> {
        let path = format!("{}/{}", encoded(&place.mount.prefix), encoded(&place.rest));
        let asked_at = self.clock.now();
        let answer = self.session.send_for_lease(&Call::get(path)).await?;
        let reply = &answer.reply;
        self.settled(place, reply)?;
        let data = reply.pick("/data")?.ok_or_else(|| Problem::new(ErrorKind::NotFound))?;
        let mut metadata = self.metadata();
        match reply.text("/lease_id")?.filter(|id| !id.is_empty()) {
            Some(id) => {
                let granted = reply.seconds("/lease_duration")?;
                let lease = granted_lease(id, asked_at, granted, &answer.token);
                let lease = if reply.is_true("/renewable")? { lease.renewable() } else { lease };
                self.leases.enter(&lease, answer.token.generation);
                metadata = metadata.with_lease(lease);
            }
            // A static role has no lease: it says how long its password still holds.
            None if is_static(place) => {
                if let Some(ttl) = reply.number("/data/ttl")? {
                    let left = if ttl == 0 { DUE_AGAIN } else { Duration::from_secs(ttl) };
                    // An end beyond what the clock can hold is none.
                    if let Some(end) = asked_at.checked_add(left) {
                        metadata = metadata.with_expires(end);
                    }
                }
            }
            None => {}
        }
        Ok(data.with_metadata(metadata))
    }

    async fn renew_lease(&self, lease: &Lease, wanted: Duration) -> Outcome<Lease> {
        self.is_current(lease)?;
        let body = Object::new().text("lease_id", lease.id()).number("increment", whole_seconds(wanted));
        let asked_at = self.clock.now();
        let answer = self.session.send(&Call::post("sys/leases/renew", body.done())).await?;
        if let Some(problem) = judge(&answer.reply) {
            return Err(problem);
        }
        // The token may have been replaced on the way; what an old one made dies with it.
        self.is_current(lease)?;
        let granted = answer.reply.seconds("/lease_duration")?;
        if granted.is_zero() {
            return Err(Problem::new(ErrorKind::Expired).with_detail("the lease is at its end"));
        }
        let renewed = granted_lease(lease.id().to_owned(), asked_at, granted, &answer.token);
        let renewed = if answer.reply.is_true("/renewable")? { renewed.renewable() } else { renewed };
        self.leases.enter(&renewed, answer.token.generation);
        Ok(renewed)
    }

    /// Tells whether the token lives under which the lease was made; a lease of another process is the server's to judge.
    fn is_current(&self, lease: &Lease) -> Outcome<()> {
        let made_under = self.leases.generation(lease.id());
        let current = self.session.current().map(|token| token.generation);
        match (made_under, current) {
            (Some(made), Some(current)) if made != current => {
                Err(Problem::new(ErrorKind::Expired)
                    .with_detail("the token that it was made under was replaced"))
            }
            _ => Ok(()),
        }
    }

    async fn revoke_lease(&self, lease: &Lease) -> Outcome<()> {
        // In sync: the credential is gone when the call returns.
        let body = Object::new().text("lease_id", lease.id()).raw("sync", b"true");
        let answer = self.session.send(&Call::post("sys/leases/revoke", body.done())).await?;
        match judge(&answer.reply) {
            Some(problem) if problem.kind != ErrorKind::Expired => Err(problem),
            _ => {
                self.leases.strike(lease.id());
                Ok(())
            }
        }
    }
}

#[async_trait]
impl LeaseKeeper for VaultSource {
    /// Everything that is neither a store of keys and values nor a static role; so is a mount about which we may not ask.
    async fn lends(&self, at: &SecretRef) -> Result<bool, SourceError> {
        match self.inner().place(at).await {
            Ok((place, _)) => Ok(place.mount.engine == Engine::Leased && !is_static(&place)),
            Err(problem) if problem.kind == ErrorKind::AccessDenied => Ok(true),
            Err(problem) => Err(self.error(problem, at)),
        }
    }

    /// The server caps what it grants; a lease that is granted a third of its first time or less is at its end.
    async fn renew(&self, lease: &Lease, wanted: Duration) -> Result<Lease, SourceError> {
        let renewed = self.inner().renew_lease(lease, wanted).await;
        renewed.map_err(|problem| problem.of(&self.inner().label).for_key(lease.id()))
    }

    async fn revoke(&self, lease: &Lease) -> Result<(), SourceError> {
        let revoked = self.inner().revoke_lease(lease).await;
        revoked.map_err(|problem| problem.of(&self.inner().label).for_key(lease.id()))
    }
}

/// A lease lives no longer than the token that it was made under.
fn granted_lease(id: String, at: SystemTime, granted: Duration, token: &Token) -> Lease {
    let granted = token.remaining().map_or(granted, |left| granted.min(left));
    Lease::new(id, at, granted)
}

/// Whether the path is of a role whose one user keeps its name and changes its password.
pub(crate) fn is_static(place: &Place) -> bool {
    policy::is_static(&place.rest)
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
