//! From bytes to a Rust value.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use reticent_core::Secret;

use crate::read;
use crate::schema::Kind;

/// A type that is read from one value.
///
/// ```
/// use reticent_config::{Expected, FromValue, Kind};
/// use reticent_config::core::Secret;
///
/// struct Percent(u8);
///
/// impl FromValue for Percent {
///     fn kind() -> Kind {
///         Kind::Whole { least: 0, greatest: 100 }
///     }
///     fn from_value(value: &Secret) -> Result<Self, Expected> {
///         u8::from_value(value).ok().filter(|number| *number <= 100).map(Self).ok_or(Expected)
///     }
/// }
///
/// assert!(Percent::from_value(&Secret::copy_of(b"42")).is_ok_and(|percent| percent.0 == 42));
/// assert!(Percent::from_value(&Secret::copy_of(b"142")).is_err());
/// ```
pub trait FromValue: Sized {
    /// Whether `Debug` of it shows the value, so that it is no place for a secret.
    const SHOWS_VALUE: bool = false;

    /// Returns the form that is expected; a report says it in these words.
    fn kind() -> Kind;

    /// Reads a value.
    ///
    /// # Errors
    /// [`Expected`], which cannot hold what was found: the form of [`kind`](Self::kind) is what is told.
    fn from_value(value: &Secret) -> Result<Self, Expected>;
}

/// A value has another form than was expected. It holds nothing, so that no value can be in it.
///
/// ```
/// use reticent_config::{Expected, FromValue};
/// use reticent_config::core::Secret;
///
/// assert_eq!(u8::from_value(&Secret::copy_of(b"256")), Err(Expected));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "complete: it must not hold anything")]
pub struct Expected;

impl FromValue for Secret {
    fn kind() -> Kind {
        Kind::Secret
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        Ok(value.clone())
    }
}

impl FromValue for String {
    const SHOWS_VALUE: bool = true;

    fn kind() -> Kind {
        Kind::Text
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        text(value).map(str::to_owned)
    }
}

impl FromValue for PathBuf {
    const SHOWS_VALUE: bool = true;

    fn kind() -> Kind {
        Kind::Path
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        text(value).map(Self::from)
    }
}

impl FromValue for bool {
    const SHOWS_VALUE: bool = true;

    fn kind() -> Kind {
        Kind::Flag
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        read::flag(bytes(value)).ok_or(Expected)
    }
}

impl FromValue for f64 {
    const SHOWS_VALUE: bool = true;

    fn kind() -> Kind {
        Kind::Number
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        read::number(bytes(value)).ok_or(Expected)
    }
}

impl FromValue for f32 {
    const SHOWS_VALUE: bool = true;

    fn kind() -> Kind {
        Kind::Number
    }

    #[expect(clippy::cast_possible_truncation, reason = "the nearest number of the smaller type is meant")]
    fn from_value(value: &Secret) -> Result<Self, Expected> {
        f64::from_value(value).map(|number| number as Self)
    }
}

impl FromValue for Duration {
    const SHOWS_VALUE: bool = true;

    fn kind() -> Kind {
        Kind::Duration
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        read::duration(bytes(value)).ok_or(Expected)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    const SHOWS_VALUE: bool = T::SHOWS_VALUE;

    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        read::list(value).ok_or(Expected)?.iter().map(T::from_value).collect()
    }
}

macro_rules! whole_numbers {
    ($as_wide:ident: $($number:ident)*) => {$(
        impl FromValue for $number {
            const SHOWS_VALUE: bool = true;

            fn kind() -> Kind {
                Kind::Whole { least: i128::try_from(Self::MIN).unwrap_or(0), greatest: Self::MAX as u128 }
            }

            fn from_value(value: &Secret) -> Result<Self, Expected> {
                let wide = read::whole(bytes(value)).and_then(read::Whole::$as_wide).ok_or(Expected)?;
                Self::try_from(wide).map_err(|_| Expected)
            }
        }
    )*};
}

whole_numbers!(as_u128: u8 u16 u32 u64 usize u128);
whole_numbers!(as_i128: i8 i16 i32 i64 isize i128);

/// Reads a type by its [`FromStr`]; its own error is dropped, since it may repeat the text.
///
/// # Errors
/// [`Expected`] for what is no UTF-8 text and for what the type refuses.
///
/// ```
/// use std::net::IpAddr;
/// use reticent_config::from_text;
/// use reticent_config::core::Secret;
///
/// assert_eq!(from_text::<IpAddr>(&Secret::copy_of(b"::1")), Ok(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])));
/// ```
pub fn from_text<T: FromStr>(value: &Secret) -> Result<T, Expected> {
    text(value)?.parse().map_err(|_| Expected)
}

macro_rules! by_text {
    ($($type:ty = $what:literal)*) => {$(
        impl FromValue for $type {
            const SHOWS_VALUE: bool = true;

            fn kind() -> Kind {
                Kind::Other($what.to_owned())
            }

            fn from_value(value: &Secret) -> Result<Self, Expected> {
                from_text(value)
            }
        }
    )*};
}

by_text! {
    std::net::IpAddr = "an IP address"
    std::net::Ipv4Addr = "an IPv4 address"
    std::net::Ipv6Addr = "an IPv6 address"
    std::net::SocketAddr = "an IP address with a port"
}

/// A type that is read by its [`FromStr`], for the derive's `from_str`.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "lives for one extraction inside the derive")]
pub struct ByText<T>(pub T);

impl<T: FromStr> FromValue for ByText<T> {
    fn kind() -> Kind {
        let name = std::any::type_name::<T>();
        Kind::Other(format!("what {} accepts", name.rsplit("::").next().unwrap_or(name)))
    }

    fn from_value(value: &Secret) -> Result<Self, Expected> {
        from_text(value).map(Self)
    }
}

/// What a field of type `Option` or `Vec` is made of again, for the derive's `from_str`.
#[doc(hidden)]
pub trait FromVec<T> {
    fn from_vec(entries: Vec<T>) -> Self;
}

impl<T> FromVec<T> for Vec<T> {
    fn from_vec(entries: Vec<T>) -> Self {
        entries
    }
}

impl<T> FromVec<T> for Option<T> {
    fn from_vec(entries: Vec<T>) -> Self {
        entries.into_iter().next()
    }
}

/// Finds the word of an enum; for the derive.
#[doc(hidden)]
pub fn from_words(value: &Secret, words: &[&str]) -> Result<usize, Expected> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    read::choice(bytes(value), &words).ok_or(Expected)
}

fn bytes(value: &Secret) -> &[u8] {
    #[expect(clippy::disallowed_methods, reason = "into the field that the program declared for it")]
    value.expose_bytes()
}

fn text(value: &Secret) -> Result<&str, Expected> {
    std::str::from_utf8(bytes(value)).map_err(|_| Expected)
}
