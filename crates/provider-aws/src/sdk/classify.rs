//! What the SDK's errors mean.
//!
//! Their chains hold what the server wrote, so nothing of them is passed on but the error's code and the request's
//! identifier.

use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::primitives::{DateTime, DateTimeFormat};
use reticent_core::ErrorKind;

use super::credentials::Unfit;
use super::guard::InClear;
use crate::codes;
use crate::error::Failure;

/// Where an endpoint may come from.
const ENDPOINT: &str = "use an https endpoint: look for AWS_ENDPOINT_URL and endpoint_url in the profile";

/// How far a clock may be off before it is blamed; AWS allows five minutes.
const SKEW: Duration = Duration::from_secs(4 * 60);

/// A failed call: what it means, and the code that the server gave.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) failure: Failure,
    pub(crate) code: Option<String>,
}

impl Answer {
    /// Tells whether the session has ended, so that newer credentials may help.
    pub(crate) fn is_of_expired_session(&self) -> bool {
        self.code.as_deref().is_some_and(codes::is_expired)
    }
}

/// Reads the error of a call that needed the right `action`.
pub(super) fn answer<E>(error: &SdkError<E>, action: &'static str) -> Answer
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let code = error.code().and_then(codes::clean).map(str::to_owned);
    let failure = match error {
        SdkError::TimeoutError(_) => Failure::new(ErrorKind::Timeout),
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => Failure::new(ErrorKind::Timeout),
        SdkError::ServiceError(_) => answered(error, code.as_deref(), action),
        SdkError::ResponseError(_) => {
            // A reply that cannot be read and one that broke off look alike but for what is beneath.
            cause(error).unwrap_or_else(|| answered(error, None, action))
        }
        SdkError::ConstructionFailure(_) => cause(error).unwrap_or_else(|| {
            Failure::new(ErrorKind::InvalidReference).because("no request can be made of it")
        }),
        // The request did not come so far as to a connection: it is what was set that is wrong.
        SdkError::DispatchFailure(dispatch) if !dispatch.is_io() => cause(error).unwrap_or_else(|| {
            Failure::new(ErrorKind::Unsupported)
                .because("no request can be made of the settings")
                .hinting(ENDPOINT)
        }),
        _ => cause(error).unwrap_or_else(|| Failure::new(ErrorKind::Unavailable)),
    };
    Answer { failure, code }
}

fn answered<E>(error: &SdkError<E>, code: Option<&str>, action: &'static str) -> Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let response = error.raw_response();
    let known = code.and_then(|code| codes::failure(code, error.message().unwrap_or_default(), action));
    let failure = known.unwrap_or_else(|| by_status(response.map_or(0, |raw| raw.status().as_u16())));
    let failure = match response.and_then(skew).filter(|_| failure.kind() == ErrorKind::Unauthenticated) {
        Some(skew) => failure.because("this machine's clock is off").hinting(format!(
            "set this machine's clock: it differs by {} minutes from AWS's",
            skew.as_secs() / 60
        )),
        None => failure,
    };
    with_particulars(failure, code, response)
}

/// Says which code it was and which request, so that AWS's own records can be searched.
fn with_particulars(failure: Failure, code: Option<&str>, response: Option<&HttpResponse>) -> Failure {
    let header = |name: &str| response.and_then(|raw| raw.headers().get(name));
    let request = header("x-amzn-requestid").filter(|id| is_request_id(id));
    let wait = header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let told: Vec<String> = failure
        .detail()
        .map(str::to_owned)
        .into_iter()
        .chain(code.filter(|code| codes::may_be_shown(code)).map(str::to_owned))
        .chain(request.map(|id| format!("request {id}")))
        .collect();
    let failure = if failure.kind() == ErrorKind::Throttled { failure.after(wait) } else { failure };
    if told.is_empty() { failure } else { failure.because(told.join(", ")) }
}

fn is_request_id(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// What a status means when no code that is known came with it: something else than AWS may have answered.
fn by_status(status: u16) -> Failure {
    const PROXY: &str = "a proxy or a portal may have answered instead of AWS: see where the endpoint leads";
    let status_is = format!("status {status} without a known error code");
    match status {
        401 | 407 => Failure::new(ErrorKind::Unauthenticated).because(status_is).hinting(PROXY),
        403 => Failure::new(ErrorKind::AccessDenied).because(status_is).hinting(PROXY),
        408 => Failure::new(ErrorKind::Timeout).because(status_is),
        429 => Failure::new(ErrorKind::Throttled).because(status_is),
        500.. => Failure::new(ErrorKind::Unavailable).because(status_is),
        _ => Failure::new(ErrorKind::Malformed).because(status_is).hinting(PROXY),
    }
}

/// How far the server's clock is from ours, where that explains a refused signature.
fn skew(response: &HttpResponse) -> Option<Duration> {
    let date = DateTime::from_str(response.headers().get("date")?, DateTimeFormat::HttpDate).ok()?;
    let (there, here) = (SystemTime::try_from(date).ok()?, SystemTime::now());
    let off = there.duration_since(here).or_else(|_| here.duration_since(there)).ok()?;
    (off > SKEW).then_some(off)
}

/// Finds what is beneath an error that never became an answer.
fn cause(error: &(dyn Error + 'static)) -> Option<Failure> {
    let chain: Vec<_> = std::iter::successors(Some(error), |error| beneath(*error)).collect();
    // The deepest one that is known tells most.
    let read = |errors: &[&(dyn Error + 'static)]| errors.iter().rev().find_map(|error| read_cause(*error));
    let credentials = chain.iter().position(|error| error.is::<CredentialsError>());
    let Some(at) = credentials else { return read(&chain) };
    let (of, beneath) = (chain[at].downcast_ref::<CredentialsError>()?, &chain[at + 1..]);
    if beneath.iter().any(|error| error.is::<Unfit>()) {
        return Some(unfit_credentials());
    }
    // Whoever gives credentials could not be reached: that is an outage, and no refusal.
    if beneath.iter().any(|error| error.is::<ConnectorError>()) {
        return read(beneath).or_else(|| Some(Failure::new(ErrorKind::Unavailable)));
    }
    Some(without_credentials(of))
}

/// `io::Error` shows as its source what is beneath its content, and not the content itself.
fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match inner {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn read_cause(error: &(dyn Error + 'static)) -> Option<Failure> {
    if error.is::<InClear>() {
        return Some(
            Failure::new(ErrorKind::Unsupported)
                .because("the endpoint is not https, and http may lead to this machine alone")
                .hinting(ENDPOINT),
        );
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(refused_tls(error));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return Some(match error.is_parse() {
            true => Failure::new(ErrorKind::Malformed).because("the answer is not HTTP"),
            false => Failure::new(ErrorKind::Unavailable),
        });
    }
    let kind = error.downcast_ref::<io::Error>()?.kind();
    Some(match kind {
        io::ErrorKind::TimedOut => Failure::new(ErrorKind::Timeout),
        io::ErrorKind::ConnectionRefused => {
            Failure::new(ErrorKind::Unavailable).because("the connection is refused")
        }
        _ => Failure::new(ErrorKind::Unavailable),
    })
}

/// What it means that nobody has credentials.
pub(super) fn no_credentials() -> Failure {
    Failure::new(ErrorKind::Unauthenticated)
        .because("there are no credentials")
        .hinting("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or give the machine a role")
}

fn unfit_credentials() -> Failure {
    Failure::new(ErrorKind::Unauthenticated)
        .because("a key or a token is empty or holds what no request may")
        .hinting("look for a blank or a line break in the credentials, as files and variables have them")
}

fn without_credentials(error: &CredentialsError) -> Failure {
    let unauthenticated = Failure::new(ErrorKind::Unauthenticated);
    match error {
        CredentialsError::CredentialsNotLoaded(_) => no_credentials(),
        CredentialsError::ProviderTimedOut(_) => {
            Failure::new(ErrorKind::Timeout).because("the credentials did not come in time")
        }
        CredentialsError::InvalidConfiguration(_) => unauthenticated
            .because("the credentials are not set up rightly")
            .hinting("check the profile: ~/.aws/config and ~/.aws/credentials"),
        _ => unauthenticated
            .because("the credentials could not be had")
            .hinting("log in again, or see that the role may be taken"),
    }
}

fn refused_tls(error: &rustls::Error) -> Failure {
    match error {
        rustls::Error::InvalidCertificate(_) => Failure::new(ErrorKind::Unauthenticated)
            .because("the server's certificate is not trusted")
            .hinting("if it is the right server, trust its authority: set the roots of this source"),
        _ => Failure::new(ErrorKind::Unavailable).because("no TLS connection came about"),
    }
}
