//! What must be true of a value, as data.

use std::fmt;

/// One rule over the value of a setting. `Display` says it as a document would.
///
/// ```
/// use reticent_config::Rule;
///
/// assert_eq!(Rule::MinLen(16).to_string(), "at least 16 characters");
/// assert_eq!(Rule::MinLen(16).as_str(), "min-len");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// At least so many characters.
    MinLen(usize),
    /// At most so many characters.
    MaxLen(usize),
    /// Characters of at least so many of four classes: lower case, upper case, digits, others.
    Classes(u8),
    /// At least so many bits of observed entropy.
    Entropy(u32),
    /// The whole value matches this regular expression; needs the feature `pattern`.
    Pattern(String),
    /// The value is one of these, as written.
    OneOf(Vec<String>),
    /// The value begins so.
    Prefix(String),
    /// A number between two bounds, both included; `None` is no bound.
    Range(Option<f64>, Option<f64>),
    /// An absolute URL with a host.
    Url,
    /// A connection that is encrypted: a URL with TLS, a flag that is on, or a mode that asks for it.
    Tls,
    /// The lowest version of TLS that is allowed is 1.2 or later.
    MinTls,
    /// Neither a placeholder nor a shipped, documented or declared default.
    NotPlaceholder,
    /// A secret as strong as its purpose asks for.
    Strength(Strength),
    /// No other secret has the same value.
    Unique,
    /// The flag is off.
    Off,
}

/// How strong a secret must be, by its purpose.
///
/// ```
/// use reticent_config::Strength;
///
/// assert_eq!(Strength::Password.as_str(), "password");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strength {
    /// A chosen password in production: 16 characters of four classes and 10^12 guesses, or 20 and 10^14.
    Password,
    /// A chosen password elsewhere: 12 characters; 8 are accepted with a warning.
    LenientPassword,
    /// A token or session secret: 128 bits.
    Token,
    /// A key of exactly 32 bytes: raw, hex or base64.
    Key,
}

impl Strength {
    /// Returns the stable token for `reticent.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::LenientPassword => "lenient-password",
            Self::Token => "token",
            Self::Key => "key",
        }
    }

    /// Reads a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Password, Self::LenientPassword, Self::Token, Self::Key];
        all.into_iter().find(|strength| strength.as_str() == text)
    }
}

impl Rule {
    /// Returns the stable token for reports and `reticent.toml`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::MinLen(_) => "min-len",
            Self::MaxLen(_) => "max-len",
            Self::Classes(_) => "classes",
            Self::Entropy(_) => "entropy",
            Self::Pattern(_) => "pattern",
            Self::OneOf(_) => "one-of",
            Self::Prefix(_) => "prefix",
            Self::Range(..) => "range",
            Self::Url => "url",
            Self::Tls => "tls",
            Self::MinTls => "min-tls",
            Self::NotPlaceholder => "not-placeholder",
            Self::Strength(_) => "strength",
            Self::Unique => "unique",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinLen(count) => write!(f, "at least {count} characters"),
            Self::MaxLen(count) => write!(f, "at most {count} characters"),
            Self::Classes(count) => {
                write!(f, "at least {count} of lower case, upper case, digits and other characters")
            }
            Self::Entropy(bits) => write!(f, "at least {bits} bits of entropy"),
            Self::Pattern(pattern) => write!(f, "matches {pattern}"),
            Self::OneOf(words) => write!(f, "one of {}", words.join(", ")),
            Self::Prefix(prefix) => write!(f, "begins with {prefix}"),
            Self::Range(Some(least), Some(greatest)) => write!(f, "from {least} to {greatest}"),
            Self::Range(Some(least), None) => write!(f, "{least} or more"),
            Self::Range(None, Some(greatest)) => write!(f, "{greatest} or less"),
            Self::Range(None, None) => f.write_str("any number"),
            Self::Url => f.write_str("a URL with a scheme and a host"),
            Self::Tls => f.write_str("encrypted with TLS"),
            Self::MinTls => f.write_str("TLS 1.2 or later"),
            Self::NotPlaceholder => f.write_str("not a placeholder and not a default"),
            Self::Strength(Strength::Password) => f.write_str("a strong password of 16 mixed characters"),
            Self::Strength(Strength::LenientPassword) => f.write_str("a password of 12 characters"),
            Self::Strength(Strength::Token) => f.write_str("random, at least 128 bits"),
            Self::Strength(Strength::Key) => f.write_str("a random key of exactly 32 bytes"),
            Self::Unique => f.write_str("equal to no other secret"),
            Self::Off => f.write_str("off"),
        }
    }
}
