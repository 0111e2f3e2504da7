//! The AWS sources against moto, ministack and scripted answers.

mod agent;
mod conformance;
mod errors;
mod front;
mod iam;
#[cfg(feature = "kms")]
mod kms;
mod parameters;
mod reads;
mod regions;
mod rights;
mod support;
mod wire;
mod writes;
