//! Whether parameters may be read, without reading one: as for secrets, by a version that cannot be there.

use async_trait::async_trait;
use reticent_core::{ErrorKind, Right, RightsCheck, Secret, SecretRef, SourceError};

use super::read::{Form, GET};
use super::source::ParameterSource;

/// A parameter keeps its newest hundred versions, so none ever has this number.
const NO_VERSION: &str = "999999999999";

#[async_trait]
impl RightsCheck for ParameterSource {
    /// Proves `ssm:GetParameter` on each parameter. One that is absent counts as one that may be read.
    async fn missing_rights(&self, at: &[SecretRef]) -> Vec<Result<Vec<Right>, SourceError>> {
        let mut answers = Vec::with_capacity(at.len());
        for at in at {
            answers.push(self.missing_right(at).await);
        }
        answers
    }
}

impl ParameterSource {
    async fn missing_right(&self, at: &SecretRef) -> Result<Vec<Right>, SourceError> {
        let name = self.parameter(at)?;
        match self.ask(&name, Some(NO_VERSION), Form::AsStored).await {
            Ok(mut found) => {
                drop(found.value.take().map(Secret::from_string));
                Ok(Vec::new())
            }
            Err(answer) if answer.failure.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(answer) if answer.failure.kind() == ErrorKind::AccessDenied && answer.code.is_some() => {
                let session = self.service.aws().session().await;
                let region = self.service.aws().region(&session, name.region).unwrap_or("*");
                Ok(vec![Right::new(GET, name.resource("aws", region, "*"))])
            }
            Err(answer) => Err(self.error(&answer, at)),
        }
    }
}
