//! The real servers: that a run has them, that a broken one fails it, and that nothing is left behind.

mod held;
mod people;
mod runs;
mod stage;
