//! Flows that cross crates live in `tests/tests`; they run the built program, which `cargo xtask test` names in
//! `RETICENT_BIN`, and the facade.
//!
//! Here are the functions that the fuzz targets call. Ordinary tests call them over the committed corpus, so that a
//! machine without a fuzzer holds them too.

pub mod fuzz;

/// The examples of the documents compile and run.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/guides/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../../docs/guides/from-pydantic-settings.md")]
    struct FromPydanticSettings;
    #[doc = include_str!("../../docs/guides/from-python-fernet.md")]
    struct FromPythonFernet;
    #[doc = include_str!("../../docs/guides/key-rotation.md")]
    struct KeyRotation;
    #[doc = include_str!("../../docs/guides/leases-and-rotation.md")]
    struct LeasesAndRotation;
    #[doc = include_str!("../../docs/guides/redact.md")]
    struct Redact;
    #[doc = include_str!("../../docs/guides/vault.md")]
    struct Vault;
    #[doc = include_str!("../../docs/guides/write-a-source.md")]
    struct WriteASource;
}
