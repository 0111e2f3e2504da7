//! The real servers of a run, and those of one test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reticent_testkit::servers::Servers;

/// Connects, says something that any HTTP or Valkey server answers, and returns whether anything came.
fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a time-out is set");
    stream.write_all(b"PING\r\n").expect("the system takes a few bytes");
    stream.read(&mut [0; 8]).is_ok_and(|count| count > 0)
}

#[test]
fn every_shared_server_listens() {
    let servers = Servers::shared().unwrap();
    let openbao = servers.openbao().address.strip_prefix("https://").expect("it is https").to_owned();
    let moto = servers.moto().endpoint.strip_prefix("http://").expect("it is http").to_owned();
    let ministack = servers.ministack().endpoint.strip_prefix("https://").expect("it is https").to_owned();
    let postgres = format!("{}:{}", servers.postgres().host, servers.postgres().port);
    let valkey = format!("{}:{}", servers.valkey().host, servers.valkey().port);
    for address in [openbao, moto, ministack, postgres, valkey] {
        assert!(TcpStream::connect(&address).is_ok(), "{address}");
    }
}

#[test]
fn a_shared_server_is_not_harmed() {
    let servers = Servers::shared().unwrap();
    let want = "cannot kill moto, which other tests share; use `Servers::own`";
    assert_eq!(servers.kill("moto").unwrap_err().to_string(), want);
}

#[test]
fn a_server_of_ones_own_is_paused_resumed_killed_and_started_again() {
    let servers = Servers::own(&["valkey"]).unwrap();
    let address = format!("{}:{}", servers.valkey().host, servers.valkey().port);
    assert!(answers(&address));
    servers.pause("valkey").unwrap();
    assert!(TcpStream::connect(&address).is_ok(), "the system takes the connection");
    assert!(!answers(&address));
    servers.resume("valkey").unwrap();
    assert!(answers(&address));
    servers.kill("valkey").unwrap();
    assert!(TcpStream::connect(&address).is_err());
    let want = "cannot pause valkey: valkey is not running";
    assert_eq!(servers.pause("valkey").unwrap_err().to_string(), want);
    servers.restart("valkey").unwrap();
    assert!(answers(&address));
    drop(servers);
    assert!(TcpStream::connect(&address).is_err(), "a server ends with its test");
}

#[test]
fn a_server_that_was_started_again_has_its_old_address() {
    let servers = Servers::own(&["openbao"]).unwrap();
    let address = servers.openbao().address.strip_prefix("https://").expect("it is https").to_owned();
    servers.kill("openbao").unwrap();
    assert!(TcpStream::connect(&address).is_err());
    servers.restart("openbao").unwrap();
    assert!(TcpStream::connect(&address).is_ok());
}

#[test]
fn an_unknown_server_is_an_error_that_names_the_known_ones() {
    let want = "the servers did not come up: the command line names redis, which is no server that can be started\n\
                hint: there are openbao, postgres, moto, ministack, valkey";
    assert_eq!(Servers::own(&["redis"]).unwrap_err().to_string(), want);
}

#[test]
fn what_is_shown_of_a_server_holds_no_secret() {
    let servers = Servers::shared().unwrap();
    let shown =
        format!("{servers:?} {:?} {:?} {:?}", servers.openbao(), servers.postgres(), servers.valkey());
    let file = std::fs::read_to_string(std::env::var_os("RETICENT_SERVERS").unwrap()).unwrap();
    for key in ["token", "unseal_key", "password"] {
        let secret = file.split(&format!("\"{key}\": \"")).nth(1).and_then(|rest| rest.split('"').next());
        assert!(!shown.contains(secret.expect("the file has it")), "{key}");
    }
}
