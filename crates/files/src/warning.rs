//! What is unwise about a file, in the same words wherever it is found.

use std::fmt;

/// Who may read a file.
///
/// ```
/// use reticent_files::{Readers, Warning};
///
/// assert_eq!(Warning::of_mode(0o640, Readers::Group), []);
/// assert_eq!(Warning::of_mode(0o640, Readers::Owner), [Warning::ReadableByGroup { mode: 0o640 }]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "complete: the system knows no other classes")]
pub enum Readers {
    /// Its owner alone: 0600.
    Owner,
    /// Its owner and one group, as a file is shared with one service: 0640.
    Group,
    /// Every user of the machine: 0644.
    Anyone,
}

impl Readers {
    /// The bits that a new file gets, but for those that the process masks out.
    pub(crate) fn mode_of_a_new_file(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Group => 0o640,
            Self::Anyone => 0o644,
        }
    }
}

/// What is unwise about a secret file: something that a program may want to tell its operator.
///
/// ```
/// use reticent_files::Warning;
///
/// let warning = Warning::ReadableByOthers { mode: 0o644 };
/// assert_eq!(warning.to_string(), "its mode 0644 lets every user of the machine read it");
/// assert_eq!(warning.hint(), Some("chmod 600, or 640 to share it with one group"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// Its group may read it, where that is not how the file is shared.
    ReadableByGroup {
        /// The permission bits.
        mode: u32,
    },
    /// Users other than owner and group may read it, where that is not the platform's default.
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
    /// Judges permission bits of a file that `readers` may read.
    ///
    /// That anybody but the owner may change it is warned of in any case.
    #[must_use]
    pub fn of_mode(mode: u32, readers: Readers) -> Vec<Self> {
        let mode = mode & 0o777;
        let readable = match readers {
            Readers::Owner | Readers::Group if mode & 0o004 != 0 => Some(Self::ReadableByOthers { mode }),
            Readers::Owner if mode & 0o040 != 0 => Some(Self::ReadableByGroup { mode }),
            _ => None,
        };
        let writable = (mode & 0o022 != 0).then_some(Self::WritableByOthers { mode });
        readable.into_iter().chain(writable).collect()
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ReadableByGroup { .. } => Some("chmod 600, unless that group is meant to read it"),
            Self::ReadableByOthers { .. } => Some("chmod 600, or 640 to share it with one group"),
            Self::WritableByOthers { .. } => Some("chmod go-w"),
            Self::NeverUpdated => Some("mount the folder and not the file, if the secret is ever rotated"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadableByGroup { mode } => write!(f, "its mode {mode:04o} lets its group read it"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_is_judged_by_who_may_read() {
        let group = |mode| Warning::ReadableByGroup { mode };
        let others = |mode| Warning::ReadableByOthers { mode };
        let writable = |mode| Warning::WritableByOthers { mode };
        for (mode, for_owner, for_group, for_anyone) in [
            (0o400, vec![], vec![], vec![]),
            (0o440, vec![group(0o440)], vec![], vec![]),
            (0o444, vec![others(0o444)], vec![others(0o444)], vec![]),
            (0o600, vec![], vec![], vec![]),
            (0o640, vec![group(0o640)], vec![], vec![]),
            (0o604, vec![others(0o604)], vec![others(0o604)], vec![]),
            (0o644, vec![others(0o644)], vec![others(0o644)], vec![]),
            (0o620, vec![writable(0o620)], vec![writable(0o620)], vec![writable(0o620)]),
            (0o660, vec![group(0o660), writable(0o660)], vec![writable(0o660)], vec![writable(0o660)]),
            (
                0o666,
                vec![others(0o666), writable(0o666)],
                vec![others(0o666), writable(0o666)],
                vec![writable(0o666)],
            ),
        ] {
            assert_eq!(Warning::of_mode(mode, Readers::Owner), for_owner, "{mode:o}");
            assert_eq!(Warning::of_mode(0o100_000 | mode, Readers::Group), for_group, "{mode:o}");
            assert_eq!(Warning::of_mode(mode, Readers::Anyone), for_anyone, "{mode:o}");
        }
    }
}
