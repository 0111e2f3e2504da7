//! Everything that is logged, of each level, so that it can be searched.
//!
//! Libraries log through `tracing`, so a subscriber sees what any program that listens would see. It is set for one
//! thread and not for the process, since that belongs to the program. The cost is that what other threads log is not
//! seen; the laws run their source on one.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing_core::dispatcher::{self, DefaultGuard, Dispatch};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};

/// Keeps what is logged on this thread for as long as it lives: events and spans of each level, with all fields.
///
/// ```
/// use reticent_testkit::{Canary, Capture, Logs};
///
/// let logs = Logs::listen();
/// let mut capture = Capture::new();
/// capture.text("the log", &logs.text());
/// assert_eq!(capture.find(&Canary::new()), None);
/// ```
pub struct Logs {
    kept: Arc<Kept>,
    _listening: DefaultGuard,
    // What is undone when this is dropped concerns one thread, so it must not be sent to another.
    _of_this_thread: PhantomData<MutexGuard<'static, ()>>,
}

#[derive(Default)]
struct Kept {
    text: Mutex<String>,
    spans: AtomicU64,
}

impl Logs {
    /// Listens on this thread from now on, in place of whoever did.
    #[must_use]
    pub fn listen() -> Self {
        let kept = Arc::<Kept>::default();
        let listening = dispatcher::set_default(&Dispatch::new(Listener(kept.clone())));
        Self { kept, _listening: listening, _of_this_thread: PhantomData }
    }

    /// Returns all that was logged so far, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        self.kept.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").finish_non_exhaustive()
    }
}

struct Listener(Arc<Kept>);

impl Listener {
    fn keep(&self, line: Line) {
        let mut text = self.0.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&line.0);
        text.push('\n');
    }
}

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line::of(span.metadata());
        span.record(&mut line);
        self.keep(line);
        Id::from_u64(self.0.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.keep(line);
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::of(event.metadata());
        event.record(&mut line);
        self.keep(line);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// One line; texts and errors stand in it as they are, since quoting might hide what is looked for.
struct Line(String);

impl Line {
    fn of(metadata: &Metadata<'_>) -> Self {
        Self(format!("{} {} {}", metadata.level(), metadata.target(), metadata.name()))
    }

    fn add(&mut self, field: &Field, value: impl fmt::Display) {
        self.0.push_str(&format!(" {}={value}", field.name()));
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.add(field, format_args!("{error} {error:?}"));
            next = error.source();
        }
    }
}
