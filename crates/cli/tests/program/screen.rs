//! A pseudo-terminal that a program writes to.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Output};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Makes a pseudo-terminal: what a person sees, and what a program writes to.
pub(crate) fn screen() -> (File, File) {
    // Not for the programs that other tests start meanwhile: a terminal that one of them holds never ends.
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let person = openpt(flags).expect("a pseudo-terminal");
    grantpt(&person).expect("ours");
    unlockpt(&person).expect("unlocked");
    let path = ptsname(&person, Vec::new()).expect("a name");
    let program =
        File::options().read(true).write(true).open(path.to_str().expect("text")).expect("it opens");
    (File::from(person), program)
}

/// Runs a program with a terminal for its stdout alone, and returns what was shown there as its stdout.
pub(crate) fn on_a_screen(mut command: Command) -> Output {
    let (mut person, program) = screen();
    let mut output = command.stdout(program).output().expect("it runs");
    // The command holds the other end, and a terminal that nobody else holds ends.
    drop(command);
    // It ends with an error, after what was written.
    let _ = person.read_to_end(&mut output.stdout);
    output
}
