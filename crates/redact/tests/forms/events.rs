//! The events of `tracing`, in the forms that its subscriber writes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use reticent_core::Secret;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::MakeWriter;

use crate::form::redactor;

/// Keeps each write apart.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

impl Sink {
    fn writes(&self) -> Vec<String> {
        self.0.lock().expect("no test panics with it").clone()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        self.0.lock().expect("no test panics with it").push(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An event, and one more, with values wherever there is room for one.
fn log() {
    let error = io::Error::other("no login as me:plum-Garden-42!");
    let login = tracing::info_span!("login", password = "plum-Garden-42!", user = "me");
    let _entered = login.enter();
    tracing::info!(
        token = "plum-Garden-42!",
        url = "https://x/?q=plum-Garden-42%21",
        "token {}",
        "plum-Garden-42!"
    );
    tracing::error!(error = ?error, cause = %error, bytes = ?b"plum-Garden-42!", "failed at stone-bridge");
}

fn check(sink: &Sink, form: &str, spans: usize) {
    let writes = sink.writes();
    assert_eq!(writes.len(), 2, "{form}: {writes:?}");
    // In the fields and the message, and in the span; bytes as an array of numbers are no promised spelling.
    for (write, masks) in writes.iter().zip([3, 2]) {
        assert!(
            write.ends_with('\n') && !write.contains("Garden") && !write.contains("stone"),
            "{form}: {write}"
        );
        assert_eq!(write.matches("[REDACTED:TOKEN]").count(), masks + spans, "{form}: {write}");
    }
    assert!(writes[1].contains("failed at [REDACTED:HOST]"), "{form}: {writes:?}");
}

#[test]
fn each_form_of_an_event_is_masked_in_one_write() {
    let sink = Sink::default();
    let writer = || {
        let sink = sink.clone();
        redactor().make_writer(move || sink.clone())
    };
    let taken = |form: &str, spans: usize| {
        check(&sink, form, spans);
        sink.0.lock().expect("no test panics with it").clear();
    };
    let builder = || tracing_subscriber::fmt().without_time();
    with_default(builder().with_ansi(false).with_writer(writer()).finish(), log);
    taken("full", 1);
    with_default(builder().with_ansi(true).with_writer(writer()).finish(), log);
    taken("coloured", 1);
    with_default(builder().compact().with_ansi(false).with_writer(writer()).finish(), log);
    taken("compact", 1);
    with_default(builder().pretty().with_writer(writer()).finish(), log);
    taken("pretty", 1);
    with_default(builder().json().with_writer(writer()).finish(), log);
    let events = sink.writes();
    // The span, and the list of spans.
    taken("json", 2);
    for event in events {
        let event: serde_json::Value = serde_json::from_str(&event).expect("it stays JSON");
        assert_eq!(event["span"]["password"], "[REDACTED:TOKEN]");
    }
}

#[test]
fn a_full_event_is_written_in_full() {
    let sink = Sink::default();
    let (made, redactor) = (sink.clone(), redactor());
    let writer = redactor.make_writer(move || made.clone());
    let subscriber = tracing_subscriber::fmt().without_time().with_ansi(false).with_writer(writer).finish();
    with_default(subscriber, || {
        tracing::warn!(token = "plum-Garden-42!", "first");
        redactor.values().learn("LATE", &Secret::copy_of(b"a late value"));
        tracing::warn!(target: "other", "a late value");
    });
    let want = [" WARN forms::events: first token=\"[REDACTED:TOKEN]\"\n", " WARN other: [REDACTED:LATE]\n"];
    assert_eq!(sink.writes(), want);
}

#[test]
fn an_event_in_pieces_is_one_write_and_no_value_is_found_across_two() {
    let sink = Sink::default();
    let made = sink.clone();
    let writers = redactor().make_writer(move || made.clone());
    let mut event = writers.make_writer();
    for piece in ["token plum-", "Gar", "den-42!", "\nplum-"] {
        event.write_all(piece.as_bytes()).expect("memory takes it");
        event.flush().expect("it does nothing");
    }
    assert_eq!(sink.writes(), Vec::<String>::new());
    drop(event);
    assert_eq!(sink.writes(), ["token [REDACTED:TOKEN]\nplum-"]);
    writers.make_writer().write_all(b"Garden-42!\n").expect("memory takes it");
    assert_eq!(sink.writes()[1..], ["Garden-42!\n"]);
    drop(writers.make_writer());
    assert_eq!(sink.writes().len(), 2, "an event without text is none");
}
