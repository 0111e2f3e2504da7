//! The door itself: everything is in the library, where the tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main(std::env::args().skip(1).collect())
}
