//! How Fernet tokens are read: in their one spelling, or in every spelling that Python takes.

use std::borrow::Cow;

use reticent::core::Secret;
use reticent::crypto::Compat;

/// How tokens of Fernet are read.
#[derive(clap::Args, Debug)]
pub(crate) struct CompatArgs {
    /// Reads Fernet tokens in their one spelling, or as Python does: whatever is not of the alphabet is skipped, and `+`
    /// and `/` are taken for `-` and `_`
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Spelling::Strict)]
    compat: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Spelling {
    Strict,
    Python,
}

impl CompatArgs {
    pub(crate) fn get(&self) -> Compat {
        match self.compat {
            Spelling::Strict => Compat::Strict,
            Spelling::Python => Compat::Python,
        }
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.compat == Spelling::Strict
    }

    /// Returns the text of a ciphertext, without blanks around it. What is no UTF-8 is no ciphertext, unless its bytes
    /// are to be skipped: then something stands for them that is skipped, too.
    pub(crate) fn text_of<'t>(&self, ciphertext: &'t Secret) -> Cow<'t, str> {
        #[expect(clippy::disallowed_methods, reason = "a ciphertext")]
        let bytes = ciphertext.expose_bytes().trim_ascii();
        match (std::str::from_utf8(bytes), self.compat) {
            (Ok(text), _) => text.into(),
            (Err(_), Spelling::Strict) => "".into(),
            (Err(_), Spelling::Python) => String::from_utf8_lossy(bytes),
        }
    }
}
