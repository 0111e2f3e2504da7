//! Values that look random and are the same each time.

/// Numbers by xorshift64.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    pub(crate) fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Writes out a sample: `{c*n}` is n characters of the class c, which is h(ex), b(ase 62), u (base64url), d(igits),
    /// a (lower case and digits), U (upper case and digits), s (base64); `{crc}` closes a token as GitHub and npm do.
    pub(crate) fn sample(&mut self, sample: &str) -> String {
        let mut text = String::new();
        let mut rest = sample;
        while let Some((before, tail)) = rest.split_once('{') {
            text.push_str(before);
            let (hole, tail) = tail.split_once('}').expect("each hole is closed");
            match hole.split_once('*') {
                Some((class, count)) => {
                    let class = letters(class);
                    let count: usize = count.parse().expect("a number");
                    text.extend((0..count).map(|_| char::from(class[self.below(class.len())])));
                }
                None => text.push_str(&checksum(&text[4..])),
            }
            rest = tail;
        }
        text.push_str(rest);
        text
    }
}

fn letters(class: &str) -> &'static [u8] {
    match class {
        "h" => b"0123456789abcdef",
        "d" => b"0123456789",
        "a" => b"abcdefghijklmnopqrstuvwxyz0123456789",
        "U" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "u" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        "s" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        _ => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    }
}

/// CRC-32 (IEEE 802.3) of the body in six digits of base 62.
fn checksum(body: &str) -> String {
    let crc = !body.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    let digit = |place: u32| char::from(letters("b")[(crc / 62_u32.pow(place) % 62) as usize]);
    (0..6).rev().map(digit).collect()
}
