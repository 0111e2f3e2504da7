//! The laws of the resolver, one module a subject.

mod breaker;
mod build;
mod cache;
mod chain;
mod flight;
mod handle;
mod hooks;
mod keep_fresh;
mod lease_ends;
mod leases;
mod logins;
mod many;
mod retry;
mod secrecy;
mod support;
mod with_fresh;
