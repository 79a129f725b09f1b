//! An office over a fresh database, for tests of acts.

use std::path::PathBuf;

use super::Office;
use super::clock::Clock;
use super::office::Settings;
use crate::domain::actor::{Actor, Role};
use crate::domain::registration::Registration;
use crate::domain::station::StationBody;
use crate::store::crypt::Keys;
use crate::store::{Db, schema};
use uuid::Uuid;

/// The day on which tests stand: 2026-11-24, noon in Shanghai.
pub const NOON: &str = "2026-11-24T04:00:00Z";

/// An office and the folder that goes with it.
#[derive(Debug)]
pub struct Fresh {
    /// The office.
    pub office: Office,
    folder: PathBuf,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An office over a new SQLite file.
pub async fn fresh() -> Fresh {
    let folder = std::env::temp_dir().join(format!("shanhai-test-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite://{}", folder.join("shanhai.db").display());
    over(&url, folder).await
}

/// An office over a database that may be there already.
pub async fn over(url: &str, folder: PathBuf) -> Fresh {
    let db = Db::open(url).await.unwrap();
    schema::migrate(&db).await.unwrap();
    let settings =
        Settings { data_dir: folder.clone(), public_url: "http://127.0.0.1:8080".to_owned(), matching: false };
    let clock = Clock::fixed(NOON.parse().unwrap());
    Fresh { office: Office::open(db, Keys::from_secret(&[7; 64]), clock, settings).await.unwrap(), folder }
}

/// A station with a clerk.
pub async fn station(office: &Office, code: &str, parent: Option<&str>, regions: &[&str]) -> (Uuid, Actor) {
    let body = StationBody {
        code: Some(code.into()),
        name: Some(format!("{code}站").into()),
        kind: Some("county".into()),
        parent: parent.map(Into::into),
        regions: regions.iter().map(|r| (*r).into()).collect(),
        ..StationBody::default()
    };
    let row = super::station::create(office, &Actor::Operator, &body).await.unwrap();
    (row.id, account(Role::Clerk, Some(row.id), None))
}

/// Somebody with a role.
pub fn account(role: Role, station: Option<Uuid>, employer: Option<Uuid>) -> Actor {
    use crate::domain::code::Code as _;
    let (id, name) = (Uuid::now_v7(), format!("{}-test", role.code()));
    Actor::Account { id, name, role, station, employer, confidential: false }
}

/// A made-up person without number, registered by a clerk.
pub async fn person(office: &Office, clerk: &Actor, name: &str) -> Uuid {
    let body = Registration {
        name: Some(name.into()),
        id_missing_reason: Some("补办中".into()),
        birth_date: Some("1990-01-01".into()),
        ..Registration::default()
    };
    super::worker::register(office, clerk, &body).await.unwrap().record.person.id
}
