//! The stream as a writer.

use std::io::{self, Write};

use reticent_core::{FingerprintKey, Secret};
use reticent_redact::{Mask, Redactor, Values};

fn redactor() -> Redactor {
    Redactor::new(&[("A", Secret::copy_of(b"plum-Garden-42!"))].into_iter().collect::<Values>())
}

/// Takes so many bytes, then breaks.
struct Full(usize, Vec<u8>);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        self.1.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_dropped_writer_loses_nothing() {
    let mut shown = Vec::new();
    let mut writer = redactor().writer(&mut shown);
    writer.write_all(b"x plum-Gar").expect("a vector takes it");
    writer.flush().expect("a vector takes it");
    drop(writer);
    assert_eq!(shown, b"x plum-Gar");
}

#[test]
fn a_broken_sink_gets_nothing_more() {
    let mut full = Full(4, Vec::new());
    let mut writer = redactor().writer(&mut full);
    let kind = |result: io::Result<()>| result.map_err(|error| error.kind());
    assert_eq!(kind(writer.write_all(b"123456 plum")), Err(io::ErrorKind::StorageFull));
    assert_eq!(kind(writer.write_all(b"-Garden-42!")), Err(io::ErrorKind::StorageFull));
    assert_eq!(kind(writer.flush()), Err(io::ErrorKind::StorageFull));
    assert_eq!(writer.finish().map(|_| ()).map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
    assert_eq!((full.0, full.1), (0, b"1234".to_vec()));
}

#[test]
fn large_and_small_pieces_keep_their_order() {
    let mut writer = redactor().writer(Vec::new());
    let large = "y".repeat(100_000);
    for text in ["a", &large, "b plum-Garden-", "42! c", &large] {
        writer.write_all(text.as_bytes()).expect("a vector takes it");
    }
    let shown = writer.finish().expect("a vector takes it");
    assert_eq!(String::from_utf8(shown).expect("text"), format!("a{large}b [REDACTED:A] c{large}"));
}

/// Takes seven bytes at a time, out of as many pieces.
struct Slow(Vec<u8>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[io::IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, pieces: &[io::IoSlice<'_>]) -> io::Result<usize> {
        let before = self.0.len();
        self.0.extend(pieces.iter().flat_map(|piece| piece.iter()).take(7));
        Ok(self.0.len() - before)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_sink_that_takes_little_at_once_gets_all() {
    let mut writer = redactor().writer(Slow(Vec::new()));
    let large = "y".repeat(20_000);
    for text in ["plum", &large, "plum-Garden-42!", &large, "plum-Gar"] {
        writer.write_all(text.as_bytes()).expect("it takes all");
    }
    let shown = writer.finish().expect("it takes all").0;
    assert_eq!(String::from_utf8(shown).expect("text"), format!("plum{large}[REDACTED:A]{large}plum-Gar"));
}

#[test]
fn a_fingerprint_tells_values_apart_and_is_masked_no_more() {
    let key = FingerprintKey::from_bytes(&[7; 32]);
    let values = Values::new();
    values.learn("A", &Secret::copy_of(b"plum-Garden-42!"));
    values.learn("A", &Secret::copy_of(b"pear-Garden-43!"));
    let redactor = Redactor::new(&values).with_mask(Mask::name().with_fingerprint(key));
    let shown = redactor.redact_text("plum-Garden-42! pear-Garden-43! plum-Garden-42%21").into_owned();
    let marks: Vec<&str> = shown.split(' ').map(|mask| &mask["[REDACTED:A#".len()..mask.len() - 1]).collect();
    assert!(
        marks.iter().all(|mark| mark.len() == 5 && mark.bytes().all(|byte| byte.is_ascii_hexdigit())),
        "{shown}"
    );
    assert_eq!((marks[0] == marks[1], marks[0] == marks[2]), (false, true), "{shown}");
    assert_eq!(redactor.redact_text(&shown), shown);
}

#[test]
fn a_mask_has_a_name_that_is_never_masked_again() {
    let long = "n".repeat(200);
    for (name, want) in [("db/password", "db_password"), ("", "_"), ("å b", "__b"), (&long, &long[..128])] {
        let values: Values = [(name, Secret::copy_of(b"plum-Garden-42!"))].into_iter().collect();
        assert_eq!(Redactor::new(&values).redact_text("plum-Garden-42!"), format!("[REDACTED:{want}]"));
    }
}
