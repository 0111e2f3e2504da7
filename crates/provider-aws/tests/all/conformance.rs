//! Every law of the testkit over the sources.

mod agent;
mod ministack;
mod moto;
mod parameters;
