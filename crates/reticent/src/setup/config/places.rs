//! References and places in the file; what is none may be a value and is not repeated.

use reticent_config::toml::{Item, TomlError};
use reticent_core::{Recognised, Schemes, SecretRef};

/// What stands for the name in a place of the usual order.
const HOLES: [&str; 3] = ["{name}", "{NAME}", "{lower}"];

/// Reads a reference to a secret.
pub(super) fn reference(item: &Item<'_>, schemes: &Schemes) -> Result<SecretRef, TomlError> {
    recognised(item.text()?, item, schemes)
}

/// Checks a place of the usual order: a reference once its holes are filled.
pub(super) fn template(item: &Item<'_>, schemes: &Schemes) -> Result<String, TomlError> {
    let text = item.text()?;
    let filled = HOLES.iter().fold(text.to_owned(), |text, hole| text.replace(hole, "x"));
    if filled == text {
        return Err(
            item.error("no {name}, {NAME} or {lower} in this place, so every secret would be the same")
        );
    }
    recognised(&filled, item, schemes).map(|_| text.to_owned())
}

fn recognised(text: &str, item: &Item<'_>, schemes: &Schemes) -> Result<SecretRef, TomlError> {
    match schemes.recognise(text) {
        Recognised::Reference(reference) => Ok(reference),
        Recognised::Malformed(error) => Err(item.error(format!("not a valid reference: {error}"))),
        Recognised::Value => {
            let written = |scheme: &str| format!("{scheme}{}", if scheme == "sealed" { ":" } else { "://" });
            let known = schemes.iter().map(written).collect::<Vec<_>>().join(", ");
            Err(item.error("not a reference to a secret").with_hint(format!(
                "values do not belong in this file; say where the secret lives with one of {known}"
            )))
        }
    }
}
