//! What must hold for any bytes at all.

use reticent::core::{Field, Recognised, Schemes, Secret, SecretName, SecretRef};
use reticent::dotenv::{Document, Mode, ParseOptions, lint, render_entry};
use reticent::setup::Config;

mod crypto;
mod needles;
mod redact;

pub use crypto::{fernet, key_list, keyring, replica, rt1, rtc1};
pub use needles::needles;
pub use redact::redact;

/// A target: it panics when a law is broken.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also its folder in `fuzz/corpus`.
pub const TARGETS: [(&str, Target); 12] = [
    ("configuration", configuration),
    ("dotenv", dotenv),
    ("fernet", fernet),
    ("field", field),
    ("key_list", key_list),
    ("keyring", keyring),
    ("needles", needles),
    ("redact", redact),
    ("reference", reference),
    ("replica", replica),
    ("rt1", rt1),
    ("rtc1", rtc1),
];

/// A `.env` file that parses is rendered byte for byte, and each of its values survives a rendering of its own.
///
/// # Panics
/// When that does not hold.
pub fn dotenv(bytes: &[u8]) {
    drop(lint(bytes));
    drop(Document::parse(bytes, &ParseOptions::default().with_mode(Mode::Compose)));
    let Ok(document) = Document::parse(bytes, &ParseOptions::default()) else { return };
    assert!(
        document.render().into_secret().ct_eq(&Secret::copy_of(bytes)),
        "an unchanged file is rendered as it was"
    );
    for entry in document.entries() {
        let Ok(line) = render_entry(entry.key(), entry.value()) else { continue };
        #[expect(clippy::disallowed_methods, reason = "to the parser under test")]
        let again =
            Document::parse(line.expose_bytes(), &ParseOptions::default()).expect("a rendered line parses");
        assert!(again.get(entry.key()).is_some_and(|value| value.ct_eq(entry.value())), "a value survives");
    }
}

/// A reference that parses reads itself back.
///
/// # Panics
/// When it does not.
pub fn reference(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    drop(SecretName::parse(text));
    if let Recognised::Reference(at) = Schemes::of(["env", "vault", "sealed"]).recognise(text) {
        let again: SecretRef =
            at.spelled().to_string().parse().expect("a reference is written so that it parses");
        assert_eq!(again, at);
    }
}

/// Taking a field out of anything ends, and what is found can be found again.
///
/// # Panics
/// When it cannot.
pub fn field(bytes: &[u8]) {
    let secret = Secret::copy_of(bytes);
    if let Ok(pointer) = Field::parse("/a/0") {
        drop(secret.field(&pointer));
    }
    let Ok(fields) = secret.fields() else { return };
    for (name, value) in &fields {
        let last = fields.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value);
        if let (Ok(key), Some(last)) =
            (Field::parse(&format!("/{}", name.replace('~', "~0").replace('/', "~1"))), last)
        {
            assert!(
                secret.field(&key).is_ok_and(|found| found.ct_eq(last)),
                "the last of equal names counts"
            );
        }
        drop(value.fields());
    }
}

/// Any text is a configuration or an error with a place.
///
/// # Panics
/// When the error has none.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = Config::parse(text, "/reticent.toml") {
        let (line, column) = error.place().expect("an error in a text has its place");
        assert!(line >= 1 && column >= 1);
    }
}
