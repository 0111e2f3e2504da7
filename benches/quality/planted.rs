//! Secrets and look-alike values in files of many forms, made here with the exact place of each.

use crate::cases::{Case, Label};
use crate::numbers::Numbers;

/// Vendors' tokens: the name of the setting, and the form.
const TOKENS: [(&str, &str); 34] = [
    ("github_token", "ghp_{b*30}{crc}"),
    ("npm_token", "npm_{b*30}{crc}"),
    ("gitlab_token", "glpat-{u*20}"),
    ("slack_bot", "xoxb-{d*12}-{d*13}-{b*24}"),
    ("stripe_key", "sk_live_{b*24}"),
    ("stripe_restricted", "rk_live_{b*24}"),
    ("sendgrid_key", "SG.{u*22}.{u*43}"),
    ("anthropic_key", "sk-ant-api03-{u*93}AA"),
    ("openai_key", "sk-proj-{u*58}T3BlbkFJ{u*58}"),
    ("hf_token", "hf_{b*34}"),
    ("replicate_token", "r8_{b*37}"),
    ("groq_key", "gsk_{b*52}"),
    ("xai_key", "xai-{b*80}"),
    ("perplexity_key", "pplx-{b*48}"),
    ("databricks_token", "dapi{h*32}"),
    ("vault_token", "hvs.{u*96}"),
    ("do_token", "dop_v1_{h*64}"),
    ("docker_pat", "dckr_pat_{u*27}"),
    ("gem_key", "rubygems_{h*48}"),
    ("notion_token", "ntn_{b*46}"),
    ("linear_key", "lin_api_{b*40}"),
    ("postman_key", "PMAK-{h*24}-{h*34}"),
    ("shopify_token", "shpat_{h*32}"),
    ("shopify_secret", "shpss_{h*32}"),
    ("newrelic_key", "NRAK-{U*27}"),
    ("sonar_token", "squ_{h*40}"),
    ("google_key", "AIza{u*35}"),
    ("google_secret", "GOCSPX-{u*28}"),
    ("pulumi_token", "pul-{h*40}"),
    ("doppler_token", "dp.pt.{b*43}"),
    ("mailgun_key", "key-{h*32}"),
    ("dynatrace_token", "dt0c01.{U*24}.{U*64}"),
    ("brevo_key", "xkeysib-{h*64}-{b*16}"),
    ("sentry_token", "sntryu_{h*64}"),
];

/// Values that are secrets by their names alone.
const NAMED: [(&str, &str); 7] = [
    ("api_key", "{b*32}"),
    ("client_secret", "{u*40}"),
    ("secret_key", "{h*48}"),
    ("auth_token", "{u*28}"),
    ("db_password", "{b*9}!{b*7}#"),
    ("smtp_password", "{b*14}"),
    ("aws_secret_access_key", "{s*40}"),
];

/// Lines that hold a secret in a form of their own; `@` is where it stands.
const LINES: [(&str, &str); 12] = [
    ("postgres://app:@@db-1.internal:5432/main", "{b*18}"),
    ("mongodb+srv://svc:@@cluster0.internal/app", "{b*18}"),
    ("redis://:@@cache.internal:6379/0", "{b*20}"),
    ("amqp://queue:@@mq.internal:5672/v", "{b*16}"),
    ("jdbc:postgresql://db/main?user=app&password=@", "{b*16}"),
    ("host=db port=5432 user=app password=@ dbname=main", "{b*16}"),
    ("Server=db;Database=main;User Id=app;Password=@;", "{b*16}"),
    ("Authorization: Bearer @", "{u*48}"),
    ("curl -u deploy:@ https://ci.internal/job", "{b*18}"),
    ("mysql -u root -p@ main", "{b*14}"),
    ("machine git.internal login ci password @", "{b*18}"),
    ("https://api.internal/v1/items?access_token=@&page=2", "{b*32}"),
];

/// What is none: the whole line is a place where nothing is to be found.
pub(crate) const LOOKALIKES: [&str; 27] = [
    "commit = \"{h*40}\"",
    "sha256 = \"{h*64}\"",
    "md5sum: {h*32}",
    "integrity: sha512-{s*86}==",
    "request_id = \"{h*8}-{h*4}-4{h*3}-a{h*3}-{h*12}\"",
    "etag: \"{h*32}\"",
    "access_key_id = \"AKIAIOSFODNN7EXAMPLE\"",
    "api_key = \"your-api-key-here\"",
    "api_key = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
    "password = os.environ[\"DB_PASSWORD\"]",
    "password = ${DB_PASSWORD}",
    "password: {{ .Values.db.password }}",
    "secret_arn = \"arn:aws:secretsmanager:eu-west-1:{d*12}:secret:prod/db-{b*6}\"",
    "publishable_key = \"pk_live_{b*24}\"",
    "client_id = \"{h*32}\"",
    "public_key = \"{s*44}\"",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{s*43} me@host",
    "password_field = \"user_password_confirmation\"",
    "token_type = \"urn:ietf:params:oauth:token-type:jwt\"",
    "secret_name = \"prod/database/credentials\"",
    "csrf_field = \"authenticity_token\"",
    "image = \"registry.internal/app@sha256:{h*64}\"",
    "background: url(data:image/png;base64,iVBORw0KGgo{s*120})",
    "github.com/x/y v1.2.3 h1:{s*43}=",
    "postgres://user:password@localhost:5432/db",
    "key_path = \"/etc/ssl/private/server-{h*8}.pem\"",
    "api_key: \"vault://prod/payments#api_key\"",
];

/// Files by their names, each with a line before, the form of an assignment (`%` the name, `@` the value) and one behind.
pub(crate) const FORMS: [(&str, &str, &str, &str); 26] = [
    (".env", "HOST=db", "%=@", "PORT=1"),
    ("a.py", "import os", "% = \"@\"", "print(1)"),
    ("a.js", "const a = 1;", "const % = '@';", "run();"),
    ("a.ts", "const a = 1;", "  %: '@',", "run();"),
    ("a.go", "package main", "\t% := \"@\"", "}"),
    ("a.rs", "fn main() {", "    let % = \"@\";", "}"),
    ("A.java", "class A {", "  String % = \"@\";", "}"),
    ("a.rb", "require 'x'", "% = '@'", "end"),
    ("a.php", "<?php", "$% = '@';", "?>"),
    ("A.cs", "class A {", "  var % = \"@\";", "}"),
    ("a.kt", "fun main() {", "  val % = \"@\"", "}"),
    ("a.swift", "import X", "let % = \"@\"", "run()"),
    ("a.sh", "set -e", "export %=\"@\"", "run"),
    ("a.ps1", "$a = 1", "$% = \"@\"", "Run"),
    ("a.yml", "app:", "  %: \"@\"", "  port: 1"),
    ("a.json", "{\"a\": 1,", "\"%\": \"@\",", "\"b\": 2}"),
    ("a.toml", "[app]", "% = \"@\"", "port = 1"),
    ("a.ini", "[app]", "% = @", "port = 1"),
    ("a.xml", "<app>", "  <%>@</%>", "</app>"),
    ("a.properties", "a=1", "app.%=@", "b=2"),
    ("a.tf", "variable \"x\" {", "  % = \"@\"", "}"),
    ("Dockerfile", "FROM x", "ENV %=@", "RUN y"),
    ("a.md", "# Setup", "    %=@", "Then run it."),
    ("a.log", "INFO start", "DEBUG settings %=@", "INFO ready"),
    ("a.cfg", "[app]", "%: @", "port: 1"),
    ("a.conf", "user me;", "set % \"@\";", "listen 1;"),
];

/// A way in which the same text can be written.
type Change = fn(&Case) -> Case;

/// The ways in which each case is written.
pub(crate) const WAYS: [(&str, Change); 4] =
    [("as it is", Case::clone), ("lines end with CRLF", crlf), ("UTF-16", utf16), ("in a long line", long)];

/// Makes the cases, and tells how many kinds of secrets they hold.
pub(crate) fn cases() -> (Vec<Case>, usize) {
    let mut numbers = Numbers::new(42);
    let mut cases = Vec::new();
    for (at, (name, sample)) in TOKENS.iter().chain(&NAMED).enumerate() {
        for turn in 0..6 {
            let (path, before, form, behind) = FORMS[(at * 5 + turn * 7) % FORMS.len()];
            let value = numbers.sample(sample);
            let text = format!("{before}\n{}\n{behind}\n", form.replace('%', name));
            cases.push(planted(path, name, &text, &value, &mut numbers));
        }
    }
    for (line, sample) in LINES {
        for path in ["notes.txt", "a.sh", "a.yml", "a.md"] {
            let value = numbers.sample(sample);
            let text = format!(
                "# how to\n{}\n# done\n",
                line.replacen('@', "\u{1}", 1).replace("\u{1}@", "\u{1}\u{2}")
            );
            let text = text.replace('@', "\u{2}").replace('\u{1}', "@");
            cases.push(planted(path, line, &text, &value, &mut numbers));
        }
    }
    (cases, TOKENS.len() + NAMED.len() + LINES.len())
}

/// Puts the value into the place of `@`, and a look-alike below it.
fn planted(path: &str, kind: &str, text: &str, value: &str, numbers: &mut Numbers) -> Case {
    let at = text.find('@').expect("each form has a place");
    let mut text = text.replacen('@', value, 1).replace('\u{2}', "@");
    let mut labels = vec![Label::new(at..at + value.len(), true, kind)];
    let lookalike = numbers.one_of(&LOOKALIKES).to_owned();
    let line = lookalike_of(lookalike, numbers);
    let start = text.len();
    text.push_str(&line);
    labels.push(Label::new(start..text.len(), false, lookalike));
    text.push('\n');
    Case { name: path.to_owned(), path: path.to_owned(), text: text.into_bytes(), labels }
}

/// Templates hold braces of their own.
fn lookalike_of(lookalike: &str, numbers: &mut Numbers) -> String {
    if lookalike.contains("{{") || lookalike.contains("${") && !lookalike.contains('*') {
        return lookalike.to_owned();
    }
    numbers.sample(lookalike)
}

fn crlf(case: &Case) -> Case {
    let is_before = |end: usize| case.text[..end].iter().filter(|byte| **byte == b'\n').count();
    let labels = case.labels.iter().map(|label| label.moved(is_before(label.span().start), 1)).collect();
    let text =
        case.text.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] });
    Case { text: text.collect(), labels, ..case.clone() }
}

fn utf16(case: &Case) -> Case {
    let labels = case.labels.iter().map(|label| label.moved(2, 2)).collect();
    let text = [0xff, 0xfe].into_iter().chain(case.text.iter().flat_map(|byte| [*byte, 0]));
    Case { text: text.collect(), labels, ..case.clone() }
}

fn long(case: &Case) -> Case {
    let filler = "a=1;b={c:2};".repeat(4000) + "\n";
    let labels = case.labels.iter().map(|label| label.moved(filler.len(), 1)).collect();
    let text = [filler.as_bytes(), &case.text, filler.as_bytes()].concat();
    Case { text, labels, ..case.clone() }
}
