//! Runs the functions that the fuzz targets call over the committed corpus.

use std::path::Path;

use reticent_e2e::fuzz::TARGETS;

#[test]
fn every_fuzz_target_holds_over_its_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in TARGETS {
        let mut cases = 0;
        for entry in std::fs::read_dir(corpus.join(name)).expect("each target has a corpus") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
            target(&bytes);
            // Every beginning of a case is a case: most defects sit where a text ends too early.
            for end in 0..bytes.len().min(400) {
                target(&bytes[..end]);
            }
            cases += 1;
        }
        assert!(cases >= 3, "{name} has {cases} cases");
    }
}

#[test]
fn every_target_is_in_the_fuzz_workspace() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/Cargo.toml"));
    let manifest = manifest.expect("the fuzz workspace");
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
