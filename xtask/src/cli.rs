//! The command line: a table of commands, and help made from it.
//!
//! By hand rather than by a library: a dozen commands with three options do not pay for its compile time.

use std::process::ExitCode;

use crate::commands::{COMMANDS, Command, Ending};
use crate::gate::{LAWS, LINT};
use crate::steps::Steps;
use crate::{Error, Gate, Project, gate};

/// Runs one command line, without the program's name.
#[must_use]
pub fn main(arguments: Vec<String>) -> ExitCode {
    let console = crate::Console::stdout();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) if !["--help", "-h", "help"].contains(&name.as_str()) => (name.as_str(), rest),
        _ => {
            console.line(&overview());
            return ExitCode::SUCCESS;
        }
    };
    let before_dashes = || rest.iter().take_while(|argument| *argument != "--");
    if before_dashes().any(|argument| argument == "--help" || argument == "-h") {
        console.line(&help_for(name));
        return ExitCode::SUCCESS;
    }
    match Project::find().and_then(|project| run(&project, name, rest)) {
        Ok(Ending::Fine) => ExitCode::SUCCESS,
        Ok(Ending::Failed) => ExitCode::from(1),
        Ok(Ending::Usage(why)) => {
            console.line(&format!("error: {why}\n\n{}", help_for(name)));
            ExitCode::from(2)
        }
        Err(error) => {
            console.line(&format!("error: {}", error.report()));
            ExitCode::from(1)
        }
    }
}

/// Tells whether there is a command, or a check, of this name.
pub(crate) fn knows(name: &str) -> bool {
    COMMANDS.iter().any(|command| command.name == name) || gate(name).is_some()
}

fn run(project: &Project, name: &str, arguments: &[String]) -> Result<Ending, Error> {
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return (command.run)(project, arguments);
    }
    match gate(name) {
        Some(_) if !arguments.is_empty() => Ok(Ending::Usage(format!("`{name}` takes no arguments"))),
        Some(gate) => {
            let mut steps = Steps::default();
            steps.gate(project, &gate);
            Ok(Ending::of(steps.into_violations().is_empty()))
        }
        None => Ok(Ending::Usage(format!("no command `{name}`"))),
    }
}

fn overview() -> String {
    let mut text =
        "The one door to building, testing and checking.\n\nUsage: cargo xtask COMMAND\n".to_owned();
    for Command { usage, about, .. } in COMMANDS {
        text.push_str(&format!("\n  {usage:<44}  {about}"));
    }
    text.push_str("\n\nEach check alone, in the order in which `lint` runs them:\n");
    let others = |gate: &&Gate| COMMANDS.iter().all(|command| command.name != gate.name);
    for Gate { name, about, .. } in LINT.iter().chain([&LAWS]).filter(others) {
        text.push_str(&format!("\n  {name:<44}  {about}"));
    }
    text.push_str("\n\n`cargo xtask COMMAND --help` says more. Exit codes: 0 fine, 1 failed, 2 usage.");
    text
}

fn help_for(name: &str) -> String {
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return format!("Usage: cargo xtask {}\n\n{}\n\n{}", command.usage, command.about, command.help);
    }
    match gate(name) {
        Some(Gate { about, .. }) => format!("Usage: cargo xtask {name}\n\nChecks one thing: {about}"),
        None => overview(),
    }
}
