//! The laws of a source, for both sources of this crate.

mod env {
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use reticent_core::{SecretList, SecretRef, SecretSource};
    use reticent_provider_env::{EnvSource, Environment, FileRule};
    use reticent_testkit::{Harness, Part, SideDoorError, Trouble, conformance};

    conformance!(Variables::new());

    /// Variables that the laws change while the source reads them.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<BTreeMap<String, OsString>>>);

    impl Environment for Shared {
        fn variable(&self, name: &str) -> Option<OsString> {
            self.0.lock().expect("no law panics while it holds this").variable(name)
        }

        fn names(&self) -> Vec<String> {
            self.0.lock().expect("no law panics while it holds this").names()
        }
    }

    struct Variables {
        shared: Shared,
        source: EnvSource,
    }

    impl Variables {
        fn new() -> Self {
            let shared = Shared::default();
            let source = EnvSource::with_file_rule(shared.clone(), FileRule::OfficialImages);
            Self { shared, source }
        }
    }

    #[async_trait]
    impl Harness for Variables {
        fn label(&self) -> &str {
            "env"
        }

        fn source(&self) -> Arc<dyn SecretSource> {
            Arc::new(self.source.clone())
        }

        fn list(&self) -> Option<Arc<dyn SecretList>> {
            Some(Arc::new(self.source.clone()))
        }

        fn place_for(&self, name: &str) -> Option<SecretRef> {
            SecretRef::new("env", name).ok()
        }

        async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
            let value = OsString::from_vec(value.to_vec());
            self.shared
                .0
                .lock()
                .expect("no law panics while it holds this")
                .insert(at.path().to_owned(), value);
            Ok(())
        }

        async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
            self.shared.0.lock().expect("no law panics while it holds this").remove(at.path());
            Ok(())
        }

        fn lacks(&self) -> Vec<(Part, &'static str)> {
            let trouble = |trouble| (Part::Trouble(trouble), "a process's own environment cannot fail");
            vec![
                (Part::Sink, "the environment of a process is not written to"),
                (Part::Stages, "a variable has one value"),
                (Part::Versions, "a variable has one value"),
                (Part::Expiry, "a variable does not end"),
                (Part::Credential, "the environment asks for none"),
                trouble(Trouble::Denied),
                trouble(Trouble::BadCredentials),
                trouble(Trouble::Unreachable),
                trouble(Trouble::Throttled),
                trouble(Trouble::MalformedReply),
                trouble(Trouble::TruncatedReply),
                trouble(Trouble::Hanging),
                trouble(Trouble::FailingWrites),
            ]
        }
    }
}

mod env_file {
    use std::ffi::OsString;
    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;

    use async_trait::async_trait;
    use reticent_core::{SecretRef, SecretSource};
    use reticent_provider_env::{EnvSource, Environment};
    use reticent_testkit::{Harness, Part, SideDoorError, TrailingNewline, Trouble, conformance};

    conformance!(NamedFiles::new());

    /// Every `NAME_FILE` whose name is plain names a file in one folder, where that file is there.
    struct Folder(PathBuf);

    impl Folder {
        fn file(&self, name: &str) -> Option<PathBuf> {
            let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            is_plain.then(|| self.0.join(name))
        }
    }

    impl Environment for Folder {
        fn variable(&self, name: &str) -> Option<OsString> {
            let path = self.file(name.strip_suffix("_FILE")?)?;
            path.exists().then(|| path.into())
        }

        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }

    struct NamedFiles {
        folder: tempfile::TempDir,
        source: EnvSource,
    }

    impl NamedFiles {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let source = EnvSource::new(Folder(folder.path().to_owned()));
            Self { folder, source }
        }

        fn file(&self, at: &SecretRef) -> Result<PathBuf, SideDoorError> {
            Folder(self.folder.path().to_owned())
                .file(at.path())
                .ok_or_else(|| "the name is not plain".into())
        }
    }

    #[async_trait]
    impl Harness for NamedFiles {
        fn label(&self) -> &str {
            "env-file"
        }

        fn source(&self) -> Arc<dyn SecretSource> {
            Arc::new(self.source.clone())
        }

        fn place_for(&self, name: &str) -> Option<SecretRef> {
            SecretRef::new("env", name).ok()
        }

        async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
            let new = self.folder.path().join(".new");
            fs::write(&new, value)?;
            Ok(fs::rename(new, self.file(at)?)?)
        }

        async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
            Ok(fs::remove_file(self.file(at)?)?)
        }

        fn lacks(&self) -> Vec<(Part, &'static str)> {
            vec![
                (Part::Sink, "the files that variables name belong to somebody else"),
                (Part::List, "the harness makes its variables up from the files"),
                (Part::Stages, "a file has one content"),
                (Part::Versions, "a file has one content"),
                (Part::Expiry, "a file does not end"),
                (Part::Credential, "a local file asks for none"),
                (Part::Trouble(Trouble::Denied), "a test may run as root, whom no mode denies"),
                (Part::Trouble(Trouble::BadCredentials), "a local file asks for none"),
                (Part::Trouble(Trouble::Unreachable), "a local file is there or not"),
                (Part::Trouble(Trouble::Throttled), "a local file does not throttle"),
                (Part::Trouble(Trouble::TruncatedReply), "a shorter file is a whole file"),
                (Part::Trouble(Trouble::Hanging), "a local regular file does not hang"),
                (Part::Trouble(Trouble::FailingWrites), "it is not written to"),
            ]
        }

        fn trailing_newline(&self) -> TrailingNewline {
            TrailingNewline::OneStripped
        }

        async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
            assert_eq!(trouble, Trouble::MalformedReply, "no other is claimed");
            let file = self.file(at).expect("a plain name");
            fs::remove_file(&file).expect("it was seeded");
            fs::create_dir(&file).expect("a folder where a file belongs");
        }
    }
}

mod dotenv {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;

    use async_trait::async_trait;
    use reticent_core::{Field, SecretList, SecretRef, SecretSink, SecretSource};
    use reticent_provider_env::DotenvSource;
    use reticent_testkit::{Harness, Part, SideDoorError, Trouble, conformance};

    conformance!(Lines::new());

    struct Lines {
        folder: tempfile::TempDir,
        source: DotenvSource,
    }

    impl Lines {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs::write(folder.path().join(".env"), "# the laws' own\n").expect("a file");
            let source = DotenvSource::new(folder.path());
            Self { folder, source }
        }

        fn file(&self) -> PathBuf {
            self.folder.path().join(".env")
        }

        /// Every line but those of the key. The side door writes one line a value, all of it in double quotes.
        fn lines_without(&self, key: &str) -> Result<Vec<String>, SideDoorError> {
            let text = fs::read_to_string(self.file())?;
            let is_other = |line: &&str| !line.starts_with(&format!("{key}="));
            Ok(text.split('\n').filter(|line| !line.is_empty()).filter(is_other).map(str::to_owned).collect())
        }

        fn write(&self, lines: &[String]) -> Result<(), SideDoorError> {
            Ok(fs::write(self.file(), lines.iter().map(|line| format!("{line}\n")).collect::<String>())?)
        }

        fn beside(&self) -> PathBuf {
            self.folder.path().join(".env.reticent-new")
        }
    }

    fn key_of(at: &SecretRef) -> Result<String, SideDoorError> {
        let key = at.field().ok_or("no key")?.to_string();
        let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        if is_plain { Ok(key) } else { Err("no such key can be written".into()) }
    }

    #[async_trait]
    impl Harness for Lines {
        fn label(&self) -> &str {
            "dotenv"
        }

        fn source(&self) -> Arc<dyn SecretSource> {
            Arc::new(self.source.clone())
        }

        fn sink(&self) -> Option<Arc<dyn SecretSink>> {
            Some(Arc::new(self.source.clone()))
        }

        fn list(&self) -> Option<Arc<dyn SecretList>> {
            Some(Arc::new(self.source.clone()))
        }

        fn place_for(&self, name: &str) -> Option<SecretRef> {
            let key = Field::parse(name).ok()?;
            let at = SecretRef::new("dotenv", ".env").ok()?.at_field(Some(key));
            // Only what survives as text can be a reference.
            (at.to_string().parse() == Ok(at.clone())).then_some(at)
        }

        async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
            let key = key_of(at)?;
            let value = std::str::from_utf8(value)?;
            let escaped = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('$', "\\$")
                .replace('\r', "\\r")
                .replace('\n', "\\n");
            let mut lines = self.lines_without(&key)?;
            lines.push(format!("{key}=\"{escaped}\""));
            self.write(&lines)
        }

        async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
            self.write(&self.lines_without(&key_of(at)?)?)
        }

        fn lacks(&self) -> Vec<(Part, &'static str)> {
            vec![
                (Part::Stages, "a line has one value"),
                (Part::Versions, "a line has one value"),
                (Part::Fields, "the field of a reference is the key; a pointer reaches further"),
                (Part::AnyBytes, "a .env file is UTF-8 text without NUL"),
                (Part::Expiry, "a line does not end"),
                (Part::Credential, "a local file asks for none"),
                (Part::Trouble(Trouble::Denied), "a test may run as root, whom no mode denies"),
                (Part::Trouble(Trouble::BadCredentials), "a local file asks for none"),
                (Part::Trouble(Trouble::Unreachable), "a local file is there or not"),
                (Part::Trouble(Trouble::Throttled), "a local file does not throttle"),
                (Part::Trouble(Trouble::Hanging), "a local regular file does not hang"),
            ]
        }

        async fn inflict(&self, trouble: Trouble, _: &SecretRef) {
            let text = fs::read_to_string(self.file()).expect("a file");
            match trouble {
                Trouble::MalformedReply => {
                    fs::write(self.file(), format!("{text}no equals sign\n")).expect("written");
                }
                Trouble::TruncatedReply => {
                    fs::write(self.file(), text.trim_end_matches(['\n', '"'])).expect("written");
                }
                // A folder with something in it, where the new file would go.
                Trouble::FailingWrites => fs::create_dir_all(self.beside().join("full")).expect("a folder"),
                other => panic!("{other:?} is not claimed"),
            }
        }

        async fn relieve(&self) {
            drop(fs::remove_dir_all(self.beside()));
            let mut lines = self.lines_without("no equals sign").expect("a file");
            lines.retain(|line| line.starts_with('#') || (line.ends_with('"') && line.contains("=\"")));
            self.write(&lines).expect("written");
        }
    }
}
