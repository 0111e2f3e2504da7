#![doc = include_str!("../README.md")]

mod rule;
mod schema;

mod declare;
mod settings;
pub mod toml;

mod layer;
mod merge;

mod loader;

mod judge;
mod policy;
mod read;

mod error;
mod report;

mod render;

pub use declare::Declarations;
pub use error::SettingsError;
pub use layer::{DotenvLayer, Held, Layer, MapLayer, SourceLayer};
pub use loader::{FileFact, Loader, Resolution};
pub use policy::{Demand, Policies, Policy, Selection, matches_pattern};
pub use render::Drift;
pub use report::{Item, Problem, Report, Status};
pub use reticent_config_derive::{Settings, SettingsOfFacade};
pub use reticent_core as core;
pub use rule::{Rule, Strength};
pub use schema::{Condition, Kind, Required, Schema, Setting};
#[doc(hidden)]
pub use settings::{ByText, FromVec, from_words, nested};
pub use settings::{Expected, Field, FromSetting, FromValue, Group, Settings, Values, from_text};
