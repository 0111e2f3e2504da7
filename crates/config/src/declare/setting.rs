//! One `[settings.NAME]`.

use super::rules::{self, words};
use crate::schema::{Condition, Kind, Required, Setting};
use crate::toml::{Item, Reader, TomlError};

const KEYS: [&str; 11] = [
    "type",
    "of",
    "words",
    "secret",
    "required",
    "required-in",
    "required-when",
    "default",
    "example",
    "about",
    "alias",
];

/// The words of `type`; `list` and `choice` have a key more.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Secret,
    Flag,
    Integer,
    Port,
    Number,
    Duration,
    Path,
    Url,
    Choice,
    List,
}

const TYPES: [(&str, Type); 11] = [
    ("text", Type::Text),
    ("secret", Type::Secret),
    ("bool", Type::Flag),
    ("integer", Type::Integer),
    ("port", Type::Port),
    ("number", Type::Number),
    ("duration", Type::Duration),
    ("path", Type::Path),
    ("url", Type::Url),
    ("choice", Type::Choice),
    ("list", Type::List),
];

pub(super) fn read(name: &str, item: &Item<'_>) -> Result<Setting, TomlError> {
    if !is_name(name) {
        return Err(item
            .error("not a name")
            .with_hint("a name is letters, digits and `_`, and begins with no digit"));
    }
    let table = item.table()?;
    table.only(&[&KEYS[..], &rules::KEYS[..]].concat())?;
    let (kind, is_url) = kind(&table)?;
    let mut setting = Setting::new(name, kind).with_required(required(&table)?);
    if flag(&table, "secret")? == Some(true) {
        setting = setting.as_secret();
    }
    if is_url {
        setting = setting.with_rule(crate::rule::Rule::Url);
    }
    setting = rules::read(&table)?.into_iter().fold(setting, Setting::with_rule);
    if let Some(item) = table.item("alias") {
        setting = words(&item)?.into_iter().fold(setting, Setting::with_alias);
    }
    if let Some(item) = table.item("about") {
        setting = setting.with_about(item.text()?);
    }
    if let Some(item) = table.item("example") {
        setting = setting.with_example(item.plain()?);
    }
    if let Some(item) = table.item("default") {
        if *setting.required() != Required::Always || table.item("required").is_some() {
            return Err(item.error("a setting with a default is never missing, so `required` says nothing"));
        }
        let default = item.plain()?;
        let value = reticent_core::Secret::copy_of(default.as_bytes());
        if !crate::read::has_form(setting.kind(), &value) {
            return Err(item.error(format!("expected {}", setting.kind())));
        }
        setting = setting.with_default(default);
    }
    Ok(setting)
}

fn kind(table: &Reader<'_>) -> Result<(Kind, bool), TomlError> {
    let Some(item) = table.item("type") else {
        let secret = flag(table, "secret")? == Some(true);
        return Ok((if secret { Kind::Secret } else { Kind::Text }, false));
    };
    let list = |table: &Reader<'_>| match table.item("of") {
        Some(item) => simple(item.one_of(&TYPES)?, &item),
        None => Ok(Kind::Text),
    };
    Ok(match item.one_of(&TYPES)? {
        Type::Url => (Kind::Text, true),
        Type::List => (Kind::List(Box::new(list(table)?)), false),
        Type::Choice => {
            let words_item = table.item("words").ok_or_else(|| item.error("a choice needs its `words`"))?;
            (Kind::Choice(words(&words_item)?), false)
        }
        plain => (simple(plain, &item)?, false),
    })
}

fn simple(kind: Type, item: &Item<'_>) -> Result<Kind, TomlError> {
    Ok(match kind {
        Type::Text | Type::Url => Kind::Text,
        Type::Secret => Kind::Secret,
        Type::Flag => Kind::Flag,
        Type::Integer => Kind::Whole { least: i64::MIN.into(), greatest: i64::MAX as u128 },
        Type::Port => Kind::PORT,
        Type::Number => Kind::Number,
        Type::Duration => Kind::Duration,
        Type::Path => Kind::Path,
        Type::Choice | Type::List => return Err(item.error("an entry of a list is a plain value")),
    })
}

/// `required = false`, or in which environments and by which other settings.
fn required(table: &Reader<'_>) -> Result<Required, TomlError> {
    let mut conditions = Vec::new();
    if let Some(item) = table.item("required-in") {
        conditions.push(Condition::InEnvironment(words(&item)?));
    }
    if let Some(item) = table.item("required-when") {
        conditions.extend(words(&item)?.iter().map(|text| Condition::on_setting(text)));
    }
    match (flag(table, "required")?, conditions.is_empty()) {
        (Some(false), false) => {
            let item = table.item("required").expect("it was just read");
            Err(item.error("`required = false` and a condition contradict each other"))
        }
        (Some(false), true) => Ok(Required::Never),
        (_, true) => Ok(Required::Always),
        (_, false) => Ok(Required::When(conditions)),
    }
}

fn flag(table: &Reader<'_>, key: &str) -> Result<Option<bool>, TomlError> {
    table.item(key).map(|item| item.flag()).transpose()
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(fits) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}
