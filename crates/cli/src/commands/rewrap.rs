//! `rewrap`: everything under the key that is primary, and the proof that nothing needs an old one.

mod report;
mod value;

use std::path::{Path, PathBuf};

use reticent::crypto::Sealer;
use reticent::crypto::rewrap::{FileSet, Rewrap};
use reticent::setup::Setup;
use ring::digest::{SHA256, digest};

use super::crypto::{BelongingArgs, CompatArgs, KeyringArgs, Mode, Progress, Unit, files};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use report::Report;

const EXAMPLES: &str = "\
Examples:
  reticent rewrap data/                    under the key that is primary now
  reticent rewrap data/ --dry-run          what is under which key
  reticent rewrap config/ --plaintext      encrypts what is not encrypted yet
  reticent rewrap < value                  one value, to standard output
  reticent rewrap --mode fernet < token    a token of Python's, as its MultiFernet.rotate
  reticent rewrap data/ --mode fernet --compat python   the same in files, however they are spelt

A run that was killed goes on where it was when it is started again.";

/// Encrypts files anew under the key that is primary, and says whether any file needs another one
///
/// Without a path it is one value from standard input or --in, and goes to standard output or --out.
///
/// Folders are walked through without following links; .git, .reticent, .env and reticent.toml are passed over. A file
/// is replaced only while it is still what was read, and takes its old owner and mode. A Fernet token becomes a sealed
/// value in the context that is given. Ends with 1 when a file failed or needs an old key.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RewrapArgs {
    /// Files and folders; without any, one value
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What a token of Fernet becomes: a sealed value, or a token again, with its old time
    #[arg(long, value_enum, value_name = "MODE", default_value_t = Mode::Aes256)]
    mode: Mode,
    #[command(flatten)]
    compat: CompatArgs,
    /// Reads one value from this file instead of standard input
    #[arg(long = "in", id = "in", value_name = "FILE", conflicts_with = "paths")]
    input: Option<PathBuf>,
    /// Writes the value into this file, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    out: Option<PathBuf>,
    #[command(flatten)]
    belonging: BelongingArgs,
    /// Encrypts files that are not encrypted yet, too
    #[arg(long)]
    plaintext: bool,
    /// Keeps how far it has come in this file; without it in .reticent, for these paths
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
    /// Says what is encrypted with what, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// A column of a database: comes with the store
    #[arg(long, value_name = "REF", hide = true)]
    db: Option<String>,
    #[arg(long, value_name = "T", hide = true)]
    table: Option<String>,
    #[arg(long, value_name = "C", hide = true)]
    column: Option<String>,
    #[command(flatten)]
    keyring: KeyringArgs,
}

pub(crate) fn run(args: &RewrapArgs, context: &Context) -> Result<Exit> {
    if args.db.is_some() || args.table.is_some() || args.column.is_some() {
        return Err(Failure::usage("--db, --table and --column are not there yet: they come with the store")
            .with_hint("files and folders are rewrapped now: reticent rewrap PATH"));
    }
    if args.mode == Mode::Fernet && args.paths.is_empty() {
        args.belonging.refuse_for_fernet()?;
    }
    if args.paths.is_empty() {
        if args.plaintext || args.job.is_some() {
            return Err(Failure::usage("--plaintext and --job are for files and folders").with_hint(
                "name them: reticent rewrap PATH; reticent encrypt takes a value that is in clear",
            ));
        }
        return value::run(args, context);
    }
    let setup = context.setup()?;
    let job = args.job.as_ref().map(|job| context.folder().join(job));
    let job = job.unwrap_or_else(|| usual_job(args, &setup, context));
    let keyring = args.keyring.open(&setup, context)?;
    let kept = [args.keyring.named(&setup, context)?.path(), job.clone()];
    let found = files(&args.paths, &kept, context)?;
    let mut set = FileSet::new(found, &args.belonging.context()?, job.clone())?;
    if args.plaintext {
        set = set.with_plaintext();
    }
    if args.mode == Mode::Fernet {
        set = set.with_fernet_kept();
    }
    let rewrap = Rewrap::new(Sealer::new(keyring.clone()).with_compat(args.compat.get()));
    let done = match args.dry_run {
        true => None,
        false => {
            make_folder(args, &job)?;
            let mut progress = Progress::new("rewrapping", Unit::Files, context.output);
            let run = rewrap.run(&mut set, |at| progress.at(at.done, Some(at.total)));
            Some(context.block_on(run)?)
        }
    };
    if args.job.is_none() && done.is_some() {
        // It is over; another run looks at everything again.
        let _ = std::fs::remove_file(&job);
    }
    let survey = context.block_on(rewrap.survey(&mut set))?;
    Report { keyring: &keyring, job: done.as_ref(), survey: &survey, takes_plaintext: args.plaintext }
        .tell(context)
}

/// A job goes on with the same files in the same context alone: its place follows from them.
fn usual_job(args: &RewrapArgs, setup: &Setup, context: &Context) -> PathBuf {
    let mut named = Vec::new();
    for path in &args.paths {
        let path = context.folder().join(path);
        named.extend_from_slice(path.canonicalize().unwrap_or(path).as_os_str().as_encoded_bytes());
        named.push(0);
    }
    let told = format!("{:?} {} {:?} {:?}", args.belonging, args.plaintext, args.mode, args.compat);
    named.extend_from_slice(told.as_bytes());
    let hash = digest(&SHA256, &named);
    let digits: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    setup.config().base().join(".reticent").join(format!("rewrap-{digits}.json"))
}

/// Makes the folder of what the program keeps, if the job is to be there.
fn make_folder(args: &RewrapArgs, job: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let folder = job.parent().unwrap_or(Path::new("."));
    if args.job.is_some() || folder.is_dir() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new().mode(0o700).create(folder);
    made.map_err(|error| Failure::file("make", folder, &error))
}
