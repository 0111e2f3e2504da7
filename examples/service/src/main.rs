//! A service that goes on working while its password is rotated: start from this one.
//!
//! It builds the resolver from `reticent.toml`, spawns the upkeep, and uses the password in the two ways there are:
//! - a *handle* holds the last good value and tells of changes, for what keeps a connection open;
//! - `with_fresh` runs one use, and runs it again with a newer value when the backend says that this one is refused.
//!
//! Here the "database" is a function, and the rotation is a file that is replaced, so that it runs anywhere.

#![expect(clippy::print_stdout, reason = "an example talks")]

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use reticent::core::Secret;
use reticent::resolve::Refusal;
use reticent::setup::{Config, Setup};

/// A database that knows one password at a time, by its length alone: no real one is so easily pleased.
static PASSWORD_LENGTH: AtomicU32 = AtomicU32::new(3);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), "one")?;
    std::fs::write(
        folder.path().join("reticent.toml"),
        "[secrets]\nDB_PASSWORD = \"file://db_password\"\n[sources]\npoll = \"20ms\"\n",
    )?;

    let setup = Setup::of(Config::discover(folder.path())?, None)?;
    // The resolver spawns nothing; the program decides where its upkeep runs.
    tokio::spawn(setup.resolver().keep_fresh());

    let mut handle = setup.resolver().watch("DB_PASSWORD").await?;
    println!("{}", connect(&setup).await?);

    // Somebody rotates the password: first in the database, then in the file.
    PASSWORD_LENGTH.store(5, Ordering::SeqCst);
    write(folder.path(), "three")?;
    let new = handle.changed().await?;
    println!("the handle has a value of {} characters, and the one before is kept for a while", new.len());
    assert!(handle.previous().is_some(), "what was encrypted with the old one can still be read");
    println!("{}", connect(&setup).await?);
    Ok(())
}

/// Connects with the present password; when the database refuses it, with a newer one.
async fn connect(setup: &Setup) -> Result<String, Box<dyn Error>> {
    let connected = setup.resolver().with_fresh("DB_PASSWORD", login).await;
    Ok(connected?)
}

async fn login(password: Secret) -> Result<String, Refusal<std::io::Error>> {
    if u32::try_from(password.len()).ok() == Some(PASSWORD_LENGTH.load(Ordering::SeqCst)) {
        Ok("connected".to_owned())
    } else {
        Err(Refusal::Rejected(std::io::Error::other("login denied")))
    }
}

/// Replaces the file as a secret manager does: whole, by a rename.
fn write(folder: &Path, password: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let next = folder.join("next");
    std::fs::write(&next, password)?;
    std::fs::set_permissions(&next, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(next, folder.join("db_password"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().expect("the example works");
    }
}
