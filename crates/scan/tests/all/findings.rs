//! What is told of a place.

use reticent_core::FingerprintKey;
use reticent_detect::{Layer, Reason};
use reticent_scan::Selection;

use crate::support::{line, read, scan, secret, told, tree, write};

#[test]
fn a_finding_has_its_place_in_bytes_lines_and_columns() {
    let text = format!("one\n  two\n\tapi_key = \"{}\" # x\n", secret());
    let found = &read(&scan(), "a.py", text.as_bytes())[0];
    let start = text.find(&secret()).unwrap() as u64;
    assert_eq!(found.bytes(), start..start + 20);
    assert_eq!((found.line(), found.column(), found.end_line(), found.end_column()), (3, 13, 3, 33));
    assert_eq!((found.context(), found.mask_at()), ("api_key = \"[…]\" # x", 11));
    assert_eq!((found.rule().id(), found.layers(), found.suppressed()), ("generic.secret", &[][..], None));
    assert!(found.secret().is_none() && found.pointer().is_none());
}

#[test]
fn a_large_text_is_told_as_a_small_one() {
    let text = format!("x\n{}{}", line(), line());
    let large = text.clone() + &" ".repeat(2 << 20) + "\n" + &line();
    let (small, large) = (read(&scan(), "a.txt", text.as_bytes()), read(&scan(), "a.txt", large.as_bytes()));
    let place = |finding: &reticent_scan::Finding| {
        (
            finding.bytes(),
            finding.line(),
            finding.column(),
            finding.end_column(),
            finding.context().to_owned(),
        )
    };
    assert_eq!(large.len(), 3);
    assert_eq!(large[..2].iter().map(place).collect::<Vec<_>>(), small.iter().map(place).collect::<Vec<_>>());
    assert_eq!((large[2].line(), large[2].column()), (5, 10));
}

#[test]
fn no_context_shows_another_secret_of_its_line() {
    let other = secret().to_lowercase() + "Q9";
    let text = format!("api_key={} db_password={other} token={}\n", secret(), secret());
    for found in read(&scan(), "a.env", text.as_bytes()) {
        assert_eq!(found.context(), "api_key=[…] db_password=[…] token=[…]");
    }
    // Also where the other is not told.
    let only = scan().with_selection(Selection::default().with("generic.password"));
    let found = read(&only, "a.env", text.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].context(), "api_key=[…] db_password=[…] token=[…]");
}

#[test]
fn nothing_that_is_printed_for_people_who_debug_holds_the_value() {
    let found = &read(&scan().with_values(), "a", line().as_bytes())[0];
    let shown = format!("{found:?} {:?}", found.secret());
    assert!(!shown.contains(&secret()) && shown.contains("generic.secret"), "{shown}");
    assert!(found.secret().unwrap().ct_eq(&reticent_core::Secret::copy_of(secret().as_bytes())));
}

#[test]
fn a_fingerprint_stays_when_the_place_changes() {
    let folder = tree(&["a.env"]);
    write(folder.path(), "b.yml", format!("# moved\n\n- api_key: '{}'\n", secret()));
    write(folder.path(), "c.env", line().replace("q8", "r8"));
    let told = told(&scan(), folder.path());
    let prints: Vec<String> = told.findings.iter().map(|finding| finding.fingerprint().to_string()).collect();
    assert_eq!(prints[0], prints[1]);
    assert_ne!(prints[0], prints[2]);
    assert_eq!(prints[0].len(), 32);
    // A baseline keeps them: they must never change without a reason.
    assert_eq!(prints[0], "cb5a4601b4b64705b93c96ee283f8c88");
    let keyed = scan().with_fingerprint_key(FingerprintKey::from_bytes(&[7; 32]));
    assert_ne!(read(&keyed, "a", line().as_bytes())[0].fingerprint().to_string(), prints[0]);
}

#[test]
fn a_value_in_an_encoding_has_the_fingerprint_of_the_value() {
    let plain = read(&scan(), "a", line().as_bytes());
    let hex: String = line().trim_end().bytes().map(|byte| format!("{byte:02x}")).collect();
    let found = read(&scan(), "a", format!("data: {hex}\n").as_bytes());
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!((found.layers(), found.context()), (&[Layer::Hex][..], "data: 6170695f6b65793d22[…]"));
    assert_eq!(found.fingerprint(), plain[0].fingerprint());
}

#[test]
fn suppressed_ones_are_told_with_their_reason_where_that_is_asked_for() {
    let text = format!("{} # reticent:allow\n", line().trim_end());
    assert!(read(&scan(), "a", text.as_bytes()).is_empty());
    let found = read(&scan().with_suppressed(), "a", text.as_bytes());
    assert_eq!(found[0].suppressed(), Some(Reason::Allowed));
    assert_eq!(found[0].context(), "api_key=\"[…]\" # reticent:allow");
}

#[test]
fn confidence_and_rules_choose_what_is_told() {
    let text = format!("{}db_password={}\n", line(), secret());
    let ids = |scan| -> Vec<String> {
        read(&scan, "a", text.as_bytes()).iter().map(|finding| finding.rule().id().to_owned()).collect()
    };
    assert_eq!(ids(scan()), ["generic.secret", "generic.password"]);
    assert_eq!(ids(scan().with_min_confidence(0.999)), [""; 0]);
    assert_eq!(ids(scan().with_selection(Selection::default().with("generic.secret"))), ["generic.secret"]);
    assert_eq!(
        ids(scan().with_selection(Selection::default().without("generic.secret"))),
        ["generic.password"]
    );
    assert_eq!(ids(scan().with_selection(Selection::default().without("generic"))), [""; 0]);
}

#[test]
fn a_file_of_json_has_pointers_however_large_it_is() {
    let item = |at: usize| format!(r#"{{"a/b":[{{"x~y":1,"api_key":"{}"}}],"at":{at}}}"#, secret());
    for filler in [0, 3 << 20] {
        let text = format!(r#"{{"fill":"{}","items":[{},{}]}}"#, " ".repeat(filler), item(0), item(1));
        let folder = tree(&[]);
        write(folder.path(), "a.json", &text);
        let told = told(&scan(), folder.path());
        let pointers: Vec<_> = told.findings.iter().map(|finding| finding.pointer().unwrap()).collect();
        assert_eq!(pointers, ["/items/0/a~1b/0/api_key", "/items/1/a~1b/0/api_key"], "{filler}");
    }
}

#[test]
fn each_line_of_json_is_a_document_of_its_own() {
    let text = format!("{{\"id\":1}}\n{{\"user\":{{\"api_key\":\"{}\"}}}}\n", secret());
    assert_eq!(read(&scan(), "log.jsonl", text.as_bytes())[0].pointer(), Some("/user/api_key"));
    assert_eq!(read(&scan(), "log.txt", text.as_bytes())[0].pointer(), None);
}

#[test]
fn a_pointer_shows_no_secret_that_is_a_key() {
    let key = ["gh", "p_", "aQ8Zt0vLw2nXc5Rb7TkPy3mJd9Hs1G"].concat();
    let token = key.clone() + &checksum(&key[4..]);
    let text = format!(r#"{{"users":{{"{token}":{{"api_key":"{}"}}}}}}"#, secret());
    let found = read(&scan(), "a.json", text.as_bytes());
    let pointers: Vec<_> = found.iter().map(|finding| finding.pointer().unwrap()).collect();
    assert_eq!(pointers, ["/users", "/users/[…]/api_key"]);
}

/// The last six characters of a token of GitHub: CRC-32 (IEEE 802.3) in base 62.
fn checksum(body: &str) -> String {
    let crc = !body.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    let digit = |place: u32| {
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        char::from(digits[(crc / 62_u32.pow(place) % 62) as usize])
    };
    (0..6).rev().map(digit).collect()
}

#[test]
fn a_line_without_an_end_is_no_special_case() {
    let is_long = std::env::var_os("RETICENT_TEST_LONG").is_some();
    let length: u64 = if is_long { 1 << 30 } else { 24 << 20 };
    let assignment = format!(" api_key={} ", secret());
    let text = Endless { assignment: assignment.into_bytes(), at: 0, length };
    let mut places = Vec::new();
    let coverage = scan().reader("one-line", text, |event| {
        if let reticent_scan::Event::Finding(finding) = event {
            places.push((finding.line(), finding.bytes().start % (1 << 20), finding.context().to_owned()));
        }
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!((coverage.bytes(), places.len() as u64), (length, length >> 20));
    let context = format!("…{} api_key=[…] {}…", ".".repeat(71), ".".repeat(79));
    assert!(places.iter().skip(1).all(|place| *place == (1, 9, context.clone())), "{:?}", places.last());
    assert!(peak() < 64 << 10, "{} KiB", peak());
}

/// A line with a secret at each mebibyte.
struct Endless {
    assignment: Vec<u8>,
    at: u64,
    length: u64,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = (self.length - self.at).min(buffer.len() as u64) as usize;
        for byte in &mut buffer[..count] {
            *byte = *self.assignment.get((self.at % (1 << 20)) as usize).unwrap_or(&b'.');
            self.at += 1;
        }
        Ok(count)
    }
}

/// The most memory that this process has used, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a line");
    line.split_ascii_whitespace().nth(1).and_then(|count| count.parse().ok()).expect("a number")
}
