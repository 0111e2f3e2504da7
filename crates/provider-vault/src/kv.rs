//! Reading keys and values, in both versions of the engine.

use std::time::SystemTime;

use reticent_core::{ErrorKind, Metadata, Revision, Secret, Version, VersionId};

use crate::client::Call;
use crate::error::{Outcome, Problem, judge, malformed, not_meant};
use crate::mounts::{Engine, Place};
use crate::path::encoded;
use crate::reply::Reply;
use crate::source::Inner;
use crate::time;

/// One version, as its metadata tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) number: u64,
    pub(crate) created: Option<String>,
    /// When it was deleted, or will be.
    deletion: Option<String>,
    destroyed: bool,
}

impl About {
    /// Reads it out of the metadata that comes with a value, or in its place; `None` when there is none.
    fn of(reply: &Reply) -> Outcome<Option<Self>> {
        let Some(metadata) = reply.part("/data/metadata")? else { return Ok(None) };
        let Some(number) = metadata.number("/version")? else { return Ok(None) };
        Self::numbered(&metadata, number).map(Some)
    }

    fn numbered(metadata: &Reply, number: u64) -> Outcome<Self> {
        let time = |name: &str| Ok(metadata.text(name)?.filter(|time| !time.is_empty()));
        Ok(Self {
            number,
            created: time("/created_time")?,
            deletion: time("/deletion_time")?,
            destroyed: metadata.is_true("/destroyed")?,
        })
    }

    /// A token of this state; a secret that was removed altogether and written anew has other times.
    pub(crate) fn revision(&self) -> Revision {
        Revision::of(format!("{} {}", self.number, self.created.as_deref().unwrap_or_default()))
    }

    pub(crate) fn version(&self) -> VersionId {
        VersionId::parse(&self.number.to_string()).expect("a number is a version")
    }

    pub(crate) fn created(&self) -> Option<SystemTime> {
        time::parse(self.created.as_deref()?)
    }

    /// Says why it cannot be read, if it cannot.
    pub(crate) fn gone(&self, place: &Place, now: SystemTime) -> Option<Problem> {
        let number = self.number;
        let (mount, rest) = (&place.mount.prefix, &place.rest);
        if self.destroyed {
            return Some(
                Problem::new(ErrorKind::NotFound)
                    .with_detail(format!("version {number} was destroyed"))
                    .with_hint("it is gone for good; write a new one"),
            );
        }
        let deleted = self.deletion.as_deref()?;
        if time::parse(deleted).is_some_and(|end| end > now) {
            return None;
        }
        Some(
            Problem::new(ErrorKind::NotFound)
                .with_detail(format!("version {number} was deleted at {deleted}"))
                .with_hint(format!(
                    "`vault kv undelete -mount={mount} -versions={number} {rest}` brings it back"
                )),
        )
    }
}

/// The metadata of a secret, without its values.
pub(crate) struct History {
    pub(crate) current: About,
    pub(crate) updated: Option<SystemTime>,
}

/// Which version is asked for, of those that the engine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Current,
    Previous,
    Number(u64),
}

impl Asked {
    pub(crate) fn of(engine: Engine, version: &Version) -> Outcome<Self> {
        let not_there = |why: &'static str| Err(not_meant(why));
        match (engine, version) {
            (_, Version::Current) => Ok(Self::Current),
            (Engine::KvV1, _) => not_there("version 1 of the engine keeps no versions"),
            (Engine::Leased, _) => not_there("a credential that is made for each read has no versions"),
            (Engine::KvV2, Version::Previous) => Ok(Self::Previous),
            (Engine::KvV2, Version::Id(id)) => number(id.as_str()).map(Self::Number),
            (Engine::KvV2, _) => not_there("Vault has no pending versions"),
        }
    }
}

/// The server takes 0, −1 and much else for "the latest": here a version is a number from 1 on.
fn number(text: &str) -> Outcome<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse().ok().filter(|number| is_plain && *number <= i64::MAX as u64);
    number.ok_or_else(|| {
        not_meant("a version is a number from 1 on").with_hint("write ?version=N, or previous")
    })
}

impl Inner {
    /// Reads the object at a place of version 1.
    pub(crate) async fn read_v1(&self, place: &Place) -> Outcome<Secret> {
        let path = format!("{}/{}", encoded(&place.mount.prefix), encoded(&place.rest));
        let reply = self.session.send(&Call::get(path)).await?.reply;
        self.settled(place, &reply)?;
        Ok(reply.need("/data")?.with_metadata(self.metadata()))
    }

    /// Reads the object at a place of version 2.
    pub(crate) async fn read_v2(&self, place: &Place, asked: Asked) -> Outcome<Secret> {
        let number = match asked {
            Asked::Current => None,
            Asked::Number(number) => Some(number),
            Asked::Previous => Some(self.previous(place).await?),
        };
        let reply = self.answer_v2(place, number).await?;
        let about = About::of(&reply)?.ok_or_else(|| malformed("the version is missing"))?;
        let mut metadata = self.metadata().with_version(about.version());
        if let Some(created) = about.created() {
            metadata = metadata.with_created(created);
        }
        if let Some(end) = about.deletion.as_deref().and_then(time::parse) {
            metadata = metadata.with_expires(end);
        }
        Ok(reply.need("/data/data")?.with_metadata(metadata))
    }

    /// Returns the number of the version before the current one, which may be deleted itself.
    async fn previous(&self, place: &Place) -> Outcome<u64> {
        let reply = self.send_v2(place, None).await?;
        let about = match (About::of(&reply), judge(&reply)) {
            (Ok(Some(about)), _) => about,
            (_, Some(problem)) => return Err(problem),
            (_, None) => return Err(malformed("the version is missing")),
        };
        let previous = about.number.checked_sub(1).filter(|number| *number > 0);
        previous.ok_or_else(|| {
            Problem::new(ErrorKind::NotFound).with_detail("there is one version, and none before it")
        })
    }

    /// Returns the answer that holds a value, or why there is none.
    async fn answer_v2(&self, place: &Place, number: Option<u64>) -> Outcome<Reply> {
        let reply = self.send_v2(place, number).await?;
        if reply.status == 404
            && let Some(gone) = About::of(&reply).ok().flatten()
            && let Some(problem) = gone.gone(place, self.clock.now())
        {
            return Err(problem);
        }
        match (self.settled(place, &reply), number) {
            (Err(problem), Some(number)) if problem.kind == ErrorKind::NotFound => {
                Err(problem
                    .with_hint(format!("there is no version {number}, or max_versions has trimmed it")))
            }
            (Err(problem), _) => Err(problem),
            (Ok(()), _) => Ok(reply),
        }
    }

    async fn send_v2(&self, place: &Place, number: Option<u64>) -> Outcome<Reply> {
        let mut path = v2_path(place, "data");
        if let Some(number) = number {
            path.push_str(&format!("?version={number}"));
        }
        Ok(self.session.send(&Call::get(path)).await?.reply)
    }

    /// Returns what is known of the current version, by its metadata, or by a read where we may not see that.
    pub(crate) async fn history(&self, place: &Place) -> Outcome<History> {
        match self.history_by_metadata(place).await {
            Err(problem) if problem.kind == ErrorKind::AccessDenied => self.history_by_value(place).await,
            known => known,
        }
    }

    pub(crate) async fn history_by_metadata(&self, place: &Place) -> Outcome<History> {
        let reply = self.session.send(&Call::get(v2_path(place, "metadata"))).await?.reply;
        self.settled(place, &reply)?;
        // Metadata can be there before the first version is.
        let number = reply.number("/data/current_version")?.unwrap_or(0);
        let updated = reply.text("/data/updated_time")?.as_deref().and_then(time::parse);
        let version = reply.part(&format!("/data/versions/{number}"))?;
        let current = match version {
            Some(version) => About::numbered(&version, number)?,
            None => About { number, created: None, deletion: None, destroyed: false },
        };
        Ok(History { current, updated })
    }

    async fn history_by_value(&self, place: &Place) -> Outcome<History> {
        let reply = self.send_v2(place, None).await?;
        match (About::of(&reply), self.settled(place, &reply)) {
            (Ok(Some(current)), _) => Ok(History { updated: current.created(), current }),
            (_, Err(problem)) => Err(problem),
            (_, Ok(())) => Err(malformed("the version is missing")),
        }
    }

    /// Returns a revision without reading a value where the server and its policy allow.
    pub(crate) async fn revision_v2(&self, place: &Place, asked: Asked) -> Outcome<Revision> {
        let number = match asked {
            Asked::Current => {
                let current = self.history(place).await?.current;
                if current.number == 0 {
                    return Err(
                        Problem::new(ErrorKind::NotFound).with_detail("it has metadata and no version")
                    );
                }
                return match current.gone(place, self.clock.now()) {
                    Some(problem) => Err(problem),
                    None => Ok(current.revision()),
                };
            }
            Asked::Number(number) => number,
            Asked::Previous => self.previous(place).await?,
        };
        let reply = self.answer_v2(place, Some(number)).await?;
        let about = About::of(&reply)?.ok_or_else(|| malformed("the version is missing"))?;
        Ok(about.revision())
    }

    /// Judges an answer; when the mount is another one than we believed, it is asked anew next time.
    pub(crate) fn settled(&self, place: &Place, reply: &Reply) -> Outcome<()> {
        match judge(reply) {
            None => Ok(()),
            Some(problem) => {
                let is_other =
                    reply.says("Invalid path for a versioned") || reply.says("no handler for route");
                if is_other {
                    self.mounts.forget(&place.mount);
                }
                Err(problem)
            }
        }
    }
}

/// Returns the URL path of a place under one of the engine's own words (`data`, `metadata`, `delete`).
pub(crate) fn v2_path(place: &Place, word: &str) -> String {
    format!("{}/{word}/{}", encoded(&place.mount.prefix), encoded(&place.rest))
}

impl Inner {
    pub(crate) fn metadata(&self) -> Metadata {
        Metadata::of_source(self.label.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_number_from_one_on() {
        for (text, want) in
            [("1", 1), ("4294967295", 4_294_967_295), ("9223372036854775807", i64::MAX as u64)]
        {
            assert_eq!(number(text), Ok(want));
        }
        for text in ["0", "-1", "+1", "01", "1.0", "v1", "latest", "9223372036854775808", "\u{661}"] {
            assert_eq!(
                number(text).map_err(|problem| problem.kind),
                Err(ErrorKind::InvalidReference),
                "{text}"
            );
        }
    }
}
