//! A value that is found wherever it was spilt, however it was spelt.

use std::fmt::Write as _;

use reticent_core::{FingerprintKey, Secret};

/// A unique value to store, and its spellings to look for.
///
/// Text is searched without regard to case. Half of the value counts as a leak too.
///
/// ```
/// use reticent_testkit::{Canary, Spelling};
///
/// let canary = Canary::new();
/// let shown = format!("login failed: {:?}", canary.bytes().to_vec());
/// assert_eq!(canary.find_in(shown.as_bytes()), Some(Spelling::ByteList));
/// assert_eq!(canary.find_in(b"login failed: Secret(..)"), None);
/// ```
pub struct Canary {
    value: Vec<u8>,
    core: String,
    needles: Vec<Needle>,
}

struct Needle {
    spelling: Spelling,
    bytes: Vec<u8>,
    /// Looked for where all but letters and digits is left out: `[1, 2]`, `01:02`, over several lines.
    squeezed: bool,
}

/// How a leaked value was spelt.
///
/// ```
/// assert_eq!(format!("{:?}", reticent_testkit::Spelling::Base64), "Base64");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// As it is.
    Plain,
    /// Half of it, as it is.
    Half,
    /// From the back.
    Reversed,
    /// Two hex digits a byte, whatever stands between them.
    Hex,
    /// A list of decimal numbers, as `Debug` of bytes prints it.
    ByteList,
    /// Base64 or base64url, at any of the three offsets.
    Base64,
    /// `%41` for each byte, or for those that a URL reserves.
    Percent,
    /// With the escapes of a JSON string.
    Json,
    /// With the escapes of Rust's `Debug`.
    Debug,
    /// UTF-16, little or big end first.
    Utf16,
}

impl Canary {
    /// Makes a value that nobody else has: random digits among characters that each escape treats differently.
    ///
    /// # Panics
    /// When the system has no randomness.
    #[must_use]
    pub fn new() -> Self {
        let key = FingerprintKey::random().expect("a test machine has randomness");
        let digits = key.fingerprint(&Secret::copy_of(b"canary")).to_string();
        let core = format!("cnry{digits}");
        Self {
            value: format!("<{core}> \"&\\+/\u{e9}$#").into_bytes(),
            needles: spell(core.as_bytes()),
            core,
        }
    }

    /// Looks for a value that is there already, such as a credential.
    #[must_use]
    pub fn of(value: &Secret) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "into spellings, which a test compares and never shows"
        )]
        let value = value.expose_bytes().to_vec();
        Self { needles: spell(&value), core: String::from_utf8_lossy(&value).into_owned(), value }
    }

    /// Returns the value to store.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.value
    }

    /// Returns the part that is looked for; of a new canary it is letters and digits, which no escape changes.
    #[must_use]
    pub fn core(&self) -> &str {
        &self.core
    }

    /// Returns how the value is spelt in `captured`, if it is there.
    #[must_use]
    pub fn find_in(&self, captured: &[u8]) -> Option<Spelling> {
        let text = captured.to_ascii_lowercase();
        let squeezed: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
        let holds = |needle: &&Needle| {
            let haystack = if needle.squeezed { &squeezed } else { &text };
            haystack.windows(needle.bytes.len()).any(|window| window == needle.bytes)
        };
        self.needles.iter().find(holds).map(|needle| needle.spelling)
    }
}

impl Default for Canary {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Canary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Canary(..)")
    }
}

/// The shortest needle: anything shorter is found by chance.
const SHORTEST: usize = 8;

fn spell(core: &[u8]) -> Vec<Needle> {
    let (head, tail) = core.split_at(core.len() / 2);
    let mut needles = vec![
        Needle::text(Spelling::Plain, core.to_vec()),
        Needle::text(Spelling::Reversed, core.iter().rev().copied().collect()),
        Needle::text(Spelling::Percent, each(core, |byte| format!("%{byte:02x}"))),
        Needle::text(Spelling::Percent, each(core, reserved_percent)),
        Needle::text(Spelling::Debug, core.escape_ascii().collect()),
        Needle::text(Spelling::Utf16, utf16(core, u16::to_le_bytes)),
        Needle::text(Spelling::Utf16, utf16(core, u16::to_be_bytes)),
        Needle::squeezed(Spelling::Hex, each(core, |byte| format!("{byte:02x}"))),
        Needle::squeezed(Spelling::ByteList, each(core, |byte| byte.to_string())),
    ];
    if let Ok(text) = std::str::from_utf8(core) {
        needles
            .push(Needle::text(Spelling::Json, text.replace('\\', "\\\\").replace('"', "\\\"").into_bytes()));
    }
    for skipped in 0..3_usize {
        for digits in [STANDARD, URL] {
            needles.push(Needle::text(Spelling::Base64, base64(core, skipped, digits)));
        }
    }
    needles.extend([head, tail].map(|half| Needle::text(Spelling::Half, half.to_vec())));
    needles.retain(|needle| needle.bytes.len() >= SHORTEST);
    needles
}

impl Needle {
    fn text(spelling: Spelling, bytes: Vec<u8>) -> Self {
        Self { spelling, bytes: bytes.to_ascii_lowercase(), squeezed: false }
    }

    fn squeezed(spelling: Spelling, bytes: Vec<u8>) -> Self {
        Self { spelling, bytes, squeezed: true }
    }
}

fn each(core: &[u8], spell: impl Fn(u8) -> String) -> Vec<u8> {
    core.iter().flat_map(|byte| spell(*byte).into_bytes()).collect()
}

fn reserved_percent(byte: u8) -> String {
    let mut text = String::new();
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        text.push(char::from(byte));
    } else {
        write!(text, "%{byte:02x}").expect("a string takes all text");
    }
    text
}

fn utf16(core: &[u8], order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    String::from_utf8_lossy(core).encode_utf16().flat_map(order).collect()
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The base64 digits of `core` that do not depend on its neighbours, when it begins `skipped` bytes into a group of
/// three (RFC 4648 sections 4 and 5).
fn base64(core: &[u8], skipped: usize, digits: &[u8; 64]) -> Vec<u8> {
    // After one byte of a neighbour two whole bytes end a group; after two bytes, one does.
    let aligned = core.get((3 - skipped) % 3..).unwrap_or_default();
    let groups = aligned.chunks_exact(3);
    groups
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| digits[(bits >> shift & 63) as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shown: impl AsRef<[u8]>, want: Spelling) {
        let canary = Canary::of(&Secret::copy_of(b"hunter2hunter3/\"x"));
        assert_eq!(
            canary.find_in(shown.as_ref()),
            Some(want),
            "{:?}",
            shown.as_ref().escape_ascii().to_string()
        );
    }

    #[test]
    fn every_spelling_is_found() {
        check(b"password hunter2hunter3/\"x!", Spelling::Plain);
        check("HUNTER2HUNTER3/\"X", Spelling::Plain);
        check("x\"/3retnuh2retnuh", Spelling::Reversed);
        check("68756e74657232 68756e74657233 2f 22 78", Spelling::Hex);
        check(format!("{:#?}", b"hunter2hunter3/\"x"), Spelling::ByteList);
        check("hunter2hunter3%2F%22x", Spelling::Percent);
        check(r#"{"a": "hunter2hunter3/\"x"}"#, Spelling::Debug);
        check("hunter2h...", Spelling::Half);
        check("aHVudGVyMmh1bnRlcjMvIng=", Spelling::Base64);
        check("u2h1bnRlcjJodW50ZXIzLyJ4", Spelling::Base64); // typos: on purpose
        check("dW9odW50ZXIyaHVudGVyMy8ieA", Spelling::Base64);
        let wide = "hunter2hunter3/\"x".encode_utf16();
        check(wide.clone().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), Spelling::Utf16);
        check(wide.flat_map(u16::to_be_bytes).collect::<Vec<_>>(), Spelling::Utf16);
    }

    #[test]
    fn json_and_debug_differ_beyond_ascii() {
        let canary = Canary::of(&Secret::copy_of("\u{e9}\u{e9}\u{e9} \"1234".as_bytes()));
        assert_eq!(canary.find_in("\u{e9}\u{e9}\u{e9} \\\"1234".as_bytes()), Some(Spelling::Json));
        assert_eq!(canary.find_in(br#"\xc3\xa9\xc3\xa9\xc3\xa9 \"1234"#), Some(Spelling::Debug));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let canary = Canary::new();
        assert_eq!(canary.find_in(b""), None);
        assert_eq!(canary.find_in(format!("{:?} {canary:?}", Canary::new().core()).as_bytes()), None);
    }

    #[test]
    fn a_new_canary_is_unlike_every_other() {
        assert_ne!(Canary::new().core(), Canary::new().core());
    }
}
