//! `rules new`: a file of rules to begin with.

use std::io::Write as _;
use std::path::PathBuf;

use reticent::files::{FileError, Place, Readers};

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Prints a commented file of rules to begin with
///
/// It keeps its word as it stands: `reticent rules check` finds nothing wrong with it.
#[derive(clap::Args, Debug)]
pub(crate) struct NewArgs {
    /// The vendor: lower-case letters, digits and dashes
    #[arg(value_name = "VENDOR", value_parser = vendor)]
    vendor: String,
    /// Writes into this file, which is not there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn vendor(text: &str) -> std::result::Result<String, &'static str> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_vendor = text.bytes().all(is_part) && text.starts_with(|first: char| first.is_ascii_lowercase());
    is_vendor.then(|| text.to_owned()).ok_or("write lower-case letters, digits and dashes")
}

pub(super) fn run(args: &NewArgs, context: &Context) -> Result<Exit> {
    let text = SKELETON.replace("VENDOR", &args.vendor).replace("PREFIX", &args.vendor.replace('-', "_"));
    let Some(out) = &args.out else {
        written(context.output.data(text.as_bytes()))?;
        return Ok(Exit::Fine);
    };
    let path = context.folder().join(out);
    let create = || -> std::result::Result<(), FileError> {
        let mut place = Place::of(&path)?;
        let mut new = place.begin(Readers::Anyone)?;
        new.write_all(text.as_bytes())?;
        new.create()
    };
    create().map_err(|error| Failure::file("write", &path, &error.into()))?;
    Ok(Exit::Fine)
}

/// A rule that finds what its sample says; each line is there to be changed.
const SKELETON: &str = r#"# Detection rules for VENDOR. Check them with `reticent rules check`, try them with `reticent rules test`,
# and scan with them: `reticent scan --rules THIS-FILE`.
schema = 1
vendor = "VENDOR"

[[rule]]
# The vendor, a dot, and a name that never changes.
id = "VENDOR.api-key"
title = "VENDOR API key"
# What its finder can do with it.
risk = "Whoever reads it can act as the account that it was issued to."
# Pages of the vendor where the form is stated, one at least.
reference = ["https://example.com/docs/api-keys"]
# low, medium, high or critical.
severity = "high"
# How candidates are found: `prefix` (it begins with a keyword), `name` (the name of the setting holds a keyword),
# `url` (the host begins with one), `run` (any run of token characters), `keyword` (one stands anywhere near).
anchor = "prefix"
keywords = ["PREFIX_live_"]
# One capture, which is the secret.
pattern = "(PREFIX_live_[0-9A-Za-z]{32})"
# How sure it is of a match of which nothing more is known.
confidence = 0.9
# How a value is made for the examples: `<class*count>` stands for random characters.
sample = "PREFIX_live_<0-9A-Za-z*32>"
# Found exactly: {{secret}} stands for the sample.
examples = ["api_key = \"{{secret}}\"", "Authorization: Bearer {{secret}}", "{\"key\": \"{{secret}}\"}"]
# Not found: {{tail}} stands for the sample behind its keyword.
counter = ["PREFIX_live_example", "x{{secret}}", "PREFIX_live_${TOKEN}"]
# Samples that are nearly right are not found: shorter, longer, bad-checksum.
near_miss = ["shorter", "longer"]
# What to do about a leak.
fix = "Revoke it where it was issued, and load the new one from a secret store or the environment."
"#;
