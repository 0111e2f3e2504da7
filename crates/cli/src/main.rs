//! The program `reticent`.

mod app;
mod arguments;
mod colour;
mod commands;
mod context;
mod exit;
mod failure;
mod input;
mod output;
mod prompt;
mod usage;

fn main() -> std::process::ExitCode {
    app::main()
}
