//! What the server's refusals mean.
//!
//! The decision: the status decides, and where Vault has but one status for many things (400, 404, 500) the text of
//! its message does. All such texts stand in one table, as OpenBao 2.7.2 writes them; none of them is passed on.

use reticent_core::ErrorKind::{
    self, AccessDenied, Conflict, Expired, InvalidReference, Malformed, NotFound, Throttled, Unauthenticated,
    Unavailable, Unsupported,
};

use super::Problem;
use crate::reply::Reply;

/// One message of the server.
struct Row {
    status: u16,
    /// A part of the message.
    says: &'static str,
    kind: ErrorKind,
    detail: &'static str,
    hint: &'static str,
}

const fn row(
    status: u16,
    says: &'static str,
    kind: ErrorKind,
    detail: &'static str,
    hint: &'static str,
) -> Row {
    Row { status, says, kind, detail, hint }
}

/// The texts, the first that fits counts.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(400, "check-and-set parameter did not match", Conflict, "somebody else has written in between", "read it again, and decide anew"),
    row(400, "check-and-set parameter required", Conflict, "the server asks for the version that is replaced", "say what you expect to replace"),
    row(400, "error parsing check-and-set", InvalidReference, "the expected version is no number", ""),
    row(400, "invalid role or secret ID", Unauthenticated, "the role id or the secret id is refused", "a secret id may be used up or have ended; make a new one"),
    row(400, "invalid role ID", Unauthenticated, "the role id or the secret id is refused", "a secret id may be used up or have ended; make a new one"),
    row(400, "invalid secret id", Unauthenticated, "the role id or the secret id is refused", "a secret id may be used up or have ended; make a new one"),
    row(400, "invalid username or password", Unauthenticated, "the user name or the password is refused", "after five failures the server refuses the right one too, for a while"),
    row(400, "error validating token", Unauthenticated, "the JWT is refused", "see its audience, its subject, its end and who signed it"),
    row(400, "error validating claims", Unauthenticated, "the JWT is refused", "see its audience, its subject, its end and who signed it"),
    row(400, "no client certificate found", Unauthenticated, "the server saw no client certificate", "name one in the settings (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY)"),
    row(400, "client certificate must be supplied", Unauthenticated, "the server saw no client certificate", "name one in the settings (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY)"),
    row(400, "invalid certificate or no client certificate", Unauthenticated, "the client certificate is refused", "see which certificates the server's role takes"),
    row(400, "failed to match all constraints", Unauthenticated, "the client certificate is refused", "see which certificates the server's role takes"),
    row(400, "could not be found", InvalidReference, "there is no such role to log in with", "see the role's name and the login's mount"),
    row(400, "invalid role name", InvalidReference, "there is no such role to log in with", "see the role's name and the login's mount"),
    row(400, "wrapping token is not valid or does not exist", Unauthenticated, "the wrapped secret id was unwrapped before, or has ended", "if you did not do that, somebody else has read it: revoke it and make a new one"),
    row(400, "batch tokens cannot be renewed", Unauthenticated, "a batch token cannot be renewed", ""),
    row(400, "lease not found", Expired, "the lease has ended or was revoked", "read it again, for a new one"),
    row(400, "lease expired", Expired, "the lease has ended or was revoked", "read it again, for a new one"),
    row(400, "lease is not renewable", Expired, "the lease cannot be renewed", ""),
    row(400, "unknown role", NotFound, "there is no such role", "see the name behind creds/"),
    row(400, "unknown static role", NotFound, "there is no such role", "see the name behind static-creds/"),
    row(400, "high complexity", Unsupported, "the value has more parts than the server takes", "split it into several secrets"),
    row(400, "encryption key not found", NotFound, "there is no such Transit key", "make it first: a wrap makes none"),
    row(400, "disallowed by policy (too old)", AccessDenied, "the key's version is closed for decryption", "see min_decryption_version of the key"),
    row(400, "message authentication failed", Malformed, "not authentic", ""),
    row(400, "invalid ciphertext", Malformed, "not authentic", ""),
    row(400, "This backend will be unavailable for a brief period", Unavailable, "the store becomes one with versions", "it takes a moment"),
    row(400, "preflight capability check", AccessDenied, "we may not ask what is mounted there", ""),
    row(403, "preflight capability check", AccessDenied, "no policy of ours reaches under that mount", "grant read on it, or see the mount's name"),
    row(404, "no handler for route", NotFound, "nothing is mounted there", "see the first part of the path, which is the mount"),
    row(404, "namespace not found", InvalidReference, "there is no such namespace", "see the namespace in the settings"),
    row(404, "Invalid path for a versioned", InvalidReference, "the store is of version 2, and was set to be of version 1", "see which version of the engine is set for the mount"),
    row(500, "value being too large", Unsupported, "the value is larger than the server stores", "its limit is 1 MiB unless it was raised"),
    row(500, "active cluster node not found", Unavailable, "this server is a standby, and none is active", "it ends when one is elected"),
];

/// What the statuses mean by themselves.
fn of_status(status: u16) -> Problem {
    let (kind, detail, hint) = match status {
        300..400 => (
            Unavailable,
            "the server sends us elsewhere, and we do not follow",
            "write the address of the active server, or of what stands before all of them",
        ),
        400 => (InvalidReference, "the server cannot make sense of the request", ""),
        401 => (Unauthenticated, "the server does not know us", ""),
        403 => (
            AccessDenied,
            "permission denied",
            "grant it in a policy of the token; what is absent is denied too",
        ),
        404 => (NotFound, "", ""),
        405 => (Unsupported, "the path does not take this operation", ""),
        412 => (Unavailable, "the server has not caught up yet", ""),
        413 => (
            Unsupported,
            "the value is larger than the server takes",
            "its limit is 32 MiB unless it was changed",
        ),
        429 => (Throttled, "", ""),
        472 | 473 => (
            Unavailable,
            "the server is a standby that serves no reads",
            "write the address of the active server",
        ),
        501 => (Unavailable, "the server is not initialised", "run its init and unseal it"),
        503 => (Unavailable, "the server is sealed or not ready", "unseal it"),
        502 | 504 => (Unavailable, "something between here and the server failed", ""),
        500..600 => (Unavailable, "the server failed inside", "its log says why"),
        _ => (Malformed, "the status is none that Vault has", ""),
    };
    described(kind, detail, hint)
}

fn described(kind: ErrorKind, detail: &'static str, hint: &'static str) -> Problem {
    let mut problem = Problem::new(kind);
    if !detail.is_empty() {
        problem = problem.with_detail(detail);
    }
    if !hint.is_empty() {
        problem = problem.with_hint(hint);
    }
    problem
}

/// Says what a refusal means; a reply below 300 is none.
pub(crate) fn judge(reply: &Reply) -> Option<Problem> {
    if reply.status < 300 {
        return None;
    }
    let problem = said(reply.status, |text| reply.says(text)).unwrap_or_else(|| of_status(reply.status));
    Some(problem.with_retry_after(reply.retry_after))
}

/// Says what is wrong with one item of a batch.
#[cfg(feature = "transit")]
pub(crate) fn judge_item(error: &reticent_core::Secret) -> Problem {
    #[expect(clippy::disallowed_methods, reason = "compared with fixed texts, and kept nowhere")]
    let text = error.expose_text().unwrap_or_default();
    said(400, |says| text.contains(says)).unwrap_or_else(|| of_status(400))
}

fn said(status: u16, says: impl Fn(&str) -> bool) -> Option<Problem> {
    let row = ROWS.iter().find(|row| row.status == status && says(row.says))?;
    Some(described(row.kind, row.detail, row.hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_s_own_words_are_not_passed_on() {
        let body = br#"{"errors":["failed to connect to `host=db user=admin`: hunter2"]}"#;
        let problem = judge(&Reply::of(500, body)).expect("a refusal");
        assert_eq!(problem, described(Unavailable, "the server failed inside", "its log says why"));
    }

    #[test]
    fn a_text_counts_under_its_status_alone() {
        let body = br#"{"errors":["lease not found"]}"#;
        assert_eq!(judge(&Reply::of(400, body)).map(|problem| problem.kind), Some(Expired));
        assert_eq!(judge(&Reply::of(404, body)).map(|problem| problem.kind), Some(NotFound));
        assert_eq!(judge(&Reply::of(200, body)), None);
    }
}
