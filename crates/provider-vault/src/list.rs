//! Naming what is there.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use reticent_core::{ErrorKind, SecretInfo, SecretList, SecretRef, SourceError};

use crate::client::Call;
use crate::error::{Outcome, Problem, judge, malformed};
use crate::mounts::{Engine, Mount, Place};
use crate::path::encoded;
use crate::source::{Inner, SCHEME, VaultSource};
use std::sync::Arc;

/// How many folders or secrets are looked at at a time.
const AT_A_TIME: usize = 8;

#[async_trait]
impl SecretList for VaultSource {
    /// Lists folders and what is in them, of every store that the token may see or of the one that `prefix` names.
    ///
    /// In version 2 each secret's metadata is read, for its version and its time; one whose current version is deleted is
    /// left out. Where metadata may be listed and not read, names come alone. Folders that may not be listed are left out
    /// of a listing of everything, and are an error where the prefix names them.
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let listed = self.inner().list(prefix).await;
        listed.map_err(|problem| {
            let error = problem.of(&self.inner().label);
            if prefix.is_empty() { error } else { error.for_key(format!("{SCHEME}://{prefix}")) }
        })
    }
}

impl Inner {
    async fn list(&self, prefix: &str) -> Outcome<Vec<SecretInfo>> {
        let mut all = Vec::new();
        for mount in self.mounts_under(prefix).await? {
            let is_named = prefix.starts_with(&format!("{}/", mount.prefix));
            match self.list_mount(&mount, prefix).await {
                Ok(found) => all.extend(found),
                Err(problem) if problem.kind == ErrorKind::AccessDenied && !is_named => {}
                Err(problem) => return Err(problem),
            }
        }
        all.sort_by(|one, other| one.reference().cmp(other.reference()));
        Ok(all)
    }

    /// Returns the stores in which a path with this prefix can lie.
    async fn mounts_under(&self, prefix: &str) -> Outcome<Vec<Arc<Mount>>> {
        if let Some((folder, _)) = prefix.rsplit_once('/') {
            // Any name below the folder leads to its mount, whether it is there or not.
            let found = self.mounts.find(&format!("{}/x", folder.trim_end_matches('/'))).await;
            return match found {
                Ok(place) if place.mount.engine != Engine::Leased => Ok(vec![place.mount]),
                Ok(_) => Err(Problem::new(ErrorKind::Unsupported)
                    .with_detail("what is mounted there makes credentials, and stores none")),
                Err(problem) => Err(problem),
            };
        }
        let stores = self.mounts.stores().await?;
        Ok(stores.into_iter().filter(|mount| mount.prefix.starts_with(prefix)).collect())
    }

    async fn list_mount(&self, mount: &Arc<Mount>, prefix: &str) -> Outcome<Vec<SecretInfo>> {
        let begin =
            prefix.strip_prefix(&mount.prefix).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
        let top = begin.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let (mut folders, mut names) = (vec![top], Vec::new());
        while !folders.is_empty() {
            let reads: Vec<_> = folders.iter().map(|folder| self.keys(mount, folder)).collect();
            let answers: Vec<_> = futures_util::stream::iter(reads).buffered(AT_A_TIME).collect().await;
            let mut deeper = Vec::new();
            for (folder, keys) in folders.iter().zip(answers) {
                for key in keys? {
                    let path = format!("{folder}{key}");
                    // A folder is of use when it begins as asked, or what is asked lies in it.
                    match path.ends_with('/') {
                        true if path.starts_with(begin) || begin.starts_with(&path) => deeper.push(path),
                        false if path.starts_with(begin) => names.push(path),
                        _ => {}
                    }
                }
            }
            folders = deeper;
        }
        let looks: Vec<_> = names.into_iter().map(|name| self.info(mount, name)).collect();
        let infos: Vec<_> = futures_util::stream::iter(looks).buffered(AT_A_TIME).collect().await;
        infos.into_iter().filter_map(Result::transpose).collect()
    }

    /// Returns the keys in a folder; those of folders end in `/`.
    async fn keys(&self, mount: &Mount, folder: &str) -> Outcome<Vec<String>> {
        let word = if mount.engine == Engine::KvV2 { "metadata/" } else { "" };
        let path = format!("{}/{word}{}", encoded(&mount.prefix), encoded(folder));
        let reply = self.session.send(&Call::list(path)).await?.reply;
        if reply.status == 404 && !reply.says("no handler for route") {
            // An empty folder and an absent one are the same to the server.
            return Ok(Vec::new());
        }
        if let Some(problem) = judge(&reply) {
            return Err(problem);
        }
        reply.texts("/data/keys").ok_or_else(|| malformed("the keys are no list"))
    }

    /// Returns what is known of a secret; `None` when its current version is deleted, or it has gone meanwhile.
    async fn info(&self, mount: &Arc<Mount>, rest: String) -> Outcome<Option<SecretInfo>> {
        // A key that no reference can name (a control character, a `..`) cannot be read either.
        let Ok(reference) = SecretRef::new(SCHEME, &format!("{}/{rest}", mount.prefix)) else {
            return Ok(None);
        };
        let info = SecretInfo::new(reference);
        if mount.engine != Engine::KvV2 {
            return Ok(Some(info));
        }
        let place = Place { mount: Arc::clone(mount), rest };
        let history = match self.history_by_metadata(&place).await {
            Ok(history) => history,
            Err(problem) => {
                return match problem.kind {
                    ErrorKind::NotFound => Ok(None),
                    ErrorKind::AccessDenied => Ok(Some(info)),
                    _ => Err(problem),
                };
            }
        };
        let current = &history.current;
        if current.number == 0 || current.gone(&place, self.clock.now()).is_some() {
            return Ok(None);
        }
        let info = info.with_version(current.version());
        Ok(Some(match history.updated {
            Some(updated) => info.with_modified(updated),
            None => info,
        }))
    }
}
