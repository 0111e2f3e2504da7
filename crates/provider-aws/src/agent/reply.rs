//! What the agent's replies mean.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reticent_core::{ErrorKind, Metadata, Secret, VersionId};

use super::base64;
use super::http::Reply;
use crate::codes;
use crate::error::Failure;

const GET: &str = "secretsmanager:GetSecretValue";
const TOKEN: &str = "give this program the agent's token: its file has to be readable, or AWS_TOKEN set";
const ELSE: &str = "see that it is the agent that listens at this port";

/// A secret, and the ARN that it says it has.
pub(super) struct Read {
    pub(super) secret: Secret,
    pub(super) arn: String,
}

/// Reads the reply to a read.
pub(super) fn read(reply: &Reply, source: &Arc<str>) -> Result<Read, Failure> {
    match reply.status {
        200 => secret(&reply.body, source),
        _ => Err(refusal(reply)),
    }
}

/// Reads the reply to a request that names no secret: it is refused, and not before the token was looked at.
pub(super) fn known(reply: &Reply) -> Result<(), Failure> {
    match reply.status {
        200 | 400 => Ok(()),
        _ => Err(refusal(reply)),
    }
}

fn refusal(reply: &Reply) -> Failure {
    let parts = reply.body.fields().unwrap_or_default();
    let part = |names: [&str; 3]| parts.iter().find(|(name, _)| names.contains(&name.as_str()));
    let code = part(["__type", "code", "Code"]).and_then(|(_, code)| plain(code));
    let message = part(["message", "Message", "errorMessage"]).and_then(|(_, message)| plain(message));
    if let Some(code) = code.as_deref().and_then(codes::clean)
        && let Some(failure) = codes::failure(code, message.as_deref().unwrap_or_default(), GET)
    {
        let told = failure.detail().map_or_else(|| code.to_owned(), |detail| format!("{detail}, {code}"));
        return failure.because(told);
    }
    let status = format!("status {} without a known error code", reply.status);
    let of = |kind| Failure::new(kind).because(status.clone());
    match reply.status {
        401 | 403 => {
            Failure::new(ErrorKind::Unauthenticated).because("the token is not the agent's").hinting(TOKEN)
        }
        408 | 504 => of(ErrorKind::Timeout),
        429 => Failure::new(ErrorKind::Throttled).because("too many read at the same time"),
        500.. => of(ErrorKind::Unavailable),
        _ => of(ErrorKind::Malformed).hinting(ELSE),
    }
}

/// The code or the message of an error, which is nobody's secret.
fn plain(text: &Secret) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the reply is an error, and only a known code is shown of it"
    )]
    text.expose_text().ok().map(str::to_owned)
}

fn secret(body: &Secret, source: &Arc<str>) -> Result<Read, Failure> {
    let parts = body.fields().map_err(|_| {
        Failure::new(ErrorKind::Malformed).because("the reply is not a secret in JSON").hinting(ELSE)
    })?;
    let part = |wanted: &str| parts.iter().find(|(name, _)| name == wanted).map(|(_, part)| part);
    let value = match (part("SecretString"), part("SecretBinary")) {
        (Some(text), _) => text.clone(),
        (None, Some(bytes)) => base64::decoded(bytes)?,
        (None, None) if part("ARN").or(part("Name")).is_none() => {
            return Err(Failure::new(ErrorKind::Malformed).because("the reply is no secret").hinting(ELSE));
        }
        (None, None) => {
            return Err(Failure::new(ErrorKind::NotFound)
                .because("the secret has no value")
                .hinting("store a value; it was made without one"));
        }
    };
    let mut metadata = Metadata::of_source(Arc::clone(source));
    if let Some(version) = part("VersionId").and_then(plain).and_then(|id| VersionId::parse(&id).ok()) {
        metadata = metadata.with_version(version);
    }
    if let Some(created) = part("CreatedDate").and_then(plain).and_then(|text| time(&text)) {
        metadata = metadata.with_created(created);
    }
    let arn = part("ARN").and_then(plain).unwrap_or_default();
    Ok(Read { secret: value.with_metadata(metadata), arn })
}

/// Seconds since 1970, as AWS's JSON has times.
fn time(text: &str) -> Option<SystemTime> {
    let seconds = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(seconds)
}
