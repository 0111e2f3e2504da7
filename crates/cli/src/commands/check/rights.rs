//! `check --rights`: what may be read, as the backends tell, without reading it.

use reticent::config::{Problem, Status};
use reticent::core::{Right, SecretRef, SourceError};
use reticent::settings::{Prepared, Referred};
use reticent::setup::Finding;
use serde_json::{Value, json};

use super::Checked;
use super::row::Row;

/// What a backend said about one reference.
type Answer = (SecretRef, Result<Vec<Right>, SourceError>);

/// Makes a report of the rights alone: what lives where there are none to ask for has no row.
pub(super) async fn alone(prepared: &Prepared) -> Checked {
    let (environment, referred) = prepared.referred().await;
    let mut rows = Vec::new();
    for (referred, answers) in ask(prepared, referred).await {
        let mut row = Row::unread(&referred);
        tell(&mut row, answers);
        rows.push(row);
    }
    Checked { environment, rows }
}

/// Adds the rights to the rows of a report.
pub(super) async fn add(rows: &mut [Row], prepared: &Prepared) {
    let (_, referred) = prepared.referred().await;
    for (referred, answers) in ask(prepared, referred).await {
        if let Some(row) = rows.iter_mut().find(|row| row.is_called(referred.name())) {
            tell(row, answers);
        }
    }
}

/// Asks about all references in one call to each source, and leaves out what has no rights to ask for.
async fn ask(prepared: &Prepared, referred: Vec<Referred>) -> Vec<(Referred, Vec<Answer>)> {
    let all: Vec<SecretRef> =
        referred.iter().flat_map(|referred| referred.references().iter().cloned()).collect();
    let mut answers = prepared.setup().missing_rights(&all).await.into_iter();
    let mut told = Vec::new();
    for referred in referred {
        let each = referred.references().iter().cloned().zip(answers.by_ref());
        let known: Vec<Answer> = each.filter_map(|(at, answer)| Some((at, answer?))).collect();
        if !known.is_empty() {
            told.push((referred, known));
        }
    }
    told
}

fn tell(row: &mut Row, answers: Vec<Answer>) {
    let json: Vec<Value> = answers.iter().map(as_json).collect();
    let is_readable = answers.iter().all(|(_, answer)| answer.as_ref().is_ok_and(Vec::is_empty));
    row.tell("rights", json.into(), is_readable.then(|| "rights: may be read".to_owned()));
    for (at, answer) in answers {
        match answer {
            Ok(missing) => missing.iter().for_each(|right| row.find(&lacking(&at, right))),
            Err(error) => row.find(&Finding::of_failure("rights", &error)),
        }
    }
}

fn lacking(at: &SecretRef, right: &Right) -> Finding {
    let problem = Problem::new("rights", format!("to read {at} the right {right} is missing"));
    Finding::new(Status::Denied, problem.with_remedy("`reticent policy` prints the policy that grants it"))
}

fn as_json((at, answer): &Answer) -> Value {
    let right = |right: &Right| json!({ "action": right.action(), "resource": right.resource() });
    let (status, missing) = match answer {
        Ok(missing) if missing.is_empty() => ("ok", Vec::new()),
        Ok(missing) => ("missing", missing.iter().map(right).collect()),
        Err(error) => (error.kind().as_str(), Vec::new()),
    };
    let message = answer.as_ref().err().map(ToString::to_string);
    json!({ "ref": at.to_string(), "status": status, "missing": missing, "message": message })
}
