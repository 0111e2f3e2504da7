//! Writing what the plan says, and what became of it.

use reticent::core::{ErrorKind, Expected, PutOptions, SourceError};
use reticent::setup::Setup;

use super::super::writing::may_write;
use super::plan::{Plan, State, Step};
use crate::context::Context;
use crate::failure::{Failure, Result};

/// What became of one secret.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There was nothing to do, or it was a dry run.
    Nothing,
    Written,
    Failed(SourceError),
    /// Its backend had failed before.
    NotTried,
}

impl Outcome {
    pub(super) fn failure(self) -> Option<Failure> {
        match self {
            Self::Failed(error) => Some(error.into()),
            _ => None,
        }
    }
}

impl Plan {
    /// Writes every step. A place that is not as it was planned fails alone; after a backend that does not answer or
    /// does not let us in, nothing more is tried.
    pub(super) fn carry_out(&self, dry_run: bool, context: &Context, setup: &Setup) -> Result<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        let mut is_over = false;
        for step in &self.steps {
            let outcome = if step.state == State::Same {
                Outcome::Nothing
            } else if is_over {
                Outcome::NotTried
            } else if dry_run {
                may_write(setup, &step.wanted)?;
                context.output.say(format!("would write {}", step.wanted));
                Outcome::Nothing
            } else {
                match context.block_on(write(step, self, setup)) {
                    Ok(()) => {
                        context.output.say(format!("wrote {}", step.wanted));
                        Outcome::Written
                    }
                    Err(error) => {
                        is_over = error.is_transient() || error.kind() == ErrorKind::Unauthenticated;
                        Outcome::Failed(error)
                    }
                }
            };
            outcomes.push(outcome);
        }
        self.sum_up(&outcomes, context);
        Ok(outcomes)
    }

    /// Says how far it came, if not all was written.
    fn sum_up(&self, outcomes: &[Outcome], context: &Context) {
        let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let not_tried = count(|outcome| matches!(outcome, Outcome::NotTried));
        let written = count(|outcome| matches!(outcome, Outcome::Written));
        if failed == 0 || self.is_single() {
            return;
        }
        for (step, _) in
            self.steps.iter().zip(outcomes).filter(|(_, outcome)| matches!(outcome, Outcome::NotTried))
        {
            context.output.say(format!("not tried {}", step.wanted));
        }
        context.output.say(format!("{written} written, {failed} failed, {not_tried} not tried"));
    }
}

/// Writes if the place is as the plan saw it. A store that cannot expect anything, as version 1 of Vault's, is looked at
/// once more right before.
async fn write(step: &Step, plan: &Plan, setup: &Setup) -> std::result::Result<(), SourceError> {
    let expected = match &step.state {
        State::Same => return Ok(()),
        State::New => Expected::Absent,
        State::Different(seen) => match setup.state_of(&step.wanted).await? {
            Some((revision, present)) if plan.comparing.fingerprint(&present) == *seen => {
                Expected::Revision(revision)
            }
            _ => return Err(moved(step)),
        },
    };
    let is_new = expected == Expected::Absent;
    let options = PutOptions::default().expecting(expected);
    match setup.put_with(&step.wanted, &step.value, &options).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            if is_new && setup.state_of(&step.wanted).await?.is_some() {
                return Err(moved(step));
            }
            setup.put(&step.wanted, &step.value).await.map(drop)
        }
        done => done.map(drop),
    }
}

fn moved(step: &Step) -> SourceError {
    SourceError::new(ErrorKind::Conflict, step.wanted.scheme().to_owned())
        .for_key(step.wanted.to_string())
        .with_detail("somebody else has changed it since the plan was made")
        .with_hint("run it again, and look at the new plan")
}
