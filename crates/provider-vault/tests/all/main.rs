//! What the source is held to, on a real OpenBao and, where that shows no failure, on a fake.

mod jwt;
mod raw;
mod support;

mod conformance;
mod connections;
mod errors;
mod leases;
mod logins;
mod reads;
mod refusals;
mod rights;
mod tokens;
#[cfg(feature = "transit")]
mod transit;
mod writes;
