//! One row of the report: what was found, what is wrong, and what else was asked.

use reticent::config::{Item, Problem, Report, Status};
use reticent::core::Visible;
use reticent::settings::Referred;
use reticent::setup::Finding;
use serde_json::{Value, json};

use crate::exit::Exit;

/// A setting, as people and as programs are told of it.
#[derive(Debug)]
pub(super) struct Row {
    name: String,
    status: Status,
    whereabouts: String,
    /// Each with what to do.
    problems: Vec<(String, Option<String>)>,
    notes: Vec<String>,
    is_shown: bool,
    json: Value,
}

impl Row {
    /// Makes a row of each item.
    pub(super) fn all(report: &Report, explain: bool) -> Vec<Self> {
        let mut document: Value = serde_json::from_str(&report.to_json()).expect("the report is JSON");
        let items = document["items"].as_array_mut().map(std::mem::take).unwrap_or_default();
        report.items().iter().zip(items).map(|(item, json)| Self::of(item, json, explain)).collect()
    }

    fn of(item: &Item, json: Value, explain: bool) -> Self {
        let told = |problem: &Problem| (item.line(problem), problem.remedy().map(str::to_owned));
        let tried = item.tried().iter().filter(|_| explain).map(|attempt| format!("tried {attempt}"));
        Self {
            name: item.name().to_owned(),
            status: item.status(),
            whereabouts: whereabouts(item),
            problems: item.problems().iter().map(told).collect(),
            notes: tried.collect(),
            // A file whose mode is unwise is no setting; its warning is told elsewhere.
            is_shown: item.kind() != "file" || item.status() != Status::Ok,
            json,
        }
    }

    /// Makes a row of what was not read.
    pub(super) fn unread(referred: &Referred) -> Self {
        let places: Vec<String> = referred.references().iter().map(ToString::to_string).collect();
        Self {
            name: referred.name().to_owned(),
            status: Status::Ok,
            whereabouts: places.join(", "),
            problems: Vec::new(),
            notes: Vec::new(),
            is_shown: true,
            json: json!({
                "name": referred.name(), "kind": referred.kind(), "secret": true, "status": Status::Ok.as_str(),
                "ref": places.first(), "place": null, "version": null, "age_days": null, "rule": null,
                "message": null, "remedy": null, "problems": [], "warnings": [], "tried": [],
            }),
        }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub(super) fn is_shown(&self) -> bool {
        self.is_shown
    }

    pub(super) fn has_rights(&self) -> bool {
        self.json.get("rights").is_some()
    }

    /// Adds what else was asked, under its own key, and as a line if there is anything to say.
    pub(super) fn tell(&mut self, key: &str, value: Value, note: Option<String>) {
        self.json[key] = value;
        self.notes.extend(note);
    }

    /// Adds what is wrong; the first problem decides how the setting stands.
    pub(super) fn find(&mut self, finding: &Finding) {
        let problem = finding.problem();
        let object = json!({
            "rule": problem.rule(), "message": problem.message(), "remedy": problem.remedy(),
        });
        if self.problems.is_empty() {
            self.status = finding.status();
            self.json["status"] = json!(self.status.as_str());
            for key in ["rule", "message", "remedy"] {
                self.json[key] = object[key].clone();
            }
        }
        if let Some(problems) = self.json["problems"].as_array_mut() {
            problems.push(object);
        }
        let line = format!("{}: {}", self.name(), problem.message());
        self.problems.push((line, problem.remedy().map(str::to_owned)));
    }

    pub(super) fn exit(&self) -> Exit {
        match self.status {
            Status::Ok => Exit::Fine,
            Status::Denied => Exit::Denied,
            Status::Unavailable => Exit::Unavailable,
            Status::Missing | Status::Invalid => Exit::Findings,
        }
    }

    pub(super) fn name(&self) -> String {
        Visible(&self.name).to_string()
    }

    pub(super) fn json(&self) -> &Value {
        &self.json
    }

    pub(super) fn as_text(&self, width: usize) -> String {
        let line = format!("{:width$}  {:11}  {}", self.name(), word(self.status), self.whereabouts);
        let mut text = format!("{}\n", line.trim_end());
        for (problem, remedy) in &self.problems {
            text.push_str(&format!("  {problem}\n"));
            if let Some(remedy) = remedy {
                text.push_str(&format!("    hint: {remedy}\n"));
            }
        }
        self.notes.iter().for_each(|note| text.push_str(&format!("  {note}\n")));
        text
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Missing => "MISSING",
        Status::Invalid => "INVALID",
        Status::Denied => "DENIED",
        Status::Unavailable => "UNAVAILABLE",
    }
}

fn whereabouts(item: &Item) -> String {
    let version = item.version().map(|version| format!("version {}", Visible(version)));
    let age = item.age_days().map(|days| format!("{days} days old"));
    let place = item.place().map(|place| match item.reference() {
        // What reticent.toml or a value refers to is where it is.
        Some(reference) if place == "reticent.toml" => Visible(reference).to_string(),
        Some(reference) if !names_the_same(reference, place) => {
            format!("{} from {}", Visible(reference), Visible(place))
        }
        _ => Visible(place).to_string(),
    });
    let known: Vec<String> = [place, version, age].into_iter().flatten().collect();
    if known.is_empty() && item.status() == Status::Ok { "not set".to_owned() } else { known.join(", ") }
}

/// `env://PORT` is the place `env PORT`, and `dotenv://.env#PORT` is in `.env:7`.
fn names_the_same(reference: &str, place: &str) -> bool {
    let path = reference.split_once("://").map_or("", |(_, path)| path);
    let path = path.split('#').next().unwrap_or_default();
    let last = place.rsplit(' ').next().unwrap_or_default();
    last == path || last.rsplit_once(':').is_some_and(|(file, _)| file == path)
}
