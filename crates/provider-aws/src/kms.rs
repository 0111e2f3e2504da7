//! Keys of AWS KMS that wrap other keys.
//!
//! The decision: the context of a wrapping is KMS's encryption context as it stands, so KMS itself refuses another
//! one, and the key is named in each call, so that a wrapped key from elsewhere is not opened by whatever key made
//! it. Of what does not open, no more is told than that.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::config::Builder;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use reticent_core::{ErrorKind, KeyWrap, Secret, SourceError, WrapContext, WrappedKey};

use crate::error::Failure;
use crate::place::arn;
use crate::sdk::{Answer, Aws, NothingInClear, Service};

const LABEL: &str = "aws-kms";
const ENCRYPT: &str = "kms:Encrypt";
const DECRYPT: &str = "kms:Decrypt";
const REENCRYPT: &str = "kms:ReEncryptFrom and kms:ReEncryptTo";
const GENERATE: &str = "kms:GenerateDataKey";
const DESCRIBE: &str = "kms:DescribeKey";

/// The largest plaintext of Encrypt.
const LIMIT: usize = 4_096;

/// A key of KMS, which never leaves it.
///
/// ```no_run
/// use reticent_core::{KeyWrap, WrapContext};
/// use reticent_provider_aws::{Aws, AwsOptions, KmsKey};
///
/// # async fn keys() -> Result<(), Box<dyn std::error::Error>> {
/// let key = KmsKey::find(&Aws::from_default_chain(AwsOptions::default()), "alias/app").await?;
/// let context = WrapContext::default().with("keyring", "app");
/// let (data_key, wrapped) = key.generate(&context).await?;
/// assert!(key.unwrap(&wrapped, &context).await?.ct_eq(&data_key));
/// # Ok(())
/// # }
/// ```
pub struct KmsKey {
    id: String,
    former: Vec<String>,
    service: Service<Client>,
}

impl KmsKey {
    /// Names a key by its ARN or its identifier. It asks nothing yet.
    ///
    /// # Errors
    /// `InvalidReference`: an alias, which may lead to another key tomorrow (see [`find`](Self::find)), or no name of
    /// a key.
    pub fn new(aws: &Aws, id: impl Into<String>) -> Result<Self, SourceError> {
        let id = id.into();
        check_id(&id).map_err(|failure| failure.of(LABEL))?;
        Ok(Self { id, former: Vec::new(), service: Service::new(aws, client) })
    }

    /// Asks which key an alias, an identifier or an ARN leads to now, and names it by its ARN.
    ///
    /// # Errors
    /// `NotFound`: there is none; it is not made. `AccessDenied`, and the transient kinds.
    pub async fn find(aws: &Aws, name: &str) -> Result<Self, SourceError> {
        let service = Service::new(aws, client);
        let region = arn(name, "kms").ok().map(|(region, _)| region);
        let asked = service.call(region, DESCRIBE, |client| client.describe_key().key_id(name).send());
        let answer = asked.await.map_err(|answer| answer.failure.of(LABEL))?;
        let arn = answer
            .key_metadata
            .and_then(|key| key.arn)
            .ok_or_else(|| Failure::new(ErrorKind::Malformed).because("the answer has no key").of(LABEL))?;
        Self::new(aws, arn)
    }

    /// Adds a key that may open and no longer wraps, so that what it wrapped can be moved under the present one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_former(mut self, id: impl Into<String>) -> Result<Self, SourceError> {
        let id = id.into();
        check_id(&id).map_err(|failure| failure.of(LABEL))?;
        self.former.push(id);
        Ok(self)
    }

    /// Has KMS make a data key of 256 bits, and returns it in clear and wrapped.
    ///
    /// # Errors
    /// As [`KeyWrap::wrap`].
    pub async fn generate(&self, context: &WrapContext) -> Result<(Secret, WrappedKey), SourceError> {
        let asked = self.service.call(region(&self.id), GENERATE, |client| {
            let call = client.generate_data_key().key_id(&self.id).key_spec(DataKeySpec::Aes256);
            call.set_encryption_context(pairs(context)).send()
        });
        let answer = asked.await.map_err(|answer| self.error(&answer.failure))?;
        let key = answer.plaintext.map(|key| Secret::from_vec(key.into_inner()));
        let key = key.ok_or_else(|| self.error(&no_answer()))?;
        Ok((key, self.wrapped(answer.ciphertext_blob)?))
    }

    fn wrapped(&self, ciphertext: Option<Blob>) -> Result<WrappedKey, SourceError> {
        let ciphertext = ciphertext.ok_or_else(|| self.error(&no_answer()))?;
        Ok(WrappedKey::new(self.id.as_str(), ciphertext.into_inner()))
    }

    /// The key that a wrapped key says it is under, if it is one of ours.
    fn known(&self, wrapped: &WrappedKey) -> Result<&str, SourceError> {
        let mut ours = std::iter::once(&self.id).chain(&self.former);
        let known = ours.find(|id| *id == wrapped.key_id()).map(String::as_str);
        known.ok_or_else(|| does_not_open(wrapped))
    }

    fn error(&self, failure: &Failure) -> SourceError {
        failure.of(LABEL).for_key(self.id.as_str())
    }

    /// The error of opening: whether key, context or bytes are wrong is not told apart.
    fn refusal(&self, answer: &Answer, wrapped: &WrappedKey) -> SourceError {
        match answer.failure.kind() {
            ErrorKind::Malformed | ErrorKind::InvalidReference => does_not_open(wrapped),
            _ => self.error(&answer.failure),
        }
    }
}

#[async_trait]
impl KeyWrap for KmsKey {
    fn key_id(&self) -> &str {
        &self.id
    }

    /// Encrypts up to 4,096 bytes; more is `Unsupported`.
    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        if !(1..=LIMIT).contains(&data_key.len()) {
            let refused = Failure::new(ErrorKind::Unsupported).because("KMS encrypts 1 to 4096 bytes");
            return Err(self.error(&refused));
        }
        let asked = self.service.call(region(&self.id), ENCRYPT, |client| {
            #[expect(clippy::disallowed_methods, reason = "into the request, whose buffers are the SDK's")]
            let plaintext = Blob::new(data_key.expose_bytes());
            let call = client.encrypt().key_id(&self.id).plaintext(plaintext);
            call.set_encryption_context(pairs(context)).send()
        });
        let answer = asked.await.map_err(|answer| self.error(&answer.failure))?;
        self.wrapped(answer.ciphertext_blob)
    }

    /// Opens what this key, or a former one, wrapped. A key that is disabled or waits for its deletion is
    /// `AccessDenied`, and the hint tells which.
    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError> {
        let key = self.known(wrapped)?;
        let asked = self.service.call(region(key), DECRYPT, |client| {
            let call = client.decrypt().key_id(key).ciphertext_blob(Blob::new(wrapped.ciphertext()));
            call.set_encryption_context(pairs(context)).send()
        });
        let answer = asked.await.map_err(|answer| self.refusal(&answer, wrapped))?;
        let key = answer.plaintext.map(|key| Secret::from_vec(key.into_inner()));
        key.ok_or_else(|| self.error(&no_answer()))
    }

    /// Moves a wrapped key inside of KMS; it is not shown to us.
    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        let key = self.known(wrapped)?;
        let asked = self.service.call(region(&self.id), REENCRYPT, |client| {
            let call = client.re_encrypt().source_key_id(key).destination_key_id(&self.id);
            call.ciphertext_blob(Blob::new(wrapped.ciphertext()))
                .set_source_encryption_context(pairs(context))
                .set_destination_encryption_context(pairs(context))
                .send()
        });
        let answer = asked.await.map_err(|answer| self.refusal(&answer, wrapped))?;
        self.wrapped(answer.ciphertext_blob)
    }
}

/// An identifier or an ARN of a key, and no alias.
fn check_id(id: &str) -> Result<(), Failure> {
    let refused = |why: &'static str| Failure::new(ErrorKind::InvalidReference).because(why);
    let resource = if id.starts_with("arn:") { arn(id, "kms").map_err(refused)?.1 } else { id };
    if resource.starts_with("alias/") {
        return Err(refused("an alias may lead to another key tomorrow")
            .hinting("name the key's ARN, or look the alias up when the program starts"));
    }
    let name = resource.strip_prefix("key/").unwrap_or(resource);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || name.len() > 256 || !name.bytes().all(fits) {
        return Err(refused("it is not the name of a key"));
    }
    Ok(())
}

fn region(id: &str) -> Option<&str> {
    arn(id, "kms").ok().map(|(region, _)| region)
}

fn pairs(context: &WrapContext) -> Option<HashMap<String, String>> {
    let pairs: HashMap<_, _> =
        context.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (!pairs.is_empty()).then_some(pairs)
}

/// Names the key that the wrapped key says it is under: which key was tried would tell two failures apart.
fn does_not_open(wrapped: &WrappedKey) -> SourceError {
    Failure::new(ErrorKind::Malformed)
        .because("key, context or bytes are not those that it was wrapped with")
        .of(LABEL)
        .for_key(wrapped.key_id())
}

fn no_answer() -> Failure {
    Failure::new(ErrorKind::Malformed).because("the answer has no key")
}

fn client(config: &SdkConfig, aws: &Aws) -> Client {
    let mut builder = Builder::from(config);
    if let Some(endpoint) = aws.options().endpoint() {
        builder = builder.endpoint_url(endpoint);
    }
    if !aws.options().allows_plain_http() {
        builder = builder.interceptor(NothingInClear);
    }
    Client::from_conf(builder.build())
}

impl fmt::Debug for KmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsKey").field("id", &self.id).field("former", &self.former).finish_non_exhaustive()
    }
}
