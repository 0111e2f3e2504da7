//! A ciphertext that is one line, on its way out.

use serde_json::json;

use super::{Holds, Interrupt, Mode, Target, into_file};
use crate::app::written;
use crate::context::Context;
use crate::failure::{Failure, Result};

/// A sealed value, a reference or a Fernet token, and what made it.
pub(crate) struct Ciphertext {
    pub(crate) text: String,
    pub(crate) mode: Mode,
    pub(crate) key: String,
}

impl Ciphertext {
    /// Writes it whole into the file, or to standard output: alone for a program, as a line for a person.
    pub(crate) fn deliver(&self, target: &Target, interrupt: &Interrupt, context: &Context) -> Result<()> {
        let Self { text, mode, key } = self;
        match target {
            Target::File(path) => into_file(path, Holds::Ciphertext, interrupt, context, |file| {
                file.write_all(text.as_bytes()).map_err(|error| Failure::file("write", path, &error))
            }),
            Target::Stdout if context.is_json() => {
                let object = json!({
                    "schema": "reticent.encrypted/1", "mode": mode.name(), "key": key, "value": text,
                });
                written(context.output.line(object.to_string()))
            }
            Target::Stdout if context.output.stdout_is_terminal() => written(context.output.line(text)),
            Target::Stdout => written(context.output.data(text.as_bytes())),
        }
    }
}
