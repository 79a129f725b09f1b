//! Accounts, sessions, API tokens, invitations to set a password, and forms kept over a lost session.

use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Db, Read, Row, sql};
use crate::domain::actor::Role;
use crate::domain::code::Code as _;

/// An account as stored.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Name to sign in with.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Station of station staff.
    pub station: Option<Uuid>,
    /// Employer of employer staff.
    pub employer: Option<Uuid>,
    /// Opens confidential notes of the own station.
    pub confidential: bool,
    /// Argon2id; none = no password set yet.
    pub password_hash: Option<String>,
    /// Where an invitation goes.
    pub email: Option<String>,
    /// When it was disabled.
    pub disabled_at: Option<i64>,
    /// Failed sign-ins since the last good one.
    pub failures: i64,
    /// No sign-in before this instant.
    pub locked_until: Option<i64>,
}

const COLUMNS: &str = "a.id, a.name, a.role, a.station, a.employer, a.confidential, a.password_hash, a.email, a.disabled_at, a.failures, a.locked_until";

fn account(row: &Row) -> Result<Account, Error> {
    Ok(Account {
        id: row.id(0)?,
        name: row.get(1)?,
        role: row.code(2)?,
        station: row.opt_id(3)?,
        employer: row.opt_id(4)?,
        confidential: row.get(5)?,
        password_hash: row.get(6)?,
        email: row.get(7)?,
        disabled_at: row.get(8)?,
        failures: row.get(9)?,
        locked_until: row.get(10)?,
    })
}

/// Adds an account.
pub async fn insert(tx: &mut Tx, a: &Account, at: i64) -> Result<(), Error> {
    let statement = sql("INSERT INTO account (id, name, role, station, employer, confidential, password_hash, email, failures, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9)")
        .bind(a.id).bind(&a.name).bind(a.role.code()).bind(a.station).bind(a.employer).bind(a.confidential)
        .bind(a.password_hash.clone()).bind(a.email.clone()).bind(at);
    tx.execute(statement).await.map(drop)
}

/// Writes password, disabling and failure count.
pub async fn update(tx: &mut Tx, a: &Account, at: i64) -> Result<(), Error> {
    let statement = sql("UPDATE account SET password_hash = $1, disabled_at = $2, failures = $3, locked_until = $4, email = $5, role = $6, station = $7, employer = $8, confidential = $9, updated_at = $10 WHERE id = $11")
        .bind(a.password_hash.clone()).bind(a.disabled_at).bind(a.failures).bind(a.locked_until).bind(a.email.clone())
        .bind(a.role.code()).bind(a.station).bind(a.employer).bind(a.confidential).bind(at).bind(a.id);
    tx.execute(statement).await.map(drop)
}

/// All accounts by name.
pub async fn all(read: &mut impl Read) -> Result<Vec<Account>, Error> {
    read.all(sql("SELECT ").push(COLUMNS).push(" FROM account a ORDER BY a.name")).await?.iter().map(account).collect()
}

/// Names of all accounts that an employer has or had.
pub async fn names_of_employer(read: &mut impl Read, employer: Uuid) -> Result<Vec<String>, Error> {
    let statement = sql("SELECT name FROM account WHERE employer = ").value(employer);
    read.all(statement).await?.iter().map(|row| row.get(0)).collect()
}

/// Accounts that may sign in for an employer.
pub async fn of_employer(read: &mut impl Read, employer: Uuid) -> Result<Vec<Account>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM account a WHERE a.disabled_at IS NULL AND a.employer = ");
    read.all(statement.value(employer).push(" ORDER BY a.name")).await?.iter().map(account).collect()
}

/// One account by name.
pub async fn by_name(read: &mut impl Read, name: &str) -> Result<Option<Account>, Error> {
    read.all(sql("SELECT ").push(COLUMNS).push(" FROM account a WHERE a.name = ").value(name))
        .await?
        .first()
        .map(account)
        .transpose()
}

/// One account by id.
pub async fn find(read: &mut impl Read, id: Uuid) -> Result<Option<Account>, Error> {
    read.all(sql("SELECT ").push(COLUMNS).push(" FROM account a WHERE a.id = ").value(id))
        .await?
        .first()
        .map(account)
        .transpose()
}

/// The account of an API token.
pub async fn by_token(read: &mut impl Read, hash: &[u8]) -> Result<Option<Account>, Error> {
    let statement = sql("SELECT ")
        .push(COLUMNS)
        .push(" FROM token t JOIN account a ON a.id = t.account WHERE a.disabled_at IS NULL AND t.hash = ")
        .value(hash);
    read.all(statement).await?.first().map(account).transpose()
}

/// The account of a session with when it began and was last seen.
pub async fn by_session(read: &mut impl Read, hash: &[u8]) -> Result<Option<(Account, i64, i64)>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(", s.created_at, s.seen_at FROM session s JOIN account a ON a.id = s.account WHERE a.disabled_at IS NULL AND s.hash = ").value(hash);
    match read.first(statement).await? {
        Some(row) => Ok(Some((account(&row)?, row.get(11)?, row.get(12)?))),
        None => Ok(None),
    }
}

/// The account of an invitation that still runs.
pub async fn by_invite(read: &mut impl Read, hash: &[u8], now: i64) -> Result<Option<Account>, Error> {
    let statement = sql("SELECT ")
        .push(COLUMNS)
        .push(" FROM invite i JOIN account a ON a.id = i.account WHERE i.hash = ")
        .value(hash)
        .push(" AND i.expires_at > ")
        .value(now);
    read.all(statement).await?.first().map(account).transpose()
}

/// Adds a session.
pub async fn add_session(tx: &mut Tx, hash: &[u8], account: Uuid, at: i64) -> Result<(), Error> {
    let statement = sql("INSERT INTO session (hash, account, created_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(hash)
        .bind(account)
        .bind(at);
    tx.execute(statement).await.map(drop)
}

/// Notes that a session was seen.
pub async fn touch_session(db: &Db, hash: &[u8], at: i64) -> Result<(), Error> {
    db.execute(sql("UPDATE session SET seen_at = $1 WHERE hash = $2").bind(at).bind(hash)).await.map(drop)
}

/// Ends a session.
pub async fn end_session(tx: &mut Tx, hash: &[u8]) -> Result<(), Error> {
    tx.execute(sql("DELETE FROM session WHERE hash = $1").bind(hash)).await.map(drop)
}

/// Ends every session of an account and its invitations.
pub async fn end_sessions(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    tx.execute(sql("DELETE FROM session WHERE account = $1").bind(account)).await?;
    tx.execute(sql("DELETE FROM invite WHERE account = $1").bind(account)).await.map(drop)
}

/// Adds an API token.
pub async fn add_token(tx: &mut Tx, hash: &[u8], account: Uuid, at: i64) -> Result<(), Error> {
    tx.execute(
        sql("INSERT INTO token (hash, account, created_at) VALUES ($1, $2, $3)").bind(hash).bind(account).bind(at),
    )
    .await
    .map(drop)
}

/// Adds an invitation to set a password.
pub async fn add_invite(tx: &mut Tx, hash: &[u8], account: Uuid, expires_at: i64) -> Result<(), Error> {
    tx.execute(
        sql("INSERT INTO invite (hash, account, expires_at) VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(account)
            .bind(expires_at),
    )
    .await
    .map(drop)
}

/// Keeps a sealed form until its sender has signed in again.
pub async fn park_form(
    db: &Db,
    hash: &[u8],
    account: &str,
    path: &str,
    body: &[u8],
    expires_at: i64,
) -> Result<(), Error> {
    let statement = sql("INSERT INTO parked_form (hash, account, path, body, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(hash)
        .bind(account)
        .bind(path)
        .bind(body)
        .bind(expires_at);
    db.execute(statement).await.map(drop)
}

/// A kept form of an account, or of nobody known: path and sealed body; taken once.
pub async fn take_form(db: &Db, hash: &[u8], account: &str, now: i64) -> Result<Option<(String, Vec<u8>)>, Error> {
    let mut read = db;
    let statement =
        sql("SELECT path, body FROM parked_form WHERE hash = $1 AND account IN ('', $2) AND expires_at > $3");
    let row = read.first(statement.bind(hash).bind(account).bind(now)).await?;
    let statement = sql("DELETE FROM parked_form WHERE (hash = $1 AND account IN ('', $2)) OR expires_at <= $3");
    db.execute(statement.bind(hash).bind(account).bind(now)).await?;
    row.map(|r| Ok((r.get(0)?, r.get(1)?))).transpose()
}
