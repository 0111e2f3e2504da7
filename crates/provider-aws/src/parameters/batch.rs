//! Reads of many parameters, ten at a time.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_ssm::operation::get_parameters::GetParametersOutput;
use futures_util::StreamExt as _;
use reticent_core::{ErrorKind, Secret, SecretRef, SourceError, Version};

use super::source::ParameterSource;
use crate::error::{Failure, narrow};
use crate::place::ParameterName;

const BATCH: &str = "ssm:GetParameters";

/// How many parameters one call may name (GetParameters).
const BATCH_SIZE: usize = 10;

/// How many calls run at a time.
const CALLS_AT_A_TIME: usize = 8;

/// Current values by name; a name without an entry was not answered, or cannot be read together with others.
type Answers = HashMap<String, Result<Secret, Failure>>;

impl ParameterSource {
    pub(super) async fn read_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let answers = self.current(at).await;
        let reads: Vec<_> = at.iter().map(|at| self.answer(at, &answers)).collect();
        futures_util::stream::iter(reads).buffered(CALLS_AT_A_TIME).collect().await
    }

    /// Takes the answer of a batch, or asks for this one.
    async fn answer(&self, at: &SecretRef, answers: &Answers) -> Result<Secret, SourceError> {
        let name = self.parameter(at)?;
        match answers.get(&*name.text).filter(|_| *at.version() == Version::Current) {
            Some(whole) => {
                let whole = whole.clone().map_err(|failure| failure.at(&self.label, at))?;
                narrow(&self.label, at, whole)
            }
            None => self.read(at).await,
        }
    }

    async fn current(&self, at: &[SecretRef]) -> Answers {
        let mut names: Vec<ParameterName<'_>> = Vec::new();
        for at in at.iter().filter(|at| *at.version() == Version::Current) {
            if let Ok(name) = self.parameter(at)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        if names.len() < 2 {
            return Answers::new();
        }
        names.sort_by_key(|name| name.region);
        let batches = names.chunk_by(|one, other| one.region == other.region);
        let reads: Vec<_> =
            batches.flat_map(|region| region.chunks(BATCH_SIZE)).map(|names| self.batch(names)).collect();
        let answers: Vec<Answers> =
            futures_util::stream::iter(reads).buffered(CALLS_AT_A_TIME).collect().await;
        answers.into_iter().flatten().collect()
    }

    async fn batch(&self, names: &[ParameterName<'_>]) -> Answers {
        let asked: Arc<[String]> = names.iter().map(|name| name.text.to_string()).collect();
        let region = names.first().and_then(|name| name.region);
        let read = self.service.call(region, BATCH, |client| {
            client.get_parameters().set_names(Some(asked.to_vec())).with_decryption(true).send()
        });
        match read.await {
            Ok(answer) => self.take(answer, &asked),
            Err(answer) => match answer.failure.kind() {
                // One of them may be the reason, and it is not said which: each is asked for by itself.
                ErrorKind::AccessDenied | ErrorKind::NotFound | ErrorKind::InvalidReference => Answers::new(),
                _ => asked.iter().map(|name| (name.clone(), Err(answer.failure.clone()))).collect(),
            },
        }
    }

    fn take(&self, answer: GetParametersOutput, asked: &[String]) -> Answers {
        let absent = answer.invalid_parameters.unwrap_or_default();
        let absent = absent.into_iter().filter(|name| asked.contains(name));
        let mut answers: Answers =
            absent.map(|name| (name, Err(Failure::new(ErrorKind::NotFound)))).collect();
        for found in answer.parameters.unwrap_or_default() {
            let told = [found.name.clone(), found.arn.clone()];
            let secret = self.secret(found);
            for name in told.into_iter().flatten().filter(|name| asked.contains(name)) {
                answers.insert(name, secret.clone());
            }
        }
        answers
    }
}
