//! Checksums that tokens carry, verified offline; each is named for what it computes.

use zeroize::Zeroizing;

/// A checksum within a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksum {
    /// The last six characters are the CRC-32 of the thirty before them, in base 62.
    Crc32Base62,
    /// The last eight are the CRC-32 of all before them, in hex.
    Crc32Hex,
    /// The last eight are the CRC-32 of the forty before them, in hex.
    Crc32HexOfForty,
    /// Behind the last `_` stands the CRC-32 of all before it, in hex with the little end first.
    Crc32HexLittleEnd,
    /// The last seven are the CRC-32 of all before them, in base 36.
    Crc32Base36,
    /// Behind the last `_` stands the CRC-32 of all before it, in base 62 with the small letters before the capitals.
    Crc32Base62Tail,
    /// A base32 string whose last two bytes are the CRC-16 of those before them, the little end first.
    Crc16Base32,
    /// A bech32 string (BIP 173): its last six characters are a BCH code.
    Bech32,
    /// The number of an account, of twelve digits at most, stands in the first six bytes of base32 behind four letters.
    Base32Account,
}

impl Checksum {
    /// Reads the name in a rule.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "crc32-base62" => Self::Crc32Base62,
            "crc32-hex" => Self::Crc32Hex,
            "crc32-hex-of-40" => Self::Crc32HexOfForty,
            "crc32-hex-little-end" => Self::Crc32HexLittleEnd,
            "crc32-base36" => Self::Crc32Base36,
            "crc32-base62-tail" => Self::Crc32Base62Tail,
            "crc16-base32" => Self::Crc16Base32,
            "bech32" => Self::Bech32,
            "base32-account" => Self::Base32Account,
            _ => return None,
        })
    }

    /// Tells whether a right one is proof. An account number only makes most wrong ones impossible.
    pub(crate) fn is_proof(self) -> bool {
        self != Self::Base32Account
    }

    /// Tells whether it holds in `token`.
    pub(crate) fn holds(self, token: &[u8]) -> bool {
        self.check(token).unwrap_or(false)
    }

    /// Returns `token` with the right checksum in the place of its last characters, for samples.
    pub(crate) fn complete(self, token: &str) -> Option<String> {
        let cut = |count: usize| token.len().checked_sub(count).and_then(|at| token.get(..at));
        Some(match self {
            Self::Crc32Base62 => {
                let before = cut(6)?;
                let sum = crc32(&before.as_bytes()[before.len().checked_sub(30)?..]);
                format!("{before}{}", written(u64::from(sum), BASE62, 6))
            }
            Self::Crc32Hex => format!("{}{:08X}", cut(8)?, crc32(cut(8)?.as_bytes())),
            Self::Crc32HexOfForty => {
                let before = cut(8)?;
                format!("{before}{:08x}", crc32(&before.as_bytes()[before.len().checked_sub(40)?..]))
            }
            Self::Crc32HexLittleEnd => {
                let before = cut(9)?;
                format!("{before}_{:08x}", crc32(before.as_bytes()).swap_bytes())
            }
            Self::Crc32Base36 => {
                let before = cut(7)?;
                format!("{before}{}", written(u64::from(crc32(before.as_bytes())), BASE36, 7))
            }
            Self::Crc32Base62Tail => {
                let before = &token[..token.rfind('_')?];
                format!("{before}_{}", written(u64::from(crc32(before.as_bytes())), BASE62_SMALL_FIRST, 6))
            }
            Self::Crc16Base32 => with_crc16(token)?,
            Self::Bech32 => with_bech32(cut(6)?)?,
            Self::Base32Account => token.to_owned(),
        })
    }

    fn check(self, token: &[u8]) -> Option<bool> {
        let split = |count: usize| token.len().checked_sub(count).map(|at| token.split_at(at));
        Some(match self {
            Self::Crc32Base62 => {
                let (before, sum) = split(6)?;
                let body = before.get(before.len().checked_sub(30)?..)?;
                number(sum, BASE62)? == u64::from(crc32(body))
            }
            Self::Crc32Hex => {
                let (before, sum) = split(8)?;
                hex(sum)? == crc32(before)
            }
            Self::Crc32HexOfForty => {
                let (before, sum) = split(8)?;
                hex(sum)? == crc32(before.get(before.len().checked_sub(40)?..)?)
            }
            Self::Crc32HexLittleEnd => {
                let (before, sum) = split(8)?;
                hex(sum)?.swap_bytes() == crc32(before.strip_suffix(b"_")?)
            }
            Self::Crc32Base36 => {
                let (before, sum) = split(7)?;
                number(sum, BASE36)? == u64::from(crc32(before))
            }
            Self::Crc32Base62Tail => {
                let at = token.iter().rposition(|byte| *byte == b'_')?;
                number(&token[at + 1..], BASE62_SMALL_FIRST)? == u64::from(crc32(&token[..at]))
            }
            Self::Crc16Base32 => {
                let bytes = base32_bytes(token)?;
                let (before, sum) = bytes.split_last_chunk::<2>().map(|(sum, last)| (sum, *last))?;
                crc16(before) == u16::from_le_bytes(sum)
            }
            Self::Bech32 => bech32(token)?,
            Self::Base32Account => account(token.get(4..)?)? < 1_000_000_000_000,
        })
    }
}

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE62_SMALL_FIRST: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn number(digits: &[u8], alphabet: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |sum, digit| {
        let value = alphabet.iter().position(|known| known == digit)?;
        sum.checked_mul(alphabet.len() as u64)?.checked_add(value as u64)
    })
}

/// A number in `width` digits of an alphabet.
fn written(mut number: u64, alphabet: &[u8], width: usize) -> String {
    let mut digits = vec![char::from(alphabet[0]); width];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(alphabet[(number % alphabet.len() as u64) as usize]);
        number /= alphabet.len() as u64;
    }
    digits.into_iter().collect()
}

fn hex(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// CRC-32 as of ISO 3309: reflected, with the polynomial 0xEDB88320.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

/// CRC-16 as of XMODEM: the polynomial 0x1021, from zero, not reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| sum << 1 ^ if sum >> 15 == 1 { 0x1021 } else { 0 })
    })
}

/// The whole bytes in base32 without padding (RFC 4648); wiped, since they are a secret themselves.
fn base32_bytes(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len()));
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        bits = bits << 5 | BASE32.iter().position(|known| known == digit)? as u32;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// `token` with its last two bytes replaced by the checksum of those before, for samples.
fn with_crc16(token: &str) -> Option<String> {
    let mut bytes = base32_bytes(token.as_bytes())?;
    let at = bytes.len().checked_sub(2)?;
    let sum = crc16(&bytes[..at]).to_le_bytes();
    bytes[at..].copy_from_slice(&sum);
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    let digit = |at: usize| (at..at + 5).fold(0, |digit, at| digit << 1 | usize::from(bit(at)));
    Some((0..bytes.len() * 8 / 5).map(|place| char::from(BASE32[digit(place * 5)])).collect())
}

/// The account in a key id: 40 bits, of which the first and the last seven carry something else.
fn account(body: &[u8]) -> Option<u64> {
    let digits = body.get(..10)?;
    let bits = digits.iter().try_fold(0_u64, |sum, digit| {
        let value = BASE32.iter().position(|known| known == digit)?;
        Some(sum << 5 | value as u64)
    })?;
    Some((bits >> 2 & 0x7fff_ffff_ff80) >> 7)
}

/// The check of BIP 173, in either case.
fn bech32(token: &[u8]) -> Option<bool> {
    Some(bech32_sum(token)? == 1)
}

/// `token` with its check behind it, in its case.
fn with_bech32(token: &str) -> Option<String> {
    let sum = bech32_sum(format!("{token}qqqqqq").as_bytes())? ^ 1;
    let digits = (0..6).map(|place| char::from(BECH32[(sum >> (5 * (5 - place)) & 31) as usize]));
    let is_upper = token.bytes().any(|byte| byte.is_ascii_uppercase());
    Some(
        token
            .chars()
            .chain(digits.map(|digit| if is_upper { digit.to_ascii_uppercase() } else { digit }))
            .collect(),
    )
}

fn bech32_sum(token: &[u8]) -> Option<u32> {
    let lower = Zeroizing::new(token.to_ascii_lowercase());
    let at = lower.iter().rposition(|byte| *byte == b'1')?;
    let (prefix, data) = (&lower[..at], &lower[at + 1..]);
    let high = prefix.iter().map(|byte| u32::from(byte >> 5));
    let low = prefix.iter().map(|byte| u32::from(byte & 31));
    let data: Option<Vec<u32>> = data
        .iter()
        .map(|byte| BECH32.iter().position(|known| known == byte).map(|value| value as u32))
        .collect();
    Some(high.chain([0]).chain(low).chain(data?).fold(1, polymod))
}

fn polymod(sum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
    (0..5).filter(|bit| top >> bit & 1 == 1).fold(shifted, |sum, bit| sum ^ GENERATOR[bit])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `body` with its checksum behind it, made here so that no token stands in this file.
    fn with_base62(body: &str) -> String {
        Checksum::Crc32Base62.complete(&format!("zzz_{body}000000")).unwrap()
    }

    #[test]
    fn crc32_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_right_checksum_holds_and_a_changed_letter_breaks_it() {
        let token = with_base62(&["0aB9xY3kLmN4pQ5", "rS6tU7vW8zC1dE2"].concat());
        assert!(Checksum::Crc32Base62.holds(token.as_bytes()), "{token}");
        assert!(!Checksum::Crc32Base62.holds(token.replace('x', "y").as_bytes()));
        assert!(!Checksum::Crc32Base62.holds(b"short"));
    }

    #[test]
    fn crc16_is_that_of_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn a_right_checksum_in_base32_holds_and_a_changed_letter_breaks_it() {
        let seed = Checksum::Crc16Base32.complete(&format!("SA{}AAAA", "7Q2KX5MN".repeat(6) + "AA")).unwrap();
        assert_eq!(seed.len(), 56);
        assert!(Checksum::Crc16Base32.holds(seed.as_bytes()), "{seed}");
        assert!(!Checksum::Crc16Base32.holds(seed.replacen("7Q", "7R", 1).as_bytes()));
        assert!(!Checksum::Crc16Base32.holds(b"A"));
    }

    #[test]
    fn the_tail_is_of_all_before_it_and_of_six_digits_at_least() {
        // CRC-32 of the empty text is zero.
        assert!(Checksum::Crc32Base62Tail.holds(b"_000000"));
        let token = Checksum::Crc32Base62Tail.complete("abc_def_000000").unwrap();
        assert!(Checksum::Crc32Base62Tail.holds(token.as_bytes()), "{token}");
        assert!(!Checksum::Crc32Base62Tail.holds(token.replace('d', "e").as_bytes()));
    }

    #[test]
    fn bech32_holds_for_the_example_of_bip_173() {
        assert!(Checksum::Bech32.holds(b"A12UEL5L"));
        assert!(!Checksum::Bech32.holds(b"A12UEL5M"));
        assert_eq!(Checksum::Bech32.complete("A1qqqqqq").unwrap(), "A12UEL5L");
    }
}
