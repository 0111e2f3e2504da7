//! The AWS sources against moto, ministack and scripted answers.

mod agent;
mod conformance;
mod front;
mod iam;
mod reads;
mod rights;
mod support;
mod wire;
