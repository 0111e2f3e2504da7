//! The settings as a program meets them: derived types, layers, policies, reports.

mod canary;
mod conditions;
mod declared;
mod documents;
mod layers;
mod policies;
mod support;
mod torture;
mod types;
