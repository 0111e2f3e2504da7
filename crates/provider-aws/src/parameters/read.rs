//! Reads of one parameter.

use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_ssm::types::Parameter;
use reticent_core::{ErrorKind, Metadata, Revision, Secret, SecretRef, SourceError, Version, VersionId};

use super::source::ParameterSource;
use crate::error::{Failure, narrow, not_meant};
use crate::place::ParameterName;
use crate::sdk::Answer;

pub(super) const GET: &str = "ssm:GetParameter";

/// The longest label of a version (LabelParameterVersion).
const LONGEST_LABEL: usize = 100;

/// Whether a value is wanted, or what is known about it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Decrypted,
    AsStored,
}

impl ParameterSource {
    /// Reads the parameter and the field that the reference names.
    pub(super) async fn read(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let name = self.parameter(at)?;
        let found = self.find(&name, at, Form::Decrypted).await?;
        narrow(&self.label, at, self.secret(found).map_err(|failure| failure.at(&self.label, at))?)
    }

    pub(super) async fn present_revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let name = self.parameter(at)?;
        let mut found = self.find(&name, at, Form::AsStored).await?;
        let revision = revision_of(&found);
        // A plain string comes as it is stored: its value goes into the type that wipes it.
        drop(found.value.take().map(Secret::from_string));
        Ok(revision)
    }

    /// Asks for the version that the reference means.
    async fn find(
        &self,
        name: &ParameterName<'_>,
        at: &SecretRef,
        form: Form,
    ) -> Result<Parameter, SourceError> {
        let version = match at.version() {
            Version::Previous => {
                let current = self.ask(name, None, Form::AsStored).await;
                let current = current.map_err(|answer| self.error(&answer, at))?.version;
                if current < 2 {
                    let first = Failure::new(ErrorKind::NotFound).because("there is one version alone");
                    return Err(first.at(&self.label, at));
                }
                Some((current - 1).to_string())
            }
            other => self.selector(at, other)?,
        };
        self.ask(name, version.as_deref(), form).await.map_err(|answer| self.error(&answer, at))
    }

    /// What stands behind the colon of a name.
    fn selector(&self, at: &SecretRef, version: &Version) -> Result<Option<String>, SourceError> {
        let text = match version {
            Version::Current => return Ok(None),
            Version::Id(id) => id.as_str(),
            _ => return Err(not_meant(&self.label, at, "a parameter has no pending version")),
        };
        let is_number =
            !text.starts_with('0') && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        let is_label = text.len() <= LONGEST_LABEL
            && text.bytes().all(fits)
            && text.starts_with(|first: char| !first.is_ascii_digit() && first != '-');
        if !is_number && !is_label {
            return Err(not_meant(&self.label, at, "a version of a parameter is a number from 1 or a label"));
        }
        Ok(Some(text.to_owned()))
    }

    pub(super) async fn ask(
        &self,
        name: &ParameterName<'_>,
        version: Option<&str>,
        form: Form,
    ) -> Result<Parameter, Answer> {
        let asked = match version {
            Some(version) => format!("{}:{version}", name.text),
            None => name.text.to_string(),
        };
        let asked = self.service.call(name.region, GET, |client| {
            client.get_parameter().name(&*asked).with_decryption(form == Form::Decrypted).send()
        });
        let found = asked.await?.parameter;
        found.ok_or_else(|| Answer {
            failure: Failure::new(ErrorKind::Malformed).because("the answer has no parameter"),
            code: None,
        })
    }

    /// Takes the value out of the SDK's type without a copy.
    pub(super) fn secret(&self, found: Parameter) -> Result<Secret, Failure> {
        let mut metadata = Metadata::of_source(Arc::clone(&self.label));
        if let Ok(version) = VersionId::parse(&found.version.to_string()) {
            metadata = metadata.with_version(version);
        }
        let written = found.last_modified_date;
        if let Some(written) = written.and_then(|written| SystemTime::try_from(written).ok()) {
            metadata = metadata.with_created(written);
        }
        let value = found
            .value
            .ok_or_else(|| Failure::new(ErrorKind::Malformed).because("the answer has no value"))?;
        Ok(Secret::from_string(value).with_metadata(metadata))
    }
}

/// The token of one version: a parameter that is made anew counts from one again, at another time.
pub(super) fn revision_of(found: &Parameter) -> Revision {
    let arn = found.arn.as_deref().unwrap_or_default();
    let written = found.last_modified_date.map(|written| (written.secs(), written.subsec_nanos()));
    Revision::of(format!("{arn} {} {written:?}", found.version))
}
