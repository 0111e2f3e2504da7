//! Works through rotations: workers that query PostgreSQL over a [`Pool`], until their time is over.
//!
//! `DB` in `reticent.toml` says where the credential is, as a whole: `vault://database/creds/app` is lent and replaced
//! with overlap, a file or a static secret is followed as it is rotated. The server is told by `PGHOST`, `PGPORT`,
//! `PGDATABASE` and `PGSSLROOTCERT`.

#![expect(clippy::print_stdout, reason = "an example talks")]

use std::env;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use pool::{Pool, trusting};
use reticent::setup::{Config as Configuration, Setup};
use tokio::time::sleep;
use tokio_postgres::Config;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const WORKERS: usize = 8;
const CONNECTIONS: u32 = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let mut server = Config::new();
    server.host(env::var("PGHOST")?).port(env::var("PGPORT")?.parse()?).dbname(env::var("PGDATABASE")?);
    let roots = std::fs::read(env::var("PGSSLROOTCERT")?)?;
    let queries = run(&env::current_dir()?, server, &roots, Duration::from_secs(60)).await?;
    println!("{queries} queries, and none failed");
    Ok(())
}

/// Queries for `time`, and returns how often.
async fn run(folder: &Path, server: Config, roots: &[u8], time: Duration) -> Outcome<usize> {
    let setup = Setup::of(Configuration::discover(folder)?, None)?;
    let resolver = setup.resolver();
    tokio::spawn(resolver.keep_fresh());
    let pool = Pool::new(resolver, "DB", server, trusting(roots)?, CONNECTIONS).await?;
    tokio::spawn(pool.follow());

    let until = Instant::now() + time;
    let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(work(pool.clone(), until))).collect();
    let mut queries = 0;
    for worker in workers {
        queries += worker.await??;
    }
    // In this order: what is open is closed before its credential is revoked.
    pool.close().await;
    resolver.shutdown(Duration::from_secs(10)).await?;
    Ok(queries)
}

async fn work(pool: Pool, until: Instant) -> Outcome<usize> {
    let mut queries = 0;
    while Instant::now() < until {
        pool.take().await?.client().simple_query("SELECT 1").await?;
        queries += 1;
        sleep(Duration::from_millis(20)).await;
    }
    Ok(queries)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use reticent_testkit::servers::{Postgres, Servers};

    use super::*;

    /// Replaces the file as a secret manager does: whole, by a rename.
    fn write(folder: &Path, user: &str, password: &str) {
        let next = folder.join("next");
        let credential = format!(r#"{{"username": "{user}", "password": "{password}"}}"#);
        std::fs::write(&next, credential).expect("a file");
        std::fs::set_permissions(&next, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
        std::fs::rename(next, folder.join("db.json")).expect("one folder");
    }

    fn server(postgres: &Postgres) -> Config {
        let mut server = Config::new();
        server.host(&postgres.host).port(postgres.port).dbname(&postgres.database);
        server
    }

    async fn superuser(postgres: &Postgres, roots: &[u8]) -> tokio_postgres::Client {
        let mut server = server(postgres);
        #[expect(clippy::disallowed_methods, reason = "logs in to the server of the tests")]
        server.user(&postgres.user).password(postgres.password.expose_bytes());
        let (client, driver) =
            server.connect(trusting(roots).expect("a certificate")).await.expect("it listens");
        tokio::spawn(driver);
        client
    }

    #[tokio::test]
    async fn it_goes_on_while_its_password_is_rotated() {
        let servers = Servers::shared().unwrap();
        let postgres = servers.postgres();
        let roots = std::fs::read(&postgres.ca).expect("the authority");
        let admin = superuser(postgres, &roots).await;
        let user = format!("pool_{}", std::process::id());
        admin.batch_execute(&format!("CREATE ROLE {user} LOGIN PASSWORD 'one'")).await.expect("a role");

        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &user, "one");
        let settings = "[secrets]\nDB = \"file://db.json\"\n[sources]\npoll = \"20ms\"\n";
        std::fs::write(folder.path().join("reticent.toml"), settings).expect("a file");

        let time = Duration::from_secs(2);
        let running = run(folder.path(), server(postgres), &roots, time);
        let rotating = async {
            for password in ["two", "three", "four"] {
                sleep(Duration::from_millis(400)).await;
                let change = format!("ALTER ROLE {user} PASSWORD '{password}'");
                admin.batch_execute(&change).await.expect("it is changed");
                write(folder.path(), &user, password);
            }
        };
        let (queries, ()) = tokio::join!(running, rotating);
        assert!(queries.expect("no query fails") > 100);
        admin.batch_execute(&format!("DROP ROLE {user}")).await.expect("nobody is logged in");
    }
}
