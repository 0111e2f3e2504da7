//! The real servers, and the side door to them: AWS's own client, without anything of ours.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use reticent_core::{Secret, SecretRef};
use reticent_provider_aws::{Aws, AwsOptions, SecretsManagerSource};
use reticent_testkit::SideDoorError;
use reticent_testkit::servers::{Ministack, Servers};

pub(crate) const REGION: &str = "us-east-1";

pub(crate) fn moto() -> String {
    servers().moto().endpoint.clone()
}

pub(crate) fn ministack() -> Ministack {
    servers().ministack().clone()
}

fn servers() -> Servers {
    Servers::shared().unwrap_or_else(|error| panic!("{error}"))
}

/// A name that no other test uses.
pub(crate) fn fresh(word: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test/{}/{}/{word}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn at(text: &str) -> SecretRef {
    text.parse().expect("a reference")
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::copy_of(text.as_bytes())
}

/// Options for a server that asks for no particular key.
pub(crate) fn options(endpoint: &str) -> AwsOptions {
    AwsOptions::default()
        .with_region(REGION)
        .with_endpoint(endpoint)
        .expect("an address of this machine")
        .with_credentials("AKIDOFATEST", secret("a secret access key of a test"), None)
        .with_timeout(Duration::from_secs(20))
}

pub(crate) fn source_at(endpoint: &str) -> SecretsManagerSource {
    SecretsManagerSource::new(&Aws::from_default_chain(options(endpoint)))
}

/// AWS's own client of an address in clear.
pub(crate) fn side_door(endpoint: &str) -> Client {
    Client::new(&sdk_config(endpoint))
}

pub(crate) fn sdk_config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIDOFASIDEDOOR", "its secret", None, None, "side door");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// AWS's own client of ministack, as the account's owner.
pub(crate) fn owners_door() -> Client {
    Client::new(&owners_config())
}

pub(crate) fn owners_config() -> SdkConfig {
    let server = ministack();
    let owner = Credentials::new(&server.access_key_id, &server.access_key_id, None, None, "owner");
    let trusted = TrustStore::empty().with_pem_certificate(crate::iam::ministack_ca());
    let context = TlsContext::builder().with_trust_store(trusted).build().expect("a context");
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https();
    sdk_config(&server.endpoint)
        .to_builder()
        .credentials_provider(SharedCredentialsProvider::new(owner))
        .http_client(http)
        .build()
}

/// Plants a value; over an older one it makes a new version.
pub(crate) async fn plant(client: &Client, name: &str, value: &[u8]) -> Result<(), SideDoorError> {
    let text = std::str::from_utf8(value).ok().map(str::to_owned);
    let bytes = text.is_none().then(|| Blob::new(value));
    let put = client.put_secret_value().secret_id(name);
    let put = put.set_secret_string(text.clone()).set_secret_binary(bytes.clone()).send().await;
    if put.is_err() {
        let create = client.create_secret().name(name);
        create.set_secret_string(text).set_secret_binary(bytes).send().await?;
    }
    Ok(())
}

/// Removes a secret for good.
pub(crate) async fn uproot(client: &Client, name: &str) -> Result<(), SideDoorError> {
    client.delete_secret().secret_id(name).force_delete_without_recovery(true).send().await?;
    Ok(())
}

#[track_caller]
pub(crate) fn is_value(answer: Result<Secret, reticent_core::SourceError>, want: &[u8]) {
    match answer {
        Ok(secret) => {
            assert!(secret.ct_eq(&Secret::copy_of(want)), "another value than the one that was stored")
        }
        Err(error) => panic!("{error}: {:?}", error.hint()),
    }
}
