//! Reads of many secrets, twenty at a time.
//!
//! A batch reads current values alone, and the right to it is one of its own, on all secrets. So a batch that is
//! denied as a whole is the last one, and one that fails as a whole for the sake of one secret is read singly.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_sdk_secretsmanager::operation::batch_get_secret_value::BatchGetSecretValueOutput;
use aws_sdk_secretsmanager::types::SecretValueEntry;
use futures_util::StreamExt as _;
use reticent_core::{ErrorKind, Secret, SecretRef, SourceError, Version};

use super::source::SecretsManagerSource;
use super::value::Parts;
use crate::codes;
use crate::error::{Failure, narrow};
use crate::place::{CURRENT, SecretId};
use crate::sdk::Answer;

use super::read::GET;

const BATCH: &str = "secretsmanager:BatchGetSecretValue";

/// How many secrets one batch may name (BatchGetSecretValue).
const BATCH_SIZE: usize = 20;

/// How many calls run at a time.
const CALLS_AT_A_TIME: usize = 8;

/// One secret in one version: what several references with different fields may share.
type Key<'a> = (&'a str, &'a Version);
type Answers<'a> = HashMap<Key<'a>, Result<Secret, Failure>>;

impl SecretsManagerSource {
    pub(super) async fn read_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let ids: Vec<_> = at.iter().map(|at| self.secret_id(at)).collect();
        let mut wanted: Vec<(SecretId<'_>, &Version)> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for (at, id) in at.iter().zip(&ids) {
            if let Ok(id) = id
                && known.insert((id.text, at.version()))
            {
                wanted.push((*id, at.version()));
            }
        }
        let answers = self.whole_many(wanted).await;
        at.iter()
            .zip(ids)
            .map(|(at, id)| {
                let answer = answers.get(&(id?.text, at.version()));
                let whole = answer.cloned().unwrap_or_else(|| Err(Failure::new(ErrorKind::Malformed)));
                narrow(&self.label, at, whole.map_err(|failure| failure.at(&self.label, at))?)
            })
            .collect()
    }

    async fn whole_many<'a>(&self, wanted: Vec<(SecretId<'a>, &'a Version)>) -> Answers<'a> {
        let (current, others): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|(_, version)| **version == Version::Current);
        let mut answers = Answers::new();
        let mut singly = others;
        if current.len() < 2 || self.reads_singly.load(Ordering::Relaxed) {
            singly.extend(current);
        } else {
            let batches = by_region(&current);
            let reads: Vec<_> = batches.iter().map(|batch| self.batch(batch)).collect();
            let mut read = futures_util::stream::iter(reads).buffered(CALLS_AT_A_TIME);
            let mut batch = batches.iter();
            while let (Some(result), Some(batch)) = (read.next().await, batch.next()) {
                settle(batch, result, &mut answers, &mut singly);
            }
        }
        let reads: Vec<_> = singly.iter().map(|(id, version)| self.whole(*id, version)).collect();
        let read: Vec<_> = futures_util::stream::iter(reads).buffered(CALLS_AT_A_TIME).collect().await;
        answers.extend(singly.iter().map(|(id, version)| (id.text, *version)).zip(read));
        answers
    }

    /// Reads up to twenty current values of one region; those without an entry were not answered.
    async fn batch(&self, ids: &[SecretId<'_>]) -> Result<HashMap<String, Result<Secret, Failure>>, Failure> {
        let names: Arc<[String]> = ids.iter().map(|id| id.text.to_owned()).collect();
        let mut answered = HashMap::new();
        let mut page: Option<String> = None;
        // Each page answers at least one, so a server that goes on is not believed.
        for _ in 0..=names.len() {
            let asked = self.page(ids.first().and_then(|id| id.region), &names, page.as_deref()).await;
            let mut answer = match asked {
                Ok(answer) => answer,
                Err(answer) => return self.failed_batch(answer).map(|()| HashMap::new()),
            };
            let next = answer.next_token.take().filter(|next| Some(next) != page.as_ref());
            self.take(answer, &names, &mut answered);
            if next.is_none() || answered.len() == names.len() {
                break;
            }
            page = next;
        }
        Ok(answered)
    }

    async fn page(
        &self,
        region: Option<&str>,
        names: &Arc<[String]>,
        page: Option<&str>,
    ) -> Result<BatchGetSecretValueOutput, Answer> {
        self.service
            .call(region, BATCH, |client| {
                let call = client.batch_get_secret_value().set_secret_id_list(Some(names.to_vec()));
                call.set_next_token(page.map(str::to_owned)).send()
            })
            .await
    }

    /// Says what becomes of a batch that failed as a whole: all of it fails, or all of it is read singly.
    fn failed_batch(&self, answer: Answer) -> Result<(), Failure> {
        match answer.failure.kind() {
            ErrorKind::AccessDenied => {
                self.reads_singly.store(true, Ordering::Relaxed);
                Ok(())
            }
            // One secret is the reason, and it is not said which.
            ErrorKind::NotFound | ErrorKind::InvalidReference | ErrorKind::Conflict => Ok(()),
            _ => Err(answer.failure),
        }
    }

    fn take(
        &self,
        answer: BatchGetSecretValueOutput,
        names: &[String],
        answered: &mut HashMap<String, Result<Secret, Failure>>,
    ) {
        for error in answer.errors.unwrap_or_default() {
            let told = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let (code, message) = (told(error.error_code()), told(error.message()));
            let code = codes::clean(&code);
            // An error of a code that is not known is asked for once more, by itself.
            let failure =
                code.and_then(|code| Some(codes::failure(code, &message, GET)?.because(code.to_owned())));
            if let (Some(failure), Some(id)) = (failure, error.secret_id()) {
                for name in names.iter().filter(|name| is_asked(name, id, id)) {
                    answered.insert(name.clone(), Err(failure.clone()));
                }
            }
        }
        for entry in answer.secret_values.unwrap_or_default() {
            self.take_value(entry, names, answered);
        }
    }

    fn take_value(
        &self,
        entry: SecretValueEntry,
        names: &[String],
        answered: &mut HashMap<String, Result<Secret, Failure>>,
    ) {
        let (arn, name) = (entry.arn.unwrap_or_default(), entry.name.unwrap_or_default());
        // A server that gives another version than the current one is asked singly, where the stage is said.
        if entry.version_stages.is_some_and(|stages| !stages.iter().any(|stage| stage == CURRENT)) {
            return;
        }
        let parts = Parts {
            is_named: true,
            text: entry.secret_string,
            bytes: entry.secret_binary,
            version: entry.version_id,
            created: entry.created_date,
        };
        let secret = parts.into_secret(&self.label);
        for asked in names.iter().filter(|asked| is_asked(asked, &arn, &name)) {
            answered.insert(asked.clone(), secret.clone());
        }
    }
}

/// Tells whether what was asked for is this secret: by its name, its ARN, or its ARN without the six random letters.
fn is_asked(asked: &str, arn: &str, name: &str) -> bool {
    let short = || arn.len().checked_sub(7).and_then(|end| arn.get(..end));
    asked == name || asked == arn || (asked.starts_with("arn:") && short() == Some(asked))
}

/// Puts up to twenty of one region into each batch.
fn by_region<'a>(current: &[(SecretId<'a>, &'a Version)]) -> Vec<Vec<SecretId<'a>>> {
    let mut batches: Vec<Vec<SecretId<'a>>> = Vec::new();
    for (id, _) in current {
        let has_room = |batch: &&mut Vec<SecretId<'a>>| {
            batch.len() < BATCH_SIZE && batch.first().is_some_and(|first| first.region == id.region)
        };
        match batches.iter_mut().find(has_room) {
            Some(batch) => batch.push(*id),
            None => batches.push(vec![*id]),
        }
    }
    batches
}

/// Sorts what a batch gave into answers and what is still to be read.
fn settle<'a>(
    batch: &[SecretId<'a>],
    result: Result<HashMap<String, Result<Secret, Failure>>, Failure>,
    answers: &mut Answers<'a>,
    singly: &mut Vec<(SecretId<'a>, &'a Version)>,
) {
    match result {
        Ok(mut answered) => {
            for id in batch {
                match answered.remove(id.text) {
                    Some(answer) => drop(answers.insert((id.text, &Version::Current), answer)),
                    None => singly.push((*id, &Version::Current)),
                }
            }
        }
        Err(failure) => {
            let all = batch.iter().map(|id| ((id.text, &Version::Current), Err(failure.clone())));
            answers.extend(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_matched_by_name_or_arn_and_no_neighbour() {
        let (arn, name) = ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1B2c3", "db");
        for asked in [name, arn, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"] {
            assert!(is_asked(asked, arn, name), "{asked}");
        }
        for asked in ["d", "db-a1B2c3", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:d"] {
            assert!(!is_asked(asked, arn, name), "{asked}");
        }
    }

    #[test]
    fn a_batch_holds_twenty_of_one_region() {
        let names: Vec<String> = (0..45).map(|number| format!("s{number}")).collect();
        let of = |text, region| (SecretId { text, region }, &Version::Current);
        let mut current: Vec<_> = names.iter().map(|name| of(name.as_str(), None)).collect();
        current.insert(1, of("elsewhere", Some("eu-west-1")));
        let sizes: Vec<usize> = by_region(&current).iter().map(Vec::len).collect();
        assert_eq!(sizes, [20, 1, 20, 5]);
    }
}
