//! A program on a terminal of its own, whose output is masked before it shows on ours.
//!
//! The decision (docs/adr/0013-run-on-a-terminal.md): three processes, none of which needs `unsafe`. We stay in the
//! shell's session and relay; a monitor leads the session of the new terminal and waits for the program, so that the
//! program can be stopped and continued as by a shell; and the program begins as a gate, which becomes the program
//! once everything is in place. The cost is two more starts of ourselves.

mod gate;
mod keyboard;
mod monitor;
mod outer;
mod pty;
mod relay;
mod running;
mod session;
mod wire;

use std::ffi::OsStr;
use std::process::{Command, ExitCode};

pub(super) use session::Session;

/// The first argument of a monitor and of a gate. Nobody types them, and without their sockets they do nothing.
const MONITOR: &str = "run:monitor";
const GATE: &str = "run:gate";

/// Runs as a monitor or as a gate, if that is what we were started for.
pub(super) fn internal(arguments: &[std::ffi::OsString]) -> Option<ExitCode> {
    let [_, role, rest @ ..] = arguments else { return None };
    match (role.to_str()?, rest) {
        (MONITOR, [place]) => monitor::Place::named(place).map(monitor::main),
        (GATE, []) => Some(gate::main()),
        _ => None,
    }
}

/// Starts ourselves in another role, without a variable of ours: what the program is given goes to the gate alone.
fn ourselves(role: &str) -> std::io::Result<Command> {
    // The link leads to this very program, even when its file was replaced meanwhile.
    let link = std::path::Path::new("/proc/self/exe");
    let program = if link.exists() { link.to_owned() } else { std::env::current_exe()? };
    let mut command = Command::new(program);
    std::os::unix::process::CommandExt::arg0(&mut command, OsStr::new("reticent"));
    command.arg(role).env_clear();
    Ok(command)
}
