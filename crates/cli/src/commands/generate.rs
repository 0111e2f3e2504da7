//! `generate`: fresh secrets.

use base64ct::{Base64Url, Base64UrlUnpadded, Encoding};
use clap::ValueEnum;
use reticent::core::{Secret, SecretBuffer};
use ring::rand::{SecureRandom, SystemRandom};

use super::writing::{place_to_write, put};
use crate::app::written;
use crate::arguments::count;
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The characters of a password, one class after the other: no quotes, backslash, dollar or blank, so that it survives
/// shells and files, and none of `0 O 1 l I`.
const CLASSES: [&[u8]; 4] =
    [b"abcdefghijkmnopqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"!#%+,-./:=@_~"];

const EXAMPLES: &str = "\
Examples:
  reticent generate token
  reticent generate password --bytes 32 --into DB_PASSWORD
  reticent generate hex --bytes 16 | reticent set file://salt";

/// Makes a fresh secret
///
/// It is printed once, with a newline, or written to --into and not printed.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GenerateArgs {
    /// What to make
    #[arg(value_enum)]
    kind: Kind,
    /// Takes N random bytes (token, hex, session-secret), or N characters (password)
    #[arg(long, value_name = "N", value_parser = count)]
    bytes: Option<usize>,
    /// Writes it to this name or reference instead of printing it
    #[arg(long, value_name = "REF")]
    into: Option<String>,
    /// With --into: replaces another value that is there
    #[arg(long, requires = "into")]
    overwrite: bool,
    /// With --into: says what would be written, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

/// What can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// URL-safe text of 32 random bytes, as Python's secrets.token_urlsafe(32)
    Token,
    /// 32 random bytes in hexadecimal
    Hex,
    /// 24 characters of four classes, none of them easily mistaken
    Password,
    /// A key for Fernet: 32 random bytes in base64url
    FernetKey,
    /// A key for AES-256: 32 random bytes in base64url
    Aes256Key,
    /// 32 random bytes in hexadecimal, as `openssl rand -hex 32`
    SessionSecret,
}

pub(crate) fn run(args: &GenerateArgs, context: &Context) -> Result<Exit> {
    let secret = make(args.kind, args.bytes)?;
    let Some(into) = &args.into else {
        #[expect(clippy::disallowed_methods, reason = "to stdout: what was just made is shown once")]
        written(context.output.data(secret.expose_bytes()).and_then(|()| context.output.data(b"\n")))?;
        return Ok(Exit::Fine);
    };
    let setup = context.setup()?;
    let at = place_to_write(&Target::parse(into, &setup)?, &setup)?;
    setup.can_write(&at)?;
    if !args.overwrite && super::writing::present_at(context, &setup, &at)?.is_some() {
        return Err(Failure::new(Exit::Findings, format!("{at} has a value already"))
            .with_hint("--overwrite replaces it; what uses the old one must learn the new one"));
    }
    put(context, &setup, &at, &secret, args.dry_run)?;
    Ok(Exit::Fine)
}

fn make(kind: Kind, bytes: Option<usize>) -> Result<Secret> {
    let count = bytes.unwrap_or(if kind == Kind::Password { 24 } else { 32 });
    match kind {
        Kind::FernetKey | Kind::Aes256Key if count != 32 => {
            Err(Failure::usage("a key of this kind has 32 bytes, no more and no less"))
        }
        _ if count < 8 => Err(Failure::usage("fewer than 8 would be guessed; ask for more")),
        _ if count > 65_536 => Err(Failure::usage("more than 65536 is no secret; ask for less")),
        Kind::Password => password(count),
        Kind::Hex | Kind::SessionSecret => Ok(hex(&random(count)?)),
        Kind::Token => Ok(base64_url::<Base64UrlUnpadded>(&random(count)?)),
        Kind::FernetKey | Kind::Aes256Key => Ok(base64_url::<Base64Url>(&random(count)?)),
    }
}

fn random(count: usize) -> Result<zeroize::Zeroizing<Vec<u8>>> {
    let mut bytes = zeroize::Zeroizing::new(vec![0; count]);
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::new(Exit::Unavailable, "the system gave no random bytes"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> Secret {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = SecretBuffer::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text.into_secret()
}

fn base64_url<E: Encoding>(bytes: &[u8]) -> Secret {
    let mut text = zeroize::Zeroizing::new(vec![0; E::encoded_len(bytes)]);
    E::encode(bytes, &mut text).expect("the buffer has the encoded length");
    Secret::copy_of(&text)
}

/// Draws characters evenly, and draws again until each class is there: the result stays even over what is allowed.
fn password(count: usize) -> Result<Secret> {
    loop {
        let text = letters(count)?;
        #[expect(clippy::disallowed_methods, reason = "looks for the classes and keeps nothing")]
        let bytes = text.expose_bytes();
        if CLASSES.iter().all(|class| bytes.iter().any(|byte| class.contains(byte))) {
            return Ok(text.into_secret());
        }
    }
}

fn letters(count: usize) -> Result<SecretBuffer> {
    let alphabet = CLASSES.concat();
    // A random byte at or above the largest multiple of the alphabet's length would prefer the first characters.
    let even = 256 / alphabet.len() * alphabet.len();
    let mut text = SecretBuffer::with_capacity(count);
    while text.len() < count {
        for byte in random(count)?.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < even) {
            if text.len() < count {
                text.push(alphabet[byte % alphabet.len()]);
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests look at what was made")]

    use super::*;

    #[test]
    fn each_kind_has_its_form() {
        for (kind, length) in [
            (Kind::Token, 43),
            (Kind::Hex, 64),
            (Kind::Password, 24),
            (Kind::FernetKey, 44),
            (Kind::Aes256Key, 44),
            (Kind::SessionSecret, 64),
        ] {
            let one = make(kind, None).expect("randomness");
            assert_eq!(one.len(), length, "{kind:?}");
            assert!(!one.ct_eq(&make(kind, None).expect("randomness")), "{kind:?}");
        }
    }

    #[test]
    fn a_password_has_all_classes() {
        for _ in 0..200 {
            let password = make(Kind::Password, Some(8)).expect("randomness");
            let bytes = password.expose_bytes();
            assert!(CLASSES.iter().all(|class| bytes.iter().any(|byte| class.contains(byte))));
        }
    }

    #[test]
    fn an_absurd_size_is_refused() {
        for (kind, bytes) in
            [(Kind::Token, 7), (Kind::Hex, 65_537), (Kind::FernetKey, 16), (Kind::Aes256Key, 33)]
        {
            assert!(make(kind, Some(bytes)).is_err(), "{kind:?} {bytes}");
        }
    }
}
