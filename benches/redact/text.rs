//! Values, a log that holds some of them, and other ways to write a value.

/// A small generator, so that each run sees the same text.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    /// Returns `count` values of 16 to 40 letters and digits.
    pub(crate) fn values(&mut self, count: usize) -> Vec<Vec<u8>> {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut value = || {
            let length = 16 + self.below(25);
            (0..length).map(|_| digits[self.below(digits.len())]).collect()
        };
        (0..count).map(|_| value()).collect()
    }
}

/// Writes a log of at least `size` bytes that shows a value every 100 kB.
pub(crate) fn log(numbers: &mut Numbers, values: &[Vec<u8>], size: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 200);
    let mut next_hit = 0;
    while text.len() < size {
        let (second, request, time) = (numbers.below(60), numbers.below(1 << 30), numbers.below(900));
        let line = format!(
            "2026-01-05T10:42:{second:02}Z INFO server::http: request finished id={request:08x} status=200 \
             path=/api/v1/items/{time} elapsed_ms={time}\n"
        );
        text.extend_from_slice(line.as_bytes());
        if text.len() > next_hit {
            text.extend_from_slice(&values[numbers.below(values.len())]);
            text.push(b'\n');
            next_hit = text.len() + 100_000;
        }
    }
    text
}

/// Ten of the ways in which programs write a value of letters and digits.
pub(crate) fn spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![
        value.to_vec(),
        value.to_ascii_uppercase(),
        value.to_ascii_lowercase(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        value.iter().flat_map(|byte| [*byte, 0]).collect(),
        value.iter().flat_map(|byte| [0, *byte]).collect(),
    ];
    all.extend((0..3).map(|skipped| base64(&value[skipped..])));
    all
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        [18, 12, 6, 0].map(|shift| digits[(bits >> shift & 63) as usize])
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}
