//! Reading wrongly.

use std::time::Duration;

use reticent_core::{
    ErrorKind, Metadata, Secret, SecretInfo, SecretList, SecretRef, SecretSource, SourceError, Version,
};

use crate::CREDENTIAL;
use crate::defect::Defect;
use crate::source::Faulty;

/// How much later than its limit the late source gives up.
const LATE: Duration = Duration::from_secs(5);

impl Faulty {
    pub(crate) async fn faulty_get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        if let Some(wrong) = self.before(at).await {
            return wrong;
        }
        let asked = self.asked(at).await;
        let answer = self.memory.get(&asked).await;
        match answer {
            Ok(secret) => self.serve(at, &secret),
            Err(error) => self.fail(at, error).await,
        }
    }

    /// What goes wrong before the backend is asked.
    async fn before(&self, at: &SecretRef) -> Option<Result<Secret, SourceError>> {
        let broken = |kind| Some(Err(self.error(kind, at)));
        match self.defect {
            Defect::CachesReads => self.state().cache.get(at).cloned().map(Ok),
            Defect::StaysDown if self.state().is_down => broken(ErrorKind::Unavailable),
            Defect::PromotesInTwoSteps if self.state().is_moving => broken(ErrorKind::NotFound),
            Defect::BreaksWhenCancelled if self.state().is_down => broken(ErrorKind::Unavailable),
            Defect::BreaksWhenCancelled => {
                let guard = Interrupted(self);
                tokio::task::yield_now().await;
                std::mem::forget(guard);
                None
            }
            Defect::CarriesTokenToStrangers if self.host.is_luring() => {
                self.host.hear(CREDENTIAL);
                None
            }
            Defect::LogsCredential => {
                tracing::trace_span!("read", token = CREDENTIAL).in_scope(|| {});
                None
            }
            Defect::BelievesStrangers if self.host.is_luring() => {
                Some(Ok(Secret::copy_of(b"a stranger's answer")))
            }
            Defect::FailsWhenEmpty if self.memory.list("").await.is_ok_and(|listed| listed.is_empty()) => {
                broken(ErrorKind::Unavailable)
            }
            _ => None,
        }
    }

    /// The place that is asked for instead.
    async fn asked(&self, at: &SecretRef) -> SecretRef {
        match self.defect {
            Defect::SharesOneSlot => {
                self.state().slot = Some(at.clone());
                tokio::task::yield_now().await;
                self.state().slot.clone().unwrap_or_else(|| at.clone())
            }
            Defect::DecodesNames => {
                let decoded = format!("mem://{}", at.path()).parse().unwrap_or_else(|_| at.clone());
                decoded.at_version(at.version().clone()).at_field(at.field().cloned())
            }
            Defect::ServesCurrentForPending if *at.version() == Version::Pending => {
                at.clone().at_version(Version::Current)
            }
            _ => at.clone(),
        }
    }

    fn serve(&self, at: &SecretRef, secret: &Secret) -> Result<Secret, SourceError> {
        let told = secret.metadata().clone();
        let bytes = shown(secret);
        if self.has(Defect::ShowsValuesInDebug) {
            self.state().shown = String::from_utf8_lossy(bytes).into_owned();
        }
        if self.has(Defect::LogsValues) {
            tracing::trace!(body = ?String::from_utf8_lossy(bytes), "read");
        }
        let changed: Vec<u8> = match self.defect {
            Defect::TrimsBlanks => bytes.trim_ascii().to_vec(),
            Defect::ReadsAsText => String::from_utf8_lossy(bytes).into_owned().into_bytes(),
            Defect::StripsCarriageReturn => bytes.strip_suffix(b"\r").unwrap_or(bytes).to_vec(),
            Defect::CutsLargeValues => bytes[..bytes.len().min(64 * 1024 - 1)].to_vec(),
            Defect::LeavesEscapesInFields if at.field().is_some() => {
                String::from_utf8_lossy(bytes).replace('"', "\\\"").into_bytes()
            }
            Defect::TakesEmptyForAbsent if bytes.is_empty() => {
                return Err(self.error(ErrorKind::NotFound, at));
            }
            Defect::ForgetsOldVersions if matches!(at.version(), Version::Id(_)) => {
                return Err(self.error(ErrorKind::NotFound, at));
            }
            Defect::CachesReads => {
                self.state().cache.insert(at.clone(), secret.clone());
                bytes.to_vec()
            }
            _ => bytes.to_vec(),
        };
        // `TrimsBlanks` is about blanks; newlines have their own defects.
        let is_about_blanks = !bytes.ends_with(b"\n") && !bytes.ends_with(b"\r");
        let bytes = if self.has(Defect::TrimsBlanks) && !is_about_blanks { bytes.to_vec() } else { changed };
        Ok(Secret::from_vec(bytes).with_metadata(self.label(told)))
    }

    fn label(&self, told: Metadata) -> Metadata {
        let label = match self.defect {
            Defect::MislabelsValues => Metadata::of_source("another"),
            Defect::ForgetsExpiry => Metadata::of_source(told.source()),
            _ => return told,
        };
        let label = match told.expires().filter(|_| self.has(Defect::MislabelsValues)) {
            Some(expires) => label.with_expires(expires),
            None => label,
        };
        match told.version() {
            Some(version) => label.with_version(version.clone()),
            None => label,
        }
    }

    async fn fail(&self, at: &SecretRef, error: SourceError) -> Result<Secret, SourceError> {
        use Defect as D;
        use ErrorKind as K;

        let whole = at.version() == &Version::Current && at.field().is_none();
        Err(match (self.defect, error.kind()) {
            (D::TakesAbsentFieldForMalformed, K::NotFound) if at.field().is_some() => {
                self.error(K::Malformed, at)
            }
            (D::IgnoresCase | D::MatchesPrefixes, K::NotFound) if whole => {
                return self.guess(at).await.ok_or(error);
            }
            (D::ServesCurrentForUnknownVersion, K::NotFound) if matches!(at.version(), Version::Id(_)) => {
                return self.memory.get(&at.clone().at_version(Version::Current)).await;
            }
            (D::TakesDeniedForAbsent, K::AccessDenied) => self.error(K::NotFound, at),
            (D::TakesUnauthenticatedForDenied, K::Unauthenticated) => self.error(K::AccessDenied, at),
            (D::TakesUnreachableForMalformed, K::Unavailable) => self.error(K::Malformed, at),
            (D::ForgetsRetryAfter, K::Throttled) => self.error(K::Throttled, at),
            (D::TakesMalformedForUnreachable, K::Malformed) => self.error(K::Unavailable, at),
            (D::ServesHalfReplies, K::Malformed) if self.memory.check().await.is_ok() => {
                return Ok(Secret::copy_of(b"a value that"));
            }
            (D::NamesNoKey, kind) => {
                let wait = error.retry_after().unwrap_or_default();
                SourceError::new(kind, self.name().into_owned()).with_retry_after(wait)
            }
            (D::ShowsValuesInHints, _) => {
                let value = self.current_text(at).await;
                error.with_hint(format!("is {} what you meant?", value.to_uppercase()))
            }
            (D::ShowsValuesInCauses, _) => {
                let value = self.current_text(at).await;
                error.with_cause(std::io::Error::other(format!("{:02x?}", value.as_bytes())))
            }
            (D::StaysDown, K::Unavailable) => {
                self.state().is_down = true;
                error
            }
            (D::TimesOutLate, K::Timeout) => {
                tokio::time::sleep(LATE).await;
                error
            }
            _ => error,
        })
    }

    /// Finds something like it.
    async fn guess(&self, at: &SecretRef) -> Option<Secret> {
        let listed = self.memory.list("").await.ok()?;
        let mut places = listed.iter().map(SecretInfo::reference);
        let near = places.find(|place| match self.defect {
            Defect::IgnoresCase => place.path().eq_ignore_ascii_case(at.path()),
            _ => place.path().starts_with(at.path()),
        })?;
        self.memory.get(near).await.ok()
    }

    async fn current_text(&self, at: &SecretRef) -> String {
        let current = self.memory.get(&at.clone().at_version(Version::Current).at_field(None)).await;
        current.map(|secret| String::from_utf8_lossy(shown(&secret)).into_owned()).unwrap_or_default()
    }
}

pub(crate) fn shown(secret: &Secret) -> &[u8] {
    #[expect(clippy::disallowed_methods, reason = "a defect changes or shows it, in a test")]
    secret.expose_bytes()
}

/// Dropped by a cancelled read alone.
struct Interrupted<'a>(&'a Faulty);

impl Drop for Interrupted<'_> {
    fn drop(&mut self) {
        self.0.state().is_down = true;
    }
}
