//! What is mounted where: asked once, or said in the settings.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use reticent_core::{ErrorKind, Flight};

use crate::client::Call;
use crate::error::{Outcome, Problem, judge, not_meant};
use crate::path;
use crate::reply::Reply;
use crate::session::Session;

/// What serves the paths below a mount.
///
/// ```
/// use reticent_provider_vault::{Engine, VaultSettings};
///
/// let settings = VaultSettings::new("https://vault.example.org:8200").with_mount("team/kv", Engine::KvV2);
/// # let _ = settings;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Keys and values, one version of each.
    KvV1,
    /// Keys and values with versions, check-and-set and deletion that can be undone.
    KvV2,
    /// Anything else that is read by its path, such as `database`: what it answers comes with a lease.
    Leased,
}

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Its path without the last `/`.
    pub(crate) prefix: String,
    pub(crate) engine: Engine,
}

impl Mount {
    /// Returns what of `path` lies below this mount.
    fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(&self.prefix)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
    }
}

/// The mounts that are known.
pub(crate) struct Mounts {
    session: Arc<Session>,
    given: Vec<Arc<Mount>>,
    learnt: Mutex<Vec<Arc<Mount>>>,
    probes: Flight<String, Outcome<Arc<Mount>>>,
}

/// Where a reference leads: a mount, and a path below it that is not empty.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) mount: Arc<Mount>,
    pub(crate) rest: String,
}

impl Mounts {
    pub(crate) fn new(session: Arc<Session>, given: Vec<(String, Engine)>) -> Arc<Self> {
        let given = given
            .into_iter()
            .map(|(mount, engine)| Arc::new(Mount { prefix: mount.trim_matches('/').to_owned(), engine }));
        Arc::new(Self { session, given: given.collect(), learnt: Mutex::default(), probes: Flight::new() })
    }

    /// Finds the mount of a path, which is checked here.
    pub(crate) async fn find(self: &Arc<Self>, asked: &str) -> Outcome<Place> {
        path::check(asked)?;
        if !asked.contains('/') {
            return Err(
                not_meant("it names a mount and nothing below it").with_hint("write vault://MOUNT/PATH")
            );
        }
        let mount = match self.known(asked) {
            Some(mount) => mount,
            None => self.probe(asked).await?,
        };
        match mount.rest(asked) {
            Some(rest) if !rest.is_empty() => Ok(Place { rest: rest.to_owned(), mount }),
            _ => {
                Err(not_meant("it names a mount and nothing below it").with_hint("write vault://MOUNT/PATH"))
            }
        }
    }

    /// Forgets a mount that turned out to be another one by now.
    pub(crate) fn forget(&self, mount: &Mount) {
        self.lock().retain(|known| **known != *mount);
    }

    /// Returns every store of keys and values that we may see.
    pub(crate) async fn stores(self: &Arc<Self>) -> Outcome<Vec<Arc<Mount>>> {
        let answer = self.session.send(&Call::get("sys/internal/ui/mounts")).await?;
        if let Some(problem) = judge(&answer.reply) {
            return Err(problem);
        }
        let Some(seen) = answer.reply.pick("/data/secret")? else { return Ok(self.given.clone()) };
        let mut stores = self.given.clone();
        for (name, about) in seen.fields().map_err(|_| crate::error::malformed("the mounts are no list"))? {
            let about = Reply::new(200, None, about);
            let mount = Mount { prefix: name.trim_end_matches('/').to_owned(), engine: engine(&about, "")? };
            if !stores.iter().any(|known| known.prefix == mount.prefix) {
                stores.push(Arc::new(mount));
            }
        }
        stores.retain(|mount| mount.engine != Engine::Leased);
        Ok(stores)
    }

    fn known(&self, asked: &str) -> Option<Arc<Mount>> {
        let fits = |mount: &&Arc<Mount>| mount.rest(asked).is_some();
        let given = self.given.iter().filter(fits).max_by_key(|mount| mount.prefix.len()).cloned();
        given.or_else(|| self.lock().iter().find(fits).cloned())
    }

    async fn probe(self: &Arc<Self>, asked: &str) -> Outcome<Arc<Mount>> {
        let (mounts, asked) = (Arc::clone(self), asked.to_owned());
        // Callers of one mount wait for one probe; where a mount has several parts, there may be a few.
        let key = asked.split('/').next().unwrap_or(&asked).to_owned();
        let joined = self.probes.join(&key, || {
            let asked = asked.clone();
            async move { mounts.ask(&asked).await }
        });
        let is_leader = joined.is_leader();
        match joined.await {
            Ok(mount) if mount.rest(&asked).is_some() => Ok(mount),
            Err(problem) if is_leader || problem.is_transient() => Err(problem),
            // The probe that we joined was about another path.
            _ => self.ask(&asked).await,
        }
    }

    async fn ask(&self, asked: &str) -> Outcome<Arc<Mount>> {
        let call = Call::get(format!("sys/internal/ui/mounts/{}", path::encoded(asked)));
        let reply = match self.session.send(&call).await {
            Ok(answer) => answer.reply,
            Err(problem) if problem.kind == ErrorKind::AccessDenied => {
                return Err(self.absence(asked).await.unwrap_or(problem));
            }
            Err(problem) => return Err(problem),
        };
        if let Some(problem) = judge(&reply) {
            return Err(problem);
        }
        let told = reply.text("/data/path")?.unwrap_or_default();
        let told = told.trim_matches('/');
        // Asked through a namespace in the path, the server answers without it.
        let start = if asked.strip_prefix(told).is_some_and(|rest| rest.starts_with('/')) {
            Some(0)
        } else {
            asked.find(&format!("/{told}/")).map(|at| at + 1)
        };
        let end = start.filter(|_| !told.is_empty()).map(|start| start + told.len());
        let prefix = end.map(|end| asked[..end].to_owned()).ok_or_else(|| {
            Problem::new(ErrorKind::Malformed)
                .with_detail("the server names another mount than was asked for")
        })?;
        let mount = Arc::new(Mount { prefix, engine: engine(&reply, "/data")? });
        let mut learnt = self.lock();
        learnt.retain(|known| known.prefix != mount.prefix);
        learnt.push(Arc::clone(&mount));
        Ok(mount)
    }

    /// Tells an absent mount from one that we may not see, where the token may be told: an absent one has no route.
    async fn absence(&self, asked: &str) -> Option<Problem> {
        // Under a mount that is there, a token that may not ask about it may not read either, so this reads nothing.
        let reply = self.session.send(&Call::get(path::encoded(asked))).await.ok()?.reply;
        judge(&reply).filter(|_| reply.says("no handler for route"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Mount>>> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Mounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mounts")
            .field("given", &self.given)
            .field("learnt", &*self.lock())
            .finish_non_exhaustive()
    }
}

/// Reads which engine the description of a mount names.
fn engine(about: &Reply, at: &str) -> Outcome<Engine> {
    let kind = about.text(&format!("{at}/type"))?;
    let version = about.text(&format!("{at}/options/version"))?;
    Ok(match (kind.as_deref(), version.as_deref()) {
        (Some("kv"), Some("2")) => Engine::KvV2,
        (Some("kv" | "generic" | "cubbyhole"), _) => Engine::KvV1,
        _ => Engine::Leased,
    })
}
