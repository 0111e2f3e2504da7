//! A small HTTP server that answers what a test has scripted, for what no real server shows at will.
//!
//! It reads requests, keeps them for the test to look at, and answers in order; the last answer is given for ever. What
//! a request must look like is told per exchange; one that does not is answered with 418 and remembered, so that a
//! client cannot pass by luck. [`cases`] has the answers of services that cannot be had here, each with its source.

pub mod cases;
mod exchange;
mod http;
mod redirect;
mod server;

pub use exchange::{Exchange, Reply};
pub use http::Received;
pub use redirect::Redirect;
pub use server::FakeServer;
