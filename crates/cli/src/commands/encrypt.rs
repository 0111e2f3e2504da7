//! `encrypt`: a value as text, or a file of any size.

use std::io::Write;
use std::path::PathBuf;

use reticent::core::Secret;
use reticent::crypto::{Keyring, SealedSource, Sealer};

use super::crypto::{
    BelongingArgs, Broken, Ciphertext, Flow, Holds, Interrupt, KeyringArgs, Mode, Progress, Source, Stdout,
    Target, Unit, VALUE_LIMIT, failed, into_file, pass, primary,
};
use crate::arguments::count;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  printf %s \"$VALUE\" | reticent encrypt --context table=users --context id=42
  reticent encrypt --in backup.tar --out backup.tar.rtc
  pg_dump app | reticent encrypt --binary --out app.sql.rtc
  printf %s \"$VALUE\" | reticent encrypt --mode fernet     for Python
  printf %s \"$VALUE\" | reticent encrypt --reference       to stand in reticent.toml or .env

Every byte of standard input counts, also a newline at the end.";

/// Encrypts a value or a file under the key that is primary
///
/// A value of up to 16 MiB becomes one line, `rt1.<key>.<base64url>` or a Fernet token; a file becomes a file of about
/// the same size. Nothing of it opens with another key, in another context, changed or cut.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EncryptArgs {
    /// How it is encrypted
    #[arg(long, value_enum, value_name = "MODE", default_value_t = Mode::Aes256)]
    mode: Mode,
    #[command(flatten)]
    belonging: BelongingArgs,
    /// Reads this file instead of standard input
    #[arg(long = "in", id = "in", value_name = "FILE")]
    input: Option<PathBuf>,
    /// Writes this file, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Makes a binary file of any size (RTC1), as --in and --out together do
    #[arg(long)]
    binary: bool,
    /// Makes a reference, `sealed:rt1…`, to stand in reticent.toml or .env in the place of the value
    #[arg(long, conflicts_with_all = ["binary", "context", "purpose"])]
    reference: bool,
    /// Pads a value to a multiple of N bytes, so that its length tells less
    #[arg(long, value_name = "N", value_parser = count)]
    padding: Option<usize>,
    /// Says what would be written, and writes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(crate) fn run(args: &EncryptArgs, context: &Context) -> Result<Exit> {
    let is_file = args.mode == Mode::Aes256 && args.input.is_some() && args.out.is_some();
    let is_binary = args.binary || is_file && !args.reference;
    refuse(args, is_binary, context)?;
    let target = Target::of(args.out.as_deref(), context);
    target.check()?;
    let setup = context.setup()?;
    let keyring = args.keyring.open(&setup, context)?;
    let primary = primary(&keyring).map_err(|error| failed(&error))?;
    if args.dry_run {
        let place = args.out.as_ref().map_or("standard output".to_owned(), |path| path.display().to_string());
        context.output.say(format!("would encrypt under \"{primary}\" into {place}"));
        return Ok(Exit::Fine);
    }
    let interrupt = Interrupt::of(&target);
    let source = Source::open(args.input.as_deref(), context, &interrupt)?;
    if is_binary {
        return binary(args, Sealer::new(keyring), source, &target, &interrupt, context);
    }
    let text = value(args, keyring, source)?;
    Ciphertext { text, mode: args.mode, key: primary }.deliver(&target, &interrupt, context)?;
    Ok(Exit::Fine)
}

/// Refuses what does not go together.
fn refuse(args: &EncryptArgs, is_binary: bool, context: &Context) -> Result<()> {
    if args.mode == Mode::Fernet {
        args.belonging.refuse_for_fernet()?;
        if args.reference {
            return Err(Failure::usage("a reference holds a sealed value (rt1), and no Fernet token")
                .with_hint("leave --reference, or --mode fernet"));
        }
        if args.binary || args.padding.is_some() {
            return Err(Failure::usage("Fernet has one form, without padding of ours")
                .with_hint("leave --binary and --padding, or --mode fernet"));
        }
    }
    if is_binary && args.padding.is_some() {
        return Err(Failure::usage("--padding is for values, and a file is binary")
            .with_hint("leave --padding, or pipe the value"));
    }
    if is_binary && args.out.is_none() && !args.dry_run && context.output.stdout_is_terminal() {
        return Err(Failure::usage("a binary file is not shown on a terminal")
            .with_hint("write it with --out FILE, or let a pipe receive it"));
    }
    Ok(())
}

fn value(args: &EncryptArgs, keyring: Keyring, mut source: Source) -> Result<String> {
    let plaintext: Secret = source.read_whole("value", VALUE_LIMIT)?;
    #[expect(clippy::disallowed_methods, reason = "to be encrypted")]
    let bytes = plaintext.expose_bytes();
    let sealed = match args.mode {
        Mode::Fernet => keyring.multi_fernet().and_then(|fernet| fernet.encrypt(bytes)),
        Mode::Aes256 => {
            let sealer = Sealer::new(keyring).with_padding(args.padding.unwrap_or(1));
            match args.reference {
                true => SealedSource::reference(&sealer, bytes),
                false => sealer.seal(&args.belonging.context()?, bytes),
            }
        }
    };
    sealed.map_err(|error| failed(&error))
}

fn binary(
    args: &EncryptArgs,
    sealer: Sealer,
    mut source: Source,
    target: &Target,
    interrupt: &Interrupt,
    context: &Context,
) -> Result<Exit> {
    let belonging = args.belonging.context()?;
    let mut progress = Progress::new("encrypting", Unit::Bytes, context.output);
    let total = source.size();
    let name = source.name().to_owned();
    let mut through = |sink: &mut dyn Write| -> std::result::Result<u64, Broken> {
        let mut encryptor = sealer.encryptor(&belonging, sink).map_err(Broken::Writing)?;
        let flow = Flow { progress: &mut progress, total, interrupt };
        let done = pass(&mut source, &mut encryptor, flow)?;
        encryptor.finish().map_err(Broken::Writing)?;
        Ok(done)
    };
    match target {
        Target::File(path) => {
            into_file(path, Holds::Ciphertext, interrupt, context, |file| {
                let told = path.to_string_lossy();
                through(file).map(drop).map_err(|broken| broken.into_failure(&name, &told, interrupt))
            })?;
        }
        Target::Stdout => through(&mut Stdout::open()?)
            .map(drop)
            .or_else(|broken| broken.into_stdout_failure(&name, interrupt))?,
    }
    Ok(Exit::Fine)
}
