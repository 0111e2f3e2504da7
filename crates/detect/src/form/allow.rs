//! Marks by which a person allows what stands on a line: ours and those of other scanners.

/// Text that allows everything on its line; compared without regard to case.
const MARKS: &[&[u8]] = &[
    b"reticent:allow",
    b"gitleaks:allow",
    b"betterleaks:allow",
    b"trufflehog:ignore",
    b"pragma: allowlist secret",
    b"pragma: whitelist secret",
    b"ggignore",
    b"nosec",
    b"secretlint-disable-line",
];
/// A longer line is no line that a person marked.
const LINE: usize = 2048;

/// Tells whether the line of a secret that ends at `end` bears a mark behind it.
pub(crate) fn is_allowed(bytes: &[u8], end: usize) -> bool {
    let rest = &bytes[end..bytes.len().min(end + LINE)];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    line.iter().enumerate().any(|(at, byte)| {
        b"rgbtpnsRGBTPNS".contains(byte)
            && MARKS
                .iter()
                .any(|mark| line.get(at..at + mark.len()).is_some_and(|here| here.eq_ignore_ascii_case(mark)))
    })
}
