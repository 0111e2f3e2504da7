//! Files, trees and streams: what is read, what is told, and what is left out.

mod findings;
mod ignored;
mod order;
mod strange;
mod support;
mod tree;
