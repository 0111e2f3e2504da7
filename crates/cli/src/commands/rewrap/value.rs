//! One value, from standard input or a file, under the key that is primary.

use reticent::core::Visible;
use reticent::crypto::{Sealed, SealedSource, Sealer};

use super::RewrapArgs;
use crate::commands::crypto::{
    Ciphertext, Interrupt, Mode, Source, Target, failed, failed_in, no_ciphertext, of_other_mode, primary,
};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

pub(super) fn run(args: &RewrapArgs, context: &Context) -> Result<Exit> {
    let target = Target::of(args.out.as_deref(), context);
    target.check()?;
    let setup = context.setup()?;
    let keyring = args.keyring.open(&setup, context)?;
    let key = primary(&keyring).map_err(|error| failed(&error))?;
    let interrupt = Interrupt::of(&target);
    let mut source = Source::open(args.input.as_deref(), context, &interrupt)?;
    let (_, Some(text)) = source.begin()? else { return Err(is_file(source.name())) };
    let text = &*args.compat.text_of(&text);
    let sealer = Sealer::new(keyring).with_compat(args.compat.get());
    let (text, mode) = match reference(text) {
        Some((sealed, field)) => {
            let anew = of_reference(args, &sealer, sealed, source.name())?;
            (format!("{}:{anew}{field}", SealedSource::SCHEME), Mode::Aes256)
        }
        None => anew(args, &sealer, text, source.name())?,
    };
    if args.dry_run {
        context.output.say(format!("{}: would be under \"{key}\"", Visible(source.name())));
        return Ok(Exit::Fine);
    }
    Ciphertext { text, mode, key }.deliver(&target, &interrupt, context)?;
    Ok(Exit::Fine)
}

/// Takes a reference apart: its ciphertext, and the field with what separates it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix(SealedSource::SCHEME)?.strip_prefix(':')?;
    Some(text.split_at(text.find('#').unwrap_or(text.len())))
}

/// A reference has the context of all references, and stays one.
fn of_reference(args: &RewrapArgs, sealer: &Sealer, sealed: &str, name: &str) -> Result<String> {
    if !args.belonging.is_empty() {
        return Err(Failure::usage("a reference (sealed:) has a context of its own")
            .with_hint("leave --context and --purpose"));
    }
    match (sealer.inspect(sealed), args.mode) {
        (Some(Sealed::Key(_)), Mode::Aes256) => {
            sealer.rewrap(&SealedSource::context(), sealed).map_err(|error| failed_in(name, &error))
        }
        (Some(Sealed::Key(_)), Mode::Fernet) => Err(of_other_mode(name, "a sealed reference", Mode::Fernet)),
        _ => Err(no_ciphertext(name)),
    }
}

fn anew(args: &RewrapArgs, sealer: &Sealer, text: &str, name: &str) -> Result<(String, Mode)> {
    let told = |error| failed_in(name, &error);
    match (sealer.inspect(text), args.mode) {
        (Some(Sealed::Key(_)), Mode::Fernet) => {
            Err(of_other_mode(name, "a sealed value (rt1)", Mode::Fernet))
        }
        (Some(Sealed::Fernet(_)), Mode::Fernet) => {
            Ok((sealer.rewrap_fernet(text).map_err(told)?, Mode::Fernet))
        }
        (Some(_), _) => Ok((sealer.rewrap(&args.belonging.context()?, text).map_err(told)?, Mode::Aes256)),
        (None, _) => Err(no_ciphertext(name)),
    }
}

fn is_file(name: &str) -> Failure {
    Failure::usage(format!("{}: it is a sealed file (RTC1), and no value", Visible(name)))
        .with_hint("reticent rewrap PATH takes sealed files of any size, in place")
}
