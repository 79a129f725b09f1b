//! Settings at fault: one line that names the key, status 2, nothing touched.

use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::program::{Program, bare, run};
use crate::world::Engine;

/// Sees that the start stopped with one line that begins with the key.
#[track_caller]
fn refused(done: &Output, key: &str) {
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{key}: {told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with(&format!("shanhai: {key}: ")), "{key} is not named first: {told}");
}

fn start(folder: &Path, toml: &str, env: &[(&str, &str)]) -> Output {
    std::fs::write(folder.join("shanhai.toml"), toml).expect("a settings file");
    let mut command = bare(folder, &["serve", "--listen", "127.0.0.1:0"]);
    command.envs(env.iter().copied());
    run(command, "")
}

#[test]
fn a_setting_at_fault_stops_the_start_with_its_name() {
    for (toml, env, key) in [
        ("colour = 'red'", &[][..], "colour"),
        ("matching = 'perhaps'", &[], "matching"),
        ("database_url = 'mysql://x/y'", &[], "database_url"),
        ("mail_url = 'pigeon://x'", &[], "mail_url"),
        ("mail_from = 'nobody'", &[], "mail_from"),
        ("public_url = 'somewhere'", &[], "public_url"),
        ("log_format = 'xml'", &[], "log_format"),
        ("second_factor = 'never'", &[], "second_factor"),
        ("", &[("SHANHAI_MATCHING", "maybe")], "SHANHAI_MATCHING"),
        ("", &[("SHANHAI_CLOCK_FILE", "absent")], "SHANHAI_CLOCK_FILE"),
        ("", &[("SHANHAI_LOG", "shanhai=[")], "log"),
        ("", &[("SHANHAI_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")], "database_url"),
        ("", &[("SHANHAI_DATABASE_URL", "sqlite://absent/folder/x.db")], "database_url"),
    ] {
        let folder = TempDir::new().expect("a temporary folder");
        refused(&start(folder.path(), toml, env), key);
    }
}

#[test]
fn an_address_open_to_others_needs_a_word() {
    let folder = TempDir::new().expect("a temporary folder");
    refused(&run(bare(folder.path(), &["serve", "--listen", "0.0.0.0:0"]), ""), "listen");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "a refused start leaves files behind");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("file"), "x").expect("a file");
    refused(&start(folder.path(), "data_dir = 'file/below'", &[]), "data_dir");
    refused(&run(bare(folder.path(), &["serve", "--config", "absent.toml"]), ""), "--config");
}

async fn key_of_another_database(engine: Engine) {
    let program = Program::new(engine).await;
    assert!(program.run(&["account", "list"], "").status.success());
    let key = program.folder.path().join("secret.key");
    let right = std::fs::read(&key).expect("the key");
    let wrong: Vec<u8> = right.iter().map(|b| b ^ 1).collect();
    std::fs::write(&key, wrong).expect("another key");
    refused(&program.run(&["account", "list"], ""), "secret_key_file");
    std::fs::write(&key, b"short").expect("no key");
    refused(&program.run(&["serve", "--listen", "127.0.0.1:0"], ""), "secret_key_file");
    std::fs::write(&key, right).expect("the key");
    assert!(program.run(&["account", "list"], "").status.success());
}

#[tokio::test]
async fn the_key_of_another_database_is_refused_on_sqlite() {
    key_of_another_database(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_key_of_another_database_is_refused_on_postgres() {
    key_of_another_database(Engine::Postgres).await;
}

/// Runs statements on a program's database behind its back.
async fn statements(database: &str, text: &str) {
    use sqlx::Connection as _;
    let text = sqlx::AssertSqlSafe(text.to_owned());
    if database.starts_with("sqlite") {
        let url = format!("{database}?mode=rwc");
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("the database");
        sqlx::raw_sql(text).execute(&mut connection).await.expect("statements");
        connection.close().await.expect("an end");
    } else {
        let mut connection = sqlx::PgConnection::connect(database).await.expect("the database");
        sqlx::raw_sql(text).execute(&mut connection).await.expect("statements");
        connection.close().await.expect("an end");
    }
}

async fn newer_schema(engine: Engine) {
    let program = Program::new(engine).await;
    assert!(program.run(&["account", "list"], "").status.success());
    let hex = if engine == Engine::Sqlite { "X'00'" } else { "'\\x00'" };
    let newer = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, {hex}, 0)"
    );
    statements(&program.database, &newer).await;
    let done = program.run(&["account", "list"], "");
    refused(&done, "database_url");
    assert!(String::from_utf8_lossy(&done.stderr).contains("9999"));
}

#[tokio::test]
async fn a_newer_schema_is_refused_on_sqlite() {
    newer_schema(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_on_postgres() {
    newer_schema(Engine::Postgres).await;
}

async fn foreign_database(engine: Engine) {
    let mut program = Program::new(engine).await;
    if engine == Engine::Sqlite {
        program.database = format!("sqlite://{}", program.folder.path().join("other.db").display());
    }
    let drop = if engine == Engine::Sqlite { "" } else { "DROP TABLE _sqlx_migrations;" };
    statements(&program.database, &format!("{drop} CREATE TABLE invoice (id INTEGER)")).await;
    refused(&program.run(&["account", "list"], ""), "database_url");
    statements(&program.database, "INSERT INTO invoice (id) VALUES (1)").await;
}

#[tokio::test]
async fn a_foreign_database_is_refused_on_sqlite() {
    foreign_database(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_foreign_database_is_refused_on_postgres() {
    foreign_database(Engine::Postgres).await;
}
