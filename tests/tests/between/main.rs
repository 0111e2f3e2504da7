//! The built program between real servers: what each command does there, what it says on bad days, and that a generated
//! policy is exactly what it needs.

mod admin;
mod bad_days;
mod commands;
mod lent;
mod policy;
mod project;
