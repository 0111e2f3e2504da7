//! The life of the program: its signals, what happens when a secret changes, its end.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use reticent::setup::{Changes, Kept, Known, Setup};
use rustix::process::Signal;
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::wanted::{self, Variable};
use super::child::{Child, Ended, Kind};
use super::masking::Masking;
use super::pipes::Again;
use super::plan::Plan;
use super::signals::Heard;
use super::watch::Watch;
use super::{Handed, RunArgs, signals};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// How long a program may take to end before a restart kills it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a run works with.
pub(super) struct Run<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) context: &'a Context,
    pub(super) setup: &'a Setup,
    pub(super) wanted: &'a [Known],
    pub(super) masking: Masking,
}

impl Run<'_> {
    /// Runs the program to its end, hands signals on, and acts on changed secrets.
    pub(super) async fn supervise(&mut self, handed: Handed) -> Result<ExitCode> {
        let kind = self.kind(&handed);
        let mut received = signals::heard(kind).map_err(|error| {
            Failure::new(Exit::Unavailable, format!("signals cannot be handled: {error}"))
        })?;
        let mut changes = match self.args.watch {
            Some(_) => self.setup.changes(self.wanted).await?,
            None => Changes::never(),
        };
        let mut kept = self.kept(&handed).await?;
        let again = match self.args.watch {
            Some(Watch::Restart) => Again::Perhaps,
            Some(Watch::Signal(_)) | None => Again::Never,
        };
        let plan = Plan::new(self.args, &handed.variables);
        let mut child = Child::start(kind, &plan, &self.masking.redactor(), again)?;
        drop((plan, handed));
        let ended = loop {
            tokio::select! {
                ended = child.wait() => break ended,
                Some(heard) = received.recv() => child.hear(heard),
                () = kept.tend() => {}
                name = changes.next() => {
                    child.aside(|| self.context.output.say(format!("{name} has changed")));
                    if let Some(ended) = self.changed(&mut child, &mut received).await? {
                        break Ok(ended);
                    }
                }
            }
        };
        over(&mut child, ended.map_err(|error| lost(&error))?, &mut received).await
    }

    /// Keeps what is lent for as long as the program runs, since it cannot be told of a new value. With `--watch` it is
    /// told, and what was replaced is given back.
    async fn kept(&self, handed: &Handed) -> Result<Kept> {
        if self.args.watch.is_some() {
            return Ok(Kept::nothing());
        }
        let of = |variable: &Variable| {
            let known = self.wanted.iter().find(|known| known.variable() == variable.name)?;
            Some((known.clone(), variable.value.clone()))
        };
        let handed: Vec<_> = handed.variables.iter().filter_map(of).collect();
        Ok(self.setup.keep(&handed).await?)
    }

    /// Learns what is to be masked, and decides how the program is connected.
    fn kind(&mut self, handed: &Handed) -> Kind {
        if self.args.no_redact {
            return Kind::Plain;
        }
        self.masking.learn(handed.all(), self.context);
        if !self.masking.is_of_use() && self.args.watch.is_none() {
            self.context
                .output
                .mention("nothing that is handed over can be masked, so all is shown as it is");
            return Kind::Plain;
        }
        Kind::masked()
    }

    /// Acts on a changed secret. Returns how the program ended, if that was wanted meanwhile.
    async fn changed(
        &mut self,
        child: &mut Child,
        received: &mut UnboundedReceiver<Heard>,
    ) -> Result<Option<Ended>> {
        match self.args.watch {
            Some(Watch::Signal(signal)) => {
                self.setup.resolver().invalidate_all();
                // The program reads it by itself; from now on the new value is masked, too.
                if let Ok(variables) = wanted::resolve(self.setup, self.wanted, |_, _| Ok(())).await {
                    self.learn(variables.iter(), child);
                }
                child.send(signal);
            }
            Some(Watch::Restart) => {
                let Some(handed) = self.renewed(child).await else { return Ok(None) };
                self.learn(handed.all(), child);
                if let Some(ended) = stop(child, received).await? {
                    return Ok(Some(ended));
                }
                child.start_anew(&Plan::new(self.args, &handed.variables))?;
            }
            None => {}
        }
        Ok(None)
    }

    fn learn<'v>(&mut self, variables: impl Iterator<Item = &'v Variable>, child: &Child) {
        if !self.args.no_redact {
            child.aside(|| self.masking.learn(variables, self.context));
        }
    }

    /// Resolves anew; if that fails, the program goes on as it is.
    async fn renewed(&self, child: &Child) -> Option<Handed> {
        // What changed under one name is kept under others, too: a reference, a field of the same place.
        self.setup.resolver().invalidate_all();
        match super::resolve(self.args, self.context, self.setup, self.wanted).await {
            Ok(handed) => Some(handed),
            Err(failure) => {
                child.aside(|| {
                    self.context.output.failure(&failure);
                    self.context.output.say("the program goes on with the values it has");
                });
                None
            }
        }
    }
}

/// Ends the program for a restart. Whoever wants it to end meanwhile gets his way: then its end is returned.
async fn stop(child: &mut Child, received: &mut UnboundedReceiver<Heard>) -> Result<Option<Ended>> {
    let patience = tokio::time::sleep(PATIENCE);
    tokio::pin!(patience);
    let mut is_over = false;
    let mut is_killed = false;
    child.send(Signal::TERM);
    loop {
        tokio::select! {
            ended = child.wait() => {
                // A signal that arrived together with the end is still in the queue.
                while let Ok(heard) = received.try_recv() {
                    is_over |= heard.is_an_end();
                }
                let ended = ended.map_err(|error| lost(&error))?;
                return Ok(is_over.then_some(ended));
            }
            Some(heard) = received.recv() => {
                is_over |= heard.is_an_end();
                child.hear(heard);
            }
            () = &mut patience, if !is_killed => {
                is_killed = true;
                child.send(Signal::KILL);
            }
        }
    }
}

/// Shows the rest of what the program wrote. Whoever does not want to wait for what it left running ends us.
async fn over(child: &mut Child, ended: Ended, received: &mut UnboundedReceiver<Heard>) -> Result<ExitCode> {
    let drained = child.drained();
    tokio::pin!(drained);
    let broken = loop {
        tokio::select! {
            broken = &mut drained => break broken,
            Some(heard) = received.recv() => {
                if heard.is_an_end() {
                    return Ok(ExitCode::from(Ended::Signal(heard.signal().as_raw()).code()));
                }
            }
        }
    };
    // The program has seen a closed pipe. That our own is closed is no error; a full disk is ours to report.
    match broken.into_iter().find(|(_, error)| error.kind() != io::ErrorKind::BrokenPipe) {
        Some((name, error)) => {
            Err(Failure::new(Exit::Unavailable, format!("cannot write to {name}: {error}")))
        }
        None => Ok(ExitCode::from(ended.code())),
    }
}

fn lost(error: &io::Error) -> Failure {
    Failure::new(Exit::Unavailable, format!("cannot wait for the program: {error}"))
}
