//! What AWS's error codes mean here.
//!
//! One table for every service and for the agent, since they share their codes. The code decides, never the status:
//! the same code comes with 400 from one server and with 404 from another. Two sentences are looked at besides,
//! where one code stands for two situations.

use reticent_core::ErrorKind;

use crate::error::Failure;

/// A code, its kind, and what to do about it.
type Row = (&'static str, ErrorKind, Option<&'static str>);

const RENEW: &str = "the session has ended: log in again, or renew the credentials";
const WHO: &str =
    "the access key is not known or its secret is wrong: check the credentials and the endpoint";
const SIGNATURE: &str = "the secret access key is wrong, or something between changes the request";
const KEY: &str = "allow kms:Decrypt on the key that encrypts it, and see that the key is enabled";
const DISABLED: &str = "the key is disabled: enable it, or name another";
const PENDING: &str = "the key is pending deletion: cancel that while there is time";

const ROWS: &[Row] = &[
    ("ResourceNotFoundException", ErrorKind::NotFound, None),
    ("ParameterNotFound", ErrorKind::NotFound, None),
    ("ParameterVersionNotFound", ErrorKind::NotFound, None),
    ("NotFoundException", ErrorKind::NotFound, None),
    ("AccessDenied", ErrorKind::AccessDenied, None),
    ("AccessDeniedException", ErrorKind::AccessDenied, None),
    ("NotAuthorized", ErrorKind::AccessDenied, None),
    ("OptInRequired", ErrorKind::AccessDenied, Some("the account has to opt in to this region or service")),
    ("UnauthorizedOperation", ErrorKind::AccessDenied, None),
    ("DecryptionFailure", ErrorKind::AccessDenied, Some(KEY)),
    (
        "EncryptionFailure",
        ErrorKind::AccessDenied,
        Some("allow kms:GenerateDataKey on the key that encrypts it, and see that the key is enabled"),
    ),
    ("InvalidKeyId", ErrorKind::AccessDenied, Some(KEY)),
    ("ExpiredToken", ErrorKind::Unauthenticated, Some(RENEW)),
    ("ExpiredTokenException", ErrorKind::Unauthenticated, Some(RENEW)),
    ("AuthFailure", ErrorKind::Unauthenticated, Some(WHO)),
    ("IncompleteSignature", ErrorKind::Unauthenticated, Some(SIGNATURE)),
    ("IncompleteSignatureException", ErrorKind::Unauthenticated, Some(SIGNATURE)),
    ("InvalidAccessKeyId", ErrorKind::Unauthenticated, Some(WHO)),
    ("InvalidClientTokenId", ErrorKind::Unauthenticated, Some(WHO)),
    ("InvalidSignatureException", ErrorKind::Unauthenticated, Some(SIGNATURE)),
    ("MissingAuthenticationToken", ErrorKind::Unauthenticated, Some(WHO)),
    ("MissingAuthenticationTokenException", ErrorKind::Unauthenticated, Some(WHO)),
    ("RequestExpired", ErrorKind::Unauthenticated, Some(SIGNATURE)),
    ("RequestTimeTooSkewed", ErrorKind::Unauthenticated, Some(SIGNATURE)),
    ("SignatureDoesNotMatch", ErrorKind::Unauthenticated, Some(SIGNATURE)),
    ("UnrecognizedClientException", ErrorKind::Unauthenticated, Some(WHO)),
    ("ProvisionedThroughputExceededException", ErrorKind::Throttled, None),
    ("RequestLimitExceeded", ErrorKind::Throttled, None),
    ("RequestThrottled", ErrorKind::Throttled, None),
    ("RequestThrottledException", ErrorKind::Throttled, None),
    ("SlowDown", ErrorKind::Throttled, None),
    ("Throttling", ErrorKind::Throttled, None),
    ("ThrottledException", ErrorKind::Throttled, None),
    ("ThrottlingException", ErrorKind::Throttled, None),
    ("TooManyRequestsException", ErrorKind::Throttled, None),
    ("TooManyUpdates", ErrorKind::Throttled, None),
    ("DependencyTimeoutException", ErrorKind::Unavailable, None),
    ("InternalError", ErrorKind::Unavailable, None),
    ("InternalFailure", ErrorKind::Unavailable, None),
    ("InternalServerError", ErrorKind::Unavailable, None),
    ("InternalServiceError", ErrorKind::Unavailable, None),
    ("KMSInternalException", ErrorKind::Unavailable, None),
    ("KeyUnavailableException", ErrorKind::Unavailable, None),
    ("ServiceUnavailable", ErrorKind::Unavailable, None),
    ("ServiceUnavailableException", ErrorKind::Unavailable, None),
    ("InvalidParameterException", ErrorKind::InvalidReference, None),
    ("ValidationException", ErrorKind::InvalidReference, None),
    ("InvalidRequestException", ErrorKind::Conflict, None),
    ("ParameterAlreadyExists", ErrorKind::Conflict, None),
    ("ParameterMaxVersionLimitExceeded", ErrorKind::Conflict, None),
    ("PreconditionNotMetException", ErrorKind::Conflict, None),
    ("ResourceExistsException", ErrorKind::Conflict, None),
    ("InvalidNextTokenException", ErrorKind::Malformed, None),
    ("InvalidCiphertextException", ErrorKind::Malformed, None),
    ("IncorrectKeyException", ErrorKind::Malformed, None),
    ("DisabledException", ErrorKind::AccessDenied, Some(DISABLED)),
    ("KMSInvalidStateException", ErrorKind::AccessDenied, Some(PENDING)),
    ("InvalidKeyUsageException", ErrorKind::Unsupported, Some("name a symmetric key for encryption")),
    ("LimitExceededException", ErrorKind::Unsupported, None),
    (
        "DryRunOperationException",
        ErrorKind::Unsupported,
        Some("the request was a rehearsal, and would have been carried out"),
    ),
    ("ParameterLimitExceeded", ErrorKind::Unsupported, None),
];

/// The codes of a session that has ended; with newer credentials the same call may succeed.
#[cfg(feature = "sdk")]
pub(crate) fn is_expired(code: &str) -> bool {
    matches!(code, "ExpiredToken" | "ExpiredTokenException")
}

/// What servers write about a secret that waits for its deletion (Secrets Manager; moto 5.2).
const DELETED: [&str; 3] = ["marked for deletion", "scheduled for deletion", "marked deleted"];

/// What Secrets Manager writes when it is the key that denies.
const KEY_DENIES: &str = "Access to KMS is not allowed";

/// What each service writes when a policy denies.
const NOT_AUTHORISED: &str = "not authorized";

/// Reads a code and, where one code stands for two situations, the message; `None` for a code that is not known.
pub(crate) fn failure(code: &str, message: &str, action: &'static str) -> Option<Failure> {
    let (_, kind, hint) = ROWS.iter().find(|(known, _, _)| *known == code)?;
    let failure = Failure::new(*kind);
    if code == "InvalidRequestException" && DELETED.iter().any(|words| message.contains(words)) {
        return Some(
            Failure::new(ErrorKind::NotFound)
                .because("it is marked for deletion")
                .hinting("restore it while its recovery window lasts"),
        );
    }
    // KMS denies a ciphertext whose key it does not find under the same code as a right that is missing.
    if code == "AccessDeniedException" && action == "kms:Decrypt" && !message.contains(NOT_AUTHORISED) {
        return Some(Failure::new(ErrorKind::Malformed));
    }
    Some(match hint {
        Some(hint) => failure.hinting(*hint),
        None if *kind == ErrorKind::AccessDenied && message.contains(KEY_DENIES) => failure.hinting(KEY),
        None if *kind == ErrorKind::AccessDenied => failure.hinting(format!("allow {action} on it")),
        None => failure,
    })
}

/// Tells whether a code may be shown: one that is known, or has the form of AWS's. Anything else may be a value that a
/// server put there.
#[cfg(feature = "sdk")]
pub(crate) fn may_be_shown(code: &str) -> bool {
    code.ends_with("Exception") || ROWS.iter().any(|(known, _, _)| *known == code)
}

/// The code as it is compared: without a namespace before `#` and an address behind `:`, and nothing that
/// does not look like a code, since what answers may not be AWS.
pub(crate) fn clean(code: &str) -> Option<&str> {
    let name = code.rsplit('#').next().unwrap_or(code);
    let name = name.split(':').next().unwrap_or(name);
    let fits = !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_stands_twice() {
        for (code, _, _) in ROWS {
            assert_eq!(ROWS.iter().filter(|(other, _, _)| other == code).count(), 1, "{code}");
        }
    }

    #[test]
    fn a_code_is_read_as_each_protocol_spells_it() {
        assert_eq!(clean("AccessDeniedException"), Some("AccessDeniedException"));
        assert_eq!(clean("com.amazonaws.secretsmanager#DecryptionFailure"), Some("DecryptionFailure"));
        assert_eq!(clean("ThrottlingException:http://internal.amazon.com/x"), Some("ThrottlingException"));
        for other in ["", "two words", "<html>", "p4ss-word", &"x".repeat(65)] {
            assert_eq!(clean(other), None, "{other}");
        }
    }

    #[test]
    fn one_code_for_two_situations_is_told_apart_by_its_message() {
        let kind = |message| failure("InvalidRequestException", message, "x").map(|failure| failure.kind());
        let deleted = "You can't perform this operation on the secret because it was marked for deletion.";
        assert_eq!(kind(deleted), Some(ErrorKind::NotFound));
        assert_eq!(kind("anything else"), Some(ErrorKind::Conflict));
    }
}
