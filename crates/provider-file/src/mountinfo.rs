//! What `/proc/self/mountinfo` says about one path (proc_pid_mountinfo(5)).

use std::path::{Path, PathBuf};

/// The mount on which a path lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    point: PathBuf,
    is_read_only: bool,
}

impl Mount {
    /// Finds the mount of `path`, which is absolute and leads through no link.
    pub(crate) fn of(path: &Path, mountinfo: &str) -> Option<Self> {
        let holding =
            mountinfo.lines().filter_map(Self::parse).filter(|mount| path.starts_with(&mount.point));
        // Of two on the same point the later one lies on top.
        holding.max_by_key(|mount| mount.point.components().count())
    }

    /// Tells whether `path` itself was mounted, as a Kubernetes `subPath` or a bind mount of one file is.
    pub(crate) fn is_of_file(&self, path: &Path) -> bool {
        self.point == path
    }

    /// Tells whether it holds what the platform has put there, and nothing that this machine wrote.
    pub(crate) fn is_given(&self) -> bool {
        self.is_read_only && self.point != Path::new("/")
    }

    fn parse(line: &str) -> Option<Self> {
        // id, parent, device, root, point, options.
        let mut parts = line.split(' ').skip(4);
        let point = PathBuf::from(unescape(parts.next()?));
        let is_read_only = parts.next()?.split(',').any(|option| option == "ro");
        Some(Self { point, is_read_only })
    }
}

/// Undoes `\040` and its like, by which blanks are written.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u32::from_str_radix(digits, 8).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                plain.push_str(&part[3..]);
            }
            None => {
                plain.push('\\');
                plain.push_str(part);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTINFO: &str = "\
22 1 254:0 / / ro,relatime - ext4 /dev/root rw
31 22 0:27 / /run rw,nosuid shared:5 - tmpfs tmpfs rw
45 31 0:40 / /run/secrets ro,relatime - tmpfs tmpfs rw
46 22 0:41 /..2026/db /etc/app/my\\040db ro - tmpfs tmpfs rw
47 22 0:42 / /etc/app rw - tmpfs tmpfs rw
48 47 0:43 / /etc/app ro - tmpfs tmpfs rw
";

    #[test]
    fn the_deepest_and_latest_mount_holds_the_path() {
        for (path, point, is_given, is_file) in [
            ("/etc/passwd", "/", false, false),
            ("/run/other", "/run", false, false),
            ("/run/secrets/db", "/run/secrets", true, false),
            ("/run/secretsX", "/run", false, false),
            ("/etc/app/my db", "/etc/app/my db", true, true),
            ("/etc/app/other", "/etc/app", true, false),
        ] {
            let mount = Mount::of(Path::new(path), MOUNTINFO).expect(path);
            assert_eq!(mount.point, Path::new(point), "{path}");
            assert_eq!((mount.is_given(), mount.is_of_file(Path::new(path))), (is_given, is_file), "{path}");
        }
    }

    #[test]
    fn what_is_not_a_line_is_passed_over() {
        assert_eq!(Mount::of(Path::new("/a"), "nonsense\n\n1 2 3 4"), None);
        assert_eq!(unescape("a\\134b\\9"), "a\\b\\9");
    }
}
