//! The schema: migrations in order, and what makes a database ours.

use std::sync::LazyLock;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::Error;
use super::db::{Db, Read as _, sql};

const REGISTRY: &str = include_str!("../../migrations/0001_registry.sql");
/// PostgreSQL has no tables without row ids to ask for.
static REGISTRY_POSTGRES: LazyLock<String> = LazyLock::new(|| REGISTRY.replace(") WITHOUT ROWID;", ");"));
const MERGED: &str = include_str!("../../migrations/0003_merged.sql");
const MATCH_RUN: &str = include_str!("../../migrations/0004_match_run.sql");
const MATCH_LEASE: &str = include_str!("../../migrations/0005_match_lease.sql");
const SAVED_SEARCH: &str = include_str!("../../migrations/0006_saved_search.sql");
const UNSURE: &str = include_str!("../../migrations/0007_unsure.sql");
const SQLITE: &str = include_str!("../../migrations/sqlite/0002_append_only.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/0002_append_only.sql");

fn migrator(db: &Db) -> Migrator {
    let (registry, own) = if db.is_sqlite() { (REGISTRY, SQLITE) } else { (REGISTRY_POSTGRES.as_str(), POSTGRES) };
    let step = |version, name: &'static str, text: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        step(1, "registry", registry),
        step(2, "append only", own),
        step(3, "merged", MERGED),
        step(4, "match run", MATCH_RUN),
        step(5, "match lease", MATCH_LEASE),
        step(6, "saved search", SAVED_SEARCH),
        step(7, "unsure", UNSURE),
    ])
}

/// Brings the schema up to this program's version; a foreign or newer database is refused untouched.
pub async fn migrate(mut db: &Db) -> Result<(), Error> {
    let tables = if db.is_sqlite() {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
    };
    let names: Vec<String> = db.all(sql(tables)).await?.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let ours = names.iter().any(|n| n == "_sqlx_migrations");
    if !names.is_empty() && !ours {
        return Err(Error::Schema("the database belongs to another program: nothing was touched".into()));
    }
    let migrator = migrator(db);
    if ours {
        let row = db.first(sql("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations")).await?;
        let there: i64 = row.map_or(Ok(0), |r| r.get(0))?;
        let known = migrator.iter().map(|m| m.version).max().unwrap_or(0);
        if there > known {
            return Err(Error::Schema(format!(
                "the database has schema {there}, this program knows {known}: use a newer program; nothing was touched"
            )));
        }
    }
    let run = match db {
        Db::Sqlite { write, .. } => migrator.run(write).await,
        Db::Postgres(pool) => migrator.run(pool).await,
    };
    run.map_err(|e| Error::Schema(format!("the database cannot be brought up to date: {e}")))
}

/// Name and version of the database, and the version of its schema.
pub async fn versions(mut db: &Db) -> Result<(String, i64), Error> {
    let (name, question) = if db.is_sqlite() {
        ("SQLite", "SELECT sqlite_version()")
    } else {
        ("PostgreSQL", "SELECT current_setting('server_version')")
    };
    let version: String = db.first(sql(question)).await?.map_or(Ok(String::new()), |row| row.get(0))?;
    let schema = db.first(sql("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations")).await?;
    Ok((format!("{name} {version}"), schema.map_or(Ok(0), |row| row.get(0))?))
}

/// Sees that the key file is the one this database was made with; the first key is remembered.
pub async fn check_key(mut db: &Db, keys: &super::crypt::Keys) -> Result<(), Error> {
    let mark = keys.lookup("key", "shanhai").iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    db.execute(sql("INSERT INTO meta (key, value) VALUES ('key', $1) ON CONFLICT DO NOTHING").bind(&mark)).await?;
    let row = db.first(sql("SELECT value FROM meta WHERE key = 'key'")).await?;
    match row {
        Some(row) if row.get::<String>(0)? == mark => Ok(()),
        _ => Err(Error::Schema("this key file does not belong to this database: nothing was touched".into())),
    }
}
