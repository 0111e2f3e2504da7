//! Which values are masked: those of files, or those of the project.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use reticent::core::{Secret, Visible};
use reticent::redact::known::{self, KnownError};

use super::super::env::parse_failure;
use super::super::wanted;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::input;

/// A name and its value.
pub(super) type Named = (String, Secret);

/// Reads the values of `files`, or those of the project if there are none, before anything of the text is read.
pub(super) fn values(files: &[PathBuf], context: &Context) -> Result<Vec<Named>> {
    if files.is_empty() {
        return of_project(context);
    }
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    for file in files {
        match of_file(file, context) {
            Ok(values) => all.extend(values),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() { Ok(all) } else { Err(Failure::all(failures)) }
}

fn of_file(file: &Path, context: &Context) -> Result<Vec<Named>> {
    let path = context.folder().join(file);
    if file.as_os_str() == "-" || is_our_input(&path) {
        return Err(Failure::usage("--known-from: standard input is the text that is masked")
            .with_hint("name a file, or in bash what a program prints: --known-from <(PROGRAM)"));
    }
    let text = input::from_file(&path, input::FILE_LIMIT)?;
    #[expect(clippy::disallowed_methods, reason = "to the parser, which keeps values in secrets")]
    let parsed = known::parse(text.expose_bytes());
    let shown = path.to_string_lossy();
    let values = parsed.map_err(|error| match &error {
        KnownError::Dotenv(errors) => parse_failure(&shown, errors),
        _ => Failure::new(Exit::Findings, format!("{}:{error}", Visible(&shown)))
            .with_hint("what begins with { must be one JSON object of names and values"),
    })?;
    if values.is_empty() {
        context.output.say(format!("warning: {} holds no value", Visible(&shown)));
    }
    Ok(values)
}

/// Tells whether a path, such as `/dev/stdin`, is the pipe from which the text comes.
fn is_our_input(path: &Path) -> bool {
    use std::os::fd::AsFd as _;
    let ours =
        io::stdin().as_fd().try_clone_to_owned().and_then(|descriptor| File::from(descriptor).metadata());
    let (Ok(ours), Ok(named)) = (ours, path.metadata()) else { return false };
    let passes_once = named.file_type().is_fifo() || named.file_type().is_socket();
    passes_once && (ours.dev(), ours.ino()) == (named.dev(), named.ino())
}

/// What `run` hands over, but no setting that is declared and no secret.
fn of_project(context: &Context) -> Result<Vec<Named>> {
    let setup = context.setup()?;
    let prepared = context.prepared_over(&setup)?;
    context.block_on(async {
        let declared = prepared.config().declarations().schema();
        let is_secret = |name: &str| declared.find(name).is_none_or(|setting| setting.is_secret());
        let mut wanted = wanted::wanted(&[], &setup).await?;
        wanted.retain(|known| known.is_declared() || is_secret(known.name()));
        let variables = wanted::resolve(&setup, &wanted, |_, _| Ok(())).await?;
        let places: Vec<_> = wanted.iter().flat_map(|known| known.places()).cloned().collect();
        context.warn(&setup, &places);
        let mut all: Vec<Named> =
            variables.into_iter().map(|variable| (variable.name, variable.value)).collect();
        let resolution = prepared.loader().resolve(prepared.schema()).await;
        for (name, value) in resolution.values() {
            let is_new = !all.iter().any(|(_, known)| known.ct_eq(value));
            if is_new && resolution.schema().find(name).is_some_and(|setting| setting.is_secret()) {
                all.push((name.to_owned(), value.clone()));
            }
        }
        if all.is_empty() {
            return Err(Failure::usage("there is nothing to mask: no secret is declared, .env has none, and no --known-from is given")
                .with_hint("name a .env file or a JSON object of names and values: --known-from FILE"));
        }
        Ok(all)
    })
}
