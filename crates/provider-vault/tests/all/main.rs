//! What the source is held to, on a real OpenBao and, where that shows no failure, on a fake.

mod raw;
mod support;

mod reads;
mod refusals;
mod writes;
