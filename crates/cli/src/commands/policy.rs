//! `policy`: the least that a backend must allow, from what is declared.

use reticent::core::SecretRef;
use reticent::settings::Referred;
use reticent::setup::{PolicyFor, PolicyOptions};
use serde_json::json;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  reticent policy vault -e production > app.hcl
  reticent policy aws --account 123456789012 --revisions > app.json
  reticent check --rights            whether the backend grants it already";

/// Prints the least-privilege policy that the declared secrets need
///
/// It allows reading the references of reticent.toml, and those that a variable or `.env` holds, and nothing else. No
/// backend is asked. The environment is that of -e, as for `check`.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    backend: Backend,
}

#[derive(clap::Subcommand, Debug)]
enum Backend {
    Aws(AwsArgs),
    Vault(VaultArgs),
}

/// A policy of IAM, as JSON
#[derive(clap::Args, Debug)]
struct AwsArgs {
    /// The region of names that are no ARNs; without it that of [sources.aws], else any
    #[arg(long)]
    region: Option<String>,
    /// The account of names that are no ARNs; without it any
    #[arg(long)]
    account: Option<String>,
    /// A key that encrypts the secrets and is not AWS's own, by its ARN; may be given again
    #[arg(long, value_name = "ARN")]
    key: Vec<String>,
    /// Also to see whether a secret has moved, as `run --watch` and programs that follow rotations do
    #[arg(long)]
    revisions: bool,
    /// Also to read in batches; IAM grants that on all secrets alone, and each value still needs its own right
    #[arg(long)]
    batch: bool,
    /// For the references of this instance, as `prod` of aws-sm+prod://
    #[arg(long, value_name = "LABEL", default_value = "")]
    instance: String,
}

/// A policy of Vault or OpenBao, as HCL
#[derive(clap::Args, Debug)]
struct VaultArgs {
    /// Also to write and delete
    #[arg(long)]
    write: bool,
    /// Also to list the folders that the secrets lie in
    #[arg(long)]
    list: bool,
    /// For the references of this instance, as `prod` of vault+prod://
    #[arg(long, value_name = "LABEL", default_value = "")]
    instance: String,
}

pub(crate) fn run(args: &PolicyArgs, context: &Context) -> Result<Exit> {
    let (backend, options) = args.backend.options();
    let prepared = context.prepared()?;
    let (environment, referred) = context.block_on(prepared.referred());
    let places: Vec<SecretRef> = referred.iter().flat_map(Referred::references).cloned().collect();
    let Some(policy) = prepared.setup().policy(backend, &places, &options)? else {
        let message = format!("no secret that {environment} declares lives in {}", backend.as_str());
        return Err(Failure::new(Exit::Findings, message).with_hint("name its references in [secrets]"));
    };
    let text = if context.is_json() {
        let object = json!({
            "schema": "reticent.policy/1", "backend": backend.as_str(), "environment": environment, "policy": policy,
        });
        format!("{object}\n")
    } else {
        format!("{}\n", policy.trim_end())
    };
    written(context.output.data(text.as_bytes()))?;
    Ok(Exit::Fine)
}

impl Backend {
    fn options(&self) -> (PolicyFor, PolicyOptions) {
        let options = PolicyOptions::default();
        let when = |wanted: bool, options: PolicyOptions, with: fn(PolicyOptions) -> PolicyOptions| {
            if wanted { with(options) } else { options }
        };
        match self {
            Self::Aws(args) => {
                let mut options = options.of_instance(&args.instance);
                if let Some(region) = &args.region {
                    options = options.with_region(region);
                }
                if let Some(account) = &args.account {
                    options = options.with_account(account);
                }
                options = args.key.iter().fold(options, |options, key| options.with_key(key));
                options = when(args.revisions, options, PolicyOptions::with_watching);
                (PolicyFor::Aws, when(args.batch, options, PolicyOptions::with_batches))
            }
            Self::Vault(args) => {
                let options = options.of_instance(&args.instance);
                let options = when(args.write, options, PolicyOptions::with_writing);
                (PolicyFor::Vault, when(args.list, options, PolicyOptions::with_listing))
            }
        }
    }
}
