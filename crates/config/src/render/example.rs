//! `.env.example`: every setting with what it is for, and whether a committed one still says so.

use std::fmt;

use reticent_core::{Placeholder, Secret, Visible};
use reticent_dotenv::{Document, ParseOptions, render_value};

use super::necessity;
use crate::schema::{Schema, Setting};

/// The first lines of each file.
const HEAD: &str = "# Made from the settings of this program; do not edit.\n\
                    # Copy it to .env and fill it in there; .env is never committed.\n";

/// One way in which a committed `.env.example` differs from the schema. It holds names and lines and no value.
///
/// ```
/// use reticent_config::{Kind, Schema, Setting};
///
/// let schema = Schema::new().with(Setting::new("PORT", Kind::PORT).with_default("80"));
/// let committed = schema.example();
/// assert!(schema.example_drift(&committed).is_empty());
///
/// let renamed = Schema::new().with(Setting::new("HTTP_PORT", Kind::PORT).with_default("80"));
/// let drift: Vec<_> = renamed.example_drift(&committed).iter().map(ToString::to_string).collect();
/// assert_eq!(drift, ["HTTP_PORT is missing", "line 5: PORT is no setting"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Drift {
    /// A setting is not in the file.
    Missing {
        /// The setting.
        name: String,
    },
    /// A name in the file is no setting.
    Extra {
        /// The name.
        name: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// A secret has a value in the file, and it is neither a placeholder nor the example.
    LiveValue {
        /// The setting.
        name: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// The comment over a setting says something else than the schema.
    Comment {
        /// The setting.
        name: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// A setting has another default or example, or is commented out, or no longer is.
    Default {
        /// The setting.
        name: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// The settings are right, and a line is not: a heading, or their order.
    Changed {
        /// The line, counted from 1.
        line: usize,
    },
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name } => write!(f, "{} is missing", Visible(name)),
            Self::Extra { name, line } => write!(f, "line {line}: {} is no setting", Visible(name)),
            Self::LiveValue { name, line } => {
                write!(f, "line {line}: {} has a value that may be a real one", Visible(name))
            }
            Self::Comment { name, line } => {
                write!(f, "line {line}: the comment of {} differs", Visible(name))
            }
            Self::Default { name, line } => {
                write!(f, "line {line}: the default of {} differs", Visible(name))
            }
            Self::Changed { line } => write!(f, "line {line}: differs from what the settings say"),
        }
    }
}

impl Schema {
    /// Returns the text of `.env.example`.
    ///
    /// What is optional and has no default stands in a comment. A secret has its example, or no value.
    ///
    /// ```
    /// use reticent_config::{Kind, Rule, Schema, Setting};
    ///
    /// let schema = Schema::new().with(
    ///     Setting::new("DB_PASSWORD", Kind::Secret).with_about("Password of the role").with_rule(Rule::MinLen(16)),
    /// );
    /// let text = schema.example();
    /// assert!(text.ends_with("\n# Password of the role\n# a secret; required; at least 16 characters\nDB_PASSWORD=\n"));
    /// ```
    #[must_use]
    pub fn example(&self) -> String {
        let mut text = HEAD.to_owned();
        let mut group: &[String] = &[];
        for setting in self.settings().iter().filter(|setting| !setting.is_implied()) {
            if setting.group() != group {
                group = setting.group();
                if !group.is_empty() {
                    text.push_str(&format!("\n# --- {} ---\n", group.join(" / ").replace('_', " ")));
                }
            }
            text.push('\n');
            write_setting(&mut text, setting);
        }
        text
    }

    /// Returns every way in which `committed` differs from [`example`](Self::example); none when it is current.
    #[must_use]
    pub fn example_drift(&self, committed: &str) -> Vec<Drift> {
        let present = names_in(committed);
        let declared = self.settings().iter().filter(|setting| !setting.is_implied());
        let mut drift: Vec<Drift> = declared
            .filter(|setting| !present.iter().any(|(name, _)| setting.answers_to(name)))
            .map(|setting| Drift::Missing { name: setting.name().to_owned() })
            .collect();
        for (name, line) in present {
            if self.find(&name).is_none() {
                drift.push(Drift::Extra { name, line });
            }
        }
        drift.extend(self.live_values(committed));
        if drift.is_empty() {
            drift.extend(self.changes(committed));
        }
        if drift.is_empty() {
            drift.extend(first_difference(&self.example(), committed).map(|line| Drift::Changed { line }));
        }
        drift
    }

    /// Compares setting by setting.
    fn changes(&self, committed: &str) -> Vec<Drift> {
        let wanted = self.example();
        let wanted = blocks(&wanted);
        let differs = |found: &Block<'_>| {
            let same = wanted.iter().find(|wanted| wanted.name.eq_ignore_ascii_case(found.name))?;
            let (name, line) = (found.name.to_owned(), found.line);
            if same.comment != found.comment {
                Some(Drift::Comment { name, line })
            } else if same.text != found.text {
                Some(Drift::Default { name, line })
            } else {
                None
            }
        };
        blocks(committed).iter().filter_map(differs).collect()
    }

    fn live_values(&self, committed: &str) -> Vec<Drift> {
        let Ok(document) = Document::parse(committed.as_bytes(), &ParseOptions::default()) else {
            return Vec::new();
        };
        let is_live = |setting: &Setting, value: &Secret| {
            let example = Secret::copy_of(setting.example().unwrap_or_default().as_bytes());
            #[expect(clippy::disallowed_methods, reason = "judged, and not kept")]
            let is_placeholder = Placeholder::judge(setting.name(), value.expose_bytes()).is_some();
            setting.is_secret() && !value.is_empty() && !value.ct_eq(&example) && !is_placeholder
        };
        let entries = document.entries();
        let live = entries
            .filter(|entry| self.find(entry.key()).is_some_and(|setting| is_live(setting, entry.value())));
        live.map(|entry| Drift::LiveValue { name: entry.key().to_owned(), line: entry.line() }).collect()
    }
}

fn write_setting(text: &mut String, setting: &Setting) {
    for line in setting.about().lines() {
        text.push_str(&format!("# {line}\n"));
    }
    let mut facts = vec![setting.kind().to_string(), necessity(setting)];
    facts.extend(setting.rules().iter().map(ToString::to_string));
    if !setting.aliases().is_empty() {
        facts.push(format!("also called {}", setting.aliases().join(", ")));
    }
    text.push_str(&format!("# {}\n", facts.join("; ").replace('\n', " ")));
    let value = setting.example().or(super::shown_default(setting)).unwrap_or_default();
    let hash =
        if setting.required() == &crate::schema::Required::Never && value.is_empty() { "# " } else { "" };
    text.push_str(&format!("{hash}{}={}\n", setting.name(), quoted(value)));
}

/// A value as the dialect writes it; what no `.env` can hold is left out.
fn quoted(value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let Ok(rendered) = render_value(&Secret::copy_of(value.as_bytes())) else { return String::new() };
    #[expect(
        clippy::disallowed_methods,
        reason = "a default or an example of the schema, which is no secret"
    )]
    let bytes = rendered.expose_bytes();
    String::from_utf8_lossy(bytes).into_owned()
}

/// A setting in a text: its line, and the comment over it.
struct Block<'a> {
    name: &'a str,
    line: usize,
    text: &'a str,
    comment: Vec<&'a str>,
}

/// The settings of a text, one after the other.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut comment = Vec::new();
    for (index, text) in text.lines().enumerate() {
        if let Some(name) = name_of(text) {
            blocks.push(Block { name, line: index + 1, text, comment: std::mem::take(&mut comment) });
        } else if text.trim().is_empty() {
            comment.clear();
        } else {
            comment.push(text);
        }
    }
    blocks
}

/// The name that a line sets. A comment sets one only as we write it, without a value: any other is prose with a `=`.
fn name_of(line: &str) -> Option<&str> {
    let bare = line.trim();
    let (name, value) = bare.trim_start_matches(['#', ' ']).split_once('=')?;
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    (is_name && (value.is_empty() || !bare.starts_with('#'))).then_some(name)
}

/// The names that are set or stand in a comment, with their lines.
fn names_in(text: &str) -> Vec<(String, usize)> {
    blocks(text).into_iter().map(|block| (block.name.to_owned(), block.line)).collect()
}

fn first_difference(wanted: &str, found: &str) -> Option<usize> {
    let (mut wanted, mut found) = (wanted.lines(), found.lines());
    let mut line = 1;
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return None,
            (wanted, found) if wanted == found => line += 1,
            _ => return Some(line),
        }
    }
}
