//! Which secrets there are.

use std::time::SystemTime;

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry};
use reticent_core::{SecretInfo, SecretRef, SourceError, VersionId};

use super::source::{SCHEME, SecretsManagerSource};
use crate::place::CURRENT;

const LIST: &str = "secretsmanager:ListSecrets";

/// How many names a page has at most (ListSecrets).
const PAGE: i32 = 100;

impl SecretsManagerSource {
    pub(super) async fn list_names(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        loop {
            let asked = self.service.call(None, LIST, |client| {
                let call = client.list_secrets().max_results(PAGE).set_next_token(page.clone());
                // The server narrows by words without regard to case; what it lets through is narrowed here.
                match filter(prefix) {
                    Some(filter) => call.filters(filter),
                    None => call,
                }
                .send()
            });
            let answer = asked.await.map_err(|answer| answer.failure.of(&self.label))?;
            let entries = answer.secret_list.unwrap_or_default();
            found.extend(entries.into_iter().filter_map(|entry| info(entry, prefix)));
            match answer.next_token {
                Some(next) if page.as_ref() != Some(&next) => page = Some(next),
                _ => break,
            }
        }
        found.sort_by(|one, other| one.reference().cmp(other.reference()));
        found.dedup_by(|one, other| one.reference() == other.reference());
        Ok(found)
    }
}

/// A filter by the beginning of the name, unless the prefix holds what a filter cannot say.
fn filter(prefix: &str) -> Option<Filter> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    let is_plain = !prefix.is_empty() && prefix.len() <= 512 && prefix.bytes().all(fits);
    is_plain.then(|| Filter::builder().key(FilterNameStringType::Name).values(prefix).build())
}

fn info(entry: SecretListEntry, prefix: &str) -> Option<SecretInfo> {
    let name = entry.name.filter(|name| name.starts_with(prefix))?;
    let info = SecretInfo::new(SecretRef::new(SCHEME, &name).ok()?);
    let current = entry.secret_versions_to_stages.into_iter().flatten();
    let current = current.filter(|(_, stages)| stages.iter().any(|stage| stage == CURRENT)).map(|(id, _)| id);
    let info = match current.last().and_then(|id| VersionId::parse(&id).ok()) {
        Some(version) => info.with_version(version),
        None => info,
    };
    let modified = entry.last_changed_date.or(entry.created_date);
    Some(match modified.and_then(|modified| SystemTime::try_from(modified).ok()) {
        Some(modified) => info.with_modified(modified),
        None => info,
    })
}
