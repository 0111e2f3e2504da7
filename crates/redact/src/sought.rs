//! What is looked for: known values, and with the feature `rules` what detection rules find.

use crate::values::Values;

/// Known values, and perhaps rules; a clone shares both.
#[derive(Clone, Debug)]
pub(crate) struct Sought {
    values: Values,
    #[cfg(feature = "rules")]
    scanner: Option<reticent_detect::Scanner>,
}

impl Sought {
    pub(crate) fn new(values: &Values) -> Self {
        Self {
            values: values.clone(),
            #[cfg(feature = "rules")]
            scanner: None,
        }
    }

    pub(crate) fn values(&self) -> &Values {
        &self.values
    }

    #[cfg(feature = "rules")]
    pub(crate) fn with_rules(mut self, scanner: reticent_detect::Scanner) -> Self {
        self.scanner = Some(scanner);
        self
    }

    #[cfg(feature = "rules")]
    pub(crate) fn scanner(&self) -> Option<&reticent_detect::Scanner> {
        self.scanner.as_ref()
    }
}
