//! Known values in a log, against one automaton that others use, in its default and in leftmost-longest order, and
//! against a plain copy.

use aho_corasick::{AhoCorasick, MatchKind};
use reticent_benches::Table;
use reticent_core::Secret;
use reticent_needles::Needles;

/// How much text one round goes through.
const TEXT: usize = 4 << 20;

/// A small generator, so that each run sees the same text.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn value(&mut self) -> Vec<u8> {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let length = 16 + self.below(25);
        (0..length).map(|_| digits[self.below(digits.len())]).collect()
    }

    fn log(&mut self, values: &[Vec<u8>]) -> Vec<u8> {
        let mut text = Vec::with_capacity(TEXT + 200);
        let mut next_hit = 0;
        while text.len() < TEXT {
            let (second, request, time) = (self.below(60), self.below(1 << 30), self.below(900));
            let line = format!(
                "2026-01-05T10:42:{second:02}Z INFO server::http: request finished id={request:08x} status=200 \
                 path=/api/v1/items/{time} elapsed_ms={time}\n"
            );
            text.extend_from_slice(line.as_bytes());
            if text.len() > next_hit {
                text.extend_from_slice(&values[self.below(values.len())]);
                text.push(b'\n');
                next_hit = text.len() + 100_000;
            }
        }
        text
    }
}

/// As many spellings as ours has of a value of letters and digits; what they are does not matter to a peer's speed.
fn spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    let wide = |first: usize| {
        value.iter().flat_map(|byte| if first == 0 { [*byte, 0] } else { [0, *byte] }).collect()
    };
    let mut all = vec![
        value.to_vec(),
        value.to_ascii_uppercase(),
        value.to_ascii_lowercase(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        wide(0),
        wide(1),
    ];
    for skipped in 0..3 {
        let base64 = |from: usize| value.iter().skip(from).map(|byte| byte.rotate_left(1) | 64).collect();
        all.push(base64(skipped));
    }
    all
}

fn main() {
    for count in [1, 10, 100, 1_000] {
        let mut numbers = Numbers(7);
        let values: Vec<Vec<u8>> = (0..count).map(|_| numbers.value()).collect();
        let text = numbers.log(&values);
        let learn = |builder: reticent_needles::Builder, (at, value): (usize, &Vec<u8>)| {
            builder.learn(format!("N{at}"), &Secret::copy_of(value))
        };
        let needles = values.iter().enumerate().fold(Needles::builder(), learn).build();
        let patterns: Vec<Vec<u8>> = values.iter().flat_map(|value| spellings(value)).collect();
        let peer = |kind| AhoCorasick::builder().match_kind(kind).build(&patterns).expect("it takes them");
        let (standard, longest) = (peer(MatchKind::Standard), peer(MatchKind::LeftmostLongest));
        let title = format!("4 MiB of a log, {count} values");
        let (mut copy, mut out) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len()));
        let mut table = Table::new(&title);
        let note = format!("{} patterns, whole text, find only", patterns.len());
        table.row("aho-corasick, default", &note, || standard.find_iter(&text).count());
        table.row("aho-corasick, leftmost-longest", &note, || longest.find_iter(&text).count());
        table.row("a copy of the text", "memcpy", || {
            copy.clear();
            copy.extend_from_slice(&text);
            copy.len()
        });
        for (name, size) in [
            ("needles, chunks of 64 KiB", 1 << 16),
            ("needles, chunks of 4 KiB", 1 << 12),
            ("needles, chunks of 256 bytes", 256),
        ] {
            let (needles, text) = (&needles, &text);
            table.row(name, "union, wraps and colours seen through", move || {
                find(needles, text, size, |_| ())
            });
        }
        table.row("needles, chunks of 64 KiB, and a copy", "as a stream that masks has to", || {
            out.clear();
            find(&needles, &text, 1 << 16, |chunk| out.extend_from_slice(chunk))
        });
        table.print();
    }
    build();
}

/// Finds all, and hands each chunk to `then`.
fn find(needles: &Needles, text: &[u8], size: usize, mut then: impl FnMut(&[u8])) -> usize {
    let (mut finder, mut found) = (needles.finder(), 0);
    for chunk in text.chunks(size) {
        finder.push(chunk, |_| found += 1);
        then(chunk);
    }
    finder.finish(|_| found += 1);
    found
}

fn build() {
    let mut numbers = Numbers(9);
    let values: Vec<Secret> = (0..10_000).map(|_| Secret::from_vec(numbers.value())).collect();
    let learn = |builder: reticent_needles::Builder, (at, value): (usize, &Secret)| {
        builder.learn(format!("N{at}"), value)
    };
    let mut table = Table::new("10,000 values");
    table.row("needles", "spelt and built", || {
        values.iter().enumerate().fold(Needles::builder(), learn).build()
    });
    table.print();
}
