//! `cargo xtask generate`: writes the generated parts of the documents.

use super::{Command, Ending, unknown};
use crate::steps::Steps;
use crate::{Error, Project, gate, generate};

pub(super) const COMMAND: Command = Command {
    name: "generate",
    usage: "generate [--check]",
    about: "writes the generated parts of the documents, or checks them",
    help: "A part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`.\n\
        With --check nothing is written, and a stale part fails.",
    run,
};

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    let mut steps = Steps::default();
    match arguments {
        [] => steps.step(project, "generate", || Ok(generate::write(project)?.violations)),
        [check] if check == "--check" => {
            gate("generate").iter().for_each(|gate| steps.gate(project, gate));
        }
        _ => return Ok(unknown(arguments)),
    }
    Ok(Ending::of(steps.into_violations().is_empty()))
}
