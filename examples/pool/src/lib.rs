//! A pool of PostgreSQL connections whose credentials are lent, renewed and replaced under it: copy this one.
//!
//! Four things make it work, and each is one line of [`Pool`]:
//! - a *handle* of the whole credential, so that user name and password are of one lease;
//! - [`with_fresh`](reticent::resolve::Resolver::with_fresh) around the login, so that a refused one is repeated with
//!   a newer credential;
//! - a *hold* in each connection, from before it logs in until it is closed, so that its lease is not revoked under it;
//! - connections of an older lease are closed when they come back, or at once where nobody uses them.
//!
//! The last one to be closed lets the old lease be revoked.

mod connection;
mod tls;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reticent::core::SourceError;
use reticent::resolve::{Refusal, Resolver, SecretHandle, UseError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use connection::{Connection, LoginError};
pub use tls::trusting;

/// Connections to one server, with whatever credential is current.
///
/// ```no_run
/// # async fn example(resolver: reticent::resolve::Resolver) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let mut server = tokio_postgres::Config::new();
/// server.host("db.example").dbname("app");
/// let tls = pool::trusting(&std::fs::read("ca.pem")?)?;
///
/// tokio::spawn(resolver.keep_fresh());
/// let pool = pool::Pool::new(&resolver, "vault://database/creds/app", server, tls, 16).await?;
/// tokio::spawn(pool.follow());
/// let rows = pool.take().await?.client().query("SELECT 1", &[]).await?;
/// # drop(rows);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    resolver: Resolver,
    credential: String,
    handle: SecretHandle,
    server: Config,
    tls: Tls,
    idle: Mutex<Vec<Connection>>,
    slots: Arc<Semaphore>,
    size: u32,
}

#[derive(Clone)]
struct Tls(MakeRustlsConnect);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Pool {
    /// Makes a pool of at most `size` connections; `credential` names a JSON object with `username` and `password`.
    ///
    /// # Errors
    /// The credential cannot be read.
    pub async fn new(
        resolver: &Resolver,
        credential: &str,
        server: Config,
        tls: MakeRustlsConnect,
        size: u32,
    ) -> Result<Self, SourceError> {
        Ok(Self(Arc::new(Shared {
            resolver: resolver.clone(),
            credential: credential.to_owned(),
            handle: resolver.watch(credential).await?,
            server,
            tls: Tls(tls),
            idle: Mutex::default(),
            slots: Arc::new(Semaphore::new(size as usize)),
            size,
        })))
    }

    /// Takes a connection, which comes back when it is dropped; waits while all are taken.
    ///
    /// # Errors
    /// No credential can be read, none is accepted, the server is not reached, or the pool was closed.
    pub async fn take(&self) -> Result<Taken, UseError<LoginError>> {
        let slot = Arc::clone(&self.0.slots).acquire_owned().await;
        let slot = slot.map_err(|_| UseError::Failed(LoginError::Closed))?;
        let idle = self.0.idle().pop();
        let connection = match idle.filter(Connection::is_good) {
            Some(connection) => connection,
            None => self.0.open().await?,
        };
        Ok(Taken { connection: Some(connection), pool: Arc::clone(&self.0), _slot: slot })
    }

    /// Closes idle connections as soon as their credential is replaced; the program spawns it.
    pub fn follow(&self) -> impl Future<Output = ()> + Send + use<> {
        let pool = Arc::downgrade(&self.0);
        let mut handle = self.0.handle.clone();
        async move {
            while handle.changed().await.is_ok() {
                let Some(pool) = pool.upgrade() else { return };
                pool.idle().retain(Connection::is_good);
            }
        }
    }

    /// Waits until every connection is back, and closes them: then the resolver may be shut down.
    pub async fn close(&self) {
        if self.0.slots.acquire_many(self.0.size).await.is_ok() {
            self.0.slots.close();
        }
        self.0.idle().clear();
    }
}

impl Shared {
    async fn open(&self) -> Result<Connection, UseError<LoginError>> {
        let log_in = |credential| {
            // Held before the login, since its lease may be replaced meanwhile; if it has gone, there is a newer one.
            let held = self.handle.hold_of(&credential);
            async move {
                let held = held.ok_or(Refusal::Rejected(LoginError::Gone))?;
                Connection::open(held, &self.server, self.tls.0.clone()).await
            }
        };
        self.resolver.with_fresh(&self.credential, log_in).await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that comes back to its pool.
#[derive(Debug)]
pub struct Taken {
    /// There until it is dropped.
    connection: Option<Connection>,
    pool: Arc<Shared>,
    _slot: OwnedSemaphorePermit,
}

impl Taken {
    /// Returns what queries are made with.
    ///
    /// # Panics
    /// Never: the connection is there until this is dropped.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.connection.as_ref().expect("it is there until it is dropped").client()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.pool.idle().extend(self.connection.take().filter(Connection::is_good));
    }
}
