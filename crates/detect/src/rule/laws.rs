//! Laws that every shipped rule keeps, whatever its form: found in every place, and only its own rule answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::check::HOLE;
use super::sample;
use super::schema::{Entry, RuleFile};
use crate::judge::checksum::Checksum;
use crate::scanner::Scanner;

/// One rule with a text that holds its secret.
struct Planted {
    id: String,
    text: String,
    span: Range<usize>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn entries() -> Vec<Entry> {
    let mut files: Vec<PathBuf> = ["generic", "vendors"]
        .iter()
        .flat_map(|part| fs::read_dir(folder().join("data").join(part)).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &PathBuf| toml::from_str::<RuleFile>(&fs::read_to_string(path).unwrap()).unwrap().rules;
    files.iter().flat_map(read).filter(|entry| entry.anchor != "form").collect()
}

fn plant(entry: &Entry, example: &str) -> Planted {
    let secret = sample::expand(&entry.sample, Checksum::parse(&entry.checksum), &entry.id).unwrap();
    let start = example.find(HOLE).unwrap();
    Planted { id: entry.id.clone(), text: example.replace(HOLE, &secret), span: start..start + secret.len() }
}

/// The first example of each rule that is to be found.
fn planted() -> Vec<Planted> {
    let all: Vec<_> = entries()
        .iter()
        .filter(|entry| entry.role != "public")
        .map(|entry| plant(entry, &entry.examples[0]))
        .collect();
    assert!(all.len() >= 250, "only {} rules", all.len());
    all
}

/// Which rules are not found where they were put, when `wrap` puts text around them.
fn missing(before: &str, after: &str) -> Vec<String> {
    let scanner = Scanner::new().with_min_confidence(0.0);
    let is_missing = |planted: &Planted| {
        let text = [before, &planted.text, after].concat();
        let span = planted.span.start + before.len()..planted.span.end + before.len();
        let found = scanner.scan_bytes(text.as_bytes());
        !found.iter().any(|finding| finding.rule().id() == planted.id && finding.span() == span)
    };
    planted().into_iter().filter(is_missing).map(|planted| planted.id).collect()
}

#[test]
fn each_is_found_wherever_it_stands_in_a_file() {
    for (before, after) in [("", ""), ("", "\n"), ("a\n", "\nb\n"), ("a\r\n", "\r\nb\r\n"), ("\t", " # b\n")]
    {
        assert_eq!(missing(before, after), Vec::<String>::new(), "{before:?} {after:?}");
    }
}

#[test]
fn each_is_found_in_utf16() {
    let scanner = Scanner::new().with_min_confidence(0.0);
    for planted in planted() {
        let mut text = vec![0xff, 0xfe];
        text.extend(planted.text.encode_utf16().flat_map(u16::to_le_bytes));
        let span = 2 + planted.span.start * 2..2 + planted.span.end * 2;
        let found = scanner.scan_bytes(&text);
        let is_there =
            found.iter().any(|finding| finding.rule().id() == planted.id && finding.span() == span);
        assert!(is_there, "{}", planted.id);
    }
}

#[test]
fn each_is_found_in_a_line_of_ten_megabytes() {
    const STEP: usize = 28_000;
    let planted = planted();
    let mut text = Vec::with_capacity(planted.len() * STEP);
    let mut want = BTreeSet::new();
    for one in &planted {
        let at = text.len() + 1;
        want.insert((one.id.clone(), at + one.span.start, at + one.span.end));
        text.push(b' ');
        text.extend(one.text.replace('\n', " ").bytes());
        text.push(b' ');
        text.resize(at - 1 + STEP, b'.');
    }
    assert!(text.len() > 7_000_000, "{}", text.len());
    Scanner::new()
        .with_min_confidence(0.0)
        .scan_reader("", &text[..], |found| {
            let span = found.span();
            want.remove(&(found.finding().rule().id().to_owned(), span.start as usize, span.end as usize));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(want, BTreeSet::new());
}

#[test]
fn each_is_found_inside_base64() {
    let scanner = Scanner::new().with_min_confidence(0.0);
    for planted in planted() {
        let secret = &planted.text.as_bytes()[planted.span.clone()];
        let text = format!("data: {}", base64(planted.text.as_bytes()));
        let found = scanner.scan_bytes(text.as_bytes());
        let is_there = found
            .iter()
            .any(|finding| finding.rule().id() == planted.id && finding.secret(text.as_bytes()) == secret);
        assert!(is_there, "{}", planted.id);
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word =
            three.iter().chain(&[0, 0]).take(3).fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        text.extend((0..=three.len()).map(|place| char::from(DIGITS[word >> (18 - 6 * place) & 63])));
        text.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    text
}

/// Set `RETICENT_UPDATE_MATRIX=1` to write it anew after a rule was added; what changed is then to be read.
#[test]
fn only_the_rules_of_the_matrix_answer_for_an_example() {
    let scanner = Scanner::new().with_min_confidence(0.0);
    let mut matrix = String::from("# For each rule, what answers for its examples, and how often.\n");
    for entry in entries() {
        let mut answers = std::collections::BTreeMap::<String, usize>::new();
        for example in &entry.examples {
            for finding in scanner.scan_bytes(plant(&entry, example).text.as_bytes()) {
                *answers.entry(finding.rule().id().to_owned()).or_default() += 1;
            }
        }
        let answers: Vec<String> = answers.iter().map(|(id, count)| format!("{id} {count}")).collect();
        writeln!(matrix, "{}: {}", entry.id, answers.join(", ")).unwrap();
    }
    let path = folder().join("tests/matrix.snap");
    if env::var_os("RETICENT_UPDATE_MATRIX").is_some() {
        fs::write(&path, &matrix).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<&str> = matrix.lines().filter(|line| !known.lines().any(|old| old == *line)).collect();
    assert!(changed.is_empty(), "set RETICENT_UPDATE_MATRIX=1 to accept:\n{}", changed.join("\n"));
    assert_eq!(known.lines().count(), matrix.lines().count(), "the matrix has rules that are gone");
}
