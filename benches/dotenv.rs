//! How fast a large `.env` file is parsed, beside the parser that most Rust programs use.

use std::fmt::Write as _;

use reticent_benches::Table;
use reticent_dotenv::{Document, ParseOptions};

const MEGABYTES: usize = 10;

/// A file on which both parsers agree: plain, double-quoted and single-quoted values, comments and blank lines.
fn file() -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < MEGABYTES * 1_000_000 {
        number += 1;
        write!(
            text,
            "# setting {number}\nPLAIN_{number}=value-{number}\nQUOTED_{number}=\"two words {number}\"\n\n\
             SINGLE_{number}='as it stands {number}'\nexport EXPORTED_{number}=0123456789abcdef0123456789abcdef\n"
        )
        .expect("a string takes everything");
    }
    text
}

fn ours(text: &str) -> usize {
    let document = Document::parse(text.as_bytes(), &ParseOptions::default()).expect("it is well-formed");
    document.entries().count()
}

fn theirs(text: &str) -> usize {
    let pairs: Result<Vec<_>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
    pairs.expect("it is well-formed").len()
}

fn main() {
    let text = file();
    assert_eq!(ours(&text), theirs(&text), "both see the same entries");
    let mut table = Table::new("parsing a .env file of 10 MB");
    table.row("dotenvy", "into strings", || theirs(&text));
    table.row("reticent-dotenv", "into wiped secrets, lossless", || ours(&text));
    table.print();
}
