//! One door to both databases: one SQL text, values and rows that mean the same on SQLite and PostgreSQL.

use std::fmt::Write as _;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow, Postgres};
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};
use uuid::Uuid;

use super::Error;

/// A database of either kind; SQLite has one writer and a pool of readers.
#[derive(Debug, Clone)]
pub enum Db {
    /// The embedded file.
    Sqlite {
        /// The one writer.
        write: SqlitePool,
        /// Readers.
        read: SqlitePool,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// A value to bind; each variant is typed even when it is null, which PostgreSQL asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// BIGINT.
    Int(Option<i64>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
    /// TEXT.
    Text(Option<String>),
    /// BYTEA.
    Bytes(Option<Vec<u8>>),
    /// BOOLEAN.
    Bool(Option<bool>),
}

macro_rules! value_from {
    ($($type:ty => $variant:ident $map:expr;)+) => { $(
        impl From<$type> for Value { fn from(v: $type) -> Self { Self::$variant(Some(($map)(v))) } }
        impl From<Option<$type>> for Value { fn from(v: Option<$type>) -> Self { Self::$variant(v.map($map)) } }
    )+ };
}
value_from! {
    i64 => Int |v| v;
    i32 => Int i64::from;
    u32 => Int i64::from;
    f64 => Real |v| v;
    String => Text |v| v;
    &str => Text str::to_owned;
    &String => Text String::clone;
    Vec<u8> => Bytes |v| v;
    &[u8] => Bytes <[u8]>::to_vec;
    Uuid => Bytes |v: Uuid| v.as_bytes().to_vec();
    bool => Bool |v| v;
}

/// SQL text with its values; text comes only from this room, values only by binding.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
    /// Long, and yet the same text comes again.
    again: bool,
}

/// Starts a statement.
pub fn sql(text: &str) -> Sql {
    Sql { text: text.to_owned(), ..Sql::default() }
}

impl Sql {
    /// Binds the next `$n`.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds text.
    pub fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value in place as the next `$n`.
    pub fn value(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        let n = self.values.len();
        let _ = write!(self.text, "${n}");
        self
    }

    /// Adds `(v1, v2, …)` for `IN`; an empty list becomes `(NULL)`, which no value equals. A long list ends with its last
    /// value over and over up to a round length, so that few texts stay prepared for all lengths.
    pub fn list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let count = self.values.len() - before;
        if count >= LONG
            && let Some(last) = self.values.last().cloned()
        {
            self.values.resize(before + count.next_power_of_two(), last);
            self.again = true;
        }
        let names = before..self.values.len();
        self.names(names);
        self
    }

    /// Adds `(…), (…)` of so many columns, for a list of pairs or a multi-row insert.
    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        for (i, row) in rows.into_iter().enumerate() {
            if i > 0 {
                self.text.push_str(", ");
            }
            let before = self.values.len();
            self.values.extend(row);
            let names = before..self.values.len();
            self.names(names);
        }
        self
    }

    /// Adds `($a, …, $b)` for values that stand already, counted from 0.
    fn names(&mut self, values: std::ops::Range<usize>) {
        self.text.push('(');
        if values.is_empty() {
            self.text.push_str("NULL");
        }
        let mut comma = "";
        for n in values {
            let _ = write!(self.text, "{comma}${}", n + 1);
            comma = ", ";
        }
        self.text.push(')');
    }
}

impl Sql {
    /// The same for SQLite: a long statement without names. `$n` is a name there, and each is looked for among all
    /// others, which takes minutes for an import; a plain `?` is only counted.
    fn unnamed(mut self) -> Self {
        if self.values.len() < LONG || !self.text.contains('$') {
            return self;
        }
        let mut parts = self.text.split('$');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (at, part) in parts.enumerate() {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            // Values that are used twice or out of order keep their names.
            if part[..digits].parse() != Ok(at + 1) {
                return self;
            }
            text.push('?');
            text.push_str(&part[digits..]);
        }
        self.text = text;
        self
    }
}

/// Statements with so many values are lists, different from call to call.
const LONG: usize = 200;

/// A row of either database.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A type that both databases give.
pub trait Column:
    for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite> + for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>
{
}
impl<T> Column for T where
    T: for<'r> sqlx::Decode<'r, Sqlite>
        + sqlx::Type<Sqlite>
        + for<'r> sqlx::Decode<'r, Postgres>
        + sqlx::Type<Postgres>
{
}

impl Row {
    /// The column at a position.
    pub fn get<T: Column>(&self, column: usize) -> Result<T, Error> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// An id at a position.
    pub fn id(&self, column: usize) -> Result<Uuid, Error> {
        self.opt_id(column)?.ok_or(Error::Damaged("an id is null"))
    }

    /// An id at a position, or null.
    pub fn opt_id(&self, column: usize) -> Result<Option<Uuid>, Error> {
        self.get::<Option<Vec<u8>>>(column)?
            .map(|bytes| Uuid::from_slice(&bytes).map_err(|_| Error::Damaged("an id has not 16 bytes")))
            .transpose()
    }

    /// A JSON text at a position.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, Error> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|_| Error::Damaged("a JSON column cannot be read"))
    }

    /// A code of a list at a position.
    pub fn code<C: crate::domain::code::Code>(&self, column: usize) -> Result<C, Error> {
        C::parse(&self.get::<String>(column)?).ok_or(Error::Damaged("a code is not in its list"))
    }

    /// A code of a list at a position, or null.
    pub fn opt_code<C: crate::domain::code::Code>(&self, column: usize) -> Result<Option<C>, Error> {
        self.get::<Option<String>>(column)?
            .map(|text| C::parse(&text).ok_or(Error::Damaged("a code is not in its list")))
            .transpose()
    }
}

macro_rules! bound {
    ($sql:expr, $long:expr) => {{
        let statement = $sql;
        // The text is put together in `store` from literals; people's words are always bound.
        // Long lists differ from call to call: kept prepared, they would only fill the statement cache.
        let kept = statement.values.len() < LONG || $long && statement.again;
        let mut query = sqlx::query(AssertSqlSafe(statement.text)).persistent(kept);
        for value in statement.values {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Real(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
            };
        }
        query
    }};
}

impl Db {
    /// Opens `sqlite://FILE` (made if absent) or `postgres://…`; does not touch the schema.
    pub async fn open(url: &str) -> Result<Self, Error> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(30))
                .pragma("secure_delete", "ON")
                .pragma("cache_size", "-16000")
                .disable_statement_logging();
            // An import changes pages all over the indexes: the writer keeps them, and moves them out of the log less often.
            let writer = options
                .clone()
                .pragma("cache_size", "-64000")
                .pragma("temp_store", "MEMORY")
                .pragma("wal_autocheckpoint", "8000");
            let write = SqlitePoolOptions::new().max_connections(1).connect_with(writer).await?;
            let read =
                SqlitePoolOptions::new().max_connections(4).connect_lazy_with(options.pragma("query_only", "ON"));
            Ok(Self::Sqlite { write, read })
        } else {
            let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
            let pool = PgPoolOptions::new()
                .max_connections(12)
                .acquire_timeout(Duration::from_secs(5))
                .connect_with(options)
                .await?;
            Ok(Self::Postgres(pool))
        }
    }

    /// True for the embedded file.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Begins a transaction that may write; on SQLite it holds the one writer.
    pub async fn begin(&self) -> Result<RawTx, Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => RawTx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => RawTx::Postgres(pool.begin().await?),
        })
    }

    /// Runs a statement outside a transaction: single statements that need no change or audit row.
    pub(super) async fn execute(&self, statement: Sql) -> Result<u64, Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => bound!(statement.unnamed(), true).execute(write).await?.rows_affected(),
            Self::Postgres(pool) => bound!(statement, false).execute(pool).await?.rows_affected(),
        })
    }
}

/// A transaction of either database; dropped = rolled back.
#[derive(Debug)]
pub enum RawTx {
    /// Of the one SQLite writer.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// Of a PostgreSQL connection.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl RawTx {
    /// Inserts many rows with as few statements as parameter limits and prepared texts allow; after an error the
    /// transaction can only be dropped.
    pub(super) async fn insert(&mut self, into: &str, rows: Vec<Vec<Value>>, tail: &str) -> Result<u64, Error> {
        let Some(width) = rows.first().map(Vec::len) else { return Ok(0) };
        let sqlite = matches!(self, Self::Sqlite(_));
        // SQLite gains nothing beyond some thousand values, and keeps the text of a full statement prepared.
        let at_once = (if sqlite { 5_000 } else { 30_000 } / width.max(1)).max(1);
        // `OR FAIL`: otherwise SQLite copies every page before a statement of many rows touches it.
        let verb = if sqlite && rows.len() > 1 { "INSERT OR FAIL INTO " } else { "INSERT INTO " };
        let mut rows = rows.into_iter();
        let mut next = || {
            let count = rows.len().min(at_once);
            let part = rows.by_ref().take(count);
            let mut statement = sql(verb).push(into).push(" VALUES ");
            if sqlite {
                let row = format!("({}), ", vec!["?"; width].join(", "));
                statement = statement.push(row.repeat(count).trim_end_matches(", "));
                statement.values = Vec::with_capacity(count * width);
                statement.values.extend(part.flatten());
            } else {
                statement = statement.rows(part);
            }
            (count > 0).then(|| Sql { again: sqlite && count == at_once, ..statement.push(tail) })
        };
        let (mut statement, mut done) = (next(), 0);
        while let Some(now) = statement {
            // The next one is put together while the database works on this one.
            let (written, following) = futures_util::future::join(self.execute(now), async { next() }).await;
            done += written?;
            statement = following;
        }
        Ok(done)
    }

    pub(super) async fn execute(&mut self, statement: Sql) -> Result<u64, Error> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(statement.unnamed(), true).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => bound!(statement, false).execute(&mut **tx).await?.rows_affected(),
        })
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Something that reads: the database, or a transaction that sees its own writes.
pub trait Read: Send {
    /// All rows.
    fn all(&mut self, statement: Sql) -> impl Future<Output = Result<Vec<Row>, Error>> + Send;

    /// The first row, if any.
    fn first(&mut self, statement: Sql) -> impl Future<Output = Result<Option<Row>, Error>> + Send {
        async { Ok(self.all(statement).await?.into_iter().next()) }
    }
}

impl Read for &Db {
    async fn all(&mut self, statement: Sql) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Db::Sqlite { read, .. } => {
                bound!(statement.unnamed(), true).fetch_all(read).await?.into_iter().map(Row::Sqlite).collect()
            }
            Db::Postgres(pool) => {
                bound!(statement, false).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }
}

impl Read for RawTx {
    async fn all(&mut self, statement: Sql) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite(tx) => {
                bound!(statement.unnamed(), true).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(tx) => {
                bound!(statement, false).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_statement_has_no_names_on_sqlite_unless_it_uses_a_value_twice() {
        let list = sql("SELECT a FROM t WHERE a IN ").list(0..1_000_i64).push(" AND b = ").value(7_i64).unnamed();
        assert!(!list.text.contains('$'));
        assert_eq!(list.text.matches('?').count(), list.values.len());
        let twice = sql("SELECT a FROM t WHERE b = $1 AND c = $1 AND a IN ").bind(7_i64).list(0..1_000_i64).unnamed();
        assert!(twice.text.contains("$1001"));
        assert_eq!(sql("SELECT $1").bind(1_i64).unnamed().text, "SELECT $1");
    }
}
