//! A county station, a service home, an employer with a mailbox and their people, for tests of the acts themselves.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::date;
use uuid::Uuid;

use shanhai::actions::clock::Clock;
use shanhai::actions::error::{Error, Result};
use shanhai::actions::introduction::{self, Details, NewIntroduction, Step, Whole};
use shanhai::actions::office::{Office, Settings};
use shanhai::domain::actor::{Actor, Role};
use shanhai::domain::code::Code as _;
use shanhai::domain::employer::{Employer, EmployerState};
use shanhai::domain::introduction::IntroductionAct as Act;
use shanhai::domain::notice::NoticeState;
use shanhai::domain::registration::{ConsentBody, Registration};
use shanhai::domain::station::{Station, StationKind};
use shanhai::domain::vacancy::{Vacancy, VacancyState};
use shanhai::mail::Mailer;
use shanhai::store::crypt::Keys;
use shanhai::store::employer::EmployerRow;
use shanhai::store::station::StationRow;
use shanhai::store::vacancy::VacancyRow;
use shanhai::store::{Db, Tx, schema};

use crate::world::{Engine, database};

/// Makes two tests of each of these functions: `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            use $crate::world::Engine;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(Engine::Postgres).await;
            }
        }
    )+ };
}

pub const DAY: Duration = Duration::from_hours(24);

/// An office with a county station, a service home, an employer with a mailbox and their people.
pub struct Town {
    pub office: Office,
    pub folder: PathBuf,
    pub county: Uuid,
    pub home: Uuid,
    pub employer: Uuid,
    pub clerk: Actor,
    pub boss: Actor,
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub fn account(role: Role, station: Option<Uuid>, employer: Option<Uuid>) -> Actor {
    let (id, name) = (Uuid::now_v7(), format!("{}-test", role.code()));
    Actor::Account { id, name, role, station, employer, confidential: false }
}

pub async fn town(engine: Engine) -> Town {
    let folder = std::env::temp_dir().join(format!("shanhai-cases-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = database(engine, &folder).await;
    let db = Db::open(&url).await.unwrap();
    schema::migrate(&db).await.unwrap();
    let settings =
        Settings { data_dir: folder.clone(), public_url: "https://shanhai.example/".to_owned(), matching: false };
    let clock = Clock::fixed("2026-11-24T01:00:00Z".parse().unwrap());
    let office = Office::open(db, Keys::from_secret(&[7; 64]), clock, settings).await.unwrap();

    let (root, county, home) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let station = |id, parent, code: &str, kind, region: &str, email: Option<&str>| StationRow {
        id,
        parent,
        station: Station {
            code: code.into(),
            name: format!("{code}站"),
            kind,
            parent: None,
            regions: vec![region.into()],
            email: email.map(Into::into),
            phone: None,
            address: None,
            lang: "zh".into(),
        },
        version: 1,
    };
    let mut tx = office.begin().await.unwrap();
    for s in [
        station(root, None, "GZ", StationKind::General, "520000", None),
        station(county, Some(root), "BJ", StationKind::County, "520524", Some("county@shanhai.example")),
        station(home, None, "TH", StationKind::ServiceHome, "440106", Some("home@shanhai.example")),
    ] {
        shanhai::store::station::put(&mut tx, &s, true, office.now()).await.unwrap();
    }
    let employer = Uuid::now_v7();
    let row = EmployerRow {
        id: employer,
        reference: "Y-0001".into(),
        employer: Employer {
            name: "天河注塑厂".into(),
            email: Some("boss@shanhai.example".into()),
            ..Employer::default()
        },
        state: EmployerState::Approved,
        station: Some(home),
        verified_on: Some(date(2026, 11, 1)),
        decided_by: None,
        reason: None,
        version: 1,
        created_at: office.now(),
        updated_at: office.now(),
    };
    shanhai::store::employer::insert(&mut tx, &[row]).await.unwrap();
    office.commit(tx).await.unwrap();
    office.reload_stations().await.unwrap();
    let clerk = account(Role::Clerk, Some(county), None);
    let boss = account(Role::Employer, None, Some(employer));
    Town { office, folder, county, home, employer, clerk, boss }
}

impl Town {
    pub async fn vacancy_with(&self, headcount: u32, change: impl FnOnce(&mut VacancyRow)) -> Uuid {
        let id = Uuid::now_v7();
        let now = self.office.now();
        let mut row = VacancyRow {
            id,
            reference: format!("G-{}", &id.simple().to_string()[26..]),
            employer: self.employer,
            station: Some(self.home),
            state: VacancyState::Open,
            vacancy: Vacancy {
                title: "注塑工".into(),
                occupation: Some("6-14-02-00".into()),
                headcount,
                region: Some("440106".into()),
                valid_until: Some(date(2026, 12, 31)),
                ..Vacancy::default()
            },
            findings: Vec::new(),
            overruled: None,
            import_key: None,
            warned_on: None,
            closed_reason: None,
            opened_at: Some(now),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        change(&mut row);
        let mut tx = self.begin().await;
        shanhai::store::vacancy::insert(&mut tx, &[row]).await.unwrap();
        self.office.commit(tx).await.unwrap();
        id
    }

    pub async fn vacancy(&self, headcount: u32) -> Uuid {
        self.vacancy_with(headcount, |_| {}).await
    }

    pub async fn begin(&self) -> Tx {
        self.office.begin().await.unwrap()
    }

    pub async fn person_with(&self, name: &str, change: impl FnOnce(&mut Registration)) -> Uuid {
        let mut body = Registration {
            name: Some(name.into()),
            id_missing_reason: Some("补办中".into()),
            birth_date: Some("1990-01-01".into()),
            origin: Some("520524".into()),
            ..Registration::default()
        };
        change(&mut body);
        shanhai::actions::worker::register(&self.office, &self.clerk, &body).await.unwrap().record.person.id
    }

    /// A person who agreed that employers are told.
    pub async fn person(&self, name: &str) -> Uuid {
        self.person_with(name, |b| b.consent.push(consent("employer", "false"))).await
    }

    pub async fn introduce(&self, worker: Uuid, vacancy: Uuid) -> Result<Whole> {
        introduction::introduce(&self.office, &self.clerk, &NewIntroduction { worker, vacancy, consent: None }).await
    }

    pub async fn act(&self, actor: &Actor, id: Uuid, act: Act, details: Details) -> Result<Whole> {
        let step = Step::check(act, &details, self.office.today()).map_err(Error::Invalid)?;
        introduction::act(&self.office, actor, id, step).await
    }

    pub async fn place(&self, id: Uuid) -> Result<Whole> {
        self.act(&self.boss, id, Act::Place, placing()).await
    }

    pub fn mailer(&self) -> Mailer {
        Mailer::open(&format!("file://{}", self.folder.join("mail").display()), "shanhai@shanhai.example").unwrap()
    }

    pub fn mails(&self) -> Vec<String> {
        let mut files: Vec<_> =
            std::fs::read_dir(self.folder.join("mail")).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        files.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect()
    }

    pub async fn outbox(&self, state: NoticeState) -> Vec<shanhai::store::outbox::Notice> {
        let page = shanhai::actions::outbox::list(&self.office, &Actor::System, Some(state), None, 100).await.unwrap();
        page.items.into_iter().map(|(n, _)| n).collect()
    }
}

pub fn consent(scope: &str, refused: &str) -> ConsentBody {
    ConsentBody { scope: Some(scope.into()), how: Some("call".into()), refused: Some(refused.into()), at: None }
}

pub fn placing() -> Details {
    Details { from: Some("2026-12-01".into()), wage: Some("5500".into()), ..Details::default() }
}

pub fn code_of<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Conflict { code, .. } | Error::TooMany(code)) => code,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

pub fn headers<'a>(mail: &'a str, name: &str) -> &'a str {
    mail.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim()
}

pub fn reason(code: &str) -> Details {
    Details { reason: Some(code.into()), ..Details::default() }
}

/// A mail server of one answer: 450 or 550 to the recipient, or silence after the message.
pub async fn server(answer: &'static str) -> std::net::SocketAddr {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                let _ = write.write_all(b"220 test\r\n").await;
                let mut in_data = false;
                while let Ok(Some(line)) = lines.next_line().await {
                    let reply = if in_data {
                        if line != "." {
                            continue;
                        }
                        in_data = false;
                        if answer == "silence" {
                            return;
                        }
                        "250 taken"
                    } else if line.starts_with("RCPT") && answer != "silence" {
                        answer
                    } else if line.starts_with("DATA") {
                        in_data = true;
                        "354 go on"
                    } else if line.starts_with("QUIT") {
                        return;
                    } else {
                        "250 ok"
                    };
                    if write.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

pub async fn one_letter(engine: Engine) -> Town {
    let t = town(engine).await;
    let vacancy = t.vacancy(1).await;
    let new = shanhai::actions::interest::NewInterest {
        name: Some("王小明".into()),
        phone: Some("14612340071".into()),
        consent: Some("true".into()),
        remark: None,
    };
    shanhai::actions::interest::leave(&t.office, vacancy, &new).await.unwrap();
    t
}

pub async fn smtp(answer: &'static str) -> Mailer {
    Mailer::open(&format!("smtp://{}", server(answer).await), "shanhai@shanhai.example").unwrap()
}
