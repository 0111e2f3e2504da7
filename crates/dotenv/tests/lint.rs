//! What the linter tells, to the word, and that it never tells a value.

#![expect(clippy::disallowed_methods, reason = "the tests hand plaintext of the fixtures to the linter")]

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_dotenv::{Difference, FindingKind, ParseErrorKind, Tool, lint, render_entry};

fn check(text: &str, want: &[&str]) {
    let shown: Vec<_> = lint(text.as_bytes()).iter().map(ToString::to_string).collect();
    assert_eq!(shown, want, "{text:?}");
}

#[test]
fn lines_that_all_tools_read_the_same_are_passed_over() {
    check("# note\nexport A=b\r\nB='c d' # note\nC=\"e#f\"\nD=\n\nE=https://x.y/z\n", &[]);
    check("\u{feff}A=b\n", &[]);
}

#[test]
fn each_difference_is_told_with_its_tools_and_its_remedy() {
    check(
        "A=1\nURL=https://x.y/z#frag\n",
        &[
            "2:1 URL: \"#\" inside an unquoted value. Read here, by python-dotenv, dotenvy, dotenv-ng and Docker \
           Compose as part of the value; Node dotenv and Ruby dotenv stop before it. Put the value in single quotes.",
        ],
    );
    check(
        "A=#b\n",
        &[
            "1:1 A: \"#\" where a value begins. Read here, by Node dotenv, Ruby dotenv, dotenvy and dotenv-ng as a \
           comment; python-dotenv and Docker Compose take it for a part of the value. Write the value without \
           quotes.",
        ],
    );
    check(
        "  A=$(echo hi)\n",
        &[
            "1:3 A: \"$\" in an unquoted value. Read here, by Node dotenv, python-dotenv, dotenv-ng and Docker Compose \
           literally; dotenv-expand and Ruby dotenv run the command; dotenvy refuses the file. Put the value in \
           single quotes.",
        ],
    );
    check(
        "A='${B}x'\n",
        &[
            "1:1 A: \"$\" in single quotes. Read here, by Node dotenv, Ruby dotenv, dotenvy, dotenv-ng and Docker \
           Compose literally; dotenv-expand and python-dotenv replace the variable. No other form is read the same \
           by more tools; share the file only among those that agree.",
        ],
    );
    check(
        "A=\"b\\tc\"\n",
        &[
            "1:1 A: a backslash in the value. Read here, by python-dotenv, dotenv-ng and Docker Compose as it stands; \
           Node dotenv and Ruby dotenv read the backslash differently; dotenvy refuses the file. Put the value in \
           single quotes.",
        ],
    );
    check(
        "A=`b c`\n",
        &[
            "1:1 A: a quote around an unquoted value. Read here, by python-dotenv, Ruby dotenv, dotenv-ng and Docker \
           Compose as it stands; Node dotenv takes the quotes off; dotenvy refuses the file. Put the value in single \
           quotes.",
        ],
    );
    check(
        "A-B=c\n",
        &[
            "1:1 A-B: a key that is no POSIX name. Read here, by Node dotenv, python-dotenv, dotenv-ng and Docker \
           Compose as it stands; Ruby dotenv leaves the line out; dotenvy refuses the file. Use letters, digits and \
           _ in the key, and no digit first.",
        ],
    );
}

#[test]
fn what_is_refused_or_set_twice_is_told_too() {
    check(
        "A=1\nB\nA=2\n",
        &[
            "2:2 no = after the key. Write KEY=value, start a comment with #, or put a value of several lines in \
             quotes.",
            "3:1 A: the key is set again; here the last one counts, and dotenvy keeps the first (line 1). Remove one \
             of them.",
        ],
    );
    check(
        "A=\"b\nC=d#e\n",
        &[
            "1:3 A: the quote opened here is never closed. Close the quote, or put the other kind of quotes around the \
           value.",
        ],
    );
    assert_eq!(lint(b"A=\xff")[0].kind(), FindingKind::Refused(ParseErrorKind::NotUtf8));
}

#[test]
fn only_the_entry_that_counts_is_compared() {
    let findings = lint(b"A=b#c\nA=d\n");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].kind(), FindingKind::Duplicate { earlier: 1 });
}

#[test]
fn a_finding_is_data_as_well() {
    let findings = lint(b"A=b c");
    let [finding] = findings.as_slice() else { panic!("one finding") };
    assert_eq!(finding.kind(), FindingKind::ReadDifferently);
    assert_eq!(finding.differences(), [(Difference::Refuses, vec![Tool::Dotenvy])]);
    assert_eq!(finding.agreeing().len(), Tool::ALL.len() - 1);
}

#[test]
fn a_file_that_explodes_under_substitution_is_linted() {
    let mut text = "A0=xxxxxxxx\n".to_owned();
    for line in 1..60 {
        text.push_str(&format!("A{line}=${{A{0}}}${{A{0}}}\n", line - 1));
    }
    assert!(lint(text.as_bytes()).len() > 50);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_finding_repeats_a_value(before in "[ -~]{0,6}", after in "[ -~]{0,12}") {
        let secret = ["hunter2", "Secret"].concat();
        let text = format!("KEY={before}{secret}{after}\nB=${{KEY}}");
        let shown = format!("{:?}", lint(text.as_bytes()));
        prop_assert!(!shown.contains(&secret), "{}", shown);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = lint(&bytes);
    }

    #[test]
    fn a_written_value_is_read_alike_unless_it_holds_what_no_form_keeps(value in "[a-zA-Z0-9 #=:;,.!?@%&*()+{}|<>/~^_\n-]{0,20}") {
        let entry = render_entry("KEY", &Secret::copy_of(value.as_bytes())).expect("text without NUL");
        let findings = lint(entry.expose_bytes());
        prop_assert!(findings.is_empty(), "{:?}", findings);
    }
}
