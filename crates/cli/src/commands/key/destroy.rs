//! The end of a key, once it is shown that nothing needs it.

use std::path::{Path, PathBuf};

use reticent::crypto::rewrap::{Collection as _, Cover, FileSet, Rewrap, Survey};
use reticent::crypto::{Context as Belonging, KeyId, Sealer};
use reticent::setup::Setup;

use super::change::{change, id, still_encrypting, to_change, unchanged};
use crate::commands::crypto::{KeyringArgs, files, shown};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// How many files are named that still need a key.
const NAMED: usize = 10;

const EXAMPLES: &str = "\
Examples:
  reticent key destroy k1 --proof data/ backups/
  reticent key destroy k1 --force       what needs it is lost, and meant to be";

/// Destroys a retired or compromised key, once files show that none of them needs it
///
/// Name everything that the key may have encrypted, backups as well: what is not named proves nothing, but
/// reticent.toml and .env are looked at in any case. In dumps and archives each value, token and sealed file counts; what
/// is compressed is not looked into. Columns of databases come with the store.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct DestroyArgs {
    /// The key's identifier, as `key list` shows it
    #[arg(value_name = "ID", value_parser = id)]
    id: KeyId,
    /// Looks at these files and folders: none may need the key
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "force")]
    proof: Vec<PathBuf>,
    /// Destroys it without a proof: what it encrypted is lost for ever
    #[arg(long, conflicts_with = "proof")]
    force: bool,
    /// Says what would be destroyed, and destroys nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(super) fn run(args: &DestroyArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let keyrings = args.keyring.keyrings(&setup, context)?;
    let stored = to_change(&keyrings, context)?;
    if args.force {
        return change(stored, args.dry_run, context, |keyring| keyring.destroy_unproved(&args.id));
    }
    // What is wrong with the key itself is told before a long look at files.
    stored.keyring().clone().destroy_unproved(&args.id).map_err(|error| unchanged(&error))?;
    still_encrypting(&args.id, "destroyed", false)
        .pass(&keyrings, context, |report| report.primary() == Some(&args.id))?;
    let found = files(&args.proof, &[keyrings.path()], context)?;
    if found.is_empty() {
        return Err(Failure::new(Exit::Findings, "there is no file among them, and nothing proves nothing"));
    }
    let count = found.len();
    // A survey keeps no job, and its context decrypts nothing.
    let configuration = configuration(&setup);
    let mut set =
        FileSet::new(found.into_iter().chain(configuration), &Belonging::default(), PathBuf::new())?;
    let sealer = Sealer::new(stored.keyring().clone());
    let survey = context.block_on(Rewrap::new(sealer.clone()).survey(&mut set))?;
    if !survey.frees(&args.id) {
        return Err(still_needed(args, &survey, &sealer, &mut set, context));
    }
    context.output.say(format!("none of {count} files needs \"{}\"", args.id));
    change(stored, args.dry_run, context, |keyring| keyring.destroy(&args.id, &survey))
}

/// What the project itself reads, which may hold sealed references: it is looked at whatever was named.
fn configuration(setup: &Setup) -> impl Iterator<Item = PathBuf> {
    let config = setup.config();
    let files = config.file().map(Path::to_owned).into_iter().chain([config.base().join(".env")]);
    files.filter(|path| path.symlink_metadata().is_ok())
}

/// Says which files need the key, and of which it is not known.
fn still_needed(
    args: &DestroyArgs,
    survey: &Survey,
    sealer: &Sealer,
    set: &mut FileSet,
    context: &Context,
) -> Failure {
    for (path, cover) in context.block_on(needing(&args.id, sealer, set)).unwrap_or_default() {
        let how = match cover {
            Cover::Within(_) => " for something within it, which goes through `reticent rewrap` by itself",
            _ => "",
        };
        context.output.say(format!("{} needs it{how}", shown(&path, context)));
    }
    for failure in survey.unknown().iter().take(NAMED) {
        let path = shown(failure.id(), context);
        context.output.say(format!("{path} may need it: {}", failure.reason()));
    }
    let (needs, unknown) = (survey.needs(&args.id), survey.unknown().len());
    let why = match (needs, unknown) {
        (needs, 0) => format!("{needs} files need it"),
        (0, unknown) => format!("of {unknown} files it is not known"),
        (needs, unknown) => format!("{needs} files need it, and of {unknown} it is not known"),
    };
    Failure::new(Exit::Findings, format!("the key \"{}\" is not destroyed: {why}", args.id)).with_hint(
        format!(
            "reticent key accept {}, then reticent rewrap encrypts them under the key that is primary",
            args.id
        ),
    )
}

/// The first files that need the key.
async fn needing(
    id: &KeyId,
    sealer: &Sealer,
    set: &mut FileSet,
) -> std::result::Result<Vec<(String, Cover)>, reticent::core::SourceError> {
    let ids = set.page(None, usize::MAX).await?;
    let covers = set.covers(&ids, sealer).await?;
    let needs = |cover: &Cover| match cover {
        Cover::Key(key) | Cover::Fernet(Some(key)) => key == id,
        Cover::Within(keys) => keys.contains(id),
        _ => false,
    };
    let needing = ids.into_iter().zip(covers).filter(|(_, cover)| needs(cover));
    Ok(needing.take(NAMED).collect())
}
