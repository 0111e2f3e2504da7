//! Whether a secret is ready to be rotated, and was: its age, the value before it, how long it is lent.
//!
//! The decision: it is told from reads alone, of the current and of the previous version, so that it holds for every
//! source that has versions and asks for no right that the program does not need itself.

use std::fmt;
use std::time::{Duration, SystemTime};

use reticent_config::{Problem, Status};
use reticent_core::{
    ErrorKind, Lease, Metadata, Secret, SecretRef, SecretSource, SourceError, Version, VersionId,
};

use super::{Comparing, Setup};

/// How one secret stands with its rotation. It holds no value.
///
/// ```
/// use reticent::setup::{Comparing, Config, Previous, Setup};
///
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("key"), "correct horse")?;
/// # let base = folder.path();
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let setup = Setup::of(Config::without_file(base), None)?;
/// let rotation = setup.rotation(&"file://key".parse()?, None, &Comparing::anew()?).await?;
/// assert!(rotation.findings().is_empty());
/// assert!(matches!(rotation.previous(), Previous::NotAsked(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rotation {
    metadata: Metadata,
    now: SystemTime,
    max_age: Option<Duration>,
    previous: Previous,
    findings: Vec<Finding>,
}

/// What came of reading the version before the current one.
///
/// ```
/// use reticent::setup::Previous;
///
/// assert_eq!(Previous::Absent.as_str(), "absent");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Previous {
    /// It is there and has another value: the last rotation changed something.
    Different,
    /// It is there and has the same value: the last rotation changed nothing.
    Same,
    /// There is none: it was never rotated, or the version is gone.
    Absent,
    /// It may be there, and could not be read.
    Unreadable(SourceError),
    /// It was not asked for, and why.
    NotAsked(&'static str),
}

impl Previous {
    /// Returns the stable token.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Different => "different",
            Self::Same => "same",
            Self::Absent => "absent",
            Self::Unreadable(error) => error.kind().as_str(),
            Self::NotAsked(_) => "not_asked",
        }
    }
}

/// Something that is wrong, and how that makes the secret stand.
///
/// ```
/// use reticent::config::{Problem, Status};
/// use reticent::setup::Finding;
///
/// let finding = Finding::new(Status::Denied, Problem::new("rights", "read on secret/data/db is missing"));
/// assert_eq!((finding.status().as_str(), finding.problem().rule()), ("denied", "rights"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    status: Status,
    problem: Problem,
}

impl Finding {
    /// Says what is wrong.
    #[must_use]
    pub fn new(status: Status, problem: Problem) -> Self {
        Self { status, problem }
    }

    /// Says that a source failed, under the name of a rule.
    #[must_use]
    pub fn of_failure(rule: &'static str, error: &SourceError) -> Self {
        let status = Status::of_failure(error.kind());
        let problem = Problem::new(rule, error.to_string());
        Self::new(status, error.hint().map_or(problem.clone(), |hint| problem.with_remedy(hint)))
    }

    /// Returns how the secret stands because of it.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns what is wrong, and what to do.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl Rotation {
    /// Returns the version that is current, where its source has versions.
    #[must_use]
    pub fn version(&self) -> Option<&VersionId> {
        self.metadata.version()
    }

    /// Returns how long ago the current value was written, where its source tells.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.metadata.created().and_then(|created| self.now.duration_since(created).ok())
    }

    /// Returns how old it may be.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    /// Returns what came of the version before it.
    #[must_use]
    pub fn previous(&self) -> &Previous {
        &self.previous
    }

    /// Returns the lease under which it was handed out.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.metadata.lease()
    }

    /// Returns how long the lease, or else the value itself, is good for; zero when it has ended.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let left = |end: SystemTime| end.duration_since(self.now).unwrap_or_default();
        self.metadata.expires().map(left)
    }

    /// Returns when its source will rotate it: the end of a value that is not lent.
    #[must_use]
    pub fn next(&self) -> Option<SystemTime> {
        if self.lease().is_some() { None } else { self.metadata.expires() }
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn of(current: &Secret, previous: Previous, max_age: Option<Duration>, now: SystemTime) -> Self {
        let metadata = current.metadata().clone();
        let mut rotation = Self { metadata, now, max_age, previous, findings: Vec::new() };
        let found = [rotation.judge_previous(), rotation.judge_age(), rotation.judge_end()];
        rotation.findings = found.into_iter().flatten().collect();
        rotation
    }

    fn judge_previous(&self) -> Option<Finding> {
        match &self.previous {
            Previous::Same => {
                let message =
                    "the current and the previous value are the same, so the last rotation changed nothing";
                let problem = Problem::new("rotated", message);
                Some(Finding::new(Status::Invalid, problem.with_remedy("rotate it to a fresh value")))
            }
            Previous::Unreadable(error) => Some(Finding::of_failure("previous", error)),
            _ => None,
        }
    }

    fn judge_age(&self) -> Option<Finding> {
        let limit = self.max_age?;
        let (message, remedy) = match self.age() {
            Some(age) if age > limit => {
                (format!("{} old, and {} are allowed", in_words(age), in_words(limit)), "rotate it")
            }
            Some(_) => return None,
            // What is lent ends with its lease.
            None if self.lease().is_some() => return None,
            None => (
                format!("{} are allowed, and its source does not tell its age", in_words(limit)),
                "keep it where versions have times, or say max-age = \"any\" for it",
            ),
        };
        Some(Finding::new(Status::Invalid, Problem::new("max-age", message).with_remedy(remedy)))
    }

    fn judge_end(&self) -> Option<Finding> {
        if self.left()? > Duration::ZERO {
            return None;
        }
        let problem = Problem::new("expired", "it has ended, and its source serves it still");
        Some(Finding::new(Status::Invalid, problem.with_remedy("see why its source does not replace it")))
    }
}

/// One clause for people: what is known, and nothing of what is not.
impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = match (self.age(), self.max_age) {
            (Some(age), Some(limit)) => Some(format!("{} old of {}", in_words(age), in_words(limit))),
            (Some(age), None) => Some(format!("{} old", in_words(age))),
            (None, Some(limit)) => Some(format!("age untold, {} allowed", in_words(limit))),
            (None, None) => None,
        };
        let previous = match &self.previous {
            Previous::Different => Some("previous version readable and different".to_owned()),
            Previous::Same => Some("previous version the same".to_owned()),
            Previous::Absent => Some("no previous version".to_owned()),
            Previous::Unreadable(error) => Some(format!("previous version unreadable ({})", error.kind())),
            Previous::NotAsked(_) => None,
        };
        let lease = self.lease().map(|lease| {
            let renewable = if lease.is_renewable() { ", renewable" } else { "" };
            format!("lent for {}{renewable}", in_words(self.left().unwrap_or_default()))
        });
        let next = self.next().and(self.left()).map(|left| format!("rotated in {}", in_words(left)));
        let told: Vec<String> = [age, previous, lease, next].into_iter().flatten().collect();
        match (&self.previous, told.is_empty()) {
            (Previous::NotAsked(why), true) => f.write_str(why),
            _ => f.write_str(&told.join("; ")),
        }
    }
}

impl Setup {
    /// Reads the secret at `at` and the version before it, and judges them.
    ///
    /// # Errors
    /// As a read of the current version.
    pub async fn rotation(
        &self,
        at: &SecretRef,
        max_age: Option<Duration>,
        comparing: &Comparing,
    ) -> Result<Rotation, SourceError> {
        of_source(self.resolver(), at, max_age, comparing, SystemTime::now()).await
    }
}

async fn of_source(
    source: &dyn SecretSource,
    at: &SecretRef,
    max_age: Option<Duration>,
    comparing: &Comparing,
    now: SystemTime,
) -> Result<Rotation, SourceError> {
    let current = source.get(at).await?;
    let metadata = current.metadata();
    let previous = if *at.version() != Version::Current {
        Previous::NotAsked("the reference names one version, so it follows no rotation")
    } else if metadata.lease().is_some() {
        Previous::NotAsked("it is lent")
    } else if metadata.version().is_none() {
        Previous::NotAsked("its source has no versions")
    } else {
        match source.get(&at.clone().at_version(Version::Previous)).await {
            Ok(previous) if comparing.is_same(&current, &previous) => Previous::Same,
            Ok(_) => Previous::Different,
            Err(error) => match error.kind() {
                ErrorKind::NotFound => Previous::Absent,
                ErrorKind::InvalidReference | ErrorKind::Unsupported => {
                    Previous::NotAsked("its source keeps no previous version")
                }
                _ => Previous::Unreadable(error),
            },
        }
    };
    Ok(Rotation::of(&current, previous, max_age, now))
}

/// Writes a length of time in its largest unit of which there are two.
fn in_words(length: Duration) -> String {
    let seconds = length.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use reticent_core::Metadata;
    use reticent_testkit::MemorySource;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);
    const NOW: u64 = 1_000 * 86_400;

    fn at(text: &str) -> SecretRef {
        text.parse().expect("a reference")
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    async fn judged(source: &MemorySource, place: &str, max_age: Option<Duration>) -> (String, Vec<String>) {
        let comparing = Comparing::anew().expect("randomness");
        let rotation = of_source(source, &at(place), max_age, &comparing, now()).await.expect("a value");
        let told = |finding: &Finding| {
            let problem = finding.problem();
            format!("{} {}: {}", finding.status().as_str(), problem.rule(), problem.message())
        };
        (rotation.previous().as_str().to_owned(), rotation.findings().iter().map(told).collect())
    }

    #[tokio::test]
    async fn the_previous_version_tells_whether_a_rotation_changed_anything() {
        let source = MemorySource::new("mem").with("mem://db", r#"{"user":"app","port":1}"#);
        let asked = judged(&source, "mem://db", None).await;
        assert_eq!(asked, ("absent".to_owned(), vec![]));
        source.set("mem://db", r#"{"port": 1, "user": "app"}"#);
        let same = "invalid rotated: the current and the previous value are the same, so the last rotation changed \
                    nothing";
        assert_eq!(judged(&source, "mem://db", None).await, ("same".to_owned(), vec![same.to_owned()]));
        source.set("mem://db", r#"{"port": 1, "user": "other"}"#);
        assert_eq!(judged(&source, "mem://db", None).await, ("different".to_owned(), vec![]));
        assert_eq!(judged(&source, "mem://db#port", None).await.0, "same");
        assert_eq!(judged(&source, "mem://db?version=previous", None).await.0, "not_asked");
        source.fail_always(ErrorKind::Unavailable);
        let comparing = Comparing::anew().expect("randomness");
        let failed = of_source(&source, &at("mem://db"), None, &comparing, now()).await;
        assert_eq!(failed.expect_err("down").kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn a_previous_version_that_is_denied_is_a_finding() {
        let denied = SourceError::new(ErrorKind::AccessDenied, "x").for_key("x://a?version=previous");
        let rotation = Rotation::of(&value("x", DAY), Previous::Unreadable(denied), None, now());
        let finding = &rotation.findings()[0];
        assert_eq!((finding.status(), finding.problem().rule()), (Status::Denied, "previous"));
        assert_eq!(finding.problem().message(), "x://a?version=previous: access denied by x");
    }

    fn value(text: &str, age: Duration) -> Secret {
        Secret::copy_of(text.as_bytes()).with_metadata(Metadata::of_source("x").with_created(now() - age))
    }

    #[test]
    fn a_length_is_told_in_its_largest_unit_of_two() {
        for (seconds, want) in [
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), want);
        }
    }

    #[test]
    fn age_and_end_are_judged_by_the_clock() {
        let old = Rotation::of(&value("x", 91 * DAY), Previous::Absent, Some(90 * DAY), now());
        assert_eq!(old.findings()[0].problem().message(), "91 days old, and 90 days are allowed");
        let young = Rotation::of(&value("x", 90 * DAY), Previous::Absent, Some(90 * DAY), now());
        assert_eq!((young.findings().len(), young.age()), (0, Some(90 * DAY)));
        let untold = Rotation::of(&Secret::copy_of(b"x"), Previous::Absent, Some(90 * DAY), now());
        assert_eq!(
            untold.findings()[0].problem().message(),
            "90 days are allowed, and its source does not tell its age"
        );
        let lease = |seconds| Lease::new("l", now(), Duration::from_secs(seconds));
        let lent = |seconds| {
            Secret::copy_of(b"x").with_metadata(Metadata::of_source("x").with_lease(lease(seconds)))
        };
        let held = Rotation::of(&lent(60), Previous::Absent, Some(DAY), now());
        assert_eq!(
            (held.findings().len(), held.left(), held.next()),
            (0, Some(Duration::from_secs(60)), None)
        );
        let ended = Rotation::of(&lent(0), Previous::Absent, None, now());
        assert_eq!(ended.findings()[0].problem().rule(), "expired");
        let role = Metadata::of_source("x").with_expires(now() + DAY);
        let role = Rotation::of(&Secret::copy_of(b"x").with_metadata(role), Previous::Absent, None, now());
        assert_eq!((role.next(), role.left()), (Some(now() + DAY), Some(DAY)));
    }
}
