//! Regular files, opened so that nothing else is: no link is followed, and no pipe makes anybody wait.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};

/// Opens a file of the tree; `None` if it is no regular file any more.
pub(crate) fn regular(path: &Path) -> io::Result<Option<(File, u64)>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        // A link, and a socket: somebody put it there since the folder was listed.
        Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => return Ok(None),
        opened => File::from(opened?),
    };
    let stat = rustix::fs::fstat(&file)?;
    let is_regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    Ok(is_regular.then_some((file, u64::try_from(stat.st_size).unwrap_or(0))))
}

/// Reads a small file of the tree whole; `None` if it is none, or a larger one.
pub(crate) fn small(path: &Path, limit: u64) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let (file, _) = regular(path).ok()??;
    let mut text = Vec::new();
    let length = file.take(limit + 1).read_to_end(&mut text).ok()?;
    (length as u64 <= limit).then_some(text)
}
