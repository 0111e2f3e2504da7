//! Writes of whole secrets.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_secretsmanager::primitives::Blob;
use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Revision, Secret, SecretRef, SecretSink, SourceError,
    Version, VersionId,
};

use super::source::{Deletion, SecretsManagerSource};
use super::token;
use crate::error::{Failure, not_meant};
use crate::place::{CURRENT, SecretId, Wanted};
use crate::sdk::Answer;

pub(super) const PUT: &str = "secretsmanager:PutSecretValue";
pub(super) const STAGE: &str = "secretsmanager:UpdateSecretVersionStage";
const CREATE: &str = "secretsmanager:CreateSecret";
const DELETE: &str = "secretsmanager:DeleteSecret";
const RESTORE: &str = "secretsmanager:RestoreSecret";

/// The largest value (PutSecretValue).
const LIMIT: usize = 65_536;

#[async_trait]
impl SecretSink for SecretsManagerSource {
    /// Stores `value` as the current version, and makes the secret where there is none.
    ///
    /// Text is stored as text and anything else as bytes. Secrets Manager has no empty value and none of more than
    /// 65,536 bytes: those are `Unsupported`. Over a revision that was seen, the value is stored beside and becomes
    /// current by one call that names both versions, so that somebody else's write in between is a `Conflict`.
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let id = self.writable(at)?;
        let written = self.write(id, value, options).await.map_err(|failure| failure.at(&self.label, at))?;
        Ok(VersionId::parse(&written).ok())
    }

    /// Deletes the secret as [`with_deletion`](SecretsManagerSource::with_deletion) says.
    ///
    /// What is expected is looked at before: Secrets Manager cannot do both in one step.
    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        let id = self.writable(at)?;
        self.remove(id, options.expected()).await.map_err(|failure| failure.at(&self.label, at))
    }
}

impl SecretsManagerSource {
    /// Brings back a secret that was deleted and whose recovery window lasts.
    ///
    /// # Errors
    /// `NotFound`: there is none, not even a deleted one.
    pub async fn restore(&self, at: &SecretRef) -> Result<(), SourceError> {
        let id = self.writable(at)?;
        let name = Arc::<str>::from(id.text);
        let asked =
            self.service.call(id.region, RESTORE, |client| client.restore_secret().secret_id(&*name).send());
        asked.await.map(drop).map_err(|answer| self.error(&answer, at))
    }

    /// The whole secret that a reference names; a version or a field is not written to.
    pub(super) fn writable<'a>(&self, at: &'a SecretRef) -> Result<SecretId<'a>, SourceError> {
        if at.field().is_some() || *at.version() != Version::Current {
            return Err(not_meant(
                &self.label,
                at,
                "a write is to a whole secret, not to a version or a field",
            ));
        }
        self.secret_id(at)
    }

    async fn write(&self, id: SecretId<'_>, value: &Secret, options: &PutOptions) -> Result<String, Failure> {
        check_size(value)?;
        let token = token::token(options)?;
        match options.expected() {
            None => match self.store(id, value, &token, CURRENT).await {
                Err(failure)
                    if failure.kind() == ErrorKind::NotFound && failure.detail() != Some(DELETED) =>
                {
                    match self.create(id, value, &token).await {
                        // Somebody else has made it in between, and nothing was expected.
                        Err(failure) if failure.kind() == ErrorKind::Conflict => {
                            self.store(id, value, &token, CURRENT).await
                        }
                        created => created,
                    }
                }
                stored => stored,
            },
            Some(Expected::Absent) => match self.create(id, value, &token).await {
                Err(failure) if failure.kind() == ErrorKind::Conflict => {
                    self.is_written(id, value, options, &token).await.ok_or(failure)
                }
                created => created,
            },
            Some(Expected::Revision(seen)) => self.replace(id, value, options, &token, seen).await,
            Some(_) => Err(Failure::new(ErrorKind::Unsupported).because("it cannot tell whether this holds")),
        }
    }

    /// Stores a version under one stage.
    pub(super) async fn store(
        &self,
        id: SecretId<'_>,
        value: &Secret,
        token: &str,
        stage: &str,
    ) -> Result<String, Failure> {
        let asked = self.service.call(id.region, PUT, |client| {
            let call = client.put_secret_value().secret_id(id.text).client_request_token(token);
            let call = call.version_stages(stage);
            match spelled(value) {
                Spelled::Text(text) => call.secret_string(text),
                Spelled::Bytes(bytes) => call.secret_binary(bytes),
            }
            .send()
        });
        let stored = asked.await.map_err(|answer| answer.failure)?;
        Ok(stored.version_id.unwrap_or_else(|| token.to_owned()))
    }

    async fn create(&self, id: SecretId<'_>, value: &Secret, token: &str) -> Result<String, Failure> {
        if id.region.is_some() {
            return Err(Failure::new(ErrorKind::NotFound)
                .because("a secret is made under its name, and AWS gives it its ARN")
                .hinting("name it instead of its ARN"));
        }
        let asked = self.service.call(id.region, CREATE, |client| {
            let call = client.create_secret().name(id.text).client_request_token(token);
            match spelled(value) {
                Spelled::Text(text) => call.secret_string(text),
                Spelled::Bytes(bytes) => call.secret_binary(bytes),
            }
            .send()
        });
        let created = asked.await.map_err(|answer| answer.failure)?;
        Ok(created.version_id.unwrap_or_else(|| token.to_owned()))
    }

    /// Tells whether a write of this token is there already with this very value.
    async fn is_written(
        &self,
        id: SecretId<'_>,
        value: &Secret,
        options: &PutOptions,
        token: &str,
    ) -> Option<String> {
        options.idempotency_token()?;
        let there = self.value(id, Wanted::Id(token)).await.ok()?;
        let there = super::read::parts(there).into_secret(&self.label).ok()?;
        there.ct_eq(value).then(|| token.to_owned())
    }

    /// Stores a version beside the current one, and makes it current only if the current one is still `seen`.
    async fn replace(
        &self,
        id: SecretId<'_>,
        value: &Secret,
        options: &PutOptions,
        token: &str,
        seen: &Revision,
    ) -> Result<String, Failure> {
        let current = match self.current(id).await {
            Ok((current, revision)) if revision == *seen => current,
            Ok((current, _)) if current == token => {
                return self.is_written(id, value, options, token).await.ok_or_else(moved);
            }
            Ok(_) => return Err(moved()),
            Err(failure) if failure.kind() == ErrorKind::NotFound => return Err(moved()),
            Err(failure) => return Err(failure),
        };
        // A stage of its own, so that two writers do not take each other's.
        let stage = format!("reticent-{}", &token[..16]);
        let version = self.store(id, value, token, &stage).await?;
        let promoted = self.make_current(id, &version, &current).await;
        // Of no consequence if it fails: the stage stands at a version that is current, or at one that nobody asks for.
        drop(self.move_stage(id, &stage, None, Some(&version)).await);
        promoted.map(|()| version)
    }

    /// Returns the current version and its revision.
    pub(super) async fn current(&self, id: SecretId<'_>) -> Result<(String, Revision), Failure> {
        let described = self.describe(id).await.map_err(|answer| answer.failure)?;
        let current = described
            .version(Wanted::Stage(CURRENT))
            .ok_or_else(|| Failure::new(ErrorKind::NotFound).because("the secret has no value"))?;
        Ok((current.to_owned(), described.revision(current)))
    }

    /// Moves the current stage from one version to another in one step.
    pub(super) async fn make_current(
        &self,
        id: SecretId<'_>,
        version: &str,
        from: &str,
    ) -> Result<(), Failure> {
        let moved_on = self.move_stage(id, CURRENT, Some(version), Some(from)).await;
        moved_on.map_err(|answer| match answer.failure.kind() {
            // The call is right, so it is the version named in it that is not, or no longer, current.
            ErrorKind::InvalidReference | ErrorKind::Conflict => moved(),
            _ => answer.failure,
        })
    }

    pub(super) async fn move_stage(
        &self,
        id: SecretId<'_>,
        stage: &str,
        to: Option<&str>,
        from: Option<&str>,
    ) -> Result<(), Answer> {
        let asked = self.service.call(id.region, STAGE, |client| {
            let call = client.update_secret_version_stage().secret_id(id.text).version_stage(stage);
            call.set_move_to_version_id(to.map(str::to_owned))
                .set_remove_from_version_id(from.map(str::to_owned))
                .send()
        });
        asked.await.map(drop)
    }

    async fn remove(&self, id: SecretId<'_>, expected: Option<&Expected>) -> Result<(), Failure> {
        // Deleting at once is no error to AWS where there is nothing.
        if expected.is_some() || self.deletion == Deletion::AtOnce {
            let described = self.describe(id).await.map_err(|answer| answer.failure)?;
            let current = described.version(Wanted::Stage(CURRENT));
            let is_expected = match expected {
                None => true,
                Some(Expected::Revision(seen)) => {
                    current.is_some_and(|current| described.revision(current) == *seen)
                }
                Some(_) => false,
            };
            if !is_expected {
                return Err(moved());
            }
        }
        let asked = self.service.call(id.region, DELETE, |client| {
            let call = client.delete_secret().secret_id(id.text);
            match self.deletion {
                Deletion::AfterDays(days) => call.recovery_window_in_days(i64::from(days)),
                Deletion::AtOnce => call.force_delete_without_recovery(true),
            }
            .send()
        });
        asked.await.map(drop).map_err(|answer| answer.failure)
    }
}

/// The detail of a failure that is not cured by making the secret.
const DELETED: &str = "it is marked for deletion";

pub(super) fn moved() -> Failure {
    Failure::new(ErrorKind::Conflict).because("it is not as it was expected to be")
}

/// Refuses what Secrets Manager cannot hold, before it is sent.
pub(super) fn check_size(value: &Secret) -> Result<(), Failure> {
    let refused = Failure::new(ErrorKind::Unsupported);
    match value.len() {
        0 => Err(refused.because("a secret of AWS is never empty").hinting("delete it instead")),
        1..=LIMIT => Ok(()),
        _ => Err(refused.because("a secret of AWS has at most 65536 bytes")),
    }
}

/// A value as it is sent.
enum Spelled {
    Text(String),
    Bytes(Blob),
}

fn spelled(value: &Secret) -> Spelled {
    #[expect(clippy::disallowed_methods, reason = "into the request, whose buffers are the SDK's")]
    let (text, bytes) = (value.expose_text(), value.expose_bytes());
    match text {
        Ok(text) => Spelled::Text(text.to_owned()),
        Err(_) => Spelled::Bytes(Blob::new(bytes)),
    }
}
