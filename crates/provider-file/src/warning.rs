//! What is unwise about a secret file: said when asked, never printed.

use std::fmt;
use std::path::Path;

use rustix::fs::Mode;

use crate::error::Problem;
use crate::mountinfo::Mount;
use crate::read;
use crate::session::{Links, Session};

/// What is unwise about a secret file.
///
/// ```
/// use reticent_provider_file::Warning;
///
/// let warning = Warning::ReadableByOthers { mode: 0o644 };
/// assert_eq!(warning.to_string(), "its mode 0644 lets every user of the machine read it");
/// assert_eq!(warning.hint(), Some("chmod 600, or 640 to share it with one group"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Users other than owner and group may read it, and it is no mount where that is the platform's default.
    ReadableByOthers {
        /// The permission bits.
        mode: u32,
    },
    /// Its group or other users may change it.
    WritableByOthers {
        /// The permission bits.
        mode: u32,
    },
    /// It is mounted as one file (`subPath`, a bind mount): when its origin is replaced, the old content stays.
    NeverUpdated,
}

impl Warning {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ReadableByOthers { .. } => Some("chmod 600, or 640 to share it with one group"),
            Self::WritableByOthers { .. } => Some("chmod go-w"),
            Self::NeverUpdated => Some("mount the folder and not the file, if the secret is ever rotated"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadableByOthers { mode } => {
                write!(f, "its mode {mode:04o} lets every user of the machine read it")
            }
            Self::WritableByOthers { mode } => write!(f, "its mode {mode:04o} lets others change it"),
            Self::NeverUpdated => {
                f.write_str("it is mounted as a single file, so a new version never arrives")
            }
        }
    }
}

/// Looks at one file; `mountinfo` is the text of `/proc/self/mountinfo`, or empty where there is none.
pub(crate) fn inspect(base: &Path, path: &Path, mountinfo: &str) -> Result<Vec<Warning>, Problem> {
    let look = |session: &mut Session| -> Result<(u32, bool), Problem> {
        let stat = read::stat_regular(&session.find(base, path)?)?;
        Ok((Mode::from_raw_mode(stat.st_mode).bits() & 0o777, session.has_volume()))
    };
    let (mode, in_volume) = Session::steady(Links::Followed, look, Result::is_ok).and_then(|found| found)?;
    let real = std::fs::canonicalize(base.join(path)).ok();
    let mount = real.as_ref().and_then(|real| Mount::of(real, mountinfo));
    let is_given = in_volume || mount.as_ref().is_some_and(Mount::is_given);
    let is_single = real.is_some_and(|real| mount.is_some_and(|mount| mount.is_of_file(&real)));
    Ok(judge(mode, is_given, is_single))
}

fn judge(mode: u32, is_given: bool, is_single: bool) -> Vec<Warning> {
    let readable = (mode & 0o004 != 0 && !is_given).then_some(Warning::ReadableByOthers { mode });
    let writable = (mode & 0o022 != 0).then_some(Warning::WritableByOthers { mode });
    [readable, writable, is_single.then_some(Warning::NeverUpdated)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_is_judged_by_where_the_file_is() {
        let readable = |mode| Warning::ReadableByOthers { mode };
        let writable = |mode| Warning::WritableByOthers { mode };
        for (mode, on_disk, in_mount) in [
            (0o400, vec![], vec![]),
            (0o440, vec![], vec![]),
            (0o444, vec![readable(0o444)], vec![]),
            (0o600, vec![], vec![]),
            (0o640, vec![], vec![]),
            (0o644, vec![readable(0o644)], vec![]),
            (0o660, vec![writable(0o660)], vec![writable(0o660)]),
            (0o666, vec![readable(0o666), writable(0o666)], vec![writable(0o666)]),
        ] {
            assert_eq!(judge(mode, false, false), on_disk, "{mode:o} on disk");
            assert_eq!(judge(mode, true, false), in_mount, "{mode:o} in a mount");
        }
    }

    #[test]
    fn a_file_that_is_its_own_mount_point_is_warned_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().canonicalize().expect("a path").join("db");
        std::fs::write(&file, "x").expect("a file");
        let mountinfo = format!("46 22 0:41 /..2026/db {} ro - tmpfs tmpfs rw\n", file.display());
        assert_eq!(inspect(Path::new(""), &file, &mountinfo), Ok(vec![Warning::NeverUpdated]));
    }
}
