//! Banned crates, duplicates, licences.

use crate::plot::Plot;

/// The low crate depends on a third-party crate.
fn with_dependency(name: &str, version: &str) -> Plot {
    let plot = Plot::clean();
    plot.third_party(name, name, version);
    let line = format!("{name} = {{ path = \"../third-party/{name}\" }}\nacme-low = {{");
    plot.edit("Cargo.toml", "acme-low = {", &line);
    plot.append("crates/low/Cargo.toml", &format!("\n[dependencies]\n{name}.workspace = true\n"));
    plot
}

#[test]
fn a_graph_without_surprises_passes() {
    let plot = Plot::clean();
    plot.expect("bans", &[]);
    assert_eq!(plot.outcome("bans").notes, ["2 packages on x86_64-unknown-linux-gnu"]);
}

#[test]
fn a_banned_crate_is_found_at_any_depth_and_on_any_platform() {
    let plot = with_dependency("middle", "1.0.0");
    plot.third_party("openssl", "openssl", "0.10.0");
    plot.append("layers.toml", "\n[ban]\n\"openssl*\" = \"ring is enough\"\n");
    plot.expect("bans", &[]);
    plot.append(
        "../third-party/middle/Cargo.toml",
        "[target.'cfg(windows)'.dependencies]\nopenssl = { path = \"../openssl\" }\n",
    );
    plot.expect(
        "bans",
        &["openssl: banned by layers.toml (ring is enough); pulled in by acme-low → middle → openssl"],
    );
}

#[test]
fn an_older_version_is_listed_or_refused_and_a_stale_line_is_refused_too() {
    let plot = with_dependency("twice", "2.1.0");
    plot.third_party("older", "twice", "0.3.4");
    plot.third_party("middle", "middle", "1.0.0");
    plot.append("../third-party/middle/Cargo.toml", "[dependencies]\ntwice = { path = \"../older\" }\n");
    plot.expect("bans", &[]);
    plot.edit("Cargo.toml", "acme-low = {", "middle = { path = \"../third-party/middle\" }\nacme-low = {");
    plot.append("crates/high/Cargo.toml", "middle.workspace = true\n");
    plot.expect(
        "bans",
        &["twice 0.3.4 beside 2.1.0: duplicate pulled in by acme-high → middle → twice; update what holds it, \
           or list \"twice 0.3\" under [duplicates] in layers.toml"],
    );
    plot.append("layers.toml", "\n[duplicates]\n\"twice 0.3\" = \"middle\"\n");
    plot.expect("bans", &[]);
    plot.edit("crates/high/Cargo.toml", "middle.workspace = true\n", "");
    plot.expect(
        "bans",
        &["\"twice 0.3\": layers.toml lists it as a duplicate, and it is none any more; remove the line"],
    );
}

#[test]
fn a_licence_is_allowed_or_excepted_or_refused() {
    let plot = with_dependency("unusual", "1.0.0");
    let manifest = "../third-party/unusual/Cargo.toml";
    plot.edit(manifest, "license = \"MIT\"", "license = \"MIT OR GPL-3.0\"");
    plot.expect("bans", &[]);
    plot.edit(manifest, "MIT OR GPL-3.0", "GPL-3.0");
    plot.expect(
        "bans",
        &["unusual 1.0.0: licence `GPL-3.0` is not allowed by layers.toml; pulled in by acme-low → unusual"],
    );
    plot.append(
        "layers.toml",
        "\n[licences.exceptions]\nunusual = { licence = \"GPL-3.0\", reason = \"only a test\" }\n",
    );
    plot.expect("bans", &[]);
    plot.edit(manifest, "license = \"GPL-3.0\"\n", "");
    plot.expect(
        "bans",
        &[
            "unusual 1.0.0: states no licence",
            "unusual: its licence exception in layers.toml is not needed; remove it",
        ],
    );
}
