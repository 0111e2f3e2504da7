//! Every law of the testkit over the sources.

mod agent;
mod elsewhere;
mod ministack;
mod moto;
mod parameters;
