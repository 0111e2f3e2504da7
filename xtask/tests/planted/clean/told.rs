//! Sees what the environment says, and reports a law.

#[test]
fn told() {
    let program = std::env::var("ACME_BIN").unwrap();
    assert!(std::process::Command::new(program).status().unwrap().success());
    assert_eq!(std::env::var_os("ACME_LONG"), None);
    let reads = std::process::Command::new(std::env::var("ACME_PYTHON").unwrap())
        .args(["-c", "import yaml, ruamel.yaml"])
        .status();
    assert!(reads.unwrap().success());
    let folder = std::path::PathBuf::from(std::env::var("ACME_LAWS").unwrap()).join("disk");
    std::fs::create_dir_all(&folder).unwrap();
    let report = r#"{"schema":"acme.law/1","source":"disk","law":"read","status":"passed","reason":null}"#;
    std::fs::write(folder.join("read.json"), report).unwrap();
}
