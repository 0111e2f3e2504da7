//! Which versions a secret has, without reading one.

use std::sync::Arc;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use reticent_core::{ErrorKind, Revision, SecretRef, SourceError};

use super::source::SecretsManagerSource;
use crate::error::Failure;
use crate::place::{SecretId, Wanted, wanted};
use crate::sdk::Answer;

const DESCRIBE: &str = "secretsmanager:DescribeSecret";

/// What is known about a secret that is there.
pub(super) struct Described {
    pub(super) arn: String,
    versions: Vec<(String, Vec<String>)>,
}

impl Described {
    fn of(answer: DescribeSecretOutput) -> Result<Self, Failure> {
        if answer.deleted_date.is_some() {
            return Err(Failure::new(ErrorKind::NotFound)
                .because("it is marked for deletion")
                .hinting("restore it while its recovery window lasts"));
        }
        let versions = answer.version_ids_to_stages.unwrap_or_default().into_iter().collect();
        Ok(Self { arn: answer.arn.unwrap_or_default(), versions })
    }

    /// Returns the version that a stage stands at, or the identifier if such a version has a stage.
    pub(super) fn version(&self, wanted: Wanted<'_>) -> Option<&str> {
        let is_it = |(id, stages): &&(String, Vec<String>)| match wanted {
            Wanted::Stage(stage) => stages.iter().any(|other| other == stage),
            Wanted::Id(wanted) => id == wanted,
        };
        self.versions.iter().find(is_it).map(|(id, _)| id.as_str())
    }

    /// The token of one version of this secret: a secret of the same name that is made anew has another ARN.
    pub(super) fn revision(&self, version: &str) -> Revision {
        revision_of(&self.arn, version)
    }
}

fn revision_of(arn: &str, version: &str) -> Revision {
    Revision::of(format!("{arn} {version}"))
}

impl SecretsManagerSource {
    pub(super) async fn describe(&self, id: SecretId<'_>) -> Result<Described, Answer> {
        let name = Arc::<str>::from(id.text);
        let asked = self
            .service
            .call(id.region, DESCRIBE, |client| client.describe_secret().secret_id(&*name).send());
        Described::of(asked.await?).map_err(|failure| Answer { failure, code: None })
    }

    /// Asks which version is meant now; who may not describe a secret and may read it learns it by a read.
    pub(super) async fn present_revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let (id, version) = (self.secret_id(at)?, wanted(at.version()));
        let described = match self.describe(id).await {
            Ok(described) => described,
            Err(answer) if answer.failure.kind() == ErrorKind::AccessDenied => {
                return self.revision_by_reading(id, version).await.map_err(|answer| self.error(&answer, at));
            }
            Err(answer) => return Err(self.error(&answer, at)),
        };
        if let Some(version) = described.version(version) {
            return Ok(described.revision(version));
        }
        // A version that lost its last stage is still there for a while, and is not described.
        match version {
            Wanted::Id(_) => {
                self.revision_by_reading(id, version).await.map_err(|answer| self.error(&answer, at))
            }
            Wanted::Stage(_) => Err(Failure::new(ErrorKind::NotFound)
                .because("no version has this stage")
                .at(&self.label, at)),
        }
    }

    async fn revision_by_reading(&self, id: SecretId<'_>, version: Wanted<'_>) -> Result<Revision, Answer> {
        let answer = self.value(id, version).await?;
        let (arn, version) = (answer.arn.clone().unwrap_or_default(), answer.version_id.clone());
        // The value goes into the type that wipes it.
        drop(super::read::parts(answer).into_secret(&self.label));
        Ok(revision_of(&arn, &version.unwrap_or_default()))
    }
}
