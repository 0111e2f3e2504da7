//! What the tests share.

use std::future::Future;

use reticent_config::{Loader, MapLayer, Report, Schema, Settings, SettingsError};

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

pub(crate) fn env(pairs: &[(&str, &str)]) -> MapLayer {
    pairs.iter().fold(MapLayer::new("env"), |layer, (name, value)| layer.with(*name, value))
}

pub(crate) fn load<T: Settings>(pairs: &[(&str, &str)]) -> Result<T, SettingsError> {
    block_on(Loader::new().with_layer(env(pairs)).load())
}

pub(crate) fn report(schema: &Schema, environment: &str, pairs: &[(&str, &str)]) -> Report {
    block_on(Loader::new().with_environment(environment).with_layer(env(pairs)).check(schema))
}

/// The lines of a failed load.
pub(crate) fn lines<T: Settings>(pairs: &[(&str, &str)]) -> String {
    match load::<T>(pairs) {
        Ok(_) => "loads".to_owned(),
        Err(error) => error.report().to_string(),
    }
}
