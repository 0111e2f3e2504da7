//! Writes of whole parameters.

use async_trait::async_trait;
use aws_sdk_ssm::types::{Parameter, ParameterType};
use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretRef, SecretSink, SourceError, Version,
    VersionId,
};

use super::read::{Form, revision_of};
use super::source::ParameterSource;
use crate::error::{Failure, not_meant};
use crate::place::ParameterName;

const PUT: &str = "ssm:PutParameter";
const DELETE: &str = "ssm:DeleteParameter";

/// The largest value of an advanced parameter (PutParameter); a standard one has half of it.
const LIMIT: usize = 8_192;

#[async_trait]
impl SecretSink for ParameterSource {
    /// Writes `value` as a `SecureString`; a parameter holds text of 1 to 8,192 bytes, and anything else is
    /// `Unsupported`.
    ///
    /// Systems Manager cannot compare and write in one step. A revision is compared before and the new number after:
    /// a `Conflict` found before has changed nothing, and one found after says that another write was overwritten.
    /// It knows no tokens either: with one, a parameter that holds this very value is taken for written.
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let name = self.writable(at)?;
        let written =
            self.write(&name, value, options).await.map_err(|failure| failure.at(&self.label, at))?;
        Ok(VersionId::parse(&written.to_string()).ok())
    }

    /// Deletes the parameter with all its versions. What is expected is looked at before.
    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        let name = self.writable(at)?;
        self.remove(&name, options.expected()).await.map_err(|failure| failure.at(&self.label, at))
    }
}

impl ParameterSource {
    fn writable<'a>(&self, at: &'a SecretRef) -> Result<ParameterName<'a>, SourceError> {
        if at.field().is_some() || *at.version() != Version::Current {
            return Err(not_meant(
                &self.label,
                at,
                "a write is to a whole parameter, not to a version or a field",
            ));
        }
        self.parameter(at)
    }

    async fn write(
        &self,
        name: &ParameterName<'_>,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<i64, Failure> {
        check(value)?;
        if options.idempotency_token().is_some()
            && let Some(version) = self.holds(name, value).await?
        {
            return Ok(version);
        }
        match options.expected() {
            None => self.send(name, value, Overwrite::Allowed).await,
            Some(Expected::Absent) => self.send(name, value, Overwrite::Refused).await,
            Some(Expected::Revision(seen)) => {
                let found = self.expect(name, |found| revision_of(found) == *seen).await?;
                let written = self.send(name, value, Overwrite::Allowed).await?;
                if written == found + 1 {
                    return Ok(written);
                }
                Err(Failure::new(ErrorKind::Conflict)
                    .because("another write came in between, and this value stands over it")
                    .hinting(format!("look at version {}", written - 1)))
            }
            Some(_) => Err(Failure::new(ErrorKind::Unsupported).because("it cannot tell whether this holds")),
        }
    }

    /// Tells which version holds this very value now.
    async fn holds(&self, name: &ParameterName<'_>, value: &Secret) -> Result<Option<i64>, Failure> {
        match self.ask(name, None, Form::Decrypted).await {
            Ok(found) => {
                let version = found.version;
                Ok(self.secret(found)?.ct_eq(value).then_some(version))
            }
            Err(answer) if answer.failure.kind() == ErrorKind::NotFound => Ok(None),
            Err(answer) => Err(answer.failure),
        }
    }

    /// Returns the number of the current version if it is as expected.
    async fn expect(
        &self,
        name: &ParameterName<'_>,
        is_expected: impl Fn(&Parameter) -> bool,
    ) -> Result<i64, Failure> {
        let moved = || Failure::new(ErrorKind::Conflict).because("it is not as it was expected to be");
        match self.ask(name, None, Form::AsStored).await {
            Ok(mut found) => {
                drop(found.value.take().map(Secret::from_string));
                if is_expected(&found) { Ok(found.version) } else { Err(moved()) }
            }
            Err(answer) if answer.failure.kind() == ErrorKind::NotFound => Err(moved()),
            Err(answer) => Err(answer.failure),
        }
    }

    async fn send(
        &self,
        name: &ParameterName<'_>,
        value: &Secret,
        overwrite: Overwrite,
    ) -> Result<i64, Failure> {
        let asked = self.service.call(name.region, PUT, |client| {
            #[expect(clippy::disallowed_methods, reason = "into the request, whose buffers are the SDK's")]
            let text = value.expose_text().map(str::to_owned).unwrap_or_default();
            let call = client.put_parameter().name(&*name.text).value(text);
            call.r#type(ParameterType::SecureString)
                .set_key_id(self.key.clone())
                .overwrite(overwrite == Overwrite::Allowed)
                .send()
        });
        asked.await.map(|written| written.version).map_err(|answer| answer.failure)
    }

    async fn remove(&self, name: &ParameterName<'_>, expected: Option<&Expected>) -> Result<(), Failure> {
        match expected {
            None => {}
            Some(Expected::Revision(seen)) => {
                self.expect(name, |found| revision_of(found) == *seen).await?;
            }
            Some(_) => return Err(Failure::new(ErrorKind::Conflict).because("it is expected to be absent")),
        }
        let asked = self
            .service
            .call(name.region, DELETE, |client| client.delete_parameter().name(&*name.text).send());
        asked.await.map(drop).map_err(|answer| answer.failure)
    }
}

/// Whether a write may replace a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overwrite {
    Allowed,
    Refused,
}

/// Refuses what a parameter cannot hold, before it is sent.
fn check(value: &Secret) -> Result<(), Failure> {
    let refused = Failure::new(ErrorKind::Unsupported);
    #[expect(clippy::disallowed_methods, reason = "to look whether it is text")]
    let is_text = value.expose_text().is_ok();
    match value.len() {
        0 => Err(refused.because("a parameter is never empty").hinting("delete it instead")),
        length if length > LIMIT => Err(refused.because("a parameter has at most 8192 bytes")),
        _ if !is_text => Err(refused.because("a parameter is text").hinting("encode the bytes, as base64")),
        _ => Ok(()),
    }
}
