//! What the commands of encryption have in common: which keyring, what a ciphertext belongs to, where bytes come from
//! and where they go.

mod belonging;
mod ciphertext;
mod compat;
mod failed;
mod files;
mod flow;
mod interrupt;
mod keyring;
mod progress;
mod source;
mod target;
mod time;

pub(super) use belonging::BelongingArgs;
pub(super) use ciphertext::Ciphertext;
pub(super) use compat::CompatArgs;
pub(super) use failed::{failed, failed_in, inner, no_ciphertext, of_other_mode};
pub(super) use files::{found as files, shown};
pub(super) use flow::{Broken, Flow, pass};
pub(super) use interrupt::Interrupt;
pub(super) use keyring::{KeyringArgs, primary, reference, unopened, with_new_passphrase};
pub(super) use progress::{Progress, Unit, size};
pub(super) use source::Source;
pub(super) use target::{Holds, Stdout, Target, into_file};
pub(super) use time::{ago, now, utc};

/// The largest value that is encrypted whole, in memory.
pub(super) const VALUE_LIMIT: usize = 16 << 20;

/// The largest text of such a value: base64 of it, and what stands before and around.
pub(super) const TEXT_LIMIT: usize = 24 << 20;

/// How a ciphertext is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Mode {
    /// As Python's cryptography.fernet has it
    Fernet,
    /// AES-256-GCM with a committed key and a bound context
    Aes256,
}

impl Mode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fernet => "fernet",
            Self::Aes256 => "aes256",
        }
    }
}
