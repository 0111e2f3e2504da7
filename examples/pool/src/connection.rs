//! One connection, and the credential that it logged in with.

use std::fmt;

use reticent::core::{Field, FieldError, ReferenceError};
use reticent::resolve::{LeaseUse, Refusal};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A connection that holds its lease.
pub struct Connection {
    client: Client,
    held: LeaseUse,
}

impl Connection {
    /// Logs in with the credential that is held.
    pub(crate) async fn open(
        held: LeaseUse,
        server: &Config,
        tls: MakeRustlsConnect,
    ) -> Result<Self, Refusal<LoginError>> {
        let server = logged_in(server, &held).map_err(Refusal::Failed)?;
        let (client, driver) = server.connect(tls).await.map_err(judged)?;
        // It ends when the client is dropped.
        tokio::spawn(driver);
        Ok(Self { client, held })
    }

    /// Tells whether it is open, and no newer credential has taken the place of its own.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.client.is_closed() && self.held.is_current()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("held", &self.held).finish_non_exhaustive()
    }
}

fn logged_in(server: &Config, held: &LeaseUse) -> Result<Config, LoginError> {
    let (user, password) = (Field::parse("username")?, Field::parse("password")?);
    let (user, password) = (held.secret().field(&user)?, held.secret().field(&password)?);
    let mut server = server.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "goes into the client, which keeps it until it is connected"
    )]
    server.user(user.expose_text().map_err(|_| LoginError::Unreadable)?).password(password.expose_bytes());
    Ok(server)
}

/// Says whether another credential might be accepted.
fn judged(error: tokio_postgres::Error) -> Refusal<LoginError> {
    let refused = [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
    let is_refused = error.code().is_some_and(|code| refused.contains(code));
    if is_refused {
        Refusal::Rejected(LoginError::Server(error))
    } else {
        Refusal::Failed(LoginError::Server(error))
    }
}

/// Why there is no connection.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoginError {
    /// The credential is no JSON object with `username` and `password` of text.
    Unreadable,
    /// What the server, or the way to it, says.
    Server(tokio_postgres::Error),
    /// The lease ended before it could be used.
    Gone,
    /// The pool was closed.
    Closed,
}

impl From<FieldError> for LoginError {
    fn from(_: FieldError) -> Self {
        Self::Unreadable
    }
}

impl From<ReferenceError> for LoginError {
    fn from(_: ReferenceError) -> Self {
        Self::Unreadable
    }
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the credential is no JSON object with a username and a password",
            Self::Server(_) => "the server lets nobody in",
            Self::Gone => "the lease ended before it could be used",
            Self::Closed => "the pool is closed",
        })
    }
}

impl std::error::Error for LoginError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Server(error) => Some(error),
            Self::Unreadable | Self::Gone | Self::Closed => None,
        }
    }
}
