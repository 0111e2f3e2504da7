//! `init`: the first files of a project.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use reticent::dotenv::{Document, ParseOptions};
use reticent::files::{FileError, Place, Readers};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The lines that keep secrets out of git.
const IGNORED: [&str; 4] = [".env", ".env.*", "!.env.example", ".reticent/"];

/// Begins a project: a commented reticent.toml, .env.example and .gitignore lines
///
/// Looks at what is there already and overwrites nothing.
#[derive(clap::Args, Debug)]
pub(crate) struct InitArgs {
    /// Says what would be written, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &InitArgs, context: &Context) -> Result<Exit> {
    let keys = keys_in_use(context)?;
    create(args, context, "reticent.toml", &configuration(&keys))?;
    create(args, context, ".env.example", &example(&keys))?;
    ignore(args, context)?;
    if Path::new("/run/secrets").is_dir() {
        context.output.say("found /run/secrets: a file there is read as the secret of its name");
    }
    if std::env::var_os("CREDENTIALS_DIRECTORY").is_some() {
        context.output.say("found systemd credentials: systemd://ID names one");
    }
    if !args.dry_run {
        context.output.say("next: reticent set NAME, then reticent run -- CMD");
    }
    Ok(Exit::Fine)
}

/// The keys of `.env`, else of `.env.example`.
fn keys_in_use(context: &Context) -> Result<Vec<String>> {
    for name in [".env", ".env.example"] {
        let path = context.folder().join(name);
        if !path.is_file() {
            continue;
        }
        let text = crate::input::from_file(&path, crate::input::FILE_LIMIT)?;
        #[expect(clippy::disallowed_methods, reason = "to the parser; only keys are kept")]
        let parsed = Document::parse(text.expose_bytes(), &ParseOptions::default());
        let document = parsed.map_err(|errors| super::env::parse_failure(name, &errors))?;
        let mut keys: Vec<String> = Vec::new();
        for entry in document.entries() {
            if !keys.iter().any(|key| key == entry.key()) {
                keys.push(entry.key().to_owned());
            }
        }
        context.output.say(format!("found {name} with {} keys", keys.len()));
        return Ok(keys);
    }
    Ok(Vec::new())
}

fn configuration(keys: &[String]) -> String {
    let mut text = String::from(
        "# What this project needs to run, and where it is looked for. Values never belong here.\n\
         #\n\
         # reticent run -- CMD    starts CMD with these secrets\n\
         # reticent where NAME    says what was tried\n\n\
         [secrets]\n\
         # NAME = {}                                      looked for in the usual order, see [sources]\n\
         # NAME = \"file:///run/secrets/name\"              in one place\n\
         # NAME = [\"env://NAME\", \"dotenv://.env#NAME\"]    in these places, the first that has it\n\
         # NAME = \"vault://secret/app/db#password\"       or aws-sm://, aws-ssm://, aws-agent://\n\
         # NAME = { optional = true, about = \"what it is for\", max-age = \"90d\" }\n",
    );
    for key in keys {
        match reticent::core::SecretName::parse(key) {
            Ok(_) if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) => {
                text.push_str(&format!("{key} = {{}}\n"));
            }
            Ok(_) => text.push_str(&format!("\"{key}\" = {{}}\n")),
            Err(_) => {} // no name of ours: `run` hands it on from .env as it is
        }
    }
    text.push_str(
        "\n# [environments.production.secrets]\n\
         # NAME = \"systemd://name\"                        with -e production, instead of the line above\n\n\
         # [settings.PORT]                                 what must be true of it: `reticent check` says whether it is\n\
         # type = \"port\"\n\
         # default = 8080\n\n\
         # [sources]\n\
         # order = [\"env://{NAME}\", \"file:///run/secrets/{lower}\", \"dotenv://.env#{NAME}\"]\n",
    );
    text
}

fn example(keys: &[String]) -> String {
    let mut text = String::from("# Copy this file to .env and fill it in. Keep .env out of git.\n");
    if keys.is_empty() {
        text.push_str("# DB_PASSWORD=\n");
    }
    for key in keys {
        text.push_str(&format!("{key}=\n"));
    }
    text
}

/// Makes a file that is not there yet.
fn create(args: &InitArgs, context: &Context, name: &str, text: &str) -> Result<()> {
    let path = context.folder().join(name);
    if args.dry_run {
        if path.symlink_metadata().is_ok() {
            context.output.say(format!("would keep {name}"));
        } else {
            super::writing::may_write_into(context.folder())?;
            context.output.say(format!("would write {name}"));
        }
        return Ok(());
    }
    let done = match write_new(&path, text) {
        Ok(()) => "wrote",
        Err(FileError::AlreadyThere) => "kept",
        Err(error) => return Err(Failure::file("write", &path, &error.into())),
    };
    context.output.say(format!("{done} {name}"));
    Ok(())
}

/// Makes the whole file or none; it holds no secret.
fn write_new(path: &Path, text: &str) -> std::result::Result<(), FileError> {
    let mut place = Place::of(path)?;
    let mut new = place.begin(Readers::Anyone)?;
    new.write_all(text.as_bytes())?;
    new.create()
}

/// Appends the lines that `.gitignore` lacks.
fn ignore(args: &InitArgs, context: &Context) -> Result<()> {
    let path = context.folder().join(".gitignore");
    let present = match std::fs::read(&path) {
        // A pattern may hold any bytes; ours are ASCII.
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::file("read", &path, &error)),
    };
    let missing: Vec<&str> =
        IGNORED.iter().copied().filter(|line| !present.lines().any(|known| known.trim() == *line)).collect();
    if missing.is_empty() {
        context.output.say("kept .gitignore");
        return Ok(());
    }
    if args.dry_run {
        context.output.say(format!("would add to .gitignore: {}", missing.join(" ")));
        return Ok(());
    }
    let newline = if present.is_empty() || present.ends_with('\n') { "" } else { "\n" };
    let lines = format!("{newline}{}\n", missing.join("\n"));
    let appended = OpenOptions::new().create(true).append(true).open(&path);
    appended
        .and_then(|mut file| file.write_all(lines.as_bytes()))
        .map_err(|error| Failure::file("write", &path, &error))?;
    context.output.say(format!("added to .gitignore: {}", missing.join(" ")));
    Ok(())
}
