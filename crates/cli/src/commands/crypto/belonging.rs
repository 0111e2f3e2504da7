//! What a ciphertext belongs to, from the command line.

use reticent::crypto::Context;

use crate::failure::{Failure, Result};

/// What is bound into a ciphertext; it is stored nowhere.
#[derive(clap::Args, Debug)]
pub(crate) struct BelongingArgs {
    /// Binds the ciphertext to this, such as row_id=42; may be given again, and opens with the same alone
    #[arg(long, value_name = "K=V", value_parser = pair)]
    context: Vec<(String, String)>,
    /// Binds the ciphertext to this purpose, as `Context::new(NAME)` of the library does
    #[arg(long, value_name = "NAME")]
    purpose: Option<String>,
}

impl BelongingArgs {
    pub(crate) fn is_empty(&self) -> bool {
        self.context.is_empty() && self.purpose.is_none()
    }

    /// Returns the context. A name that is given twice is refused, since one of the two would not count.
    pub(crate) fn context(&self) -> Result<Context> {
        let mut names: Vec<&str> = self.context.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Failure::usage("--context: a name is given twice"));
        }
        let context = Context::new(self.purpose.as_deref().unwrap_or_default());
        Ok(self.context.iter().fold(context, |context, (name, value)| context.with(name, value)))
    }

    /// Refuses a context for Fernet, which would not hold it.
    pub(crate) fn refuse_for_fernet(&self) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        Err(Failure::usage("Fernet binds no context")
            .with_hint("leave --context and --purpose, or --mode fernet"))
    }
}

/// Reads a pair; the remedy repeats nothing.
fn pair(text: &str) -> std::result::Result<(String, String), &'static str> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or("write NAME=VALUE")
}
