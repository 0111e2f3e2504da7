//! What is looked for of one value: itself, itself trimmed, its lines, and the secret parts of structured values.

use reticent_core::SecretBuffer;

use crate::builder::Reason;
use crate::forms::SHORTEST;
use crate::structured;

/// The shortest line, and the shortest text under a secret-sounding key, that is looked for by itself.
const SHORTEST_PART: usize = 8;

const COMMON: &str = "password passwd secret changeme change-me change_me default example sample placeholder localhost \
    production development staging testing postgres postgresql mysql mongodb rabbitmq redis valkey administrator \
    administrators undefined disabled enabled required optional 123456 1234567 12345678 123456789 1234567890 qwerty \
    letmein welcome iloveyou";

/// Copies `bytes` into a buffer that is wiped.
pub(crate) fn copied(bytes: &[u8]) -> SecretBuffer {
    let mut buffer = SecretBuffer::with_capacity(bytes.len());
    buffer.extend_from_slice(bytes);
    buffer
}

/// Returns every target of `value`, itself first.
pub(crate) fn of(value: &[u8]) -> Vec<SecretBuffer> {
    let trimmed = value.trim_ascii();
    let mut targets = vec![copied(value)];
    if trimmed.len() != value.len() && !trimmed.is_empty() {
        targets.push(copied(trimmed));
    }
    if trimmed.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        let lines = trimmed.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii);
        targets.extend(lines.filter(|line| is_worth_masking(line)).map(copied));
    }
    if let Some(leaves) = structured::secret_leaves(trimmed) {
        targets.extend(leaves.into_iter().filter(|leaf| leaf.len() >= SHORTEST_PART));
    }
    if let Some(password) = structured::url_password(trimmed) {
        targets.push(structured::percent_decoded(password));
        targets.push(copied(password));
    }
    if let Some(rest) = structured::after_scheme(trimmed) {
        targets.push(copied(rest));
    }
    targets
}

/// Tells why a target is not looked for.
pub(crate) fn refusal(target: &[u8]) -> Option<Reason> {
    let trimmed = target.trim_ascii();
    if trimmed.len() < SHORTEST {
        Some(Reason::TooShort)
    } else if COMMON.split_ascii_whitespace().any(|word| word.as_bytes().eq_ignore_ascii_case(trimmed)) {
        Some(Reason::CommonWord)
    } else if trimmed.windows(9).any(|window| window == b"[REDACTED") {
        Some(Reason::HoldsMask)
    } else {
        None
    }
}

/// A line of base64 is worth it, and the armour of PEM, brackets and commas are not.
fn is_worth_masking(line: &[u8]) -> bool {
    line.len() >= SHORTEST_PART && !line.starts_with(b"-----")
}
