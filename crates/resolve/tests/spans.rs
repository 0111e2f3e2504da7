//! Every call to a backend is a span that says what came of it, and no value.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reticent_core::ErrorKind;
use reticent_resolve::{Resolver, RetryPolicy};
use reticent_testkit::{LeaseTerms, MemorySource};
use tracing_subscriber::fmt::format::FmtSpan;

/// What was written.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
    }
}

#[tokio::test]
async fn each_call_says_what_it_asked_for_and_what_came_of_it_and_no_value() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);

    let memory = MemorySource::new("mem").with("mem://a", "plain-value").with("mem://b", "plain-value");
    memory.lend("mem://db", LeaseTerms::of(Duration::from_secs(60)));
    let resolver = Resolver::builder().source("mem", memory.clone()).retry(RetryPolicy::never());
    let resolver = resolver.build().expect("one source");
    resolver.get("mem://a").await.expect("held");
    assert!(resolver.get("mem://absent").await.is_err());
    assert!(resolver.get_many(&["mem://a", "mem://b", "mem://none"]).await[2].is_err());
    resolver.get("mem://db#password").await.expect("lent");
    memory.fail_next(ErrorKind::AccessDenied, 1);
    assert!(resolver.refresh_now("mem://a").await.is_err());
    resolver.shutdown(Duration::from_secs(1)).await.expect("it is revoked");

    let text = log.text();
    for want in [
        r#"operation="read" place="mem://a" outcome="done" version="1""#,
        r#"operation="read" place="mem://absent" outcome=not found"#,
        r#"operation="read" place="2 places" outcome="1 of 2 done""#,
        r#"operation="lends" place="mem://db#password" outcome="done""#,
        r#"operation="read" place="mem://db" outcome="done""#,
        r#"operation="read" place="mem://a" outcome=access denied"#,
        r#"operation="revoke" place="mem://db" outcome="done""#,
    ] {
        assert!(text.contains(&format!(r#"reticent.backend{{source="mem" {want}"#)), "{want} in\n{text}");
    }
    assert!(!text.contains("plain-value") && !text.contains("pass-1"), "{text}");
}
