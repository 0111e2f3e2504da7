//! Whatever is wrong is said, and nothing panics.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use reticent_core::{ErrorKind, Secret, SecretRef, SecretSource as _, Version, VersionId};
use reticent_provider_vault::{VaultLogin, VaultSettings};
use serde_json::json;

use crate::raw::{Raw, shared};
use crate::support::{at, kv1, kv2, root_source, settings, source_as, token_with, unique};

#[tokio::test]
async fn a_path_or_version_that_could_mean_another_is_refused() {
    let (mount, source) = (kv2(), root_source());
    Raw::root().done("POST", &format!("{mount}/data/b"), json!({"data": {"value": "x"}}));
    for path in ["", "/b", "b/", "a/../b", "./b", "../b", "a//b", "b ", " b", &"x".repeat(5000)] {
        let Ok(place) = SecretRef::new("vault", &format!("{mount}/{path}")) else { continue };
        let error = source.get(&place).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidReference, "{path:?}: {error}");
        assert_eq!(source.revision(&place).await.unwrap_err().kind(), ErrorKind::InvalidReference);
    }
    for name in ["b?version=1", "b#x", "%62", "b%00", "\u{1f511}", "x".repeat(1024).as_str(), "star*"] {
        let place = SecretRef::new("vault", &format!("{mount}/{name}")).unwrap();
        assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::NotFound, "{name}");
    }
    for version in ["0", "-1", "01", "latest", "99999999999999999999"] {
        let place =
            at(&format!("vault://{mount}/b")).at_version(Version::Id(VersionId::parse(version).unwrap()));
        assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::InvalidReference, "{version}");
    }
    for place in
        [format!("vault://{mount}/b?version=pending"), format!("vault://{mount}"), format!("env://{mount}/b")]
    {
        assert_eq!(source.get(&at(&place)).await.unwrap_err().kind(), ErrorKind::InvalidReference, "{place}");
    }
    let one = at(&format!("vault://{}/b?version=previous", kv1()));
    assert_eq!(source.get(&one).await.unwrap_err().kind(), ErrorKind::InvalidReference);
}

#[tokio::test]
async fn a_token_that_none_can_be_is_unauthenticated_and_not_shown() {
    let hostile =
        ["", "\n", "tok en", "token\n", "t\0oken", "\u{1f511}token", "token\r\nx-vault-token: other"];
    for token in hostile {
        let source = source_as(token);
        let error = source.get(&at("vault://secret/db")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{token:?}");
        assert_eq!(error.detail(), Some("the token is empty, or has a character that no token has"));
        assert_eq!(source.check().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    }
    for token in ["s.unknown".to_owned(), "x".repeat(1024)] {
        let error = source_as(&token).get(&at("vault://secret/db")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.detail()),
            (ErrorKind::Unauthenticated, Some("the token is unknown or has ended"))
        );
    }
    let nobody = settings().build().unwrap();
    let error = nobody.get(&at("vault://secret/db")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.detail()),
        (ErrorKind::Unauthenticated, Some("there is no token and no login"))
    );
}

#[tokio::test]
async fn denied_and_dead_are_told_apart() {
    let (mount, raw) = (kv2(), Raw::root());
    raw.done("POST", &format!("{mount}/data/mine"), json!({"data": {"value": "x"}}));
    let hcl = format!("path \"{mount}/data/mine\" {{ capabilities = [\"read\"] }}");
    let token = token_with(&raw, &hcl, json!({"ttl": "1h"}));
    let source = source_as(&token);
    source.check().await.unwrap();
    source.get(&at(&format!("vault://{mount}/mine"))).await.unwrap();
    for denied in [format!("vault://{mount}/other"), "vault://nowhere/other".to_owned()] {
        assert_eq!(source.get(&at(&denied)).await.unwrap_err().kind(), ErrorKind::AccessDenied, "{denied}");
    }
    let nowhere = root_source().get(&at("vault://nowhere/other")).await.unwrap_err();
    assert_eq!((nowhere.kind(), nowhere.detail()), (ErrorKind::NotFound, Some("nothing is mounted there")));

    raw.done("POST", "auth/token/revoke", json!({"token": token}));
    for place in ["mine", "other"] {
        let error = source.get(&at(&format!("vault://{mount}/{place}"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{place}");
    }
    assert_eq!(source.check().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_no_outage() {
    let folder = tempfile::tempdir().unwrap();
    let address = shared().openbao().address.clone();
    let address = address.as_str();
    // The system's roots do not know the CA of the tests.
    let token = || VaultLogin::token(Secret::copy_of(b"s.token"));
    let by_system = VaultSettings::new(address).with_login(token()).build();
    match by_system {
        Ok(source) => {
            let error = source.check().await.unwrap_err();
            assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unauthenticated, false));
            assert_eq!(error.detail(), Some("the server's certificate is not trusted"));
        }
        // A machine without roots trusts nobody.
        Err(error) => assert_eq!(error.to_string(), "CA file: the system has no roots to trust"),
    }
    for (name, content) in
        [("empty.pem", ""), ("word.pem", "hunter2"), ("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n")]
    {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        let error = VaultSettings::new(address).with_ca_file(&file).build().unwrap_err();
        assert_eq!(error.to_string(), format!("CA file: {} holds no certificate", file.display()));
    }
    let error = VaultSettings::new(address).with_ca_file(folder.path().join("none")).build().unwrap_err();
    assert!(error.to_string().ends_with("none: entity not found"), "{error}");
    let openbao = shared();
    let openbao = openbao.openbao();
    let error = settings().with_identity_files(&openbao.client_cert, &openbao.ca).build().unwrap_err();
    assert_eq!(error.setting(), "client key");
}

#[tokio::test]
async fn a_name_that_the_certificate_lacks_is_not_trusted() {
    let servers = shared();
    let openbao = servers.openbao();
    // Another address of this machine, of which the certificate knows nothing.
    let front = TcpListener::bind("127.0.0.2:0").unwrap();
    let address = format!("https://{}", front.local_addr().unwrap());
    let back = openbao.address.trim_start_matches("https://").to_owned();
    std::thread::spawn(move || pass_through(&front, &back));
    let other = VaultSettings::new(address).with_ca_file(&openbao.ca);
    let other = other.with_login(VaultLogin::token(openbao.token.clone())).build().unwrap();
    let error = other.check().await.unwrap_err();
    assert_eq!(error.detail(), Some("the server's certificate is of another host"));
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unauthenticated, false));
}

/// Hands one connection on to another address.
fn pass_through(front: &TcpListener, back: &str) {
    let (mut near, _) = front.accept().expect("a connection");
    let mut far = TcpStream::connect(back).expect("a connection");
    let (mut near_again, mut far_again) =
        (near.try_clone().expect("a twin"), far.try_clone().expect("a twin"));
    std::thread::spawn(move || std::io::copy(&mut far_again, &mut near_again));
    drop(std::io::copy(&mut near, &mut far));
}

#[tokio::test]
async fn what_does_not_answer_is_unavailable_or_late() {
    let token = || VaultLogin::token(Secret::copy_of(b"s.token"));
    // Bound and closed: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = VaultSettings::new(format!("http://127.0.0.1:{port}")).with_login(token()).build().unwrap();
    let error = refused.check().await.unwrap_err();
    assert_eq!((error.kind(), error.detail()), (ErrorKind::Unavailable, Some("the connection was refused")));
    assert!(error.is_transient());

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let late = VaultSettings::new(address).with_login(token()).with_timeout(Duration::from_millis(100));
    let begun = Instant::now();
    let error = late.build().unwrap().check().await.unwrap_err();
    assert_eq!((error.kind(), error.detail()), (ErrorKind::Timeout, Some("no answer within 100 ms")));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_no_vault() {
    let servers = shared();
    let port = servers.openbao().address.rsplit(':').next().unwrap();
    let plain = VaultSettings::new(format!("http://127.0.0.1:{port}"));
    let plain = plain.with_login(VaultLogin::token(Secret::copy_of(b"s.token"))).build().unwrap();
    let error = plain.check().await.unwrap_err();
    // Go's server answers in plain text that it speaks TLS.
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::InvalidReference, false), "{error}");
}

#[tokio::test]
async fn an_error_names_its_source_and_its_place() {
    let source =
        settings().with_label("vault(prod)").with_login(VaultLogin::token(shared().openbao().token.clone()));
    let place = format!("vault://{}/{}", kv2(), unique("absent"));
    let error = source.build().unwrap().get(&at(&place)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{place}: not found in vault(prod)"));
}
