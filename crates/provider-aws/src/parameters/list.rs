//! Which parameters there are.

use std::time::SystemTime;

use aws_sdk_ssm::types::{ParameterMetadata, ParameterStringFilter};
use reticent_core::{ErrorKind, SecretInfo, SecretRef, SourceError, VersionId};

use super::source::{ParameterSource, SCHEME};
use crate::error::Failure;

const LIST: &str = "ssm:DescribeParameters";

/// How many names a page has at most (DescribeParameters).
const PAGE: i32 = 50;

impl ParameterSource {
    pub(super) async fn list_names(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        // As in a reference, the slash before a name with parts may be left out.
        let prefix = match prefix {
            whole if whole.contains('/') && !whole.starts_with('/') => format!("/{whole}"),
            whole => whole.to_owned(),
        };
        let filter = filter(&prefix).map_err(|failure| failure.of(&self.label))?;
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        loop {
            let asked = self.service.call(None, LIST, |client| {
                let call = client.describe_parameters().max_results(PAGE).set_next_token(page.clone());
                call.set_parameter_filters(filter.clone().map(|filter| vec![filter])).send()
            });
            let answer = asked.await.map_err(|answer| answer.failure.of(&self.label))?;
            found.extend(
                answer.parameters.unwrap_or_default().into_iter().filter_map(|one| info(one, &prefix)),
            );
            match answer.next_token.filter(|next| !next.is_empty()) {
                Some(next) if page.as_ref() != Some(&next) => page = Some(next),
                _ => break,
            }
        }
        found.sort_by(|one, other| one.reference().cmp(other.reference()));
        found.dedup_by(|one, other| one.reference() == other.reference());
        Ok(found)
    }
}

/// A filter by the beginning of the name, unless the prefix holds what no name does.
fn filter(prefix: &str) -> Result<Option<ParameterStringFilter>, Failure> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.-".contains(&byte);
    if prefix.trim_matches('/').is_empty() || !prefix.bytes().all(fits) {
        return Ok(None);
    }
    let filter = ParameterStringFilter::builder().key("Name").option("BeginsWith").values(prefix).build();
    filter.map(Some).map_err(|_| Failure::new(ErrorKind::Unsupported).because("a prefix cannot be said"))
}

fn info(one: ParameterMetadata, prefix: &str) -> Option<SecretInfo> {
    let name = one.name.filter(|name| name.starts_with(prefix))?;
    let info = SecretInfo::new(SecretRef::new(SCHEME, &name).ok()?);
    let info = match VersionId::parse(&one.version.to_string()) {
        Ok(version) => info.with_version(version),
        Err(_) => info,
    };
    Some(match one.last_modified_date.and_then(|written| SystemTime::try_from(written).ok()) {
        Some(written) => info.with_modified(written),
        None => info,
    })
}
