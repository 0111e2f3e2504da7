//! Whether secrets may be read, without reading one.
//!
//! AWS looks at the right before it looks for the version. So a version is asked for that cannot be there: "not
//! found" says that it might be read, and "denied" that it may not. Whether the key may be used is not seen so.

use async_trait::async_trait;
use reticent_core::{ErrorKind, Right, RightsCheck, SecretRef, SourceError};

use super::read::GET;
use super::source::SecretsManagerSource;
use crate::place::{SecretId, Wanted};
use crate::policy;

/// A version that nobody has: AWS makes identifiers at random, and writers are told to.
const NO_VERSION: &str = "00000000-0000-0000-0000-000000000000";

#[async_trait]
impl RightsCheck for SecretsManagerSource {
    /// Proves `secretsmanager:GetSecretValue` on each secret. A secret that is absent counts as one that may be read.
    async fn missing_rights(&self, at: &[SecretRef]) -> Vec<Result<Vec<Right>, SourceError>> {
        let mut answers = Vec::with_capacity(at.len());
        for at in at {
            answers.push(self.missing_right(at).await);
        }
        answers
    }
}

impl SecretsManagerSource {
    async fn missing_right(&self, at: &SecretRef) -> Result<Vec<Right>, SourceError> {
        let id = self.secret_id(at)?;
        match self.value(id, Wanted::Id(NO_VERSION)).await {
            Ok(answer) => {
                // The value goes into the type that wipes it.
                drop(super::read::parts(answer).into_secret(&self.label));
                Ok(Vec::new())
            }
            Err(answer) if answer.failure.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(answer) if answer.failure.kind() == ErrorKind::AccessDenied && answer.code.is_some() => {
                Ok(vec![Right::new(GET, self.resource(id).await)])
            }
            Err(answer) => Err(self.error(&answer, at)),
        }
    }

    async fn resource(&self, id: SecretId<'_>) -> String {
        let session = self.service.aws().session().await;
        let region = self.service.aws().region(&session, id.region).unwrap_or("*");
        policy::secret_resource(id.text, "aws", region, "*")
    }
}
