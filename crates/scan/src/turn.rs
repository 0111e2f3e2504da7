//! Many workers, one order: what is told comes in the order of the files, whoever is done first.
//!
//! The file whose turn it is tells at once. The others keep what they found until theirs comes; one that has found much
//! waits. So memory does not grow with what is found, and nobody waits for long since the first in turn never does.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::coverage::Coverage;
use crate::event::Event;

/// So many files may be ahead of the one whose turn it is.
const AHEAD: u64 = 1024;

/// Hands out turns and calls `each` in their order.
pub(crate) struct Turn<F> {
    state: Mutex<State<F>>,
    moved: Condvar,
}

struct State<F> {
    each: F,
    /// Whose turn it is.
    head: u64,
    /// What was found by those that are done before their turn.
    done: BTreeMap<u64, Vec<Event>>,
    coverage: Coverage,
}

impl<F: FnMut(Event) -> ControlFlow<()>> Turn<F> {
    pub(crate) fn new(each: F) -> Self {
        let state = State { each, head: 0, done: BTreeMap::new(), coverage: Coverage::default() };
        Self { state: Mutex::new(state), moved: Condvar::new() }
    }

    /// Waits until the file `number` may be begun.
    pub(crate) fn begin(&self, number: u64) -> ControlFlow<()> {
        let state = self
            .moved
            .wait_while(self.lock(), |state| number >= state.head + AHEAD && !state.coverage.was_ended);
        ended(&state.unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells what was found so far in the file `number`, when it is its turn.
    pub(crate) fn tell(&self, number: u64, events: Vec<Event>) -> ControlFlow<()> {
        let state =
            self.moved.wait_while(self.lock(), |state| number != state.head && !state.coverage.was_ended);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let told = state.tell(events);
        self.moved.notify_all();
        told
    }

    /// Tells the rest of what was found in the file `number`, at once or when its turn comes; `count` counts it.
    pub(crate) fn finish(
        &self,
        number: u64,
        events: Vec<Event>,
        count: impl FnOnce(&mut Coverage),
    ) -> ControlFlow<()> {
        let mut state = self.lock();
        count(&mut state.coverage);
        state.done.insert(number, events);
        while let Some(events) = {
            let head = state.head;
            state.done.remove(&head)
        } {
            let told = state.tell(events);
            state.head += 1;
            if told.is_break() {
                break;
            }
        }
        self.moved.notify_all();
        ended(&state)
    }

    /// Lets nobody wait any more.
    pub(crate) fn give_up(&self) {
        self.lock().coverage.was_ended = true;
        self.moved.notify_all();
    }

    pub(crate) fn into_coverage(self) -> Coverage {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).coverage
    }

    /// After a panic of `each` nothing more is told, so that what it left behind does not matter.
    fn lock(&self) -> MutexGuard<'_, State<F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: FnMut(Event) -> ControlFlow<()>> State<F> {
    fn tell(&mut self, events: Vec<Event>) -> ControlFlow<()> {
        ended(self)?;
        for event in events {
            self.coverage.skipped += u64::from(matches!(event, Event::Skipped(_)));
            if (self.each)(event).is_break() {
                self.coverage.was_ended = true;
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}

fn ended<F>(state: &State<F>) -> ControlFlow<()> {
    if state.coverage.was_ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
