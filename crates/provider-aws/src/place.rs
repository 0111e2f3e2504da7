//! What the path and the version of a reference mean to AWS.

use std::borrow::Cow;

use reticent_core::{SecretRef, SourceError, Version};

use crate::error::not_meant;

/// The longest name of a secret (CreateSecret).
const LONGEST_NAME: usize = 512;

/// The lengths of a version's identifier (GetSecretValue); a stage of such a length is not addressed.
const VERSION_LENGTHS: std::ops::RangeInclusive<usize> = 32..=64;

/// One secret, as Secrets Manager is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecretId<'a> {
    /// The name or the whole ARN.
    pub(crate) text: &'a str,
    /// The region, where an ARN names one.
    pub(crate) region: Option<&'a str>,
}

/// One parameter, as Systems Manager is asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParameterName<'a> {
    /// The name with its leading slash, or the whole ARN.
    pub(crate) text: Cow<'a, str>,
    /// The region, where an ARN names one.
    pub(crate) region: Option<&'a str>,
}

/// One version of a secret, as Secrets Manager is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wanted<'a> {
    /// The version that has this staging label.
    Stage(&'a str),
    /// The version with this identifier.
    Id(&'a str),
}

pub(crate) const CURRENT: &str = "AWSCURRENT";
pub(crate) const PREVIOUS: &str = "AWSPREVIOUS";
pub(crate) const PENDING: &str = "AWSPENDING";

impl<'a> SecretId<'a> {
    /// Reads the path of a reference.
    pub(crate) fn of(source: &str, at: &'a SecretRef) -> Result<Self, SourceError> {
        Self::parse(at.path()).map_err(|why| not_meant(source, at, why))
    }

    fn parse(path: &'a str) -> Result<Self, &'static str> {
        if !path.starts_with("arn:") {
            return is_name(path).then_some(Self { text: path, region: None }).ok_or(NOT_A_NAME);
        }
        let (region, resource) = arn(path, "secretsmanager")?;
        match resource.strip_prefix("secret:") {
            Some(name) if is_name(name) => Ok(Self { text: path, region: Some(region) }),
            _ => Err("the ARN is not that of a secret"),
        }
    }
}

impl<'a> ParameterName<'a> {
    /// Reads the path of a reference.
    ///
    /// A name with slashes begins with one, so `aws-ssm://prod/db` and `aws-ssm:///prod/db` are the same place.
    pub(crate) fn of(source: &str, at: &'a SecretRef) -> Result<Self, SourceError> {
        Self::parse(at.path()).map_err(|why| not_meant(source, at, why))
    }

    fn parse(path: &'a str) -> Result<Self, &'static str> {
        if !path.starts_with("arn:") {
            let text = if path.contains('/') && !path.starts_with('/') {
                Cow::Owned(format!("/{path}"))
            } else {
                Cow::Borrowed(path)
            };
            return is_parameter(&text).then_some(Self { text, region: None }).ok_or(NOT_A_PARAMETER);
        }
        let (region, resource) = arn(path, "ssm")?;
        match resource.strip_prefix("parameter") {
            Some(name) if name.starts_with('/') && is_parameter(name) => {
                Ok(Self { text: Cow::Borrowed(path), region: Some(region) })
            }
            _ => Err("the ARN is not that of a parameter"),
        }
    }

    /// The resource of this parameter in a policy.
    pub(crate) fn resource(&self, partition: &str, region: &str, account: &str) -> String {
        if self.text.starts_with("arn:") {
            return self.text.clone().into_owned();
        }
        format!("arn:{partition}:ssm:{region}:{account}:parameter/{}", self.text.trim_start_matches('/'))
    }
}

const NOT_A_PARAMETER: &str = "the name of a parameter is letters, digits and characters of _.- in parts between slashes, and at most 1011";

/// The longest name of a parameter (PutParameter).
const LONGEST_PARAMETER: usize = 1011;

fn is_parameter(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let parts = name.strip_prefix('/').unwrap_or(name);
    name.len() <= LONGEST_PARAMETER && parts.split('/').all(|part| !part.is_empty() && part.bytes().all(fits))
}

const NOT_A_NAME: &str = "the name of a secret is 1 to 512 letters, digits and characters of /_+=.@-";

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(fits)
}

/// Takes the region and the resource out of an ARN of `service`.
///
/// A region becomes part of a host's name, so it is checked letter by letter.
pub(crate) fn arn<'a>(text: &'a str, service: &str) -> Result<(&'a str, &'a str), &'static str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, partition, named, region, account, resource] = parts[..] else {
        return Err("an ARN has six parts between colons");
    };
    let word = |text: &str| {
        !text.is_empty()
            && text.len() <= 32
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if named != service {
        return Err("the ARN is of another service");
    }
    if !word(partition) || !word(region) {
        return Err("the ARN has no partition or no region");
    }
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the account of an ARN is twelve digits");
    }
    Ok((region, resource))
}

/// Says which version is meant: a label of AWS, an identifier, or a label of one's own.
pub(crate) fn wanted(version: &Version) -> Wanted<'_> {
    match version {
        Version::Current => Wanted::Stage(CURRENT),
        Version::Previous => Wanted::Stage(PREVIOUS),
        Version::Pending => Wanted::Stage(PENDING),
        other if is_version_id(other.as_str()) => Wanted::Id(other.as_str()),
        other => Wanted::Stage(other.as_str()),
    }
}

pub(crate) fn is_version_id(text: &str) -> bool {
    VERSION_LENGTHS.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_are_read_whole() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3";
        assert_eq!(SecretId::parse(arn), Ok(SecretId { text: arn, region: Some("eu-west-1") }));
        assert_eq!(SecretId::parse("prod/db"), Ok(SecretId { text: "prod/db", region: None }));
    }

    #[test]
    fn what_is_neither_a_name_nor_an_arn_is_refused() {
        let long = "x".repeat(513);
        for path in [
            "two words",
            "clef\u{e9}",
            "a\\b",
            &long,
            "arn:",
            "arn:aws:secretsmanager:eu-west-1:123456789012",
            "arn:aws:ssm:eu-west-1:123456789012:parameter/x",
            "arn:aws:secretsmanager::123456789012:secret:x",
            "arn:aws:secretsmanager:evil.example/:123456789012:secret:x",
            "arn:aws:secretsmanager:eu-west-1:1:secret:x",
            "arn:aws:secretsmanager:eu-west-1:123456789012:other:x",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:",
        ] {
            assert!(SecretId::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_parameter_with_parts_begins_with_a_slash() {
        for (path, text) in [("x", "x"), ("/x", "/x"), ("prod/db", "/prod/db"), ("/prod/db", "/prod/db")] {
            let name = ParameterName::parse(path).expect("a name");
            assert_eq!((&*name.text, name.region), (text, None));
        }
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db";
        assert_eq!(ParameterName::parse(arn).map(|name| name.region), Ok(Some("eu-west-1")));
        let long = "x".repeat(1012);
        for path in [
            "",
            "/",
            "a//b",
            "a/",
            "a:3",
            "two words",
            "clef\u{e9}",
            &long,
            "arn:aws:ssm:eu-west-1:123456789012:parameter",
        ] {
            assert!(ParameterName::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_version_is_a_label_or_an_identifier_by_its_form() {
        let id = "01234567-89ab-cdef-0123-456789abcdef";
        for (text, want) in [
            ("current", Wanted::Stage("AWSCURRENT")),
            ("previous", Wanted::Stage("AWSPREVIOUS")),
            ("pending", Wanted::Stage("AWSPENDING")),
            (id, Wanted::Id(id)),
            ("blue", Wanted::Stage("blue")),
            ("AWSPREVIOUS", Wanted::Stage("AWSPREVIOUS")),
        ] {
            assert_eq!(wanted(&Version::parse(text).unwrap()), want, "{text}");
        }
    }
}
