//! What is read, by name, by ARN, by version, one and many.

use reticent_core::{ErrorKind, SecretSource as _, VersionId};

use reticent_testkit::fake::{FakeServer, cases};

use crate::front::{Answer, Front};
use crate::support::{at, fresh, is_value, moto, plant, side_door, source_at};

#[tokio::test]
async fn a_secret_is_read_by_its_name_and_by_its_arn() {
    let (door, name) = (side_door(&moto()), fresh("named"));
    plant(&door, &name, b"value").await.unwrap();
    let arn = door.describe_secret().secret_id(&name).send().await.unwrap().arn.unwrap();
    let source = source_at(&moto());
    for path in [&name, &arn] {
        is_value(source.get(&at(&format!("aws-sm://{path}"))).await, b"value");
    }
}

#[tokio::test]
async fn each_stage_and_each_version_is_read_as_itself() {
    let (door, name) = (side_door(&moto()), fresh("staged"));
    plant(&door, &name, b"one").await.unwrap();
    plant(&door, &name, b"two").await.unwrap();
    for (stage, value) in [("AWSPENDING", "three"), ("blue", "four")] {
        let put = door.put_secret_value().secret_id(&name).secret_string(value).version_stages(stage);
        put.send().await.unwrap();
    }
    let source = source_at(&moto());
    for (version, value) in [
        ("current", "two"),
        ("previous", "one"),
        ("pending", "three"),
        ("blue", "four"),
        ("AWSCURRENT", "two"),
    ] {
        let answer = source.get(&at(&format!("aws-sm://{name}?version={version}"))).await.unwrap();
        let id = answer.metadata().version().map(VersionId::to_string).expect("a version");
        assert!(answer.metadata().created().is_some());
        is_value(Ok(answer), value.as_bytes());
        is_value(source.get(&at(&format!("aws-sm://{name}?version={id}"))).await, value.as_bytes());
    }
    let absent = source.get(&at(&format!("aws-sm://{name}?version=green"))).await.unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn bytes_come_back_as_bytes() {
    let (door, name) = (side_door(&moto()), fresh("bytes"));
    plant(&door, &name, b"\xff\x00\xfe").await.unwrap();
    is_value(source_at(&moto()).get(&at(&format!("aws-sm://{name}"))).await, b"\xff\x00\xfe");
}

#[tokio::test]
async fn many_are_read_twenty_at_a_time_and_each_once() {
    let (door, front) = (side_door(&moto()), Front::before(&moto()));
    let source = source_at(front.address());
    let mut places = Vec::new();
    for number in 0..41 {
        let name = fresh("many");
        plant(&door, &name, format!(r#"{{"a": "{number}", "b": "x"}}"#).as_bytes()).await.unwrap();
        places.extend(["a", "b"].map(|field| at(&format!("aws-sm://{name}#{field}"))));
    }
    let answers = source.get_many(&places).await;
    assert_eq!(front.operations(), ["BatchGetSecretValue"; 3]);
    assert_eq!(answers.len(), 82);
    for (number, answer) in answers.into_iter().enumerate() {
        let want = if number % 2 == 0 { (number / 2).to_string() } else { "x".to_owned() };
        is_value(answer, want.as_bytes());
    }
}

#[tokio::test]
async fn a_secret_without_a_value_and_a_deleted_one_fail_alone() {
    let (door, source) = (side_door(&moto()), source_at(&moto()));
    let [good, valueless, deleted, other] = ["good", "valueless", "deleted", "other"].map(fresh);
    plant(&door, &good, b"good").await.unwrap();
    plant(&door, &other, b"other").await.unwrap();
    door.create_secret().name(&valueless).send().await.unwrap();
    plant(&door, &deleted, b"gone").await.unwrap();
    door.delete_secret().secret_id(&deleted).recovery_window_in_days(7).send().await.unwrap();
    let places = [&good, &valueless, &deleted, &other].map(|name| at(&format!("aws-sm://{name}")));
    let [good, valueless, deleted, other] = <[_; 4]>::try_from(source.get_many(&places).await).unwrap();
    is_value(good, b"good");
    is_value(other, b"other");
    assert_eq!(valueless.unwrap_err().kind(), ErrorKind::NotFound);
    let deleted = deleted.unwrap_err();
    assert_eq!(deleted.kind(), ErrorKind::NotFound);
    assert_eq!(deleted.hint(), Some("restore it while its recovery window lasts"));
}

#[tokio::test]
async fn a_batch_that_is_denied_is_the_last_one() {
    let (door, front) = (side_door(&moto()), Front::before(&moto()));
    let source = source_at(front.address());
    let places = [fresh("one"), fresh("two")];
    for name in &places {
        plant(&door, name, name.as_bytes()).await.unwrap();
    }
    let places = places.map(|name| at(&format!("aws-sm://{name}")));
    front.decide(|request| match request.operation.as_str() {
        "BatchGetSecretValue" => Answer::error("AccessDeniedException", "not authorized"),
        _ => Answer::Pass,
    });
    for answer in source.get_many(&places).await {
        assert!(answer.is_ok());
    }
    assert_eq!(front.operations(), ["BatchGetSecretValue", "GetSecretValue", "GetSecretValue"]);
    for answer in source.get_many(&places).await {
        assert!(answer.is_ok());
    }
    assert_eq!(front.operations(), ["GetSecretValue", "GetSecretValue"]);
}

#[tokio::test]
async fn a_batch_is_read_page_by_page_to_its_end() {
    let entry = |name: &str| format!(r#"{{"Name":"{name}","ARN":"arn:{name}","SecretString":"{name}"}}"#);
    let first = format!(r#"{{"SecretValues":[{}],"Errors":[],"NextToken":"n"}}"#, entry("one"));
    let second = format!(r#"{{"SecretValues":[{}],"Errors":[]}}"#, entry("two"));
    let front = Front::alone(move |request| {
        let is_second = String::from_utf8_lossy(&request.body).contains("NextToken");
        Answer::json(200, if is_second { &second } else { &first })
    });
    let answers = source_at(front.address()).get_many(&[at("aws-sm://one"), at("aws-sm://two")]).await;
    let mut names = ["one", "two"].into_iter();
    answers.into_iter().for_each(|answer| is_value(answer, names.next().unwrap().as_bytes()));
    assert_eq!(front.operations(), ["BatchGetSecretValue"; 2]);
}

#[tokio::test]
async fn a_batch_that_pages_for_ever_ends() {
    let front = Front::alone({
        let page = std::sync::atomic::AtomicUsize::new(0);
        move |request| match request.operation.as_str() {
            "BatchGetSecretValue" => {
                let page = page.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Answer::json(200, &format!(r#"{{"SecretValues":[],"Errors":[],"NextToken":"{page}"}}"#))
            }
            _ => Answer::error("ResourceNotFoundException", "x"),
        }
    });
    let answers = source_at(front.address()).get_many(&[at("aws-sm://one"), at("aws-sm://two")]).await;
    assert!(
        answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound))
    );
    assert_eq!(front.operations().len(), 5);
}

#[tokio::test]
async fn each_secret_of_a_batch_is_denied_for_itself() {
    let front = FakeServer::start(cases::replies("aws.batch-denied-each")).await.unwrap();
    let answers = source_at(&front.url()).get_many(&[at("aws-sm://a"), at("aws-sm://b")]).await;
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!(
            (error.kind(), error.hint()),
            (ErrorKind::AccessDenied, Some("allow secretsmanager:GetSecretValue on it"))
        );
    }
    assert_eq!(front.count(), 1);
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_read_singly_and_tried_again_the_next_time() {
    let front = Front::alone(|request| match request.operation.as_str() {
        "BatchGetSecretValue" => Answer::error("InvalidParameterException", "one of them"),
        _ => Answer::json(200, r#"{"Name":"x","SecretString":"value"}"#),
    });
    let (source, places) = (source_at(front.address()), [at("aws-sm://a"), at("aws-sm://b")]);
    for _ in 0..2 {
        source.get_many(&places).await.into_iter().for_each(|answer| is_value(answer, b"value"));
        assert_eq!(front.operations(), ["BatchGetSecretValue", "GetSecretValue", "GetSecretValue"]);
    }
}

#[tokio::test]
async fn a_batch_during_an_outage_fails_at_once_and_for_all() {
    let front = Front::alone(|_| Answer::error("InternalServiceError", "x"));
    let places: Vec<_> = (0..30).map(|number| at(&format!("aws-sm://s{number}"))).collect();
    let answers = source_at(front.address()).get_many(&places).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.is_transient())));
    assert_eq!(front.operations(), ["BatchGetSecretValue"; 2]);
}

#[tokio::test]
async fn what_a_batch_takes_for_current_and_is_not_is_read_singly() {
    let front = Front::alone(|request| match request.operation.as_str() {
        "BatchGetSecretValue" => Answer::json(
            200,
            r#"{"SecretValues":[{"Name":"a","SecretString":"old","VersionStages":["AWSPREVIOUS"]},
                {"Name":"b","SecretString":"b","VersionStages":["AWSCURRENT"]}],"Errors":[]}"#,
        ),
        _ => Answer::json(200, r#"{"Name":"a","SecretString":"new"}"#),
    });
    let answers = source_at(front.address()).get_many(&[at("aws-sm://a"), at("aws-sm://b")]).await;
    let [a, b] = <[_; 2]>::try_from(answers).unwrap();
    is_value(a, b"new");
    is_value(b, b"b");
}
