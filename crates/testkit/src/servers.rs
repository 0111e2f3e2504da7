//! The real servers that tests run against, as `cargo xtask test` starts them.
//!
//! Those of a run are shared by tests that go side by side, so each test makes its own mounts, users and names there.
//! A test that harms a server has one of its own, which ends with the test, whatever becomes of it: what holds it
//! notices that its input is closed. The cost is that such a test waits a second or two for it.

mod error;
mod facts;
mod own;

pub use error::ServersError;
pub use facts::{Ministack, Moto, OpenBao, Postgres, Valkey};

use std::fmt;
use std::path::Path;
use std::sync::Mutex;

use facts::Facts;
use own::Holder;
use reticent_core::Secret;

/// The variable that names the file which says how to reach the servers of a run.
const SHARED: &str = "RETICENT_SERVERS";
/// The variable that names the program which starts further ones.
const PROGRAM: &str = "RETICENT_XTASK";

/// Servers that answer.
///
/// ```
/// use reticent_testkit::servers::Servers;
///
/// match Servers::shared() {
///     Ok(servers) => assert!(servers.moto().endpoint.starts_with("http")),
///     Err(error) => assert!(error.to_string().ends_with("run the tests by `cargo xtask test`")),
/// }
/// ```
pub struct Servers {
    facts: Facts,
    holder: Option<Mutex<Holder>>,
}

impl Servers {
    /// Returns the servers of this test run; they are left as they are, but for what a test makes for itself.
    ///
    /// # Errors
    /// There are none, since the tests were not started by `cargo xtask test`.
    pub fn shared() -> Result<Self, ServersError> {
        let file = std::env::var_os(SHARED).ok_or_else(|| ServersError::not_there(SHARED))?;
        let cannot =
            |cause| ServersError::new(format!("cannot read {}: {cause}", Path::new(&file).display()));
        let text = Secret::from_vec(std::fs::read(&file).map_err(cannot)?);
        Ok(Self { facts: Facts::read(&text)?, holder: None })
    }

    /// Starts servers of one's own, and waits until they answer; dropped, they end.
    ///
    /// Blocks for a second or two, as [`restart`](Self::restart) does.
    ///
    /// # Errors
    /// The tests were not started by `cargo xtask test`; a name is unknown; a server does not come up, whose log the
    /// error ends with.
    pub fn own(names: &[&str]) -> Result<Self, ServersError> {
        let program = std::env::var_os(PROGRAM).ok_or_else(|| ServersError::not_there(PROGRAM))?;
        let (holder, text) = Holder::start(&program, names)?;
        Ok(Self { facts: Facts::read(&text)?, holder: Some(Mutex::new(holder)) })
    }

    /// Returns how to reach OpenBao.
    ///
    /// # Panics
    /// It is not among these servers.
    #[must_use]
    pub fn openbao(&self) -> &OpenBao {
        self.facts.openbao.as_ref().expect("openbao is among the servers that were asked for")
    }

    /// Returns how to reach PostgreSQL.
    ///
    /// # Panics
    /// It is not among these servers.
    #[must_use]
    pub fn postgres(&self) -> &Postgres {
        self.facts.postgres.as_ref().expect("postgres is among the servers that were asked for")
    }

    /// Returns how to reach moto.
    ///
    /// # Panics
    /// It is not among these servers.
    #[must_use]
    pub fn moto(&self) -> &Moto {
        self.facts.moto.as_ref().expect("moto is among the servers that were asked for")
    }

    /// Returns how to reach ministack.
    ///
    /// # Panics
    /// It is not among these servers.
    #[must_use]
    pub fn ministack(&self) -> &Ministack {
        self.facts.ministack.as_ref().expect("ministack is among the servers that were asked for")
    }

    /// Returns how to reach Valkey.
    ///
    /// # Panics
    /// It is not among these servers.
    #[must_use]
    pub fn valkey(&self) -> &Valkey {
        self.facts.valkey.as_ref().expect("valkey is among the servers that were asked for")
    }

    /// Stops a server where it is: it goes on taking connections, and answers nothing.
    ///
    /// # Errors
    /// The servers are shared; the name is none of theirs; the server has ended.
    pub fn pause(&self, name: &str) -> Result<(), ServersError> {
        self.order("pause", name)
    }

    /// Lets a paused server go on.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    pub fn resume(&self, name: &str) -> Result<(), ServersError> {
        self.order("resume", name)
    }

    /// Ends a server at once, as a machine that fails does; connections to its port are then refused.
    ///
    /// # Errors
    /// As [`pause`](Self::pause), but for a server that has ended.
    pub fn kill(&self, name: &str) -> Result<(), ServersError> {
        self.order("kill", name)
    }

    /// Ends a server if it runs, starts it on the same port and data, unseals it, and waits until it answers.
    ///
    /// Blocks meanwhile: an async test calls it where it may block.
    ///
    /// # Errors
    /// As [`kill`](Self::kill); it does not come up again.
    pub fn restart(&self, name: &str) -> Result<(), ServersError> {
        self.order("restart", name)
    }

    fn order(&self, verb: &str, name: &str) -> Result<(), ServersError> {
        let holder = self.holder.as_ref().ok_or_else(|| {
            ServersError::new(format!("cannot {verb} {name}, which other tests share; use `Servers::own`"))
        })?;
        holder.lock().expect("no order panics").obey(&format!("{verb} {name}"))
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Servers").field("are_own", &self.holder.is_some()).finish_non_exhaustive()
    }
}
