//! Uses a server of the run as the environment tells, and does to it what the test of the tool asks for.

use std::process::Command;

/// The number behind `"key": ` in the file about the servers.
fn number(text: &str, key: &str) -> String {
    let rest = text.split(&format!("\"{key}\": ")).nth(1).unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect()
}

fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

#[test]
fn uses() {
    let file = std::env::var("ACME_SERVERS").unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::net::TcpStream::connect(format!("127.0.0.1:{}", number(&text, "port"))).unwrap();
    assert!(std::path::Path::new(&std::env::var("ACME_XTASK").unwrap()).is_file());
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let notes = std::path::PathBuf::from(std::env::var("NOTES").unwrap());
    std::fs::write(notes.join("seen.json"), &text).unwrap();
    match std::env::var("DEED").unwrap().as_str() {
        "kill" => {
            assert!(Command::new("kill").args(["-9", &number(&text, "pid")]).status().unwrap().success())
        }
        "wait" => {
            std::fs::write(notes.join("waiting"), "").unwrap();
            while is_running(&number(&text, "pid")) {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        _ => {}
    }
}
