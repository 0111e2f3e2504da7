//! Server-sent events, and the texts that language models send in pieces.

mod decisions;
mod forms;
mod laws;
