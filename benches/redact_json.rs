//! JSON in place, against a tree: parsed, walked with the automaton that others use, and written.

use aho_corasick::{AhoCorasick, MatchKind};
use reticent_benches::Table;
use reticent_core::Secret;
use reticent_redact::{Redactor, Values};
use serde_json::Value;

/// How much text one round goes through.
const TEXT: usize = 16 << 20;

/// A small generator, so that each run sees the same text.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn value(&mut self) -> String {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let length = 16 + self.below(25);
        (0..length).map(|_| char::from(digits[self.below(digits.len())])).collect()
    }

    /// What a tool answers to an agent: a text of some lines, and rows of short fields.
    fn response(&mut self, hit: &str) -> String {
        let lines: String = (0..2 + self.below(10))
            .map(|line| {
                format!("{line}: fn load_{}(path: &Path) -> Result<\\\"T\\\"> {{\\n", self.below(900))
            })
            .collect();
        let rows: Vec<String> = (0..5 + self.below(20))
            .map(|row| {
                let (id, score) = (self.below(1 << 30), self.below(1000));
                format!(
                    "{{\"id\": {id}, \"name\": \"item-{row}\", \"path\": \"/api/v1/items/{id:08x}\", \"score\": 0.{score}, \
                     \"tags\": [\"new\", \"eu-west-1\"], \"owner\": null, \"is_open\": true}}"
                )
            })
            .collect();
        let (id, rows) = (self.below(90_000), rows.join(", "));
        format!(
            "{{\"jsonrpc\": \"2.0\", \"id\": {id}, \"result\": {{\"content\": [{{\"type\": \"text\", \"text\": \
             \"{lines}{hit}\"}}], \"structuredContent\": {{\"rows\": [{rows}]}}, \"isError\": false}}}}"
        )
    }

    /// One array of answers, with a value every 100 kB.
    fn text(&mut self, values: &[String]) -> String {
        let (mut text, mut next_hit) = (String::from("["), 0);
        while text.len() < TEXT {
            let is_hit = text.len() > next_hit;
            let hit = if is_hit { values[self.below(values.len())].as_str() } else { "" };
            text.push_str(if text.len() > 1 { ",\n" } else { "" });
            text.push_str(&self.response(hit));
            next_hit = if is_hit { text.len() + 100_000 } else { next_hit };
        }
        text.push(']');
        text
    }
}

/// As many spellings as ours has of a value of letters and digits; what they are does not matter to a peer's speed.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let bytes = value.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let wide = |first: usize| {
        bytes.iter().flat_map(|byte| if first == 0 { [*byte, 0] } else { [0, *byte] }).collect()
    };
    let base64 = |from: usize| bytes.iter().skip(from).map(|byte| byte.rotate_left(1) | 64).collect();
    vec![
        bytes.to_vec(),
        bytes.to_ascii_uppercase(),
        bytes.to_ascii_lowercase(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        wide(0),
        wide(1),
        base64(0),
        base64(1),
        base64(2),
    ]
}

/// Replaces what the automaton finds in each string and key.
fn walk(value: &mut Value, peer: &AhoCorasick, masks: &[String]) {
    match value {
        Value::String(text) if peer.is_match(text.as_str()) => *text = peer.replace_all(text, masks),
        Value::Array(all) => all.iter_mut().for_each(|one| walk(one, peer, masks)),
        Value::Object(all) => {
            let hits: Vec<String> = all.keys().filter(|key| peer.is_match(key.as_str())).cloned().collect();
            for key in hits {
                let one = all.remove(&key).expect("it is there");
                all.insert(peer.replace_all(&key, masks), one);
            }
            all.values_mut().for_each(|one| walk(one, peer, masks));
        }
        _ => {}
    }
}

fn main() {
    for count in [1, 10, 100, 1_000] {
        let mut numbers = Numbers(7);
        let values: Vec<String> = (0..count).map(|_| numbers.value()).collect();
        let text = numbers.text(&values);
        let known = |(at, value): (usize, &String)| (format!("N{at}"), Secret::copy_of(value.as_bytes()));
        let redactor = Redactor::new(&values.iter().enumerate().map(known).collect::<Values>());
        let patterns: Vec<Vec<u8>> = values.iter().flat_map(|value| spellings(value)).collect();
        let masks = vec!["[REDACTED:N]".to_owned(); patterns.len()];
        let peer = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .expect("the peer takes these patterns");
        let title = format!("16 MiB of answers of tools, {count} values");
        let mut table = Table::new(&title);
        table.row(
            "serde_json and aho-corasick",
            format!("{} patterns: parse, walk, write", patterns.len()),
            || {
                let mut tree: Value = serde_json::from_str(&text).expect("it is valid");
                walk(&mut tree, &peer, &masks);
                serde_json::to_vec(&tree).expect("a tree is written").len()
            },
        );
        table.row("redact, JSON in place", "chunks of 64 KiB", || {
            let (mut json, mut shown) = (redactor.json(), Vec::with_capacity(text.len()));
            text.as_bytes()
                .chunks(1 << 16)
                .for_each(|chunk| json.push(chunk, |bytes| shown.extend_from_slice(bytes)));
            json.finish(|bytes| shown.extend_from_slice(bytes));
            shown.len()
        });
        table.row("redact, the same as text", "chunks of 64 KiB", || {
            let (mut stream, mut shown) = (redactor.stream(), Vec::with_capacity(text.len()));
            text.as_bytes()
                .chunks(1 << 16)
                .for_each(|chunk| stream.push(chunk, |bytes| shown.extend_from_slice(bytes)));
            stream.finish(|bytes| shown.extend_from_slice(bytes));
            shown.len()
        });
        table.print();
    }
}
