//! Our own terminal: raw while the program owns it, and given back on every way out.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::getpgrp;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, isatty, tcgetattr,
    tcgetpgrp, tcsetattr,
};

/// The terminal that a person types on, if there is one.
pub(super) struct Outer {
    keyboard: Option<Arc<File>>,
    /// Stdin is that terminal; otherwise the program may have no use for it.
    is_stdin: bool,
    /// How it was before it became raw.
    before: Option<Termios>,
    /// Held while a key is read.
    listens: Arc<Mutex<bool>>,
}

impl Outer {
    /// Finds where keys come from: stdin, or else the terminal that controls us.
    pub(super) fn find() -> Self {
        let stdin = isatty(io::stdin()).then(|| fcntl_dupfd_cloexec(io::stdin(), 3).ok()).flatten();
        let stdin = stdin.map(File::from);
        let is_stdin = stdin.is_some();
        let keyboard = stdin.or_else(|| File::options().read(true).write(true).open("/dev/tty").ok());
        Self { keyboard: keyboard.map(Arc::new), is_stdin, before: None, listens: Arc::default() }
    }

    pub(super) fn keyboard(&self) -> Option<&Arc<File>> {
        self.keyboard.as_ref()
    }

    /// Returns what is true while keys are ours to read.
    pub(super) fn listens(&self) -> &Arc<Mutex<bool>> {
        &self.listens
    }

    /// Returns the modes for the program's terminal.
    pub(super) fn modes(&self) -> io::Result<Termios> {
        if let Some(keyboard) = &self.keyboard {
            return Ok(tcgetattr(keyboard)?);
        }
        let mut modes = tcgetattr(io::stdout())?;
        // Nobody makes the screen raw, so it does by itself what a terminal does to lines.
        modes.output_modes.remove(OutputModes::OPOST);
        Ok(modes)
    }

    /// Tells whether the program is to own its terminal from the beginning. In a pipeline another program may be
    /// reading ours, so it is asked for first.
    pub(super) fn is_for_the_program(&self) -> bool {
        self.keyboard.is_none() || self.is_stdin && self.is_ours()
    }

    /// Tells whether we are in the foreground: a change of the terminal from behind would stop us.
    pub(super) fn is_ours(&self) -> bool {
        // A terminal that controls nobody is ours, too.
        self.keyboard
            .as_ref()
            .is_some_and(|keyboard| tcgetpgrp(keyboard).map_or(true, |group| group == getpgrp()))
    }

    pub(super) fn is_stdin(&self) -> bool {
        self.is_stdin
    }

    /// Tells whether keys could be read, and are not.
    pub(super) fn is_left(&self) -> bool {
        self.keyboard.is_some() && self.before.is_none()
    }

    /// Makes it raw and listens, if it is ours. Returns whether it does now.
    pub(super) fn enter(&mut self) -> bool {
        let Some(keyboard) = self.keyboard.as_ref().filter(|_| self.is_ours()) else { return false };
        // Whoever continued us may have changed it meanwhile, and may not have.
        let Ok(before) = tcgetattr(keyboard) else { return false };
        let is_entered = tcsetattr(keyboard, OptionalActions::Drain, &raw(&before)).is_ok();
        if is_entered {
            if self.before.is_none() {
                self.before = Some(before);
            }
            *self.listens.lock().unwrap_or_else(PoisonError::into_inner) = true;
        }
        is_entered
    }

    /// Listens no more: what is typed from now on is for whoever comes after the program.
    pub(super) fn ignore(&self) {
        *self.listens.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Listens no more, and makes it as it was.
    pub(super) fn leave(&mut self) {
        self.ignore();
        let (Some(keyboard), Some(before)) = (&self.keyboard, self.before.take()) else { return };
        if self.is_ours() {
            let _ = tcsetattr(keyboard, OptionalActions::Drain, &before);
        }
    }

    /// Forgets how it was: somebody else has it now.
    pub(super) fn forget(&mut self) {
        self.before = None;
    }

    /// Says something of our own: lines end as usual meanwhile.
    pub(super) fn aside(&self, speak: impl FnOnce()) {
        let (Some(keyboard), Some(before)) = (&self.keyboard, &self.before) else { return speak() };
        if !self.is_ours() {
            return speak();
        }
        let raw = raw(before);
        let mut lines = raw.clone();
        lines.output_modes = before.output_modes;
        let _ = tcsetattr(keyboard, OptionalActions::Drain, &lines);
        speak();
        let _ = tcsetattr(keyboard, OptionalActions::Drain, &raw);
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Each key as it is typed, and each byte as it is shown: the program's terminal does the rest. Reading never waits.
fn raw(modes: &Termios) -> Termios {
    let mut raw = modes.clone();
    raw.input_modes.remove(
        InputModes::IGNBRK
            | InputModes::BRKINT
            | InputModes::PARMRK
            | InputModes::ISTRIP
            | InputModes::INLCR
            | InputModes::IGNCR
            | InputModes::ICRNL
            | InputModes::IXON,
    );
    raw.output_modes.remove(OutputModes::OPOST);
    raw.local_modes.remove(
        LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN,
    );
    raw.special_codes[SpecialCodeIndex::VMIN] = 0;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    raw
}
