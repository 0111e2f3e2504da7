//! A field of a record that is stored encrypted.
//!
//! The decision: the type holds ciphertext and nothing else, so nothing that serialises, logs or clones a record ever
//! meets the value; opening it is a call of its own, which needs a sealer and the context of the row. The cost is that
//! a record is opened field by field.

use std::fmt;
use std::str::FromStr;

use reticent_core::Secret;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize as _;

use crate::context::Context;
use crate::error::Error;
use crate::sealer::{Sealed, Sealer};

/// An encrypted value as a field of a record: `rt1` text, or a Fernet token that Python wrote.
///
/// With serde it is its text. A text that is neither is refused and never repeated, since it may be a value that
/// nobody encrypted.
///
/// ```
/// use reticent_crypto::{Context, EncryptedField, Key, Keyring, Sealer};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Debug)]
/// struct Account {
///     id: u64,
///     token: EncryptedField,
/// }
///
/// let sealer = Sealer::new(Keyring::of("k1".parse()?, Key::generate()?)?);
/// let row = |id: u64| Context::new("accounts").with("column", "token").with("id", id.to_string());
/// let account = Account { id: 42, token: EncryptedField::seal(&sealer, &row(42), b"correct horse")? };
///
/// let stored = serde_json::to_string(&account)?; // {"id":42,"token":"rt1.k1.…"}
/// let account: Account = serde_json::from_str(&stored)?;
/// assert_eq!(account.token.open(&sealer, &row(account.id))?.len(), 13);
/// assert!(account.token.open(&sealer, &row(43)).is_err());
/// assert!(serde_json::from_str::<Account>(r#"{"id":1,"token":"in clear"}"#).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EncryptedField(String);

impl EncryptedField {
    /// Encrypts a value for this context under the primary key.
    ///
    /// # Errors
    /// As [`Sealer::seal`].
    pub fn seal(sealer: &Sealer, context: &Context, plaintext: &[u8]) -> Result<Self, Error> {
        sealer.seal(context, plaintext).map(Self)
    }

    /// Decrypts the value; a Fernet token has no context, so any is right for it.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn open(&self, sealer: &Sealer, context: &Context) -> Result<Secret, Error> {
        match self.0.starts_with(Sealed::PREFIX) {
            true => sealer.open(context, &self.0),
            false => sealer.open_fernet(&self.0),
        }
    }

    /// Encrypts the value anew under the primary key, if it is not encrypted so already.
    ///
    /// # Errors
    /// As [`Sealer::rewrap`].
    pub fn rewrap(&self, sealer: &Sealer, context: &Context) -> Result<Self, Error> {
        sealer.rewrap(context, &self.0).map(Self)
    }

    /// Returns the ciphertext, which may be stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a ciphertext; what is none is [`Error::Malformed`].
impl FromStr for EncryptedField {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if Sealed::is_one(text) { Ok(Self(text.to_owned())) } else { Err(Error::Malformed) }
    }
}

/// How it is encrypted, and nothing of it.
impl fmt::Debug for EncryptedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match crate::text::parse(&self.0) {
            Some((id, _)) => write!(f, "EncryptedField(rt1.{id}.…)"),
            None => f.write_str("EncryptedField(Fernet)"),
        }
    }
}

impl Serialize for EncryptedField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EncryptedField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for text, a format of people tells what it met instead, and repeats it.
        match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(Text),
            false => deserializer.deserialize_str(Text),
        }
    }
}

/// Takes text alone; every refusal is ours, since serde's own repeat what they met.
struct Text;

macro_rules! refuse {
    ($($visit:ident($($type:ty)?)),+ $(,)?) => {
        $(fn $visit<E: serde::de::Error>(self $(, _: $type)?) -> Result<EncryptedField, E> {
            Err(refusal())
        })+
    };
}

impl<'de> Visitor<'de> for Text {
    type Value = EncryptedField;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sealed value (rt1) or a Fernet token")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<EncryptedField, E> {
        text.parse().map_err(|_| refusal())
    }

    fn visit_string<E: serde::de::Error>(self, mut text: String) -> Result<EncryptedField, E> {
        if Sealed::is_one(&text) {
            return Ok(EncryptedField(text));
        }
        text.zeroize();
        Err(refusal())
    }

    refuse!(
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
        visit_char(char),
        visit_bytes(&[u8]),
    );
}

fn refusal<E: serde::de::Error>() -> E {
    E::custom(
        "expected a sealed value (rt1) or a Fernet token; what is there is withheld, it may be in clear",
    )
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer as _;
    use serde::de::value::{Error as ValueError, StringDeserializer};

    use super::*;
    use crate::{Key, KeyId, Keyring};

    fn sealer() -> Sealer {
        let id: KeyId = "k1".parse().expect("an id");
        Sealer::new(Keyring::of(id, Key::generate().expect("randomness")).expect("a keyring"))
    }

    #[test]
    fn a_field_opens_in_its_context_alone_and_after_any_journey() {
        let (sealer, context) = (sealer(), Context::new("rows").with("id", "1"));
        for value in [&b""[..], b"x", b"\x00\xff", &[7; 70_000]] {
            let field = EncryptedField::seal(&sealer, &context, value).expect("it is sealed");
            let stored = serde_json::to_string(&field).expect("it is text");
            let again: EncryptedField = serde_json::from_str(&stored).expect("it is a field");
            let owned: StringDeserializer<ValueError> = field.as_str().to_owned().into_deserializer();
            assert_eq!((&again, EncryptedField::deserialize(owned)), (&field, Ok(field.clone())));
            assert!(again.open(&sealer, &context).expect("it opens").ct_eq(&Secret::copy_of(value)));
            assert!(matches!(again.open(&sealer, &Context::new("rows")), Err(Error::NotAuthentic)));
        }
    }

    #[test]
    fn a_token_of_python_opens_and_is_moved_to_a_context() {
        let (sealer, context) = (sealer(), Context::new("rows").with("id", "1"));
        let token = sealer.keyring().multi_fernet().and_then(|fernet| fernet.encrypt(b"a value"));
        let field: EncryptedField = token.expect("a token").parse().expect("a field");
        assert!(field.open(&sealer, &context).expect("it opens").ct_eq(&Secret::copy_of(b"a value")));
        let moved = field.rewrap(&sealer, &context).expect("it is moved");
        assert_eq!(format!("{field:?} {moved:?}"), "EncryptedField(Fernet) EncryptedField(rt1.k1.…)");
        assert!(moved.open(&sealer, &context).expect("it opens").ct_eq(&Secret::copy_of(b"a value")));
        assert!(moved.open(&sealer, &Context::new("rows")).is_err());
    }

    #[test]
    fn what_is_in_clear_is_refused_and_never_repeated() {
        for json in [
            r#""hunter2""#,
            r#""rt1.hunter2""#,
            "4242",
            "-4242",
            "42.42",
            "true",
            "null",
            r#"["hunter2"]"#,
            r#"{"hunter2":1}"#,
            r#""""#,
        ] {
            let told = serde_json::from_str::<EncryptedField>(json).expect_err(json).to_string();
            let is_ours = told.contains("a sealed value (rt1) or a Fernet token");
            assert!(is_ours && !told.contains("hunter2") && !told.contains("42"), "{told}");
        }
        let owned: StringDeserializer<ValueError> = "hunter2".to_owned().into_deserializer();
        let told = EncryptedField::deserialize(owned).expect_err("it is in clear").to_string();
        assert!(told.contains("withheld") && !told.contains("hunter2"), "{told}");
    }
}
