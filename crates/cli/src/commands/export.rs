//! `export`: the secrets of a project, written as another program reads them.

mod delivery;
mod docker;
mod gha;
mod kubernetes;
mod masks;
mod page;
mod quoted;
mod shell;

use std::path::PathBuf;

use reticent::core::Visible;
use reticent::setup::{Known, Setup};

use super::wanted::{self, Variable};
use crate::arguments::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use delivery::Delivery;
use page::{Form, Page, Unfit};

/// Writes all secrets as another program reads them
///
/// They are those that `run` would hand over. Values go to a pipe, or into a file with --out; on a terminal they are
/// shown only with --reveal. If one secret is missing, or is nothing that the format can hold, nothing is written.
///
/// gha: the lines for `::add-mask::` come on stdout, so that the runner masks the values before anything else. The
/// variables go into --out, else they are appended to the file that $GITHUB_ENV names, else they follow on stdout.
#[derive(clap::Args, Debug)]
pub(crate) struct ExportArgs {
    /// The form to write; --json is short for --format json
    #[arg(short, long, value_name = "FORMAT", value_parser = Format::among(&Format::OF_EXPORT))]
    format: Option<Format>,
    /// Writes these secrets only
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    only: Vec<String>,
    /// Writes into this file, whole or not at all, readable by its owner alone
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// With k8s: what the Secret is called [default: reticent]
    #[arg(long, value_name = "NAME", value_parser = kubernetes::name)]
    name: Option<String>,
    /// Shows the values on a terminal
    #[arg(long)]
    reveal: bool,
    /// Says what would be written, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let form = form(args, context)?;
    let delivery = Delivery::of(&form, args.out.as_deref(), context)?;
    delivery.may_show(args.reveal || args.dry_run, context)?;
    let setup = context.setup()?;
    let mut page = Page::begin(form)?;
    let variables = context.block_on(fill(args, context, &setup, &mut page))?;
    for variable in &variables {
        context.output.mention(format!("{}: from {}", variable.name, variable.value.metadata().source()));
    }
    if variables.is_empty() {
        context.output.say("warning: there are no secrets here");
    }
    let page = page.end();
    for note in page.notes() {
        context.output.say(format!("warning: {note}"));
    }
    if args.dry_run {
        for variable in &variables {
            context.output.say(format!("would write {} to {delivery}", Visible(&variable.name)));
        }
        return Ok(Exit::Fine);
    }
    drop(variables);
    delivery.write(&page, context)?;
    Ok(Exit::Fine)
}

/// Reads every secret and writes it on the page; all that cannot be is in one report.
async fn fill(args: &ExportArgs, context: &Context, setup: &Setup, page: &mut Page) -> Result<Vec<Variable>> {
    let wanted = wanted::wanted(&args.only, setup).await?;
    let variables = wanted::resolve(setup, &wanted, |known, variable| {
        page.add(&variable.name, &variable.value).map_err(|unfit| refused(known, unfit))
    })
    .await?;
    let places: Vec<_> = wanted.iter().flat_map(Known::places).cloned().collect();
    context.warn(setup, &places);
    Ok(variables)
}

fn refused(known: &Known, unfit: Unfit) -> Failure {
    Failure::new(Exit::Findings, format!("{}: {}", Visible(known.name()), unfit.problem))
        .with_hint(unfit.hint)
}

/// What was asked for by `--format` and `--json`.
fn form(args: &ExportArgs, context: &Context) -> Result<Form> {
    // The command line may have overruled what a variable says.
    let format = match context.global.format {
        Format::Json => Format::Json,
        other => args.format.unwrap_or(other),
    };
    if context.global.json && !matches!(format, Format::Json | Format::Human) {
        return Err(Failure::usage("not together: --json, --format with another form"));
    }
    if format == Format::Human && !context.global.json {
        return Err(Failure::usage("export has no form for people; name the one to write")
            .with_hint(format!("write --format with one of {}", Format::names(&Format::OF_EXPORT))));
    }
    if args.name.is_some() && format != Format::K8s {
        return Err(Failure::usage("--name is the name of a Kubernetes Secret")
            .with_hint("it goes with --format k8s alone"));
    }
    Ok(match format {
        Format::Dotenv => Form::Dotenv,
        Format::Yaml => Form::Yaml,
        Format::Shell => Form::Shell,
        Format::Docker => Form::Docker,
        Format::K8s => Form::Kubernetes { name: args.name.clone().unwrap_or_else(|| "reticent".to_owned()) },
        Format::Gha => Form::Gha,
        Format::Json | Format::Human | Format::JsonSchema | Format::Markdown => Form::Json,
    })
}
