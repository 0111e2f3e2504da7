//! Tokens that a rule must find, made from its sample, so that no live-looking one stands in a file.

use crate::judge::checksum::Checksum;

/// Writes out a sample: `ghp_<0-9A-Za-z*36>` is `ghp_` and 36 characters of the class.
///
/// The same sample and seed give the same token. Its checksum, if it has one, is right.
pub(crate) fn expand(sample: &str, checksum: Option<Checksum>, seed: &str) -> Result<String, String> {
    let mut random = Random::of(seed);
    let (mut token, mut rest) = (String::new(), sample);
    while let Some((plain, tail)) = rest.split_once('<') {
        let (hole, tail) = tail.split_once('>').ok_or("a sample closes each `<`")?;
        token.push_str(plain);
        match hole {
            "jwt" => token.push_str(&jwt(&mut random)),
            _ => fill(&mut token, hole, &mut random)?,
        }
        rest = tail;
    }
    token.push_str(rest);
    match checksum {
        Some(checksum) => {
            checksum.complete(&token).ok_or_else(|| "the sample has no place for its checksum".into())
        }
        None => Ok(token),
    }
}

/// The digits of BIP 173.
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn fill(token: &mut String, hole: &str, random: &mut Random) -> Result<(), String> {
    let (class, count) = hole.rsplit_once('*').ok_or("a hole of a sample is `<class*count>`")?;
    let count: usize = count.parse().map_err(|_| "the count of a hole is a number")?;
    let class = match class {
        "bech32" => BECH32.to_uppercase(),
        "bech32lower" => BECH32.into(),
        _ => letters(class),
    };
    let class: Vec<char> = class.chars().collect();
    token.extend((0..count).map(|_| class[random.below(class.len())]));
    Ok(())
}

/// The characters of a class such as `0-9A-Fa-f_`.
fn letters(class: &str) -> String {
    let characters: Vec<char> = class.chars().collect();
    let (mut letters, mut at) = (String::new(), 0);
    while at < characters.len() {
        match characters.get(at + 1..at + 3) {
            Some(['-', last]) => {
                letters.extend(characters[at]..=*last);
                at += 3;
            }
            _ => {
                letters.push(characters[at]);
                at += 1;
            }
        }
    }
    letters
}

/// A token of two objects and a signature that signs nothing.
fn jwt(random: &mut Random) -> String {
    let mut signature = String::new();
    fill(&mut signature, "0-9A-Za-z*42", random).expect("the class is well formed");
    [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJzdWIiOiI3MDAxMjM0NTYiLCJhdWQiOiJzeXN0ZW0ifQ",
        &format!("{signature}A"),
    ]
    .join(".")
}

/// Numbers that look random and are the same each time (a linear congruential generator).
struct Random(u64);

impl Random {
    fn of(seed: &str) -> Self {
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_written_out_the_same_each_time() {
        let once = expand("ab_<0-9a-f*8>", None, "x").unwrap();
        assert_eq!(once, expand("ab_<0-9a-f*8>", None, "x").unwrap());
        assert_ne!(once, expand("ab_<0-9a-f*8>", None, "y").unwrap());
        assert!(once.len() == 11 && once[3..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{once}");
        assert_eq!(expand("<x", None, "").unwrap_err(), "a sample closes each `<`");
    }
}
