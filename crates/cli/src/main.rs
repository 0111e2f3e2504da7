//! The program `reticent`.

mod app;
mod arguments;
mod commands;
mod context;
mod exit;
mod failure;
mod input;
mod output;

fn main() -> std::process::ExitCode {
    app::main()
}
