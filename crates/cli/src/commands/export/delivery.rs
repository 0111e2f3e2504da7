//! Where a page goes: to stdout, into a file, or to a runner of GitHub Actions.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use reticent::core::{SecretBuffer, Visible};
use reticent::files::{FileError, Place, Readers};
use zeroize::Zeroizing;

use super::page::{Form, Page};
use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::harmless;

/// Where the masks and the entries go.
pub(super) struct Delivery {
    to: To,
    /// Masks go to stdout wherever the entries go.
    has_masks: bool,
}

enum To {
    Stdout,
    File(PathBuf),
    /// The file of a runner, to which every step appends.
    Runner(PathBuf),
}

impl Delivery {
    /// Chooses by the options, and for a runner by its variable.
    pub(super) fn of(form: &Form, out: Option<&Path>, context: &Context) -> Result<Self> {
        let has_masks = matches!(form, Form::Gha);
        let runner = std::env::var_os("GITHUB_ENV").filter(|path| has_masks && !path.is_empty());
        let to = match (out, runner) {
            (Some(out), _) => To::File(context.folder().join(out)),
            (None, Some(path)) => To::Runner(context.folder().join(path)),
            (None, None) => To::Stdout,
        };
        if let To::File(path) = &to {
            // Found out before anything is read, and in a dry run: no folder, or no file but something else.
            Place::of(path)
                .and_then(|place| place.state().map(drop))
                .map_err(|error| unwritten(path, error))?;
        }
        Ok(Self { to, has_masks })
    }

    /// Refuses to show values on a terminal unasked.
    pub(super) fn may_show(&self, is_asked: bool, context: &Context) -> Result<()> {
        let shows = self.has_masks || matches!(self.to, To::Stdout);
        if is_asked || !shows || !context.output.stdout_is_terminal() {
            return Ok(());
        }
        Err(Failure::usage("values are not shown on a terminal").with_hint(if self.has_masks {
            "let a pipe receive them; --reveal shows them"
        } else {
            "let a pipe receive them, or write them with --out FILE; --reveal shows them"
        }))
    }

    /// Writes the masks, and then the entries: whole, or not at all.
    #[expect(clippy::disallowed_methods, reason = "to the pipe or into the file that were asked for")]
    pub(super) fn write(&self, page: &Page, context: &Context) -> Result<()> {
        let output = context.output;
        let path = match &self.to {
            To::Stdout => {
                return [page.masks(), page.body()].into_iter().try_for_each(|part| show(part, context));
            }
            To::File(path) | To::Runner(path) => path,
        };
        // Who does not read the masks gets no variables: the next step would log them.
        output.data(page.masks().expose_bytes()).map_err(|error| {
            Failure::new(
                Exit::Unavailable,
                format!("nothing was written, since stdout takes no masks: {error}"),
            )
        })?;
        match &self.to {
            To::Runner(_) => {
                append(path, page.body()).map_err(|error| Failure::file("write", path, &error))?
            }
            _ => replace(path, page.body()).map_err(|error| unwritten(path, error))?,
        }
        output.say(format!("wrote {} secrets to {self}", page.entries()));
        Ok(())
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            To::Stdout => f.write_str("stdout"),
            To::File(path) | To::Runner(path) => Visible(&path.to_string_lossy()).fmt(f),
        }
    }
}

fn unwritten(path: &Path, error: FileError) -> Failure {
    Failure::file("write", path, &error.into())
}

/// Writes to stdout as it stands; on a terminal, what would act on it is escaped.
fn show(part: &SecretBuffer, context: &Context) -> Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "to the pipe, or to the terminal since --reveal asked for it"
    )]
    let bytes = part.expose_bytes();
    if !context.output.stdout_is_terminal() {
        return written(context.output.data(bytes));
    }
    let text = String::from_utf8_lossy(bytes);
    let harmless = Zeroizing::new(harmless(&text, |character| matches!(character, '\n' | '\t')));
    written(context.output.data(harmless.as_bytes()))
}

/// Puts the file in place, readable by its owner alone even where an older one was not.
fn replace(path: &Path, body: &SecretBuffer) -> std::result::Result<(), FileError> {
    let mut place = Place::of(path)?;
    let old = place.state()?;
    let mut new = place.begin(Readers::Owner)?;
    #[expect(clippy::disallowed_methods, reason = "into the file that was asked for")]
    new.write_all(body.expose_bytes())?;
    if old.is_some_and(|old| old.mode() & 0o177 != 0) {
        // The new file takes the old one's mode.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    new.replace()
}

/// Appends whole entries: what a full disk cut off is taken back.
fn append(path: &Path, body: &SecretBuffer) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    let length = file.metadata()?.len();
    let done = close_line(&mut file, length).and_then(|()| {
        #[expect(clippy::disallowed_methods, reason = "into the runner's file, as was asked for")]
        file.write_all(body.expose_bytes())
    });
    if done.is_err() {
        file.set_len(length)?;
    }
    done
}

/// Ends a line that an earlier step left open; the runner skips empty ones.
fn close_line(file: &mut File, length: u64) -> io::Result<()> {
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last == [b'\n'] { Ok(()) } else { file.write_all(b"\n") }
}
