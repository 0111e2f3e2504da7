//! The least that a program has to be allowed, as a policy of IAM, from the references that it declares.
//!
//! A function of its arguments: it asks no server, so a policy can be reviewed and kept beside the code. The cost is
//! that the keys which encrypt the secrets have to be told, since no reference names them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use reticent_core::{SecretRef, SourceError};

use crate::place::{ParameterName, SecretId, arn};

/// What a policy may say besides the names: where the secrets are, and what else the program does.
///
/// ```
/// use reticent_provider_aws::policy::{self, PolicyOptions};
///
/// let options = PolicyOptions::default().with_region("eu-west-1").with_account("123456789012");
/// let policy = policy::for_references(&["aws-sm://prod/db#password".parse()?], &options)?;
/// assert!(policy.contains("arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-??????"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyOptions {
    partition: String,
    region: String,
    account: String,
    keys: BTreeSet<String>,
    extras: BTreeSet<Extra>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extra {
    Batches,
    Revisions,
}

impl PolicyOptions {
    /// Sets the partition; `aws` unless it is set.
    #[must_use]
    pub fn with_partition(mut self, partition: impl Into<String>) -> Self {
        self.partition = partition.into();
        self
    }

    /// Sets the region of names that are no ARNs; any, unless it is set.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the account of names that are no ARNs; any, unless it is set.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Adds a key, by its ARN, that encrypts the secrets and is not AWS's own: it may be used through these services
    /// alone.
    #[must_use]
    pub fn with_key(mut self, arn: impl Into<String>) -> Self {
        self.keys.insert(arn.into());
        self
    }

    /// Allows reads in batches. AWS knows that right on all secrets alone; each value in a batch still needs its own.
    #[must_use]
    pub fn with_batches(mut self) -> Self {
        self.extras.insert(Extra::Batches);
        self
    }

    /// Allows to ask for versions without reading a value, which polls for rotations then do.
    #[must_use]
    pub fn with_revisions(mut self) -> Self {
        self.extras.insert(Extra::Revisions);
        self
    }
}

impl Default for PolicyOptions {
    fn default() -> Self {
        Self {
            partition: "aws".to_owned(),
            region: "*".to_owned(),
            account: "*".to_owned(),
            keys: BTreeSet::new(),
            extras: BTreeSet::new(),
        }
    }
}

/// Returns a policy, as JSON, that allows to read these references and nothing else; references that are not AWS's
/// are passed over.
///
/// The text is the same for the same references, in whatever order. Each statement's `Sid` says what it is for.
///
/// # Errors
/// `InvalidReference`: a reference of AWS's whose path is neither a name nor an ARN.
pub fn for_references(at: &[SecretRef], options: &PolicyOptions) -> Result<String, SourceError> {
    let mut resources = Resources::default();
    for at in at {
        resources.add(at, options)?;
    }
    let mut statements = Vec::new();
    let describes = options.extras.contains(&Extra::Revisions);
    if !resources.secrets.is_empty() {
        let actions: &[&str] = if describes { &[DESCRIBE, GET] } else { &[GET] };
        statements.push(statement("ReadSecrets", actions, &resources.secrets, None));
        if options.extras.contains(&Extra::Batches) {
            let batch = &["secretsmanager:BatchGetSecretValue"];
            statements.push(statement(
                "ReadSecretsInBatches",
                batch,
                &BTreeSet::from(["*".to_owned()]),
                None,
            ));
        }
    }
    if !resources.of_agent.is_empty() {
        statements.push(statement("AgentReadsSecrets", &[DESCRIBE, GET], &resources.of_agent, None));
    }
    if !resources.parameters.is_empty() {
        let actions = ["ssm:GetParameter", "ssm:GetParameters"];
        statements.push(statement("ReadParameters", &actions, &resources.parameters, None));
    }
    if !statements.is_empty() && !options.keys.is_empty() {
        let through = resources.services(options);
        statements.push(statement(
            "DecryptThroughTheseServices",
            &["kms:Decrypt"],
            &options.keys,
            Some(&through),
        ));
    }
    Ok(document(&statements))
}

const GET: &str = "secretsmanager:GetSecretValue";
const DESCRIBE: &str = "secretsmanager:DescribeSecret";

#[derive(Default)]
struct Resources {
    secrets: BTreeSet<String>,
    of_agent: BTreeSet<String>,
    parameters: BTreeSet<String>,
}

impl Resources {
    fn add(&mut self, at: &SecretRef, options: &PolicyOptions) -> Result<(), SourceError> {
        let PolicyOptions { partition, region, account, .. } = options;
        match at.scheme() {
            "aws-sm" | "aws-agent" => {
                let id = SecretId::of("policy", at)?;
                let into = if at.scheme() == "aws-sm" { &mut self.secrets } else { &mut self.of_agent };
                into.insert(secret_resource(id.text, partition, region, account));
            }
            "aws-ssm" => {
                let name = ParameterName::of("policy", at)?;
                self.parameters.insert(name.resource(partition, region, account));
            }
            _ => {}
        }
        Ok(())
    }

    /// The services through which keys are used, in the regions of the resources.
    fn services(&self, options: &PolicyOptions) -> BTreeSet<String> {
        let of = |service: &str, resources: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
            let region = |resource: &String| match arn(resource, service) {
                Ok((region, _)) => region.to_owned(),
                Err(_) => options.region.clone(),
            };
            resources.map(region).map(|region| host(service, &region, &options.partition)).collect()
        };
        let mut services = of("secretsmanager", &mut self.secrets.iter().chain(&self.of_agent));
        services.extend(of("ssm", &mut self.parameters.iter()));
        services
    }
}

/// The host of a service, as KMS names it; China's regions have a domain of their own.
fn host(service: &str, region: &str, partition: &str) -> String {
    let is_in_china = region.starts_with("cn-") || (region == "*" && partition == "aws-cn");
    format!("{service}.{region}.amazonaws.com{}", if is_in_china { ".cn" } else { "" })
}

/// The resource of a secret in a policy: AWS ends each ARN with a hyphen and six letters that nobody chooses.
pub(crate) fn secret_resource(id: &str, partition: &str, region: &str, account: &str) -> String {
    match id.strip_prefix("arn:") {
        Some(_) if ends_in_six(id) => id.to_owned(),
        Some(_) => format!("{id}-??????"),
        None => format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{id}-??????"),
    }
}

fn ends_in_six(arn: &str) -> bool {
    let end = arn.rsplit_once('-').map(|(_, end)| end);
    end.is_some_and(|end| end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn statement(
    sid: &str,
    actions: &[&str],
    resources: &BTreeSet<String>,
    through: Option<&BTreeSet<String>>,
) -> String {
    let mut text = format!("    {{\n      \"Sid\": \"{sid}\",\n      \"Effect\": \"Allow\",\n");
    list(&mut text, 6, "Action", actions.iter().copied());
    text.push_str(",\n");
    list(&mut text, 6, "Resource", resources.iter().map(String::as_str));
    if let Some(through) = through {
        // `StringLike`, since a region that is not known is any.
        text.push_str(",\n      \"Condition\": {\n        \"StringLike\": {\n");
        list(&mut text, 10, "kms:ViaService", through.iter().map(String::as_str));
        text.push_str("\n        }\n      }");
    }
    text.push_str("\n    }");
    text
}

fn list<'a>(text: &mut String, indent: usize, name: &str, values: impl Iterator<Item = &'a str>) {
    let values: Vec<String> = values.map(|value| format!("{:indent$}  \"{}\"", "", escaped(value))).collect();
    write!(text, "{:indent$}\"{name}\": [\n{}\n{:indent$}]", "", values.join(",\n"), "")
        .expect("a string takes all text");
}

/// Options are anybody's text; names and ARNs of references hold nothing that JSON escapes.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => plain.extend(['\\', character]),
            control if control.is_control() => {
                write!(plain, "\\u{:04x}", u32::from(control)).expect("a string takes all text");
            }
            other => plain.push(other),
        }
    }
    plain
}

fn document(statements: &[String]) -> String {
    let between = if statements.is_empty() { "" } else { "\n" };
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{between}{}{}]\n}}\n",
        statements.join(",\n"),
        if statements.is_empty() { "" } else { "\n  " }
    )
}

#[cfg(test)]
mod tests {
    use reticent_core::ErrorKind;

    use super::*;

    fn policy(at: &[&str], options: &PolicyOptions) -> String {
        let at: Vec<SecretRef> = at.iter().map(|at| at.parse().expect("a reference")).collect();
        for_references(&at, options).expect("a policy")
    }

    #[test]
    fn a_policy_names_each_secret_once_and_nothing_else() {
        let at = ["aws-sm://b#x", "aws-sm://a?version=previous", "aws-sm://b#y", "env://HOME"];
        let want = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ReadSecrets",
      "Effect": "Allow",
      "Action": [
        "secretsmanager:GetSecretValue"
      ],
      "Resource": [
        "arn:aws:secretsmanager:*:*:secret:a-??????",
        "arn:aws:secretsmanager:*:*:secret:b-??????"
      ]
    }
  ]
}
"#;
        assert_eq!(policy(&at, &PolicyOptions::default()), want);
        let mut reversed = at;
        reversed.reverse();
        assert_eq!(policy(&reversed, &PolicyOptions::default()), want);
    }

    #[test]
    fn nothing_of_aws_is_a_policy_without_statements() {
        let want = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}\n";
        assert_eq!(policy(&["env://HOME"], &PolicyOptions::default()), want);
    }

    #[test]
    fn an_arn_is_taken_as_it_stands_and_its_six_letters_are_added_where_they_are_missing() {
        let arn = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:prod/db";
        assert_eq!(secret_resource(arn, "aws", "*", "*"), format!("{arn}-??????"));
        let whole = format!("{arn}-a1B2c3");
        assert_eq!(secret_resource(&whole, "aws", "*", "*"), whole);
    }

    #[test]
    fn what_else_a_program_does_is_allowed_when_it_is_said() {
        let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
        let options = PolicyOptions::default()
            .with_region("eu-west-1")
            .with_account("123456789012")
            .with_batches()
            .with_revisions()
            .with_key(key);
        let text = policy(&["aws-sm://a", "aws-ssm://x/y", "aws-ssm://z", "aws-agent://c"], &options);
        let sids: Vec<&str> = text.lines().filter(|line| line.contains("\"Sid\"")).collect();
        assert_eq!(sids.len(), 5, "{text}");
        for wanted in [
            "\"secretsmanager:BatchGetSecretValue\"",
            "\"secretsmanager:DescribeSecret\"",
            "\"arn:aws:ssm:eu-west-1:123456789012:parameter/x/y\"",
            "\"arn:aws:ssm:eu-west-1:123456789012:parameter/z\"",
            "\"arn:aws:secretsmanager:eu-west-1:123456789012:secret:c-??????\"",
            "\"secretsmanager.eu-west-1.amazonaws.com\"",
            "\"ssm.eu-west-1.amazonaws.com\"",
            key,
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
    }

    #[test]
    fn a_key_is_used_through_the_host_of_its_region() {
        let options = PolicyOptions::default().with_key("k");
        let arn = "aws-sm://arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a-a1B2c3";
        assert!(policy(&[arn], &options).contains("\"secretsmanager.cn-north-1.amazonaws.com.cn\""));
        assert!(policy(&["aws-sm://a"], &options).contains("\"secretsmanager.*.amazonaws.com\""));
    }

    #[test]
    fn options_cannot_break_out_of_the_text() {
        let text = policy(&["aws-sm://a"], &PolicyOptions::default().with_account("\"],\n\"x\\"));
        assert!(text.contains(r#":\"],\u000a\"x\\:secret"#), "{text}");
    }

    #[test]
    fn a_path_that_is_no_name_is_refused() {
        let at: SecretRef = "aws-sm://two%20words".parse().expect("a reference");
        let refused = for_references(&[at], &PolicyOptions::default());
        assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::InvalidReference));
    }
}
