//! What a cached `get` costs, beside a map behind a mutex and a general cache, which keep plain strings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use reticent_benches::Table;
use reticent_core::SecretRef;
use reticent_core::hooks::{Hooks, Nobody};
use reticent_resolve::Resolver;
use reticent_testkit::MemorySource;

const REFERENCE: &str = "vault://secret/prod/db#password";
const NAME: &str = "DB_PASSWORD";
const ENTRIES: usize = 500;

fn resolver(hooks: Hooks) -> Resolver {
    let mut source =
        MemorySource::new("vault(prod)").with("vault://secret/prod/db", r#"{"password": "correct horse"}"#);
    for number in 0..ENTRIES {
        source = source.with(format!("vault://other/{number}"), "value");
    }
    let at: SecretRef = REFERENCE.parse().expect("a reference");
    let builder = Resolver::builder().source("vault", source).hooks(hooks);
    builder.route(NAME.parse().expect("a name"), [at]).build().expect("the parts fit")
}

/// Reads everything once, so that the cache is as full as a program's.
async fn warm(resolver: &Resolver) {
    for text in [REFERENCE, NAME] {
        resolver.get(text).await.expect("held");
    }
    for number in 0..ENTRIES {
        resolver.get(&format!("vault://other/{number}")).await.expect("held");
    }
}

fn hit(resolver: &Resolver, text: &str) -> usize {
    let answer = resolver.get(text).now_or_never().expect("a hit waits for nothing");
    answer.expect("held").len()
}

fn hit_at(resolver: &Resolver, at: &SecretRef) -> usize {
    let answer = resolver.get_ref(at).now_or_never().expect("a hit waits for nothing");
    answer.expect("held").len()
}

/// What one operation allocates, once it is warm.
fn allocations<T>(mut operation: impl FnMut() -> T) -> String {
    operation();
    let info = allocation_counter::measure(|| {
        for _ in 0..1000 {
            std::hint::black_box(operation());
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let each = info.count_total as f64 / 1000.0;
    format!("{each} allocations")
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();
    let plain = resolver(Hooks::none());
    let hooked = resolver(Hooks::none().with_gate(Arc::new(Nobody)).with_recorder(Arc::new(Nobody)));
    runtime.block_on(warm(&plain));
    runtime.block_on(warm(&hooked));
    let at: SecretRef = REFERENCE.parse().expect("a reference");

    let strings = (0..ENTRIES).map(|number| (format!("vault://other/{number}"), "value".to_owned()));
    let mut map: HashMap<String, String> = strings.collect();
    map.insert(REFERENCE.to_owned(), "correct horse".to_owned());
    let general: moka::sync::Cache<String, String> = moka::sync::Cache::builder()
        .max_capacity(1000)
        .time_to_live(std::time::Duration::from_secs(300))
        .build();
    map.iter().for_each(|(key, value)| general.insert(key.clone(), value.clone()));
    let map = Mutex::new(map);
    let from_map = || map.lock().expect("nobody panics").get(REFERENCE).cloned();
    let from_general = || general.get(REFERENCE);

    let mut table = Table::new("a cached get, among 500 others");
    table.row("Mutex<HashMap<String, String>>", allocations(from_map), from_map);
    table.row("moka::sync::Cache<String, String>", allocations(from_general), from_general);
    let by_name = || hit(&plain, NAME);
    table.row("get(name), no hook", allocations(by_name), by_name);
    let by_text = || hit(&plain, REFERENCE);
    table.row("get(reference as text), no hook", allocations(by_text), by_text);
    let by_reference = || hit_at(&plain, &at);
    table.row("get_ref(&SecretRef), no hook", allocations(by_reference), by_reference);
    let gated = || hit(&hooked, NAME);
    table.row("get(name), gate and counted hits", allocations(gated), gated);
    table.print();
}
