//! A value typed or pasted on a terminal.
//!
//! The decision: the terminal hands over each byte, since its own line editing cuts a line at 4095 bytes and a long
//! token would be stored torn. The cost is the editing of one line here. Its signals stay on, and whatever ends or
//! stops us gives the terminal its echo back first.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reticent::core::SecretBuffer;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level::emulate_default_handler;

/// What Backspace sends, whichever the terminal is set to.
const ERASE: [u8; 2] = [0x08, 0x7f];

/// What the signals and the question know of each other.
struct State {
    is_asking: AtomicBool,
    /// The question was put again, so what was typed before the stop does not count.
    is_new: AtomicBool,
}

/// Asks with the echo off and reads one line of at most `limit` bytes into `buffer`, without its newline.
pub(crate) fn ask(buffer: &mut SecretBuffer, terminal: &File, prompt: &str, limit: usize) -> io::Result<()> {
    let before = tcgetattr(terminal)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
    silent.special_codes[SpecialCodeIndex::VMIN] = 1;
    silent.special_codes[SpecialCodeIndex::VTIME] = 0;
    // It changes nothing, and in the background it waits here for `fg`, where a signal still ends us in the usual way.
    tcsetattr(terminal, OptionalActions::Now, &before)?;
    let state = Arc::new(State { is_asking: AtomicBool::new(true), is_new: AtomicBool::new(false) });
    give_back_on_signals(terminal.try_clone()?, before.clone(), silent.clone(), prompt.to_owned(), &state)?;
    show(prompt);
    tcsetattr(terminal, OptionalActions::Flush, &silent)?;
    let read = read_line(terminal, buffer, &before, limit, &state.is_new);
    state.is_asking.store(false, Ordering::SeqCst);
    // What was pasted beyond the first line must not reach the shell, which would show and run it.
    let restored = tcsetattr(terminal, OptionalActions::Flush, &before);
    let _ = io::stderr().write_all(b"\n");
    read.and(restored.map_err(io::Error::from))
}

fn show(prompt: &str) {
    let _ = write!(io::stderr(), "{}: ", crate::output::one_line(prompt));
}

/// Restores the terminal before a signal does what it always does. The thread stays to the end of the program, since
/// a signal without its handler would be lost.
fn give_back_on_signals(
    terminal: File,
    before: Termios,
    silent: Termios,
    prompt: String,
    state: &Arc<State>,
) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    let state = Arc::clone(state);
    std::thread::Builder::new().name("prompt".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let was_asking = state.is_asking.load(Ordering::SeqCst);
            if was_asking && is_ours(&terminal) {
                let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
                let _ = io::stderr().write_all(b"\n");
            }
            // It comes back only from a stop.
            let _ = emulate_default_handler(signal);
            if was_asking {
                state.is_new.store(true, Ordering::SeqCst);
                show(&prompt);
                let _ = tcsetattr(&terminal, OptionalActions::Now, &silent);
            }
        }
    })?;
    Ok(())
}

/// Tells whether we are in the foreground: a change of the terminal from behind would stop us in place of ending us.
fn is_ours(terminal: &File) -> bool {
    // A terminal that controls nobody, such as one handed over as a file, is ours too.
    tcgetpgrp(terminal).map_or(true, |group| group == rustix::process::getpgrp())
}

fn read_line(
    mut terminal: &File,
    buffer: &mut SecretBuffer,
    keys: &Termios,
    limit: usize,
    is_new: &AtomicBool,
) -> io::Result<()> {
    let is = |index, byte| keys.special_codes[index] == byte && byte != 0;
    let mut byte = zeroize::Zeroizing::new([0_u8; 1]);
    loop {
        match terminal.read(&mut byte[..]) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if is_new.swap(false, Ordering::SeqCst) {
            buffer.truncate(0);
        }
        match byte[0] {
            b'\n' | b'\r' => return Ok(()),
            end if is(SpecialCodeIndex::VEOF, end) => return Ok(()),
            erase if ERASE.contains(&erase) || is(SpecialCodeIndex::VERASE, erase) => erase_one(buffer),
            kill if is(SpecialCodeIndex::VKILL, kill) => buffer.truncate(0),
            _ if buffer.len() == limit => {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes")));
            }
            other => buffer.push(other),
        }
    }
}

/// Takes the last character off.
fn erase_one(buffer: &mut SecretBuffer) {
    #[expect(clippy::disallowed_methods, reason = "looks for the beginning of the last character alone")]
    let bytes = buffer.expose_bytes();
    let kept = bytes.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
    buffer.truncate(kept);
}
