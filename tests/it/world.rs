//! The world of one journey: a fresh database, an office with a clock that stands, its server, and people who ask.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use shanhai::actions::account::{self, NewAccount};
use shanhai::actions::clock::Clock;
use shanhai::actions::follow::Follower;
use shanhai::actions::office::{Office, Settings};
use shanhai::domain::actor::{Actor, Role};
use shanhai::domain::code::Code as _;
use shanhai::domain::employer::{self, Employer};
use shanhai::domain::station::{Station, StationKind};
use shanhai::store::crypt::Keys;
use shanhai::store::station::StationRow;
use shanhai::store::{self, Db};
use shanhai::web::{Door, server};

use crate::client::{Answer, Client};
use crate::people;

/// Which database a journey walks on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes two tests of one journey: `name::sqlite` and `name::postgres`.
macro_rules! journey {
    ($name:ident, |$world:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            use $crate::world::{Engine, World};

            async fn walk(#[allow(unused_mut)] mut $world: World) {
                $body
                $world.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                walk(World::open(Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                walk(World::open(Engine::Postgres).await).await;
            }
        }
    };
}

/// Midday of the first journey day in Shanghai.
pub const NOON: &str = "2026-11-24T04:00:00Z";

/// The world of one journey.
pub struct World {
    pub office: Office,
    pub folder: TempDir,
    anyone: Client,
    follower: Option<Follower>,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
    count: AtomicU32,
}

impl World {
    /// A fresh database with five stations, served on a free port.
    pub async fn open(engine: Engine) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let db = Db::open(&database(engine, folder.path()).await).await.expect("a fresh database");
        store::schema::migrate(&db).await.expect("the schema");
        let keys = Keys::from_secret(&[7; 64]);
        let clock = Clock::fixed(NOON.parse().expect("an instant"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let settings =
            Settings { data_dir: folder.path().to_owned(), public_url: format!("http://{address}"), matching: true };
        let office = Office::open(db, keys, clock, settings).await.expect("an office");
        stations(&office).await;
        let (stop, stopped) = oneshot::channel::<()>();
        let door = Door { office: office.clone(), https: false };
        let served = tokio::spawn(server::serve(door, listener, async move {
            let _ = stopped.await;
        }));
        let anyone = Client::new(address);
        Self { office, folder, anyone, follower: None, stop, served, count: AtomicU32::new(0) }
    }

    /// Stops the server, and sees that the audit chain of all that happened is whole.
    pub async fn close(self) {
        let _ = self.stop.send(());
        self.served.await.expect("the server ends without panic");
        let broken = store::change::verify_chain(&self.office.db).await.expect("the audit trail can be read");
        assert_eq!(broken, None, "the audit chain is broken");
        self.office.db.close().await;
    }

    /// Somebody without a key.
    pub fn anyone(&self) -> Client {
        self.anyone.clone()
    }

    /// Somebody with an account of this role; station roles work at the station of this code.
    pub async fn role(&self, role: Role, station: &str) -> Client {
        self.account(role, station, None).await.0
    }

    /// A new account with its token; the name is answered too.
    pub async fn account(&self, role: Role, station: &str, password: Option<&str>) -> (Client, String) {
        let name = format!("{}-{}", role.code(), self.count.fetch_add(1, Ordering::Relaxed));
        let stations = self.office.stations().await;
        let station = stations.iter().find(|s| s.station.code == station).map(|s| s.id);
        let employer = if role == Role::Employer { Some(self.employer().await) } else { None };
        let new = NewAccount {
            name: name.clone(),
            role,
            station,
            employer,
            confidential: false,
            password: password.map(str::to_owned),
            // Without a password there must be a mailbox.
            email: Some(format!("{name}@accounts.test")),
        };
        account::add(&self.office, &Actor::Operator, new).await.expect("an account");
        let token = account::make_token(&self.office, &Actor::Operator, &name).await.expect("a token");
        (self.anyone.token(&token), name)
    }

    /// A clerk of the branch of Bijie, who serves the county that most journeys are about.
    pub async fn clerk(&self) -> Client {
        self.role(Role::Clerk, "GZ-5205").await
    }

    /// A clerk of another branch.
    pub async fn other_clerk(&self) -> Client {
        self.role(Role::Clerk, "GZ-5204").await
    }

    /// Registers the next made-up person; `more` goes over the plain body.
    pub async fn registers(&self, clerk: &Client, name: &str, more: Value) -> Answer {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        clerk.post("/api/v1/workers", people::person(name, n, more)).await
    }

    /// Does at once what the background loops would do.
    pub async fn settle(&mut self) {
        if self.follower.is_none() {
            self.follower = Some(Follower::start(&self.office).await.expect("the index opens"));
        }
        if let Some(follower) = &mut self.follower {
            follower.catch_up(&self.office).await.expect("the index follows");
        }
    }

    /// Acts of the audit trail in order, with their results.
    pub async fn trail(&self, act: &str) -> Vec<String> {
        let text = format!("SELECT result FROM audit WHERE act = '{act}' ORDER BY at, lane, n, seq");
        self.column(&text).await
    }

    /// A text column of any statement, for checks behind the door.
    pub async fn column(&self, text: &str) -> Vec<String> {
        use sqlx::Row as _;
        let text = sqlx::AssertSqlSafe(text.to_owned());
        match &self.office.db {
            Db::Sqlite { read, .. } => {
                sqlx::query(text).fetch_all(read).await.expect("rows").iter().map(|r| r.get(0)).collect()
            }
            Db::Postgres(pool) => {
                sqlx::query(text).fetch_all(pool).await.expect("rows").iter().map(|r| r.get(0)).collect()
            }
        }
    }

    /// A statement behind the door: what a journey needs to stand and no act can bring about.
    pub async fn execute(&self, text: &str) {
        let text = sqlx::AssertSqlSafe(text.to_owned());
        match &self.office.db {
            Db::Sqlite { write, .. } => drop(sqlx::raw_sql(text).execute(write).await.expect("a statement")),
            Db::Postgres(pool) => drop(sqlx::raw_sql(text).execute(pool).await.expect("a statement")),
        }
    }

    /// An id as it stands in SQL text.
    pub fn blob(&self, id: uuid::Uuid) -> String {
        if self.office.db.is_sqlite() { format!("X'{}'", id.simple()) } else { format!("'\\x{}'::bytea", id.simple()) }
    }

    /// An approved employer without vacancies.
    pub async fn employer(&self) -> uuid::Uuid {
        let id = self.office.id();
        let (n, blob) = (self.count.fetch_add(1, Ordering::Relaxed), self.blob(id));
        let name = format!("示例{n}号公司");
        let kind = Some(employer::guess_kind(&name));
        let facts = Employer { name: name.clone(), kind, kind_guessed: true, ..Employer::default() };
        let facts = serde_json::to_string(&facts).expect("facts");
        self.execute(&format!(
            "INSERT INTO employer (id, ref, name, name_key, state, facts, version, created_at, updated_at) \
             VALUES ({blob}, 'Y-T{n}', '{name}', '{name}', 'approved', '{facts}', 1, 0, 0)"
        ))
        .await;
        id
    }
}

/// The sending province's house in Guangzhou, two of its branches, and a county's station below each.
async fn stations(office: &Office) {
    let mut tx = office.begin().await.expect("a transaction");
    let [head, bijie, anshun] = [office.id(), office.id(), office.id()];
    for (id, parent, code, name, kind, region) in [
        (head, None, "GZ-HQ", "贵州省驻广州劳务协作总站", StationKind::General, "520000"),
        (bijie, Some((head, "GZ-HQ")), "GZ-5205", "毕节市驻广州劳务协作分站", StationKind::Branch, "520500"),
        (anshun, Some((head, "GZ-HQ")), "GZ-5204", "安顺市驻广州劳务协作分站", StationKind::Branch, "520400"),
        (office.id(), Some((bijie, "GZ-5205")), "GZ-520524", "织金县驻广州工作站", StationKind::County, "520524"),
        (office.id(), Some((anshun, "GZ-5204")), "GZ-520422", "普定县驻广州工作站", StationKind::County, "520422"),
    ] {
        let station = Station {
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            parent: parent.map(|(_, code)| code.to_owned()),
            regions: vec![region.to_owned()],
            email: Some(format!("{}@stations.test", code.to_lowercase())),
            phone: None,
            address: None,
            lang: "zh".to_owned(),
        };
        let row = StationRow { id, parent: parent.map(|(id, _)| id), station, version: 1 };
        assert!(store::station::put(&mut tx, &row, true, office.now()).await.expect("a station"));
    }
    office.commit(tx).await.expect("stations");
    office.reload_stations().await.expect("stations");
}

/// The address of a fresh database of this kind.
pub async fn database(engine: Engine, folder: &std::path::Path) -> String {
    match engine {
        Engine::Sqlite => format!("sqlite://{}", folder.join("shanhai.db").display()),
        Engine::Postgres => {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let template = tokio::task::spawn_blocking(template).await.expect("a template database");
            let name = format!("journey_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            admin(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
            postgres(&name)
        }
    }
}

/// The address of a database of the throw-away PostgreSQL server.
#[expect(clippy::disallowed_methods, reason = "`tests/run` hands the server's address over")]
fn postgres(database: &str) -> String {
    let admin = std::env::var("SHANHAI_TEST_POSTGRES").unwrap_or_default();
    assert!(
        !admin.is_empty(),
        "this journey needs a PostgreSQL server: `tests/run` starts one, or set SHANHAI_TEST_POSTGRES to the \
         postgres:// address of a throw-away server's administrator"
    );
    let (server, _) = admin.rsplit_once('/').expect("an address with a database");
    format!("{server}/{database}")
}

async fn admin(statement: &str) {
    use sqlx::Connection as _;
    let mut connection =
        sqlx::PgConnection::connect(&postgres("postgres")).await.expect("the PostgreSQL server answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.expect(statement);
    connection.close().await.expect("the connection ends");
}

/// The template of this run, migrated once.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", std::process::id());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            admin(&format!("CREATE DATABASE {name}")).await;
            let db = Db::open(&postgres(&name)).await.expect("the template");
            store::schema::migrate(&db).await.expect("the schema");
            db.close().await;
        });
        name
    })
}

/// The program as it was built for the tests.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_shanhai"))
}
