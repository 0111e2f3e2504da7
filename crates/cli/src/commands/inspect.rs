//! `inspect`: what a ciphertext is, without decrypting it.

use std::io::{Cursor, Read};
use std::path::PathBuf;

use base64ct::{Base64Url, Encoding as _};
use reticent::core::{ErrorKind, Secret, Visible};
use reticent::crypto::{KeyId, Keyring, Sealed, Sealer};
use reticent::setup::Setup;
use serde_json::json;

use super::crypto::{
    CompatArgs, Interrupt, KeyringArgs, Mode, Source, TEXT_LIMIT, ago, failed_in, inner, now, size, utc,
};
use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  reticent inspect < value.txt
  reticent inspect --in backup.tar.rtc --json";

/// Says what a ciphertext is: its form, its key, its age, its size
///
/// Nothing is decrypted and no key is needed. With the keyring at hand the state of the key is told, and of a Fernet
/// token which key signed it; without, its time is what anybody may have written.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InspectArgs {
    /// Reads this file instead of standard input
    #[arg(long = "in", id = "in", value_name = "FILE")]
    input: Option<PathBuf>,
    #[command(flatten)]
    compat: CompatArgs,
    #[command(flatten)]
    keyring: KeyringArgs,
}

/// What there is to tell.
struct Seen {
    form: &'static str,
    mode: Mode,
    key: Option<KeyId>,
    state: Option<String>,
    /// Seconds since 1970, of a Fernet token.
    made: Option<u64>,
    bytes: u64,
}

pub(crate) fn run(args: &InspectArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let keyring = keyring(args, &setup, context)?;
    let interrupt = Interrupt::none();
    let mut source = Source::open(args.input.as_deref(), context, &interrupt)?;
    let sealer = Sealer::new(keyring.clone()).with_compat(args.compat.get());
    let mut seen = seen(args, &mut source, &sealer)?;
    let entry = keyring.entries().find(|entry| Some(entry.id()) == seen.key.as_ref());
    seen.state = entry.map(|entry| entry.state().to_string());
    let text = if context.is_json() { document(&seen) } else { lines(&seen) };
    written(context.output.line(text))?;
    Ok(Exit::Fine)
}

/// Opens the keyring if there is one; what is wrong with it is told, and keeps nothing from being inspected.
fn keyring(args: &InspectArgs, setup: &Setup, context: &Context) -> Result<Keyring> {
    let keyrings = args.keyring.unasked(setup, context)?;
    match context.block_on(keyrings.open()) {
        Ok(keyring) => Ok(keyring),
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                context.output.say(format!("warning: no state of a key is told, since {error}"));
            }
            Ok(Keyring::new())
        }
    }
}

fn seen(args: &InspectArgs, source: &mut Source, sealer: &Sealer) -> Result<Seen> {
    let mut start = Vec::with_capacity(64);
    if !source.is_terminal() {
        source.by_ref().take(64).read_to_end(&mut start).map_err(|error| source.failure(&error))?;
    }
    if start.starts_with(b"RTC1") {
        return file(source, &start);
    }
    let text = match source.is_terminal() {
        true => source.read_whole("ciphertext", TEXT_LIMIT)?,
        false => source.read_behind(&start, TEXT_LIMIT)?,
    };
    value(args, &text, sealer).ok_or_else(|| {
        let name = Visible(source.name());
        let forms = "neither a sealed value (rt1) nor a sealed file (RTC1) nor a Fernet token";
        Failure::new(Exit::Findings, format!("{name}: it is no ciphertext of ours: {forms}"))
    })
}

fn file(source: &mut Source, start: &[u8]) -> Result<Seen> {
    let sealed = Sealed::of_file(Cursor::new(start)).map_err(|error| match inner(&error) {
        Some(error) => failed_in(source.name(), error),
        None => source.failure(&error),
    })?;
    let key = if let Sealed::Key(id) = sealed { Some(id) } else { None };
    let bytes = match source.size() {
        Some(size) => size,
        None => {
            let rest = std::io::copy(&mut *source, &mut std::io::sink());
            start.len() as u64 + rest.map_err(|error| source.failure(&error))?
        }
    };
    Ok(Seen { form: "rtc1", mode: Mode::Aes256, key, state: None, made: None, bytes })
}

fn value(args: &InspectArgs, text: &Secret, sealer: &Sealer) -> Option<Seen> {
    let bytes = text.len() as u64;
    let text = &*args.compat.text_of(text);
    Some(match sealer.inspect(text)? {
        Sealed::Key(id) => {
            Seen { form: "rt1", mode: Mode::Aes256, key: Some(id), state: None, made: None, bytes }
        }
        Sealed::Fernet(key) => {
            Seen { form: "fernet", mode: Mode::Fernet, key, state: None, made: time_of(text), bytes }
        }
        _ => return None,
    })
}

/// The time in a token: eight bytes behind the version, as its signer or anybody else wrote them.
fn time_of(token: &str) -> Option<u64> {
    let spelt = token.chars().filter_map(|character| match character {
        '+' => Some('-'),
        '/' => Some('_'),
        other => Some(other).filter(|other| other.is_ascii_alphanumeric() || "-_".contains(*other)),
    });
    let mut bytes = [0; 9];
    Base64Url::decode(spelt.take(12).collect::<String>(), &mut bytes).ok()?;
    Some(u64::from_be_bytes(bytes[1..].try_into().expect("eight bytes")))
}

fn document(seen: &Seen) -> String {
    json!({
        "schema": "reticent.inspect/1",
        "form": seen.form,
        "mode": seen.mode.name(),
        "key": seen.key.as_ref().map(KeyId::as_str),
        "state": seen.state,
        "made": seen.made,
        "age_seconds": seen.made.map(|made| i128::from(now()) - i128::from(made)).and_then(|age| i64::try_from(age).ok()),
        "verified": seen.made.map(|_| seen.key.is_some()),
        "bytes": seen.bytes,
    })
    .to_string()
}

fn lines(seen: &Seen) -> String {
    let form = match seen.form {
        "rt1" => "rt1, a sealed value",
        "rtc1" => "RTC1, a sealed file",
        _ => "a Fernet token",
    };
    let key = match (&seen.key, &seen.state) {
        (Some(key), Some(state)) => format!("{key} ({state})"),
        (Some(key), None) => format!("{key} (not here)"),
        (None, _) => "none that is here".to_owned(),
    };
    let mut lines =
        vec![format!("form  {form}"), format!("mode  {}", seen.mode.name()), format!("key   {key}")];
    if let Some(made) = seen.made {
        let unverified = if seen.key.is_some() { "" } else { ", unverified" };
        lines.push(format!("made  {}, {}{unverified}", utc(made), ago(made, now())));
    }
    lines.push(format!("size  {}", size(seen.bytes)));
    lines.join("\n")
}
