//! The AWS sources against moto, ministack and scripted answers.

mod conformance;
mod front;
mod reads;
mod support;
