//! `get`: one secret.

use reticent::core::Secret;

use super::writing::metadata_json;
use crate::app::written;
use crate::arguments::count;
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::harmless;

const EXAMPLES: &str = "\
Examples:
  reticent get DB_PASSWORD | pbcopy       a pipe receives the value alone
  reticent get --peek 4 API_KEY           the first characters, to compare keys
  reticent get file://db.json#/login/password";

/// Reads one secret
///
/// In a pipe the value's bytes are printed as they are, without a newline. On a terminal the value is shown only with
/// --reveal, or its first characters with --peek.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GetArgs {
    /// A name such as DB_PASSWORD, or a reference such as dotenv://.env#DB_PASSWORD
    #[arg(value_name = "NAME-or-REF")]
    target: String,
    /// Shows the whole value on a terminal, or puts it into the JSON
    #[arg(long, conflicts_with = "peek")]
    reveal: bool,
    /// Shows the first N characters
    #[arg(long, value_name = "N", value_parser = count)]
    peek: Option<usize>,
    /// Reads this version: current, previous, pending or an identifier
    #[arg(long, value_name = "V")]
    version: Option<String>,
}

pub(crate) fn run(args: &GetArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let target = Target::parse(&args.target, &setup)?;
    let secret = context.block_on(read(args, &target, &setup))?;
    context.warn(&setup, &target.places(&setup));
    if let Some(lease) = secret.metadata().lease() {
        let seconds = lease.duration().as_secs();
        context.output.say(format!("{target} is lent for {seconds} seconds, and nobody renews it"));
    }
    let shown = shown(args, &secret)?;
    let output = context.output;
    if context.is_json() {
        written(output.line(metadata_json("reticent.secret/1", &target, &secret, shown.as_deref())?))?;
    } else if let Some(text) = shown {
        written(if output.stdout_is_terminal() {
            // A value may hold what would act on the terminal.
            output.line(&*zeroize::Zeroizing::new(harmless(&text, |kept| matches!(kept, '\n' | '\t'))))
        } else if args.peek.is_some() {
            output.line(&*text)
        } else {
            output.data(text.as_bytes())
        })?;
    } else if output.stdout_is_terminal() {
        written(output.line(format!("{target}: present, from {}", secret.metadata().source())))?;
        output.say("The value is not shown on a terminal; --reveal shows it, a pipe receives it.");
    } else {
        #[expect(clippy::disallowed_methods, reason = "to the pipe, which asked for the value")]
        written(output.data(secret.expose_bytes()))?;
    }
    Ok(Exit::Fine)
}

async fn read(args: &GetArgs, target: &Target, setup: &reticent::setup::Setup) -> Result<Secret> {
    let version = args.version.as_deref().map(reticent::core::Version::parse).transpose()?;
    Ok(match (target, version) {
        (Target::Name(name), None) => setup.resolver().get_name(name).await?,
        (Target::Reference(at), None) => setup.resolver().get_ref(at).await?,
        (Target::Reference(at), Some(version)) => {
            setup.resolver().get_ref(&at.clone().at_version(version)).await?
        }
        (Target::Name(name), Some(version)) => {
            let place = setup.place_of(name).await?;
            setup.resolver().get_ref(&place.at_version(version)).await?
        }
    })
}

/// The text to show, if any is to be shown.
fn shown(args: &GetArgs, secret: &Secret) -> Result<Option<zeroize::Zeroizing<String>>> {
    if !args.reveal && args.peek.is_none() {
        return Ok(None);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "to the screen or the JSON: --reveal or --peek asked for it"
    )]
    let text = secret.expose_text().map_err(|error| {
        Failure::new(Exit::Findings, format!("the value cannot be shown: {error}"))
            .with_hint("let a pipe receive its bytes: reticent get … > FILE")
    })?;
    let all = args.peek.is_none_or(|count| text.chars().count() <= count);
    let mut kept = zeroize::Zeroizing::new(String::with_capacity(text.len() + 3));
    kept.extend(text.chars().take(args.peek.unwrap_or(usize::MAX)));
    if !all {
        kept.push('…');
    }
    Ok(Some(kept))
}
