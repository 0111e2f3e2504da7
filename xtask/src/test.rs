//! `cargo xtask test`: everything that is executed, from the programs that tests start to the laws that they count.

mod counts;
mod runner;

pub use counts::Counts;
pub use runner::Runner;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::{self, Supervisor};
use crate::settings::Settings;
use crate::steps::Steps;
use crate::{Error, LAWS, Project, commands, laws, process, wheels};

/// What a test run came to.
#[derive(Debug)]
pub struct Tested {
    /// The sum of what the runners printed.
    pub counts: Counts,
    /// What is wrong; a run with none is a success.
    pub violations: Vec<String>,
}

/// Runs every test, or those that the filter fits, and then checks the laws.
#[must_use]
pub fn test(project: &Project, runner: Runner, is_long: bool, filter: &[String]) -> Tested {
    let mut steps = Steps::default();
    let mut counts = Counts::default();
    // They come up while the programs are built; this is asked first, since a build may replace our own file.
    let starting = Running::start(project);
    let mut running = None;
    steps.step(project, "programs", || programs(project));
    steps.step(project, "servers", || {
        running = starting?.map(Running::ready).transpose()?;
        Ok(Vec::new())
    });
    steps.step(project, "tests", || {
        let mut command = runner.command(project, filter);
        environment(project, &mut command, is_long, running.as_ref())?;
        run(project, &mut command, &mut counts)
    });
    steps.step(project, "documentation tests", || {
        let mut command = project.cargo(["test", "--doc", "--workspace", "--no-fail-fast", "--"]);
        environment(project, command.args(filter), is_long, running.as_ref())?;
        run(project, &mut command, &mut counts)
    });
    if let Some(running) = running {
        steps.step(project, "end of the servers", || running.supervisor.end());
    }
    if filter.is_empty() {
        steps.gate(project, &LAWS);
    } else {
        project.console().line("laws: not counted (a filter was given)");
    }
    if is_long && filter.is_empty() {
        steps.step(project, "fuzz", || commands::smoke(project));
    }
    steps.step(project, "count", || Ok(counts.violations()));
    steps.conclude(project);
    Tested { counts, violations: steps.into_violations() }
}

/// The servers of this run; dropped, they end.
struct Running {
    supervisor: Supervisor,
    xtask: PathBuf,
    /// What tells the tests how to reach them.
    file: PathBuf,
}

impl Running {
    /// Starts what the tests need, if they need any, and does not wait.
    fn start(project: &Project) -> Result<Option<Self>, Error> {
        let names = servers::needed(project)?;
        if names.is_empty() {
            return Ok(None);
        }
        let xtask = std::env::current_exe()
            .map_err(|cause| Error::new("cannot find the file of this program").because(cause))?;
        Ok(Some(Self { supervisor: Supervisor::start(project, &names)?, xtask, file: PathBuf::new() }))
    }

    fn ready(mut self) -> Result<Self, Error> {
        self.file = servers::file_in(&self.supervisor.ready()?);
        Ok(self)
    }
}

/// Makes ready what tests rely on: no old reports, the programs that they start.
fn programs(project: &Project) -> Result<Vec<String>, Error> {
    let reports = project.target().join(laws::FOLDER);
    if reports.exists() {
        let cannot = |cause| Error::new(format!("cannot clear {}", reports.display())).because(cause);
        std::fs::remove_dir_all(&reports).map_err(cannot)?;
    }
    let mut command = project.cargo(["build", "--quiet", "--workspace", "--bins"]);
    let success = process::stream(&mut command, project.console(), |_| {})?.success();
    let failed = "the programs do not build; the messages are above".to_owned();
    Ok(if success { Vec::new() } else { vec![failed] })
}

/// Tells the tests where the program, the reports' folder, the servers and a Python for foreign formats are.
fn environment(
    project: &Project,
    command: &mut Command,
    is_long: bool,
    running: Option<&Running>,
) -> Result<(), Error> {
    let settings = Settings::load(project)?;
    command.env(&settings.law_dir_env, project.target().join(laws::FOLDER));
    if let Some(program) = &settings.program {
        command.env(&settings.program_env, project.program(program)?);
    }
    if let Some(python_env) = &settings.python_env {
        command.env(python_env, wheels::python(project)?);
    }
    if let (Some(servers_env), Some(xtask_env), Some(running)) =
        (&settings.servers_env, &settings.xtask_env, running)
    {
        command.env(servers_env, &running.file).env(xtask_env, &running.xtask);
    }
    if is_long {
        command.env(&settings.long_env, "1");
    }
    Ok(())
}

fn run(project: &Project, command: &mut Command, counts: &mut Counts) -> Result<Vec<String>, Error> {
    let mut ran = Counts::default();
    let ended = process::stream(command, project.console(), |line| ran.read(line))?;
    *counts += ran;
    let mut violations = Vec::new();
    if !ended.success() && ran.failed == 0 {
        violations.push("the run broke off before it could count; its messages are above".to_owned());
    }
    Ok(violations)
}

impl Project {
    /// Finds a program that a debug build has made.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf, Error> {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let program = self.target().join("debug").join(file);
        if Path::new(&program).is_file() {
            return Ok(program);
        }
        Err(Error::new(format!("no program `{name}` was built"))
            .hint("`program` in [workspace.metadata.xtask] names a binary of the workspace"))
    }
}
