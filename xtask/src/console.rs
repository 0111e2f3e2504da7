//! Where the tool talks: the terminal, or a buffer that a test reads.
//!
//! All talk goes to standard output, in order, because the talk *is* this program's product.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// A place to write lines to; clones share it.
#[derive(Clone, Debug)]
pub struct Console {
    memory: Option<Arc<Mutex<String>>>,
}

impl Console {
    /// Writes to the program's standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self { memory: None }
    }

    /// Keeps everything in memory, for [`Console::text`].
    #[must_use]
    pub fn memory() -> Self {
        Self { memory: Some(Arc::default()) }
    }

    /// Writes one line.
    pub(crate) fn line(&self, line: &str) {
        match &self.memory {
            Some(memory) => {
                let mut text = memory.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(line);
                text.push('\n');
            }
            // A closed pipe (`cargo xtask lint | head`) is no reason to stop checking.
            None => drop(writeln!(std::io::stdout().lock(), "{line}")),
        }
    }

    /// Returns what was written so far; empty unless made by [`Console::memory`].
    #[must_use]
    pub fn text(&self) -> String {
        self.memory
            .as_ref()
            .map(|memory| memory.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .unwrap_or_default()
    }

    /// Tells whether colour would be seen.
    pub(crate) fn is_terminal(&self) -> bool {
        self.memory.is_none() && std::io::stdout().is_terminal()
    }
}
