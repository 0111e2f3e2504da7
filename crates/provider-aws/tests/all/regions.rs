//! Where a reference is asked: in its ARN's region, the one that is set, or the program's own.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::config::RuntimeComponents;
use aws_sdk_secretsmanager::config::http::HttpRequest;
use aws_sdk_secretsmanager::error::ConnectorError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use reticent_core::{ErrorKind, SecretSource as _};
use reticent_provider_aws::{Aws, AwsOptions, OtherRegions, SecretsManagerSource};

use crate::support::{at, sdk_config};

/// Remembers where requests would have gone and for which region they are signed, and reaches nobody.
#[derive(Clone, Debug, Default)]
struct Nobody(Arc<Mutex<Vec<String>>>);

impl HttpConnector for Nobody {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let signed = request.headers().get("authorization").unwrap_or_default();
        let scope = signed.split('/').nth(2).unwrap_or_default();
        self.0.lock().expect("nobody panics with it").push(format!("{} {scope}", request.uri()));
        HttpConnectorFuture::ready(Err(ConnectorError::io("nobody is there".into())))
    }
}

impl HttpClient for Nobody {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The settings of a program in us-east-1, without an endpoint.
fn of_a_program(nobody: &Nobody) -> SdkConfig {
    let mut config = sdk_config("http://127.0.0.1:1").to_builder().http_client(nobody.clone());
    config.set_endpoint_url(None);
    config.build()
}

async fn asked(options: AwsOptions, path: &str) -> (ErrorKind, Vec<String>) {
    let nobody = Nobody::default();
    let source = SecretsManagerSource::new(&Aws::from_sdk_config(&of_a_program(&nobody), options));
    let error = source.get(&at(&format!("aws-sm://{path}"))).await.expect_err("nobody is there");
    let asked = nobody.0.lock().expect("nobody panics with it").clone();
    (error.kind(), asked)
}

const ARN: &str = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:prod/db-a1B2c3";

#[tokio::test]
async fn the_region_is_the_arns_else_the_one_that_is_set_else_the_programs() {
    let options = || AwsOptions::default().with_region("ap-south-1");
    for (options, path, region) in [
        (AwsOptions::default(), "prod/db", "us-east-1"),
        (options(), "prod/db", "ap-south-1"),
        (options(), ARN, "eu-west-3"),
    ] {
        let want = format!("https://secretsmanager.{region}.amazonaws.com/ {region}");
        assert_eq!(asked(options, path).await, (ErrorKind::Unavailable, vec![want]));
    }
}

#[tokio::test]
async fn an_arn_of_another_region_is_refused_where_that_is_said() {
    let refusing = || AwsOptions::default().with_other_regions(OtherRegions::Refused);
    assert_eq!(asked(refusing(), ARN).await, (ErrorKind::InvalidReference, vec![]));
    let own = ARN.replace("eu-west-3", "us-east-1");
    assert_eq!(asked(refusing(), &own).await.1.len(), 1);
}

#[tokio::test]
async fn a_batch_is_asked_in_each_region_by_itself() {
    let nobody = Nobody::default();
    let aws = Aws::from_sdk_config(&of_a_program(&nobody), AwsOptions::default());
    let places =
        [ARN, "one", "two", &ARN.replace("db-", "mail-")].map(|path| at(&format!("aws-sm://{path}")));
    for answer in SecretsManagerSource::new(&aws).get_many(&places).await {
        assert!(answer.is_err_and(|error| error.is_transient()));
    }
    let mut asked = nobody.0.lock().expect("nobody panics with it").clone();
    asked.sort();
    let of = |region| format!("https://secretsmanager.{region}.amazonaws.com/ {region}");
    assert_eq!(asked, [of("eu-west-3"), of("us-east-1")]);
}

#[tokio::test]
async fn an_arn_of_another_partition_is_asked_there() {
    let arn = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:prod/db-a1B2c3";
    let (_, asked) = asked(AwsOptions::default(), arn).await;
    assert_eq!(asked, ["https://secretsmanager.cn-north-1.amazonaws.com.cn/ cn-north-1"]);
}
