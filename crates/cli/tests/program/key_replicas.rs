//! Programs that report which keys they have read hold up what would break them, and nobody else.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use reticent::setup::{Config, Replica, Setup};

use crate::key::{KEYRING, states, with_keyring};
use crate::support::{Ran, Sandbox};

/// A program of its own that keeps the keyring of the sandbox.
struct Program {
    setup: Setup,
    replica: Replica,
}

impl Program {
    fn start(name: &str, sandbox: &Sandbox) -> Self {
        let setup = Setup::of(Config::without_file(sandbox.path("")), None).expect("sources");
        let replica = Replica::new(name.parse().expect("a name"));
        let mut program = Self { setup, replica };
        program.refresh();
        program
    }

    fn refresh(&mut self) {
        block_on(self.replica.refresh(&self.setup.keyrings())).expect("a keyring");
    }

    fn stop(self) {
        block_on(self.replica.leave(&self.setup.keyrings())).expect("it had reported");
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

#[track_caller]
fn done(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// What was said, without how long ago something was.
fn said(ran: &Ran) -> Vec<String> {
    let plain = |line: &str| match line.rsplit_once(", ") {
        Some((rest, ago)) if ago.ends_with(" ago") => rest.to_owned(),
        _ => line.to_owned(),
    };
    ran.stderr.lines().map(plain).collect()
}

const REMEDY: &str = "reticent key forget NAME takes one off that is gone, and --force asks none";

#[test]
fn a_key_encrypts_once_every_program_that_reports_has_it() {
    let sandbox = with_keyring();
    let (mut first, mut second) = (Program::start("web-1", &sandbox), Program::start("web-2", &sandbox));
    done(&sandbox.run(&["key", "stage"]));
    let refused = sandbox.run(&["key", "promote", "k2"]);
    assert_eq!((refused.code, refused.stdout.len()), (1, 0));
    let lacks = |name: &str| format!("{name} does not have it: generation 2");
    let hint =
        format!("hint: they have to read the keyring again, and --wait SECONDS waits for them; {REMEDY}");
    let error = "error: the key \"k2\" is not promoted: 2 of 2 that report do not have it";
    assert_eq!(said(&refused), [&lacks("web-1"), &lacks("web-2"), error, &hint]);
    first.refresh();
    let refused = sandbox.run(&["key", "promote", "k2", "--dry-run"]);
    let error = "error: the key \"k2\" is not promoted: 1 of 2 that report does not have it";
    assert_eq!((refused.code, said(&refused)), (1, vec![lacks("web-2"), error.to_owned(), hint]));
    assert_eq!(states(&sandbox), ["k1 primary", "k2 staged"]);
    second.refresh();
    let promoted = "the key \"k1\" is accepted (was primary)\nthe key \"k2\" is primary (was staged)\n";
    sandbox.run(&["key", "promote", "k2"]).is(0, "", promoted);
}

#[test]
fn a_key_is_not_taken_from_a_program_that_still_encrypts_with_it() {
    let sandbox = with_keyring();
    done(&sandbox.run(&["key", "stage"]));
    let mut program = Program::start("web-1", &sandbox);
    done(&sandbox.run(&["key", "promote", "k2"]));
    let holds = "web-1 still encrypts with it: generation 3".to_owned();
    let hint = format!("hint: they have to read the keyring again; {REMEDY}");
    let refused = sandbox.run(&["key", "retire", "k1"]);
    let error = "error: the key \"k1\" is not retired: 1 of 1 that report still encrypts with it".to_owned();
    assert_eq!((refused.code, said(&refused)), (1, vec![holds.clone(), error, hint.clone()]));
    done(&sandbox.run(&["key", "compromise", "k1"]));
    let refused = sandbox.run(&["key", "destroy", "k1", "--proof", "."]);
    let error =
        "error: the key \"k1\" is not destroyed: 1 of 1 that report still encrypts with it".to_owned();
    assert_eq!((refused.code, said(&refused)), (1, vec![holds, error, hint]));
    program.refresh();
    sandbox.write("data", "nothing that needs a key");
    done(&sandbox.run(&["key", "destroy", "k1", "--proof", "data"]));
    assert_eq!(states(&sandbox), ["k1 destroyed", "k2 primary"]);
}

#[test]
fn a_program_that_has_ended_or_is_forgotten_holds_nothing_up() {
    let sandbox = with_keyring();
    let (first, second) = (Program::start("web-1", &sandbox), Program::start("web-2", &sandbox));
    done(&sandbox.run(&["key", "stage"]));
    first.stop();
    drop(second); // as one that was killed
    assert_eq!(sandbox.run(&["key", "promote", "k2"]).code, 1);
    sandbox.run(&["key", "forget", "web-2", "--dry-run"]).is(0, "", "would forget web-2\n");
    assert_eq!(sandbox.run(&["key", "promote", "k2"]).code, 1);
    let forgot = "forgot web-2; it is waited for again once it reports\n";
    sandbox.run(&["key", "forget", "web-2"]).is(0, "", forgot);
    let again = sandbox.run(&["key", "forget", "web-2"]);
    assert_eq!((again.code, again.stdout.len()), (1, 0), "{}", again.stderr);
    assert_eq!(sandbox.run(&["key", "forget", "../keyring"]).code, 2);
    done(&sandbox.run(&["key", "promote", "k2"]));
}

#[test]
fn force_asks_nobody_and_says_so() {
    let sandbox = with_keyring();
    let program = Program::start("web-1", &sandbox);
    done(&sandbox.run(&["key", "stage"]));
    let forced = sandbox.run(&["key", "promote", "k2", "--force"]);
    assert_eq!(said(&forced)[0], "warning: web-1 does not have it: generation 2");
    let forced = sandbox.run(&["key", "retire", "k1", "--force"]);
    assert_eq!(said(&forced)[0], "warning: web-1 still encrypts with it: generation 2");
    assert_eq!(states(&sandbox), ["k1 retired", "k2 primary"]);
    program.stop();
}

#[test]
fn promoting_waits_for_who_lacks_the_key_and_not_for_ever() {
    let sandbox = with_keyring();
    let mut program = Program::start("web-1", &sandbox);
    done(&sandbox.run(&["key", "stage"]));
    let late = sandbox.run(&["key", "promote", "k2", "--wait", "0"]);
    assert_eq!((late.code, said(&late)[0].as_str()), (1, "web-1 does not have it: generation 2"));

    let mut command = sandbox.command(&["key", "promote", "k2", "--wait", "600"]);
    let mut waiting = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(waiting.stderr.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "waiting for web-1");
    // The keyring is not held meanwhile: whoever waits must be able to read and to change it.
    done(&sandbox.run(&["key", "stage"]));
    program.refresh();
    let rest: Vec<_> = lines.map(|line| line.expect("text")).collect();
    assert_eq!(rest, ["the key \"k1\" is accepted (was primary)", "the key \"k2\" is primary (was staged)"]);
    assert!(waiting.wait().expect("it ends").success());
    assert_eq!(states(&sandbox), ["k1 accepted", "k2 primary", "k3 staged"]);
}

#[test]
fn what_is_wrong_with_a_key_is_told_before_who_lacks_it() {
    let sandbox = with_keyring();
    let _program = Program::start("web-1", &sandbox);
    let unknown = sandbox.run(&["key", "promote", "k9", "--wait", "600"]);
    unknown.is(
        1,
        "",
        "error: there is no key \"k9\" in the keyring\nhint: reticent key list shows the keys that are here\n",
    );
    let primary = sandbox.run(&["key", "retire", "k1"]);
    assert_eq!(said(&primary)[0], "error: the key \"k1\" is primary, and cannot become retired");
}

#[test]
fn a_report_that_cannot_be_read_holds_a_key_up_and_can_be_forgotten() {
    let sandbox = with_keyring();
    done(&sandbox.run(&["key", "stage"]));
    sandbox.write(&format!("{KEYRING}.replicas/web-1.json"), "{");
    let refused = sandbox.run(&["key", "promote", "k2"]);
    assert_eq!((refused.code, refused.stdout.len()), (1, 0));
    let told = "[DIR]/.reticent/keyring.json.replicas/web-1.json: malformed in replicas: not a report of a replica\n";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    let status = sandbox.run(&["key", "status"]);
    assert_eq!(status.code, 0);
    assert!(status.stderr.contains(told), "{}", status.stderr);
    let forced = sandbox.run(&["key", "promote", "k2", "--force", "--dry-run"]);
    assert!(forced.code == 0 && forced.stderr.starts_with("warning: ["), "{}", forced.stderr);
    done(&sandbox.run(&["key", "forget", "web-1"]));
    done(&sandbox.run(&["key", "promote", "k2"]));
}

#[test]
fn status_tells_who_reports_and_what_they_lack() {
    let sandbox = with_keyring();
    let program = Program::start("web-1", &sandbox);
    done(&sandbox.run(&["key", "stage"]));
    let status = sandbox.run(&["key", "status"]);
    assert_eq!(
        (status.code, said(&status)),
        (0, vec!["warning: web-1 does not have the key \"k2\"".to_owned()])
    );
    let last = status.stdout_text().lines().last().expect("lines").to_owned();
    assert!(last.starts_with("replica     web-1: generation 2, ") && last.ends_with(" ago"), "{last}");
    let status = sandbox.run(&["key", "status", "--json"]).stdout_text();
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    let report = &status["replicas"][0];
    assert_eq!(
        (&report["name"], &report["generation"], &report["primary"]),
        (&"web-1".into(), &2.into(), &"k1".into())
    );
    assert!(report["at"].as_u64().is_some_and(|at| at > 1_700_000_000), "{report}");
    program.stop();
    assert!(!sandbox.run(&["key", "status"]).stdout_text().contains("replica"));
}
