//! Where plaintext goes: a file, a pipe, or a terminal that asked for it.

use std::io::{self, Read, Write};

use reticent::core::{Secret, SecretBuffer, Visible};
use reticent::crypto::{Decryptor, KeyId};
use serde_json::json;
use zeroize::Zeroizing;

use super::opened::Opened;
use crate::app::written;
use crate::commands::crypto::{
    Broken, Flow, Holds, Interrupt, Mode, Progress, Stdout, Target, Unit, VALUE_LIMIT, into_file, pass, size,
};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::harmless;

/// Where it goes, and what may be shown.
pub(super) struct Delivery<'c> {
    pub(super) reveal: bool,
    pub(super) dry_run: bool,
    pub(super) target: Target,
    pub(super) interrupt: Interrupt,
    pub(super) context: &'c Context,
}

/// A file on its way.
pub(super) struct Stream<R> {
    pub(super) decryptor: Decryptor<R>,
    pub(super) key: KeyId,
    pub(super) name: String,
    pub(super) total: Option<u64>,
}

/// What is said of a plaintext that is not shown.
struct Told<'t> {
    mode: Mode,
    key: Option<&'t KeyId>,
    bytes: u64,
}

impl Delivery<'_> {
    /// Delivers a value.
    pub(super) fn value(&self, opened: &Opened) -> Result<Exit> {
        let plaintext = &opened.plaintext;
        let told = Told { mode: opened.mode, key: opened.key.as_ref(), bytes: plaintext.len() as u64 };
        if self.dry_run {
            return self.tell(&told);
        }
        #[expect(clippy::disallowed_methods, reason = "to the file or the pipe that was asked for")]
        let bytes = plaintext.expose_bytes();
        match &self.target {
            Target::File(path) => into_file(path, Holds::Plaintext, &self.interrupt, self.context, |file| {
                file.write_all(bytes).map_err(|error| Failure::file("write", path, &error))
            })?,
            Target::Stdout if self.is_shown() => return self.show(plaintext, &told),
            Target::Stdout => {
                let written = Stdout::open()?.write_all(bytes).map_err(Broken::Writing);
                written.or_else(|broken| broken.into_stdout_failure("standard input", &self.interrupt))?;
            }
        }
        Ok(Exit::Fine)
    }

    /// Delivers a file chunk by chunk; only what is shown is held whole.
    pub(super) fn stream<R: Read>(&self, mut stream: Stream<R>) -> Result<Exit> {
        let key = stream.key.clone();
        let told = |bytes| Told { mode: Mode::Aes256, key: Some(&key), bytes };
        if self.dry_run {
            return self.tell(&told(self.checked(&mut stream)?));
        }
        match &self.target {
            Target::File(path) => into_file(path, Holds::Plaintext, &self.interrupt, self.context, |file| {
                let name = path.to_string_lossy();
                let passed = self.pass(&mut stream, file);
                passed.map(drop).map_err(|broken| broken.into_failure(&stream.name, &name, &self.interrupt))
            })?,
            Target::Stdout if self.is_shown() && self.reveal => {
                let plaintext = whole(&mut stream, &self.interrupt)?;
                return self.show(&plaintext, &told(plaintext.len() as u64));
            }
            Target::Stdout if self.is_shown() => return self.tell(&told(self.checked(&mut stream)?)),
            Target::Stdout => {
                let passed = self.pass(&mut stream, &mut Stdout::open()?).map(drop);
                passed.or_else(|broken| broken.into_stdout_failure(&stream.name, &self.interrupt))?;
            }
        }
        Ok(Exit::Fine)
    }

    /// Tells whether a person or a document is at the other end, and no program that takes bytes.
    fn is_shown(&self) -> bool {
        self.context.is_json() || self.context.output.stdout_is_terminal()
    }

    fn pass<R: Read>(
        &self,
        stream: &mut Stream<R>,
        mut to: &mut dyn Write,
    ) -> std::result::Result<u64, Broken> {
        let mut progress = Progress::new("decrypting", Unit::Bytes, self.context.output);
        let flow = Flow { progress: &mut progress, total: stream.total, interrupt: &self.interrupt };
        pass(&mut stream.decryptor, &mut to, flow)
    }

    /// Decrypts everything and keeps nothing.
    fn checked<R: Read>(&self, stream: &mut Stream<R>) -> Result<u64> {
        let passed = self.pass(stream, &mut io::sink());
        passed.map_err(|broken| broken.into_failure(&stream.name, "nowhere", &self.interrupt))
    }

    /// Says that it is authentic, and nothing of what it is.
    fn tell(&self, told: &Told<'_>) -> Result<Exit> {
        let output = self.context.output;
        if self.context.is_json() {
            written(output.line(document(told, None)))?;
            return Ok(Exit::Fine);
        }
        let key = told.key.map_or(String::new(), |key| format!(" under the key \"{key}\""));
        written(output.line(format!("authentic: {} of {}{key}", size(told.bytes), told.mode.name())))?;
        if !self.dry_run {
            output.say("The value is not shown on a terminal; --reveal shows it, a pipe receives it.");
        }
        Ok(Exit::Fine)
    }

    /// Shows a value, if that was asked for.
    fn show(&self, plaintext: &Secret, told: &Told<'_>) -> Result<Exit> {
        if !self.reveal {
            return self.tell(told);
        }
        #[expect(clippy::disallowed_methods, reason = "to the screen or the JSON: --reveal asked for it")]
        let text = plaintext.expose_text().map_err(|error| {
            Failure::new(Exit::Findings, format!("the value cannot be shown: {error}"))
                .with_hint("let a pipe receive its bytes: reticent decrypt … > FILE")
        })?;
        let output = self.context.output;
        written(if self.context.is_json() {
            output.line(&*Zeroizing::new(document(told, Some(text))))
        } else {
            // A value may hold what would act on the terminal.
            output.line(&*Zeroizing::new(harmless(text, |kept| matches!(kept, '\n' | '\t'))))
        })?;
        Ok(Exit::Fine)
    }
}

fn document(told: &Told<'_>, value: Option<&str>) -> String {
    let key = told.key.map(KeyId::as_str);
    let mut object = json!({
        "schema": "reticent.decrypted/1", "mode": told.mode.name(), "key": key, "bytes": told.bytes,
    });
    if let Some(value) = value {
        object["value"] = json!(value);
    }
    object.to_string()
}

/// Reads a plaintext that is to be shown.
fn whole<R: Read>(stream: &mut Stream<R>, interrupt: &Interrupt) -> Result<Secret> {
    let mut buffer = SecretBuffer::new();
    match buffer.read_to_end(&mut stream.decryptor, VALUE_LIMIT) {
        Ok(()) => Ok(buffer.into_secret()),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let name = Visible(&stream.name);
            Err(Failure::usage(format!("{name}: more than {} is not shown", size(VALUE_LIMIT as u64)))
                .with_hint("write it with --out FILE, or let a pipe receive it"))
        }
        Err(error) => Err(Broken::Reading(error).into_failure(&stream.name, "nowhere", interrupt)),
    }
}
