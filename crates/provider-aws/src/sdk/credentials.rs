//! Credentials on their way to the SDK.
//!
//! A key or a token with a line break, as it comes out of a file or a variable, makes the SDK panic or fail in a way
//! that looks like an outage. So each is looked at whenever it is loaded.

use std::fmt;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use reticent_core::Secret;

use super::options::Keys;

/// Fixed credentials in the SDK's own type.
pub(super) fn fixed(keys: &Keys) -> Credentials {
    let text = |secret: &Secret| {
        #[expect(clippy::disallowed_methods, reason = "to the SDK's own type, which wipes it and hides it")]
        let bytes = secret.expose_bytes();
        // What is not UTF-8 is no key of AWS's; it is then refused with the rest that no header may hold.
        String::from_utf8_lossy(bytes).into_owned()
    };
    let token = keys.session_token.as_ref().map(text);
    Credentials::new(&*keys.access_key_id, text(&keys.secret_access_key), token, None, "reticent")
}

/// A provider whose credentials are fit to be sent.
#[derive(Debug)]
pub(super) struct Checked(pub(super) SharedCredentialsProvider);

/// What is wrong with credentials that were loaded.
#[derive(Debug)]
pub(super) struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key or a token is empty or holds a blank, a line break or what is not ASCII")
    }
}

impl std::error::Error for Unfit {}

impl ProvideCredentials for Checked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { check(self.0.provide_credentials().await?) })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}

fn check(credentials: Credentials) -> provider::Result {
    let is_fit = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    // The secret key only signs: whatever stands at its ends by mistake makes every signature wrong.
    let secret = credentials.secret_access_key();
    let is_clean = !secret.is_empty() && secret.trim() == secret && !secret.contains(char::is_control);
    let are_fit =
        is_clean && is_fit(credentials.access_key_id()) && credentials.session_token().is_none_or(is_fit);
    if are_fit { Ok(credentials) } else { Err(CredentialsError::invalid_configuration(Unfit)) }
}
