#![doc = include_str!("../README.md")]

#[cfg(feature = "config")]
pub use reticent_config as config;
#[cfg(feature = "config")]
pub use reticent_config::SettingsOfFacade as Settings;
pub use reticent_core as core;
#[cfg(feature = "crypto")]
pub use reticent_crypto as crypto;
#[cfg(feature = "detect")]
pub use reticent_detect as detect;
#[cfg(feature = "dotenv")]
pub use reticent_dotenv as dotenv;
#[cfg(feature = "files")]
pub use reticent_files as files;
#[cfg(feature = "aws-agent")]
pub use reticent_provider_aws as provider_aws;
#[cfg(feature = "env")]
pub use reticent_provider_env as provider_env;
#[cfg(feature = "file")]
pub use reticent_provider_file as provider_file;
#[cfg(feature = "vault")]
pub use reticent_provider_vault as provider_vault;
#[cfg(feature = "redact")]
pub use reticent_redact as redact;
#[cfg(feature = "resolve")]
pub use reticent_resolve as resolve;
#[cfg(feature = "scan")]
pub use reticent_scan as scan;

#[cfg(all(feature = "setup", feature = "redact"))]
mod masking;
#[cfg(feature = "setup")]
pub mod settings;
#[cfg(feature = "setup")]
pub mod setup;

#[cfg(feature = "setup")]
pub use settings::Settings;

pub mod prelude {
    //! What most programs need.
    //!
    //! ```
    //! use reticent::prelude::*;
    //!
    //! let at: SecretRef = "env://DB_PASSWORD".parse()?;
    //! # assert_eq!(at.path(), "DB_PASSWORD");
    //! # Ok::<(), reticent::core::ReferenceError>(())
    //! ```

    pub use reticent_core::{
        ErrorKind, Secret, SecretName, SecretRef, SecretSink, SecretSource, SourceError,
    };
    #[cfg(feature = "resolve")]
    pub use reticent_resolve::{Resolver, SecretHandle};

    #[cfg(feature = "config")]
    pub use crate::Settings;
    #[cfg(feature = "setup")]
    pub use crate::setup::Setup;
}
