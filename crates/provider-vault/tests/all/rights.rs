//! A generated policy is enough, and nothing of it is too much.

use std::time::Duration;

use reticent_core::{ErrorKind, RightsCheck as _, Secret, SecretRef, SecretSource as _};
use reticent_provider_vault::policy::{PolicyOptions, for_references};
use reticent_provider_vault::{Engine, VaultLogin};
use serde_json::json;

use crate::leases::Database;
use crate::raw::Raw;
use crate::support::{at, kv1, kv2, policy, root_source, settings, source_as, token_with};

/// Takes the statement of this number out of a policy.
fn without(policy: &str, number: usize) -> (String, String) {
    let statements: Vec<&str> = policy.split("\n\n").collect();
    let path = statements[number].split('"').nth(1).expect("a path").to_owned();
    let rest: Vec<&str> =
        statements.iter().enumerate().filter(|(at, _)| *at != number).map(|(_, one)| *one).collect();
    (path, rest.join("\n\n"))
}

async fn missing(token: &str, of_version_one: &str, refs: &[SecretRef]) -> Vec<String> {
    // A token that sees nothing of a mount is not told its version, which is then supposed to be 2.
    let login = VaultLogin::token(Secret::copy_of(token.as_bytes()));
    let told = settings().with_login(login).with_mount(of_version_one, Engine::KvV1).build();
    let answers = told.expect("right settings").missing_rights(refs).await;
    let rights = answers.into_iter().flat_map(|answer| answer.expect("the server answers"));
    let mut rights: Vec<_> = rights.map(|right| right.to_string()).collect();
    rights.sort();
    rights.dedup();
    rights
}

#[tokio::test]
async fn each_statement_of_a_generated_policy_is_needed_and_no_more_is() {
    let (one, two, raw) = (kv1(), kv2(), Raw::root());
    raw.done("POST", &format!("{one}/a%20b"), json!({"value": "x"}));
    for name in ["db", "db2", "db/below"] {
        raw.done("POST", &format!("{two}/data/{name}"), json!({"data": {"value": "x"}}));
    }
    let refs = [
        at(&format!("vault://{one}/a b")),
        at(&format!("vault://{two}/db#value")),
        at(&format!("vault://{two}/db")),
    ];
    let options = PolicyOptions::default().with_mount(&one, Engine::KvV1).with_mount(&two, Engine::KvV2);
    let hcl = for_references(&refs, &options).unwrap();
    let token = token_with(&raw, &hcl, json!({}));
    let source = source_as(&token);
    for at in &refs {
        source.get(at).await.unwrap();
        source.revision(at).await.unwrap();
    }
    assert_eq!(missing(&token, &one, &refs).await, [""; 0]);
    for neighbour in ["db2", "db/below", "d"] {
        let error = source.get(&at(&format!("vault://{two}/{neighbour}"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AccessDenied, "{neighbour}");
    }
    for number in 0..3 {
        let (path, rest) = without(&hcl, number);
        let token = token_with(&raw, &rest, json!({}));
        assert_eq!(missing(&token, &one, &refs).await, [format!("read on {path}")]);
    }
    assert_eq!(without(&hcl, 0).1.matches("path ").count(), 2);
}

#[tokio::test]
async fn a_policy_for_what_is_lent_reads_renews_and_gives_back() {
    let (database, raw) = (Database::new(60, 120), Raw::root());
    let refs = [at(&format!("{}#password", database.place())), at(&database.place())];
    let hcl = for_references(&refs, &PolicyOptions::default()).unwrap();
    let token = token_with(&raw, &hcl, json!({}));
    let source = source_as(&token);
    let secret = source.get(&refs[1]).await.unwrap();
    let (lease, keeper) = (secret.metadata().lease().unwrap(), source.leases().unwrap());
    keeper.renew(lease, Duration::from_secs(60)).await.unwrap();
    keeper.revoke(lease).await.unwrap();
    assert_eq!(missing(&token, "none", &refs).await, [""; 0]);
    let neighbour = at(&format!("vault://{}/creds/other", database.mount));
    assert_eq!(source.get(&neighbour).await.unwrap_err().kind(), ErrorKind::AccessDenied);

    assert_eq!(hcl.matches("path ").count(), 2);
    for (number, capability) in ["read", "update"].into_iter().enumerate() {
        let (path, rest) = without(&hcl, number);
        let token = token_with(&raw, &rest, json!({}));
        assert_eq!(missing(&token, "none", &refs).await, [format!("{capability} on {path}")]);
    }
}

#[tokio::test]
async fn rights_are_told_for_each_reference_without_a_read() {
    let (mount, raw) = (kv2(), Raw::root());
    raw.done("POST", &format!("{mount}/data/db"), json!({"data": {"value": "x"}}));
    let refs = [
        at(&format!("vault://{mount}/db")),
        at(&format!("vault://{mount}/absent")),
        at("vault://nowhere/db"),
        at("vault://nowhere/creds/app"),
        at(&format!("vault://{mount}/a//b")),
    ];
    let hcl = format!("path \"{mount}/data/*\" {{ capabilities = [\"list\", \"read\"] }}");
    let answers = source_as(&token_with(&raw, &hcl, json!({}))).missing_rights(&refs).await;
    let mut told = answers.into_iter().map(|answer| {
        answer
            .map(|rights| rights.iter().map(ToString::to_string).collect::<Vec<_>>())
            .map_err(|error| error.kind())
    });
    assert_eq!(told.next().unwrap(), Ok(vec![format!("read on {mount}/metadata/db")]));
    assert_eq!(told.next().unwrap(), Ok(vec![format!("read on {mount}/metadata/absent")]));
    assert_eq!(
        told.next().unwrap(),
        Ok(vec!["read on nowhere/data/db".to_owned(), "read on nowhere/metadata/db".to_owned()])
    );
    // Renewing is what the policy `default` allows.
    let lent = vec!["read on nowhere/creds/app".to_owned(), "update on sys/leases/revoke".to_owned()];
    assert_eq!(told.next().unwrap(), Ok(lent));
    assert_eq!(told.next().unwrap(), Err(ErrorKind::InvalidReference));

    let root = root_source().missing_rights(&refs[..2]).await;
    assert!(root.into_iter().all(|answer| answer.unwrap().is_empty()));
    assert!(root_source().missing_rights(&[]).await.is_empty());
    let many: Vec<_> = (0..450).map(|number| at(&format!("vault://{mount}/n{number}"))).collect();
    assert_eq!(root_source().missing_rights(&many).await.len(), 450);
}

#[tokio::test]
async fn a_token_that_may_not_ask_is_told_what_to_grant() {
    let (mount, raw) = (kv2(), Raw::root());
    let name = policy(&raw, &format!("path \"{mount}/data/*\" {{ capabilities = [\"read\"] }}"));
    let made = raw.done("POST", "auth/token/create", json!({"policies": [name], "no_default_policy": true}));
    let token = made["auth"]["client_token"].as_str().unwrap();
    let answers = source_as(token).missing_rights(&[at(&format!("vault://{mount}/db"))]).await;
    // A token that may not look itself up either looks like a dead one.
    assert_eq!(answers[0].as_ref().unwrap_err().kind(), ErrorKind::Unauthenticated);

    let hcl = for_references(
        &[at(&format!("vault://{mount}/db"))],
        &PolicyOptions::default().without_default_policy(),
    )
    .unwrap();
    let name = policy(&raw, &hcl);
    let made = raw.done("POST", "auth/token/create", json!({"policies": [name], "no_default_policy": true}));
    let token = made["auth"]["client_token"].as_str().unwrap();
    let source = source_as(token);
    source.check().await.unwrap();
    let answers = source.missing_rights(&[at(&format!("vault://{mount}/db"))]).await;
    assert_eq!(answers.into_iter().next().unwrap().unwrap(), []);
}
