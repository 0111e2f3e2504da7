//! Reads of one secret.

use std::sync::Arc;

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use reticent_core::{Secret, SecretRef, SourceError, Version};

use super::source::SecretsManagerSource;
use super::value::Parts;
use crate::error::{Failure, narrow};
use crate::place::{SecretId, Wanted, wanted};
use crate::sdk::Answer;

pub(super) const GET: &str = "secretsmanager:GetSecretValue";

impl SecretsManagerSource {
    /// Reads the secret and the field that the reference names.
    pub(super) async fn read(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let whole = self.whole(self.secret_id(at)?, at.version()).await;
        narrow(&self.label, at, whole.map_err(|failure| failure.at(&self.label, at))?)
    }

    /// Reads a whole secret.
    pub(super) async fn whole(&self, id: SecretId<'_>, version: &Version) -> Result<Secret, Failure> {
        let answer = self.value(id, wanted(version)).await.map_err(|answer| answer.failure)?;
        parts(answer).into_secret(&self.label)
    }

    /// Asks for one version. Its stage is always said: what a server takes for current otherwise has differed.
    pub(super) async fn value(
        &self,
        id: SecretId<'_>,
        version: Wanted<'_>,
    ) -> Result<GetSecretValueOutput, Answer> {
        let (name, version) = (Arc::<str>::from(id.text), Owned::from(version));
        self.service
            .call(id.region, GET, |client| {
                let call = client.get_secret_value().secret_id(&*name);
                match &version {
                    Owned::Stage(stage) => call.version_stage(&**stage),
                    Owned::Id(id) => call.version_id(&**id),
                }
                .send()
            })
            .await
    }
}

/// [`Wanted`], for a call that may be made twice.
enum Owned {
    Stage(Box<str>),
    Id(Box<str>),
}

impl From<Wanted<'_>> for Owned {
    fn from(wanted: Wanted<'_>) -> Self {
        match wanted {
            Wanted::Stage(stage) => Self::Stage(stage.into()),
            Wanted::Id(id) => Self::Id(id.into()),
        }
    }
}

pub(super) fn parts(answer: GetSecretValueOutput) -> Parts {
    Parts {
        is_named: answer.arn.is_some() || answer.name.is_some(),
        text: answer.secret_string,
        bytes: answer.secret_binary,
        version: answer.version_id,
        created: answer.created_date,
    }
}
