//! Keys that were made elsewhere: by Python, in a variable, in a file.

use crate::encrypt::{keys, said_by_python};
use crate::key::{done, fine, project, states, with_keyring};
use crate::support::Sandbox;

#[test]
fn a_keyring_takes_over_from_the_variable_and_its_key_can_be_imported() {
    let (variable, cover) = keys();
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", &variable).with("KEYRING_KEY", cover);
    let (sealed, token) = (
        fine(&sandbox.run_with_stdin(&["encrypt"], "value")),
        fine(&sandbox.run_with_stdin(&["encrypt", "--mode", "fernet"], "value")),
    );
    let made = sandbox.run(&["key", "generate"]);
    assert!(
        made.code == 0 && made.stderr.contains("warning: ENCRYPTION_KEY is not read any more"),
        "{}",
        made.stderr
    );
    assert_eq!(sandbox.run_with_stdin(&["decrypt"], &sealed).code, 1);
    let imported = sandbox.run_with_stdin(&["key", "import"], &variable);
    assert!(imported.code == 0 && imported.stderr.ends_with("\" is staged (new)\n"), "{}", imported.stderr);
    for ciphertext in [sealed, token] {
        assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], ciphertext)), b"value");
    }
}

#[test]
fn a_keyring_that_begins_with_the_variables_key_warns_of_nothing() {
    let (variable, cover) = keys();
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", &variable).with("KEYRING_KEY", cover);
    let said = "wrote [DIR]/.reticent/keyring.json\nthe key \"python\" is primary (new)\n";
    sandbox.run_with_stdin(&["key", "import", "python", "--fernet"], &variable).is(0, "", said);
}

#[test]
fn a_key_that_anybody_can_guess_opens_what_it_encrypted_and_encrypts_nothing() {
    let zeros = format!("{}=", "A".repeat(43));
    let token = said_by_python("Fernet(key).encrypt(data)", &zeros, b"value");
    let sandbox = project();
    assert_eq!(sandbox.run_with_stdin(&["key", "import", "zeros", "--fernet"], &zeros).code, 0);
    let warning = "warning: the key \"zeros\" is a pattern, not random bytes; it encrypts nothing\n";
    sandbox.run_with_stdin(&["decrypt"], &token).is(0, "value", warning);
    for mode in ["fernet", "aes256"] {
        let refused = sandbox.run_with_stdin(&["encrypt", "--mode", mode], "value");
        let error = "error: there is no key\nhint: reticent key promote ID lets a key encrypt\n";
        refused.is(2, "", &format!("{warning}{error}"));
    }
    // And from there to a key that nobody can guess.
    done(&sandbox.run(&["key", "stage"]));
    done(&sandbox.run(&["key", "promote", "k1"]));
    let moved = sandbox.run_with_stdin(&["rewrap"], token);
    assert!(moved.code == 0 && moved.stdout.starts_with(b"rt1.k1."), "{}", moved.stderr);
}

#[test]
fn a_key_comes_in_by_a_file_or_standard_input_and_is_never_repeated() {
    let sandbox = with_keyring();
    let (key, other) = keys();
    sandbox.write("key", format!("{key}\n"));
    sandbox.run(&["key", "import", "one", "--in", "key"]).is(0, "", "the key \"one\" is staged (new)\n");
    let spelt = format!("  {}\n{}\n", &other[..20].replace('-', "+"), &other[20..].replace('_', "/"));
    let strict = sandbox.run_with_stdin(&["key", "import", "two"], &spelt);
    strict.is(
        2,
        "",
        "error: standard input: the key is not 32 bytes in base64\n\
         hint: a key is 32 bytes in base64url with padding, 44 characters\n",
    );
    let lenient = sandbox.run_with_stdin(&["key", "import", "two", "--fernet"], &spelt);
    lenient.is(0, "", "the key \"two\" is staged (new)\n");
    let token = fine(
        &Sandbox::new()
            .with("ENCRYPTION_KEY", &other)
            .run_with_stdin(&["encrypt", "--mode", "fernet"], "value"),
    );
    assert_eq!(fine(&sandbox.run_with_stdin(&["decrypt"], token)), b"value");
    let argument = sandbox.run(&["key", "import", &key]);
    assert!(argument.code == 2 && !argument.stderr.contains(&key), "{}", argument.stderr);
    let before = states(&sandbox);
    let zeros = format!("{}=", "A".repeat(43));
    let weak = sandbox.run_with_stdin(&["key", "import", "weak"], zeros);
    assert_eq!(weak.code, 0, "{}", weak.stderr);
    assert!(
        weak.stderr
            .starts_with("warning: the key \"weak\" is a pattern, not random bytes; it encrypts nothing\n")
    );
    let promoted = sandbox.run(&["key", "promote", "weak"]);
    assert_eq!(promoted.code, 2, "{}", promoted.stderr);
    assert_eq!(before.len() + 1, 4);
}
