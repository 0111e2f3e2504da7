//! Parameters: versions, labels, ten at a time, and what a write sees.

use aws_sdk_ssm::types::ParameterType;
use reticent_core::{
    ErrorKind, Expected, PutOptions, Right, RightsCheck as _, SecretList as _, SecretSink as _,
    SecretSource as _,
};
use reticent_provider_aws::policy::{self, PolicyOptions};
use reticent_provider_aws::{Aws, ParameterSource};

use crate::front::{Answer, Front};
use crate::iam::{ACCOUNT, User};
use crate::support::{
    REGION, at, fresh, is_value, ministack, moto, options, owners_config, sdk_config, secret,
};

fn source_at(endpoint: &str) -> ParameterSource {
    ParameterSource::new(&Aws::from_default_chain(options(endpoint)))
}

async fn plant(client: &aws_sdk_ssm::Client, name: &str, value: &str) {
    let put = client.put_parameter().name(format!("/{name}")).value(value).overwrite(true);
    put.r#type(ParameterType::SecureString).send().await.expect("a parameter");
}

#[tokio::test]
async fn each_version_and_label_is_read_as_itself_and_decrypted() {
    let (door, name) = (aws_sdk_ssm::Client::new(&sdk_config(&moto())), fresh("versions"));
    for value in ["one", "two", "three"] {
        plant(&door, &name, value).await;
    }
    let labelled = door.label_parameter_version().name(format!("/{name}")).parameter_version(1);
    labelled.labels("blue").send().await.unwrap();
    let source = source_at(&moto());
    for (version, value) in
        [("current", "three"), ("previous", "two"), ("1", "one"), ("3", "three"), ("blue", "one")]
    {
        is_value(source.get(&at(&format!("aws-ssm://{name}?version={version}"))).await, value.as_bytes());
    }
    is_value(source.get(&at(&format!("aws-ssm:///{name}"))).await, b"three");
    is_value(
        source.get(&at(&format!("aws-ssm://arn:aws:ssm:{REGION}:123456789012:parameter/{name}"))).await,
        b"three",
    );
    for (version, kind) in [
        ("9", ErrorKind::NotFound),
        ("green", ErrorKind::NotFound),
        ("0", ErrorKind::InvalidReference),
        ("-1", ErrorKind::InvalidReference),
        ("1x", ErrorKind::InvalidReference),
        ("pending", ErrorKind::InvalidReference),
    ] {
        let error = source.get(&at(&format!("aws-ssm://{name}?version={version}"))).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{version}");
    }
    let first = fresh("first");
    plant(&door, &first, "one").await;
    let error = source.get(&at(&format!("aws-ssm://{first}?version=previous"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn many_are_read_ten_at_a_time_and_each_once() {
    let (door, front) = (aws_sdk_ssm::Client::new(&sdk_config(&moto())), Front::before(&moto()));
    let mut places = Vec::new();
    for number in 0..21 {
        let name = fresh("many");
        plant(&door, &name, &format!(r#"{{"a": "{number}", "b": "x"}}"#)).await;
        places.extend(["a", "b"].map(|field| at(&format!("aws-ssm://{name}#{field}"))));
    }
    places.push(at(&format!("aws-ssm://{}", fresh("absent"))));
    let mut answers = source_at(front.address()).get_many(&places).await;
    assert_eq!(front.operations(), ["GetParameters"; 3]);
    assert_eq!(answers.pop().unwrap().unwrap_err().kind(), ErrorKind::NotFound);
    for (number, answer) in answers.into_iter().enumerate() {
        let want = if number % 2 == 0 { (number / 2).to_string() } else { "x".to_owned() };
        is_value(answer, want.as_bytes());
    }
}

#[tokio::test]
async fn a_generated_policy_lets_its_parameters_be_read_and_no_neighbour() {
    let (door, user) = (aws_sdk_ssm::Client::new(&owners_config()), User::new());
    let [one, two, neighbour] = ["one", "two", "one2"].map(fresh);
    for name in [&one, &two, &neighbour] {
        plant(&door, name, name).await;
    }
    let places = [&one, &two].map(|name| at(&format!("aws-ssm://{name}")));
    let least = PolicyOptions::default().with_region(REGION).with_account(ACCOUNT);
    user.has_policy(&policy::for_references(&places, &least).unwrap());
    let source = ParameterSource::new(&Aws::from_default_chain(user.options(&ministack().endpoint)));
    for (answer, name) in source.get_many(&places).await.into_iter().zip([&one, &two]) {
        is_value(answer, name.as_bytes());
    }
    let denied = source.get(&at(&format!("aws-ssm://{neighbour}"))).await.unwrap_err();
    assert_eq!(
        (denied.kind(), denied.hint()),
        (ErrorKind::AccessDenied, Some("allow ssm:GetParameter on it"))
    );
    source.check().await.unwrap();
}

#[tokio::test]
async fn a_missing_right_is_named_without_reading_a_value() {
    let front = Front::alone(|request| {
        let asked = String::from_utf8_lossy(&request.body).into_owned();
        assert!(asked.contains(":999999999999") && asked.contains(r#""WithDecryption":false"#), "{asked}");
        match asked.contains("/allowed") {
            true => Answer::error("ParameterVersionNotFound", "x"),
            false => {
                Answer::error("AccessDeniedException", "User is not authorized to perform: ssm:GetParameter")
            }
        }
    });
    let places = [at("aws-ssm:///allowed"), at("aws-ssm:///denied")];
    let missing = source_at(front.address()).missing_rights(&places).await;
    let missing: Vec<_> = missing.into_iter().map(Result::unwrap).collect();
    let resource = format!("arn:aws:ssm:{REGION}:*:parameter/denied");
    assert_eq!(missing, [vec![], vec![Right::new("ssm:GetParameter", resource)]]);
}

#[tokio::test]
async fn a_write_in_between_is_told() {
    let (front, name) = (Front::before(&moto()), fresh("between"));
    let (source, place) = (source_at(front.address()), at(&format!("aws-ssm://{name}")));
    source.put(&place, &secret("first"), &PutOptions::default()).await.unwrap();
    let seen = source.revision(&place).await.unwrap();
    front.decide(|request| match request.operation.as_str() {
        "PutParameter" => Answer::json(200, r#"{"Tier":"Standard","Version":9}"#),
        _ => Answer::Pass,
    });
    let options = PutOptions::default().expecting(Expected::Revision(seen));
    let told = source.put(&place, &secret("second"), &options).await.unwrap_err();
    assert_eq!((told.kind(), told.hint()), (ErrorKind::Conflict, Some("look at version 8")));
}

#[tokio::test]
async fn a_parameter_holds_text_of_some_length() {
    let (source, place) = (source_at("http://127.0.0.1:1"), at("aws-ssm://x"));
    for value in [&b""[..], b"\xff", &[b'x'; 8193]] {
        let value = reticent_core::Secret::copy_of(value);
        let refused = source.put(&place, &value, &PutOptions::default()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
    }
}

#[tokio::test]
async fn a_prefix_may_leave_out_the_slash_as_a_name_may() {
    let (door, name) = (aws_sdk_ssm::Client::new(&sdk_config(&moto())), fresh("listed"));
    plant(&door, &name, "x").await;
    let listed = source_at(&moto()).list(&name).await.unwrap();
    let listed: Vec<&str> = listed.iter().map(|info| info.reference().path()).collect();
    assert_eq!(listed, [format!("/{name}")]);
}
