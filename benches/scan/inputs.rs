//! What is scanned: made here, the same each time, or found on the machine.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Numbers that look random and are the same each time (xorshift64).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Minified text: words and signs, and no line feed.
pub(crate) fn one_line(path: &Path, bytes: u64) -> io::Result<()> {
    const PIECES: [&str; 16] = [
        "function(t,e){",
        "return ",
        "this.props.",
        "\"className\":",
        "e.prototype.",
        "var n=",
        "null===",
        "i.length;",
        "=>",
        "Object.defineProperty(",
        "void 0,",
        "n.exports=",
        "a?b:c",
        "});",
        "setState({",
        "0x1f&",
    ];
    let mut numbers = Numbers::new(3);
    written(path, bytes, |out| {
        let piece = PIECES[numbers.below(PIECES.len())];
        out.extend_from_slice(piece.as_bytes());
        write!(out, "{:x}", numbers.below(1 << 24))
    })
}

/// Lines of a service that names its requests.
pub(crate) fn log(path: &Path, bytes: u64) -> io::Result<()> {
    let mut numbers = Numbers::new(4);
    written(path, bytes, |out| {
        let (second, id) = (numbers.below(60), numbers.below(usize::MAX));
        writeln!(
            out,
            "2026-11-25T09:14:{second:02}.{:03}Z INFO api::http request_id={id:016x} user={} method=GET \
             path=/v1/items/{} status=200 token_type=session latency_ms={}",
            numbers.below(1000),
            numbers.below(100_000),
            numbers.below(1_000_000),
            numbers.below(900),
        )
    })
}

fn written(path: &Path, bytes: u64, mut piece: impl FnMut(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut written, mut out) = (0, Vec::new());
    while written < bytes {
        out.clear();
        piece(&mut out)?;
        file.write_all(&out)?;
        written += out.len() as u64;
    }
    file.flush()
}

/// The sources of the crates that this machine has, as a tree of real code.
pub(crate) fn sources() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    Some(home.join("registry/src")).filter(|folder| folder.is_dir())
}

/// How many bytes the files of a tree have.
pub(crate) fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => size(&entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |metadata| metadata.len()),
            _ => 0,
        })
        .sum()
}

/// Copies files of a tree until they have so many bytes.
pub(crate) fn part(from: &Path, to: &Path, bytes: u64) -> io::Result<u64> {
    let mut copied = 0;
    let mut folders = vec![from.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            if copied >= bytes {
                return Ok(copied);
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                copied += std::fs::copy(&path, to.join(format!("{copied}.rs")))?;
            }
        }
    }
    Ok(copied)
}
