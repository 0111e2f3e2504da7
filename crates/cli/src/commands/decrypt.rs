//! `decrypt`: whatever `encrypt` made, recognised by its form.

mod delivery;
mod opened;

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::time::Duration;

use reticent::crypto::Sealer;

use super::crypto::{BelongingArgs, CompatArgs, Interrupt, KeyringArgs, Mode, Source, Target};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use delivery::{Delivery, Stream};

const EXAMPLES: &str = "\
Examples:
  reticent decrypt --context table=users --context id=42 < value.txt | psql …
  reticent decrypt --in backup.tar.rtc --out backup.tar
  reticent decrypt --mode fernet < token          with ENCRYPTION_KEY, as Python
  reticent decrypt --compat python < token        spelt in any way that Python reads
  reticent decrypt --dry-run --in backup.tar.rtc  is it whole and authentic?";

/// Decrypts what `encrypt` made, or a Fernet token of Python's
///
/// The form is recognised: a value (rt1), a file (RTC1) or a Fernet token. A pipe receives the bytes alone; a file is
/// written whole or not at all, readable by its owner; on a terminal the value is shown with --reveal alone. A pipe gets
/// authentic bytes as they come, so a file whose end is missing is an error after what came before it.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DecryptArgs {
    /// Takes this form alone
    #[arg(long, value_enum, value_name = "MODE")]
    mode: Option<Mode>,
    #[command(flatten)]
    belonging: BelongingArgs,
    /// Reads this file instead of standard input
    #[arg(long = "in", id = "in", value_name = "FILE")]
    input: Option<PathBuf>,
    /// Writes this file, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Refuses a Fernet token that is older than this, or more than a minute from the future
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    ttl: Option<u64>,
    #[command(flatten)]
    compat: CompatArgs,
    /// Shows the value on a terminal, or puts it into the JSON
    #[arg(long)]
    reveal: bool,
    /// Decrypts everything and writes nothing: is it authentic?
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(crate) fn run(args: &DecryptArgs, context: &Context) -> Result<Exit> {
    if args.mode == Some(Mode::Fernet) {
        args.belonging.refuse_for_fernet()?;
    }
    if args.mode == Some(Mode::Aes256) && args.ttl.is_some() {
        return Err(Failure::usage("--ttl is for Fernet, whose tokens have a time"));
    }
    if args.mode == Some(Mode::Aes256) && !args.compat.is_strict() {
        return Err(Failure::usage("--compat is for Fernet; a sealed value has one spelling"));
    }
    let target = Target::of(args.out.as_deref(), context);
    target.check()?;
    let setup = context.setup()?;
    let sealer = Sealer::new(args.keyring.open(&setup, context)?).with_compat(args.compat.get());
    let interrupt = Interrupt::of(&target);
    let mut source = Source::open(args.input.as_deref(), context, &interrupt)?;
    let (start, text) = source.begin()?;
    let delivery = Delivery { reveal: args.reveal, dry_run: args.dry_run, target, interrupt, context };
    match text {
        Some(text) => {
            let opened = opened::value(args, &sealer, &text, source.name())?;
            delivery.value(&opened)
        }
        None => {
            opened::refuse_file(args, source.name())?;
            let (name, total) = (source.name().to_owned(), source.size());
            let chained = Cursor::new(start).chain(&mut source);
            let decryptor = sealer.decryptor(&args.belonging.context()?, chained);
            let decryptor = decryptor.map_err(|error| opened::unopened(&name, &error))?;
            let key = decryptor.key_id().clone();
            delivery.stream(Stream { decryptor, key, name, total })
        }
    }
}

fn seconds(text: &str) -> std::result::Result<u64, &'static str> {
    text.parse().map_err(|_| "write a whole number of seconds")
}

impl DecryptArgs {
    fn ttl(&self) -> Option<Duration> {
        self.ttl.map(Duration::from_secs)
    }
}
