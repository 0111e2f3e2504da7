//! A database role that OpenBao makes users of, and how many of them there are.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pool::trusting;
use reticent_testkit::servers::Postgres;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_postgres::{Client, Config};

use crate::bao::Bao;

/// Where the server is, for anybody.
pub(crate) fn server(postgres: &Postgres) -> Config {
    let mut server = Config::new();
    server.host(&postgres.host).port(postgres.port).dbname(&postgres.database);
    server
}

async fn superuser(postgres: &Postgres) -> Client {
    let mut server = server(postgres);
    #[expect(clippy::disallowed_methods, reason = "logs in to the server of the tests")]
    server.user(&postgres.user).password(postgres.password.expose_bytes());
    let roots = std::fs::read(&postgres.ca).expect("the authority");
    let tls = trusting(&roots).expect("a certificate");
    let (client, driver) = server.connect(tls).await.expect("it listens");
    tokio::spawn(driver);
    client
}

/// A mount, a role and a table of one test.
pub(crate) struct Role {
    name: String,
}

impl Role {
    /// Lends users for `ttl`, renewed up to `longest`, who may read one table.
    pub(crate) async fn new(bao: &Bao, postgres: &Postgres, ttl: &str, longest: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("lent_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = superuser(postgres).await;
        let table = format!("CREATE TABLE {name} (n int); INSERT INTO {name} VALUES (1)");
        admin.batch_execute(&table).await.expect("a table");

        let Postgres { host, port, user, database, .. } = postgres;
        #[expect(clippy::disallowed_methods, reason = "goes to the server of the tests")]
        let password = postgres.password.expose_text().expect("text");
        bao.must("POST", &format!("sys/mounts/{name}"), r#"{"type": "database"}"#).await;
        let config = format!(
            r#"{{"plugin_name": "postgresql-database-plugin", "allowed_roles": "app", "username": "{user}",
                "password": "{password}", "username_template": "{name}-{{{{random 12}}}}",
                "connection_url": "postgresql://{{{{username}}}}:{{{{password}}}}@{host}:{port}/{database}?sslmode=require"}}"#
        );
        bao.must("POST", &format!("{name}/config/db"), &config).await;
        let role = format!(
            r#"{{"db_name": "db", "default_ttl": "{ttl}", "max_ttl": "{longest}", "creation_statements":
                ["CREATE ROLE \"{{{{name}}}}\" LOGIN PASSWORD '{{{{password}}}}' VALID UNTIL '{{{{expiration}}}}'",
                 "GRANT SELECT ON {name} TO \"{{{{name}}}}\""]}}"#
        );
        bao.must("POST", &format!("{name}/roles/app"), &role).await;
        Self { name }
    }

    pub(crate) fn reference(&self) -> String {
        format!("vault://{}/creds/app", self.name)
    }

    pub(crate) fn table(&self) -> &str {
        &self.name
    }

    /// Counts its users until told to end.
    pub(crate) fn count(&self, postgres: &Postgres) -> Counting {
        let (end, mut ended) = oneshot::channel::<()>();
        let (postgres, pattern) = (postgres.clone(), format!("{}-%", self.name));
        let task = tokio::spawn(async move {
            let admin = superuser(&postgres).await;
            let mut most = 0;
            loop {
                let is_over = ended.try_recv().is_ok();
                let query = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE $1";
                let rows = admin.query(query, &[&pattern]).await.expect("a list");
                most = most.max(rows.len());
                if is_over {
                    return Counted { most, left: rows.iter().map(|row| row.get(0)).collect() };
                }
                sleep(Duration::from_millis(25)).await;
            }
        });
        Counting { end, task }
    }

    /// Takes back what was made on servers that others use.
    pub(crate) async fn remove(self, bao: &Bao, postgres: &Postgres) {
        bao.must("DELETE", &format!("sys/mounts/{}", self.name), "").await;
        let drop_table = format!("DROP TABLE {}", self.name);
        superuser(postgres).await.batch_execute(&drop_table).await.expect("nobody uses it");
    }
}

/// How many users there were.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) most: usize,
    /// Those of the last count.
    pub(crate) left: Vec<String>,
}

pub(crate) struct Counting {
    end: oneshot::Sender<()>,
    task: JoinHandle<Counted>,
}

impl Counting {
    /// Counts once more, and returns what was counted.
    pub(crate) async fn end(self) -> Counted {
        self.end.send(()).expect("it counts until it is told");
        self.task.await.expect("no panic")
    }
}
