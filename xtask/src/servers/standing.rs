//! Servers that a person has started, and that go on until that person ends them.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Project};

/// Where the folder of the servers that are up is remembered, in the build folder.
const REMEMBERED: &str = "servers-that-are-up.txt";

/// Servers that are up; orders reach what holds them through a socket in their folder.
pub(crate) struct Standing {
    folder: PathBuf,
    remembered: PathBuf,
}

impl Standing {
    /// Returns those that are up.
    pub(crate) fn find(project: &Project) -> Option<Self> {
        let remembered = project.target().join(REMEMBERED);
        let folder = PathBuf::from(std::fs::read_to_string(&remembered).ok()?);
        let standing = Self { folder, remembered };
        // Whoever was killed left the file behind.
        standing.order("status").is_ok().then_some(standing)
    }

    /// Remembers where they are.
    pub(crate) fn remember(project: &Project, folder: &Path) -> Result<(), Error> {
        let file = project.target().join(REMEMBERED);
        std::fs::write(&file, folder.as_os_str().as_encoded_bytes())
            .map_err(|cause| Error::new(format!("cannot write {}", file.display())).because(cause))
    }

    /// Returns the file that says how to reach them.
    pub(crate) fn file(&self) -> PathBuf {
        file_in(&self.folder)
    }

    /// Asks each how it is.
    pub(crate) fn states(&self) -> Result<BTreeMap<String, String>, Error> {
        let said = self.order("status").map_err(|cause| self.unreachable(cause))?;
        serde_json::from_str(&said)
            .map_err(|cause| Error::new("cannot read what the servers' holder says").because(cause))
    }

    /// Ends them all, and returns when they have ended.
    pub(crate) fn end(self) -> Result<(), Error> {
        self.order("end").map_err(|cause| self.unreachable(cause))?;
        // That it is gone already is as good.
        drop(std::fs::remove_file(&self.remembered));
        Ok(())
    }

    /// Sends one order, and returns all that comes until the connection is closed.
    #[cfg(unix)]
    fn order(&self, order: &str) -> std::io::Result<String> {
        let mut connection = std::os::unix::net::UnixStream::connect(self.folder.join("orders"))?;
        connection.write_all(format!("{order}\n").as_bytes())?;
        let mut said = String::new();
        connection.read_to_string(&mut said)?;
        Ok(said)
    }

    #[cfg(not(unix))]
    fn order(&self, _: &str) -> std::io::Result<String> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn unreachable(&self, cause: std::io::Error) -> Error {
        Error::new(format!("cannot reach what holds the servers in {}", self.folder.display())).because(cause)
    }
}

/// The file in the folder of a run that says how to reach its servers.
pub(crate) fn file_in(folder: &Path) -> PathBuf {
    folder.join("servers.json")
}
