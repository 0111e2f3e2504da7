//! Credentials that OpenBao lends for PostgreSQL, under two hundred workers and a pool of connections: no query fails,
//! at most two roles live at a time, and none after shutdown.

mod bao;
mod roles;
mod work;

use std::time::Duration;

use bao::Bao;
use pool::{Pool, trusting};
use reticent::resolve::Resolver;
use reticent_testkit::servers::Servers;
use roles::{Counted, Role};
use tokio::time::sleep;

/// Whether the long forms were asked for.
fn is_long() -> bool {
    std::env::var_os("RETICENT_TEST_LONG").is_some()
}

/// How two hundred workers fared.
struct Outcome {
    queries: usize,
    failures: Vec<String>,
    roles: Counted,
    replaced: u64,
}

/// Works for `time` with what `role` lends, while `trouble` does what it does.
async fn hold(servers: &Servers, role: &Role, time: Duration, trouble: impl Future<Output = ()>) -> Outcome {
    let resolver =
        Resolver::builder().source("vault", bao::source(servers.openbao())).build().expect("one source");
    let upkeep = tokio::spawn(resolver.keep_fresh());
    let roots = std::fs::read(&servers.postgres().ca).expect("the authority");
    let credential = role.reference();
    let server = roles::server(servers.postgres());
    let tls = trusting(&roots).expect("a certificate");
    let pool = Pool::new(&resolver, &credential, server, tls, 20).await.expect("it is lent");
    tokio::spawn(pool.follow());

    let counting = role.count(servers.postgres());
    let replaced = work::count_changes(resolver.watch(&credential).await.expect("it is lent"));
    let working = work::by_many(&pool, role.table(), time);
    let ((queries, failures), ()) = tokio::join!(working, trouble);
    pool.close().await;
    resolver.shutdown(Duration::from_secs(10)).await.expect("OpenBao answers");
    upkeep.await.expect("it ends when the resolver is shut down");
    let roles = counting.end().await;
    Outcome { queries, failures, roles, replaced: replaced.end() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_query_fails_while_credentials_of_a_few_seconds_come_and_go() {
    let servers = Servers::shared().unwrap();
    let bao = Bao::of(servers.openbao());
    let role = Role::new(&bao, servers.postgres(), "4s", "9s").await;
    let time = Duration::from_secs(if is_long() { 120 } else { 20 });
    let outcome = hold(&servers, &role, time, async {}).await;
    role.remove(&bao, servers.postgres()).await;

    assert_eq!(outcome.failures, [""; 0]);
    assert!(outcome.queries > 1000, "{}", outcome.queries);
    assert!(outcome.replaced >= time.as_secs() / 9, "{} replacements", outcome.replaced);
    assert_eq!((outcome.roles.most, outcome.roles.left), (2, vec![]));
}

/// How long each trouble lasts, and what passes before the next one.
struct Pace {
    ttl: &'static str,
    longest: &'static str,
    away: Duration,
    between: Duration,
    time: Duration,
}

impl Pace {
    /// The short form renews and replaces in the midst of it as well: at 16 s, when the server is stopped.
    fn of_this_run() -> Self {
        let (ttl, longest) = if is_long() { ("40s", "90s") } else { ("24s", "30s") };
        let (away, between, time) = if is_long() { (5, 20, 120) } else { (1, 2, 26) };
        Self { ttl, longest, away: seconds(away), between: seconds(between), time: seconds(time) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_query_fails_while_openbao_is_sealed_stopped_killed_and_stepped_down() {
    let pace = Pace::of_this_run();
    let own = tokio::task::spawn_blocking(|| Servers::own(&["openbao", "postgres"])).await.expect("no panic");
    let servers = own.unwrap();
    let bao = Bao::of(servers.openbao());
    let role = Role::new(&bao, servers.postgres(), pace.ttl, pace.longest).await;

    let outcome = hold(&servers, &role, pace.time, trouble(&servers, &bao, &pace)).await;

    assert_eq!(outcome.failures, [""; 0]);
    assert!(outcome.queries > 1000, "{}", outcome.queries);
    assert!(outcome.replaced > 0);
    assert_eq!((outcome.roles.most, outcome.roles.left), (2, vec![]));
}

async fn trouble(servers: &Servers, bao: &Bao, pace: &Pace) {
    let obey = |order: &'static str| {
        tokio::task::block_in_place(|| match order {
            "pause" => servers.pause("openbao"),
            "resume" => servers.resume("openbao"),
            "kill" => servers.kill("openbao"),
            _ => servers.restart("openbao"),
        })
        .expect("the server obeys");
    };
    // A single server is a standby for ten seconds.
    sleep(pace.between).await;
    bao.must("PUT", "sys/step-down", "{}").await;
    bao.becomes_active().await;

    sleep(pace.between).await;
    bao.must("PUT", "sys/seal", "{}").await;
    sleep(pace.away).await;
    bao.unseal().await;

    sleep(pace.between).await;
    obey("pause");
    sleep(pace.away).await;
    obey("resume");

    sleep(pace.between).await;
    obey("kill");
    sleep(pace.away).await;
    obey("restart");
    bao.becomes_active().await;
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
