//! The settings as a JSON Schema (draft 2020-12), for editors and for programs in other languages.

use serde_json::{Map, Value, json};

use super::shown_default;
use crate::rule::Rule;
use crate::schema::{Condition, Kind, Required, Schema, Setting};

impl Schema {
    /// Returns the JSON Schema of an object that has the settings by name.
    ///
    /// Conditions on other settings and on `ENVIRONMENT` are `if` and `then`; a secret is `writeOnly`.
    ///
    /// ```
    /// use reticent_config::{Kind, Schema, Setting};
    ///
    /// let text = Schema::new().with(Setting::new("PORT", Kind::PORT)).json_schema();
    /// assert!(text.contains(r#""maximum": 65535"#) && text.contains(r#""required": ["#));
    /// ```
    #[must_use]
    pub fn json_schema(&self) -> String {
        let settings = || self.settings().iter().filter(|setting| !setting.is_implied());
        let properties: Map<String, Value> =
            settings().map(|setting| (setting.name().to_owned(), property(setting))).collect();
        let always = settings().filter(|setting| *setting.required() == Required::Always);
        let required: Vec<&str> = always.map(Setting::name).collect();
        let conditional: Vec<Value> = settings().filter_map(conditional).collect();
        let mut document = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": required,
        });
        if !conditional.is_empty() {
            document["allOf"] = conditional.into();
        }
        format!("{document:#}\n")
    }
}

fn property(setting: &Setting) -> Value {
    let mut property = form(setting.kind());
    if !setting.about().is_empty() {
        property["description"] = setting.about().into();
    }
    if setting.is_secret() {
        property["writeOnly"] = true.into();
    }
    if let Some(default) = shown_default(setting) {
        property["default"] = typed(setting.kind(), default);
    }
    if let Some(example) = setting.example() {
        property["examples"] = json!([typed(setting.kind(), example)]);
    }
    for rule in setting.rules() {
        add_rule(&mut property, rule);
    }
    if !setting.aliases().is_empty() {
        property["x-aliases"] = setting.aliases().into();
    }
    property
}

fn form(kind: &Kind) -> Value {
    match kind {
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Whole { least, greatest } => {
            let mut form = json!({ "type": "integer" });
            // Bounds beyond 64 bits are bounds of the type alone.
            if let Ok(least) = i64::try_from(*least) {
                form["minimum"] = least.into();
            }
            if let Ok(greatest) = u64::try_from(*greatest) {
                form["maximum"] = greatest.into();
            }
            form
        }
        Kind::Number => json!({ "type": "number" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::List(inner) => json!({ "type": "array", "items": form(inner) }),
        _ => json!({ "type": "string" }),
    }
}

/// A default as the form has it; what does not fit stays text.
fn typed(kind: &Kind, text: &str) -> Value {
    let bytes = text.as_bytes();
    let typed: Option<Value> = match kind {
        Kind::Flag => crate::read::flag(bytes).map(Value::from),
        Kind::Whole { .. } => {
            let whole = crate::read::whole(bytes).and_then(crate::read::Whole::as_i128);
            whole.and_then(|whole| i64::try_from(whole).ok()).map(Value::from)
        }
        Kind::Number => crate::read::number(bytes).map(Value::from),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}

fn add_rule(property: &mut Value, rule: &Rule) {
    match rule {
        Rule::MinLen(count) => property["minLength"] = (*count).into(),
        Rule::MaxLen(count) => property["maxLength"] = (*count).into(),
        Rule::Pattern(pattern) => property["pattern"] = format!("^(?:{pattern})$").into(),
        Rule::OneOf(words) => property["enum"] = words.clone().into(),
        Rule::Range(least, greatest) => {
            if let Some(least) = least {
                property["minimum"] = (*least).into();
            }
            if let Some(greatest) = greatest {
                property["maximum"] = (*greatest).into();
            }
        }
        Rule::Url => property["format"] = "uri".into(),
        Rule::Off => property["const"] = false.into(),
        other => {
            if !property["x-rules"].is_array() {
                property["x-rules"] = json!([]);
            }
            if let Some(rules) = property["x-rules"].as_array_mut() {
                rules.push(other.to_string().into());
            }
        }
    }
}

/// `if` the conditions hold `then` it is required; a condition that JSON Schema cannot say leaves it optional.
fn conditional(setting: &Setting) -> Option<Value> {
    let Required::When(conditions) = setting.required() else { return None };
    let all = conditions.iter().map(condition).collect::<Option<Vec<Value>>>()?;
    Some(json!({ "if": { "allOf": all }, "then": { "required": [setting.name()] } }))
}

fn condition(condition: &Condition) -> Option<Value> {
    let has = |name: &str, form: Value| json!({ "properties": { name: form }, "required": [name] });
    match condition {
        Condition::InEnvironment(names) => Some(has("ENVIRONMENT", json!({ "enum": names }))),
        Condition::IsOn(name) => Some(has(name, json!({ "const": true }))),
        Condition::Equals(name, value) => Some(has(name, json!({ "const": value }))),
        _ => None,
    }
}
