//! Tests of introductions, interests, the worklist, letters and the day's work, over a fresh database.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::date;
use uuid::Uuid;

use super::clock::Clock;
use super::error::{Error, Result};
use super::introduction::{self, ConsentGiven, Details, NewIntroduction, Step, Whole};
use super::office::{Office, Settings};
use crate::domain::actor::{Actor, Role};
use crate::domain::code::Code as _;
use crate::domain::employer::{Employer, EmployerState};
use crate::domain::introduction::{IntroductionAct as Act, IntroductionState as State};
use crate::domain::notice::NoticeState;
use crate::domain::registration::{ConsentBody, Registration};
use crate::domain::station::{Station, StationKind};
use crate::domain::task::TaskKind;
use crate::domain::vacancy::{Vacancy, VacancyState};
use crate::mail::Mailer;
use crate::store::crypt::Keys;
use crate::store::employer::EmployerRow;
use crate::store::introduction::Filter;
use crate::store::station::StationRow;
use crate::store::vacancy::VacancyRow;
use crate::store::{Db, Tx, schema};

const DAY: Duration = Duration::from_hours(24);

/// An office with a county station, a service home, an employer with a mailbox and their people.
struct Town {
    office: Office,
    folder: PathBuf,
    county: Uuid,
    home: Uuid,
    employer: Uuid,
    clerk: Actor,
    boss: Actor,
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn account(role: Role, station: Option<Uuid>, employer: Option<Uuid>) -> Actor {
    let (id, name) = (Uuid::now_v7(), format!("{}-test", role.code()));
    Actor::Account { id, name, role, station, employer, confidential: false }
}

async fn town() -> Town {
    let folder = std::env::temp_dir().join(format!("shanhai-cases-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    // The same tests run on PostgreSQL when a server is named.
    let url = match std::env::var("SHANHAI_TEST_POSTGRES") {
        Ok(server) => schema::fresh_postgres(&server).await,
        Err(_) => format!("sqlite://{}", folder.join("shanhai.db").display()),
    };
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
        crate::store::station::put(&mut tx, &s, true, office.now()).await.unwrap();
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
    crate::store::employer::insert(&mut tx, &[row]).await.unwrap();
    office.commit(tx).await.unwrap();
    office.reload_stations().await.unwrap();
    let clerk = account(Role::Clerk, Some(county), None);
    let boss = account(Role::Employer, None, Some(employer));
    Town { office, folder, county, home, employer, clerk, boss }
}

impl Town {
    async fn vacancy_with(&self, headcount: u32, change: impl FnOnce(&mut VacancyRow)) -> Uuid {
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
        crate::store::vacancy::insert(&mut tx, &[row]).await.unwrap();
        self.office.commit(tx).await.unwrap();
        id
    }

    async fn vacancy(&self, headcount: u32) -> Uuid {
        self.vacancy_with(headcount, |_| {}).await
    }

    async fn begin(&self) -> Tx {
        self.office.begin().await.unwrap()
    }

    async fn person_with(&self, name: &str, change: impl FnOnce(&mut Registration)) -> Uuid {
        let mut body = Registration {
            name: Some(name.into()),
            id_missing_reason: Some("补办中".into()),
            birth_date: Some("1990-01-01".into()),
            origin: Some("520524".into()),
            ..Registration::default()
        };
        change(&mut body);
        super::worker::register(&self.office, &self.clerk, &body).await.unwrap().record.person.id
    }

    /// A person who agreed that employers are told.
    async fn person(&self, name: &str) -> Uuid {
        self.person_with(name, |b| b.consent.push(consent("employer", "false"))).await
    }

    async fn introduce(&self, worker: Uuid, vacancy: Uuid) -> Result<Whole> {
        introduction::introduce(&self.office, &self.clerk, &NewIntroduction { worker, vacancy, consent: None }).await
    }

    async fn act(&self, actor: &Actor, id: Uuid, act: Act, details: Details) -> Result<Whole> {
        let step = Step::check(act, &details, self.office.today()).map_err(Error::Invalid)?;
        introduction::act(&self.office, actor, id, step).await
    }

    async fn place(&self, id: Uuid) -> Result<Whole> {
        self.act(&self.boss, id, Act::Place, placing()).await
    }

    fn mailer(&self) -> Mailer {
        Mailer::open(&format!("file://{}", self.folder.join("mail").display()), "shanhai@shanhai.example").unwrap()
    }

    fn mails(&self) -> Vec<String> {
        let mut files: Vec<_> =
            std::fs::read_dir(self.folder.join("mail")).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        files.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect()
    }

    async fn outbox(&self, state: NoticeState) -> Vec<crate::store::outbox::Notice> {
        let page = super::outbox::list(&self.office, &Actor::System, Some(state), None, 100).await.unwrap();
        page.items.into_iter().map(|(n, _)| n).collect()
    }
}

fn consent(scope: &str, refused: &str) -> ConsentBody {
    ConsentBody { scope: Some(scope.into()), how: Some("call".into()), refused: Some(refused.into()), at: None }
}

fn placing() -> Details {
    Details { from: Some("2026-12-01".into()), wage: Some("5500".into()), ..Details::default() }
}

fn code_of<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Conflict { code, .. } | Error::TooMany(code)) => code,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

fn headers<'a>(mail: &'a str, name: &str) -> &'a str {
    mail.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim()
}

#[tokio::test]
async fn a_person_is_asked_first_and_the_employer_told_only_after_the_yes() {
    let t = town().await;
    let (worker, vacancy) = (t.person_with("王小明", |_| {}).await, t.vacancy(2).await);
    let asked = t.introduce(worker, vacancy).await.unwrap();
    let id = asked.case.introduction.id;
    assert_eq!(asked.case.introduction.state, State::Asked);
    assert!(asked.mail.is_empty());
    assert!(matches!(introduction::find(&t.office, &t.boss, id).await, Err(Error::NotFound)));
    assert_eq!(code_of(t.act(&t.clerk, id, Act::Accept, Details::default()).await), "introduction.state");

    let how = Details { how: Some("call".into()), ..Details::default() };
    let proposed = t.act(&t.clerk, id, Act::Consent, how).await.unwrap();
    assert_eq!(proposed.case.introduction.state, State::Proposed);
    assert_eq!(proposed.mail.len(), 2);
    let seen = introduction::find(&t.office, &t.boss, id).await.unwrap();
    assert_eq!(introduction::name_for(&t.boss, &seen.case), "王小明");
    assert_eq!(seen.events.len(), 1, "the employer does not see that the person had to be asked");

    assert_eq!(code_of(t.introduce(worker, vacancy).await), "introduction.exists");
    t.act(&t.boss, id, Act::Accept, Details::default()).await.unwrap();
    let placed = t.place(id).await.unwrap();
    assert_eq!(placed.case.introduction.state, State::Placed);
    let record = super::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    let job = record.job().unwrap();
    assert_eq!((job.source.as_str(), job.facts.wage), ("placement", Some(5500.0)));
    assert!(matches!(t.act(&t.boss, id, Act::Withdraw, reason("other")).await, Err(Error::Forbidden)));
}

fn reason(code: &str) -> Details {
    Details { reason: Some(code.into()), ..Details::default() }
}

#[tokio::test]
async fn another_station_and_another_employer_see_nothing() {
    let t = town().await;
    let (worker, vacancy) = (t.person("王小明").await, t.vacancy(1).await);
    let id = t.introduce(worker, vacancy).await.unwrap().case.introduction.id;
    let elsewhere = account(Role::Clerk, Some(t.home), None);
    assert!(matches!(introduction::find(&t.office, &elsewhere, id).await, Err(Error::NotFound)));
    let other = account(Role::Employer, None, Some(Uuid::now_v7()));
    assert!(matches!(t.act(&other, id, Act::Accept, Details::default()).await, Err(Error::NotFound)));
    let admin = account(Role::Admin, None, None);
    assert!(matches!(introduction::find(&t.office, &admin, id).await, Err(Error::Forbidden)));
    let list = introduction::list(&t.office, &elsewhere, &Filter::default(), None, 20).await.unwrap();
    assert_eq!((list.items.len(), list.total), (0, 0));
}

#[tokio::test]
async fn who_opted_out_is_a_child_or_has_no_known_age_is_not_put_forward() {
    let t = town().await;
    let vacancy = t.vacancy(5).await;
    let hazard = t.vacancy_with(5, |v| v.vacancy.hazards = vec!["dust".into()]).await;
    let out = t.person_with("李一", |b| b.consent.push(consent("matching", "true"))).await;
    assert_eq!(code_of(t.introduce(out, vacancy).await), "worker.opted_out");
    let ageless = t.person_with("李二", |b| b.birth_date = None).await;
    assert_eq!(code_of(t.introduce(ageless, vacancy).await), "worker.age_unknown");
    let minor = t.person_with("李三", |b| b.birth_date = Some("2009-06-01".into())).await;
    assert_eq!(code_of(t.introduce(minor, hazard).await), "worker.barred");
    t.introduce(minor, vacancy).await.unwrap();
    let closed = t.vacancy_with(5, |v| v.state = VacancyState::Closed).await;
    assert_eq!(code_of(t.introduce(minor, closed).await), "vacancy.closed");
    let past = t.vacancy_with(5, |v| v.vacancy.valid_until = Some(date(2026, 11, 23))).await;
    assert_eq!(code_of(t.introduce(minor, past).await), "vacancy.closed");
}

#[tokio::test]
async fn three_are_put_forward_for_one_place_and_one_is_accepted() {
    let t = town().await;
    let vacancy = t.vacancy(1).await;
    let mut people = Vec::new();
    for name in ["赵一", "钱二", "孙三", "李四"] {
        people.push(t.person(name).await);
    }
    let done = introduction::introduce_many(&t.office, &t.clerk, &people, vacancy, None).await.unwrap();
    let codes: Vec<bool> = done.iter().map(|(_, r)| r.is_ok()).collect();
    assert_eq!(codes, [true, true, true, false]);
    let ids: Vec<Uuid> = done.iter().filter_map(|(_, r)| r.as_ref().ok().copied()).collect();
    t.act(&t.boss, ids[0], Act::Accept, Details::default()).await.unwrap();
    assert_eq!(code_of(t.act(&t.boss, ids[1], Act::Accept, Details::default()).await), "vacancy.full");
    t.act(&t.clerk, ids[0], Act::NoShow, Details::default()).await.unwrap();
    t.act(&t.boss, ids[1], Act::Accept, Details::default()).await.unwrap();
    t.place(ids[1]).await.unwrap();
    assert_eq!(code_of(t.place(ids[2]).await), "vacancy.full");
    assert_eq!(code_of(t.introduce(people[3], vacancy).await), "vacancy.full");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_clicks_on_the_last_place_place_one_person() {
    let t = town().await;
    for _ in 0..5 {
        let vacancy = t.vacancy(1).await;
        let mut ids = Vec::new();
        for name in ["赵一", "钱二", "孙三"] {
            ids.push(t.introduce(t.person(name).await, vacancy).await.unwrap().case.introduction.id);
        }
        let outcomes = futures_util::future::join_all(ids.into_iter().map(|id| {
            let (office, boss) = (t.office.clone(), t.boss.clone());
            let step = Step::check(Act::Place, &placing(), office.today()).unwrap();
            tokio::spawn(async move { introduction::act(&office, &boss, id, step).await })
        }))
        .await;
        let (mut won, mut full) = (0, 0);
        for outcome in outcomes {
            match outcome.unwrap() {
                Ok(_) => won += 1,
                Err(Error::Conflict { code: "vacancy.full", .. }) => full += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((won, full), (1, 2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_person_is_placed_once_however_many_employers_click() {
    let t = town().await;
    let worker = t.person("赵一").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(t.introduce(worker, t.vacancy(1).await).await.unwrap().case.introduction.id);
    }
    let outcomes = futures_util::future::join_all(ids.iter().map(|id| {
        let (office, boss, id) = (t.office.clone(), t.boss.clone(), *id);
        let step = Step::check(Act::Place, &placing(), office.today()).unwrap();
        tokio::spawn(async move { introduction::act(&office, &boss, id, step).await })
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|o| o.as_ref().unwrap().is_ok()).count(), 1);
    let list = introduction::list(&t.office, &t.clerk, &Filter::default(), None, 20).await.unwrap();
    let withdrawn = list.items.iter().filter(|c| c.introduction.state == State::Withdrawn).count();
    assert_eq!(withdrawn, 2);
    let note = list.items.iter().find_map(|c| c.introduction.note.clone()).unwrap();
    assert!(note.starts_with("已在别处录用"), "{note}");
}

#[tokio::test]
async fn a_step_is_undone_within_a_week_and_gives_its_place_back() {
    let t = town().await;
    let vacancy = t.vacancy(1).await;
    let (a, b) = (t.person("赵一").await, t.person("钱二").await);
    let first = t.introduce(a, vacancy).await.unwrap().case.introduction.id;
    let second = t.introduce(b, vacancy).await.unwrap().case.introduction.id;
    t.act(&t.boss, first, Act::Accept, Details::default()).await.unwrap();
    t.place(first).await.unwrap();
    let undone = t.act(&t.clerk, first, Act::Reopen, Details::default()).await.unwrap();
    assert_eq!(undone.case.introduction.state, State::Accepted);
    let record = super::worker::find(&t.office, &t.clerk, a).await.unwrap();
    assert!(record.jobs.is_empty(), "the employment went with the placement");
    assert_eq!(code_of(t.act(&t.clerk, first, Act::Reopen, Details::default()).await), "introduction.state");

    t.act(&t.boss, first, Act::Decline, reason("skill")).await.unwrap();
    t.place(second).await.unwrap();
    assert_eq!(code_of(t.act(&t.clerk, first, Act::Reopen, Details::default()).await), "vacancy.full");
    t.office.clock.advance(8 * DAY);
    assert_eq!(code_of(t.act(&t.clerk, second, Act::Reopen, Details::default()).await), "introduction.reopen_late");
}

#[tokio::test]
async fn a_placement_ends_the_job_before_and_undoing_it_brings_that_back() {
    let t = town().await;
    let worker = t
        .person_with("赵一", |b| {
            b.consent.push(consent("employer", "false"));
            b.wants_change = Some("true".into());
            b.employment = Some(crate::domain::registration::EmploymentBody {
                employer: Some("旧厂".into()),
                ..Default::default()
            });
        })
        .await;
    let id = t.introduce(worker, t.vacancy(1).await).await.unwrap().case.introduction.id;
    t.place(id).await.unwrap();
    let record = super::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(record.job().unwrap().facts.employer.as_deref(), Some("天河注塑厂"));
    assert_eq!(record.jobs.iter().filter(|j| j.to.is_none()).count(), 1);
    t.act(&t.clerk, id, Act::Reopen, Details::default()).await.unwrap();
    let record = super::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(record.job().unwrap().facts.employer.as_deref(), Some("旧厂"));
}

#[tokio::test]
async fn all_faults_of_a_step_are_told_at_once() {
    let today = date(2026, 11, 24);
    let details = Details {
        from: Some("2030-01-01".into()),
        wage: Some("9999999".into()),
        period: Some("fortnight".into()),
        reason: Some("wage".into()),
        ..Details::default()
    };
    let faults = Step::check(Act::Place, &details, today).unwrap_err();
    let fields: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["reason", "from", "period"]);
    let faults = Step::check(Act::Place, &Details::default(), today).unwrap_err();
    assert_eq!(faults.len(), 2);
    assert!(Step::check(Act::Decline, &reason("because"), today).is_err());
    let given = ConsentGiven { how: Some("call".into()), at: Some("2026-11-25".into()) };
    let details = Details { how: given.how, at: given.at, ..Details::default() };
    assert_eq!(Step::check(Act::Consent, &details, today).unwrap_err()[0].code, "date.future");
}

#[tokio::test]
async fn letters_name_a_person_as_family_name_and_ref_and_go_out_once() {
    let t = town().await;
    let worker = t.person_with("王小明", |b| {
        b.phone = Some("14612340071".into());
        b.consent.push(consent("employer", "false"));
    });
    let id = t.introduce(worker.await, t.vacancy(1).await).await.unwrap().case.introduction.id;
    let mailer = t.mailer();
    let counts = crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert!(counts.sent >= 2 && counts.dead == 0 && counts.waiting == 0, "{counts:?}");
    let about: Vec<String> =
        t.mails().into_iter().filter(|m| headers(m, "X-Shanhai-Event:") == format!("introduction {id}")).collect();
    let to: Vec<&str> = about.iter().map(|m| headers(m, "To:")).collect();
    assert_eq!(to, ["boss@shanhai.example", "home@shanhai.example"]);
    for mail in &about {
        assert!(!mail.contains("14612340071") && !mail.contains("王小明"));
        assert_eq!(headers(mail, "Reply-To:"), "home@shanhai.example");
    }
    assert_eq!(crate::jobs::mailer::step(&t.office, &mailer).await.unwrap().all(), 0);
    let whole = introduction::find(&t.office, &t.clerk, id).await.unwrap();
    assert!(whole.mail.iter().all(|n| n.state == NoticeState::Sent));
}

#[tokio::test]
async fn a_letter_without_mailbox_dies_at_once_and_is_sent_again_by_hand() {
    let t = town().await;
    let root = t.office.stations().await.iter().find(|s| s.station.code == "GZ").unwrap().id;
    let vacancy = t.vacancy_with(1, |v| v.station = Some(root)).await;
    t.introduce(t.person("赵一").await, vacancy).await.unwrap();
    let mailer = t.mailer();
    crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    let dead = t.outbox(NoticeState::Dead).await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].last_error.as_deref(), Some("no_mailbox"));
    let tasks = super::worklist::of(&t.office, &t.clerk).await.unwrap();
    assert!(tasks.tasks.iter().any(|task| task.kind == TaskKind::Mail));

    let mut row = t.office.stations().await.iter().find(|s| s.id == root).unwrap().clone();
    row.station.email = Some("root@shanhai.example".into());
    let mut tx = t.begin().await;
    crate::store::station::put(&mut tx, &row, false, t.office.now()).await.unwrap();
    t.office.commit(tx).await.unwrap();
    t.office.reload_stations().await.unwrap();
    super::outbox::retry(&t.office, &t.clerk, dead[0].id).await.unwrap();
    assert_eq!(crate::jobs::mailer::step(&t.office, &mailer).await.unwrap().sent, 1);
    assert_eq!(code_of(super::outbox::retry(&t.office, &t.clerk, dead[0].id).await), "outbox.state");
}

#[tokio::test]
async fn a_consent_taken_back_stops_the_letter_to_the_employer() {
    let t = town().await;
    let worker = t.person("赵一").await;
    t.introduce(worker, t.vacancy(1).await).await.unwrap();
    t.office.clock.advance(Duration::from_mins(1));
    let record = super::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    let mut body = super::worker::registration(&record);
    body.consent.push(consent("employer", "true"));
    super::worker::change_to(&t.office, &t.clerk, &record, body, record.person.version).await.unwrap();
    crate::jobs::run_until_idle(&t.office, &t.mailer(), None).await.unwrap();
    let dead = t.outbox(NoticeState::Dead).await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].last_error.as_deref(), Some("consent.missing"));
    assert!(dead[0].employer.is_some());
}

/// A mail server of one answer: 450 or 550 to the recipient, or silence after the message.
async fn server(answer: &'static str) -> std::net::SocketAddr {
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

async fn one_letter() -> Town {
    let t = town().await;
    let vacancy = t.vacancy(1).await;
    let new = super::interest::NewInterest {
        name: Some("王小明".into()),
        phone: Some("14612340071".into()),
        consent: Some("true".into()),
        remark: None,
    };
    super::interest::leave(&t.office, vacancy, &new).await.unwrap();
    t
}

async fn smtp(answer: &'static str) -> Mailer {
    Mailer::open(&format!("smtp://{}", server(answer).await), "shanhai@shanhai.example").unwrap()
}

#[tokio::test]
async fn a_letter_refused_for_now_is_tried_rarer_and_given_up_after_three_days() {
    let t = one_letter().await;
    let mailer = smtp("450 later").await;
    let first = super::letter::send_due(&t.office, &mailer).await.unwrap();
    assert_eq!((first.waiting, first.all()), (1, 1));
    assert_eq!(super::letter::send_due(&t.office, &mailer).await.unwrap().all(), 0, "not before its time");
    let mut tries = 1;
    let mut waits = Vec::new();
    loop {
        let waiting = t.outbox(NoticeState::Pending).await;
        let Some(n) = waiting.first() else { break };
        let wait = n.next_at - t.office.now();
        waits.push(wait);
        t.office.clock.advance(Duration::from_micros(wait.unsigned_abs() + 1));
        tries += super::letter::send_due(&t.office, &mailer).await.unwrap().all();
    }
    assert!(waits[0] < 60_000_000 && *waits.last().unwrap() > 2_000_000_000, "{waits:?}");
    assert!((60..150).contains(&tries), "{tries} tries in three days");
    let dead = t.outbox(NoticeState::Dead).await;
    assert!(dead[0].last_error.as_ref().unwrap().contains("450"), "{:?}", dead[0].last_error);
    assert!(!dead[0].maybe_duplicate);
}

#[tokio::test]
async fn a_letter_refused_for_good_is_dead_and_one_without_an_answer_is_marked() {
    let t = one_letter().await;
    assert_eq!(super::letter::send_due(&t.office, &smtp("550 no such box").await).await.unwrap().dead, 1);
    let t = one_letter().await;
    assert_eq!(super::letter::send_due(&t.office, &smtp("silence").await).await.unwrap().waiting, 1);
    let waiting = t.outbox(NoticeState::Pending).await;
    assert!(waiting[0].maybe_duplicate);
    let first = waiting[0].message_id.clone();
    t.office.clock.advance(Duration::from_hours(1));
    assert_eq!(super::letter::send_due(&t.office, &smtp("250 ok").await).await.unwrap().sent, 1);
    assert_eq!(t.outbox(NoticeState::Sent).await[0].message_id, first);
}

#[tokio::test]
async fn a_sender_that_lost_its_lease_writes_nothing() {
    let t = one_letter().await;
    let now = t.office.now();
    let old = crate::store::outbox::lease(&t.office.db, now, now + 1, 10).await.unwrap().pop().unwrap();
    assert!(crate::store::outbox::lease(&t.office.db, now, now + 1, 10).await.unwrap().is_empty());
    let new = crate::store::outbox::lease(&t.office.db, now + 1, now + 2, 10).await.unwrap().pop().unwrap();
    assert!(new.lease > old.lease && new.maybe_duplicate && !old.maybe_duplicate);
    let done =
        |n: &crate::store::outbox::Notice| crate::store::outbox::Notice { state: NoticeState::Sent, ..n.clone() };
    assert!(!crate::store::outbox::finish(&t.office.db, &done(&old)).await.unwrap());
    assert!(crate::store::outbox::finish(&t.office.db, &done(&new)).await.unwrap());
}

#[tokio::test]
async fn an_interest_goes_to_the_persons_station_and_its_receipt_tells_how_far_it_is() {
    let t = town().await;
    let vacancy = t.vacancy(2).await;
    let known = t.person_with("王小明", |b| b.phone = Some("14612340071".into())).await;
    let new = |name: &str, phone: &str| super::interest::NewInterest {
        name: Some(name.into()),
        phone: Some(phone.into()),
        consent: Some("true".into()),
        remark: Some("晚上打".into()),
    };
    let receipt = super::interest::leave(&t.office, vacancy, &new("王小明", "146 1234 0071")).await.unwrap();
    let listed = super::interest::list(&t.office, &t.clerk, &[crate::domain::interest::InterestState::Received], 9)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1, "the county station knows the person");
    let stranger = super::interest::leave(&t.office, vacancy, &new("李生", "14612340072")).await.unwrap();
    let home_clerk = account(Role::Clerk, Some(t.home), None);
    let at_home = super::worklist::of(&t.office, &home_clerk).await.unwrap();
    assert_eq!(at_home.counts(), [(TaskKind::Interest, 1)], "a stranger goes to the service home of the district");
    assert!(at_home.tasks[0].title.starts_with("李* H-"), "{}", at_home.tasks[0].title);

    let state = async |code: String| super::interest::receipt(&t.office, &code).await.unwrap().interest.state.code();
    let id = listed[0].interest.id;
    let call =
        super::call::NewCall { interest: Some(id), result: Some("reached".into()), ..super::call::NewCall::default() };
    super::call::note(&t.office, &t.clerk, &call).await.unwrap();
    assert_eq!(state(receipt.clone()).await, "called");
    super::interest::link(&t.office, &t.clerk, id, known).await.unwrap();
    t.introduce(known, vacancy).await.unwrap();
    assert_eq!(state(receipt.to_lowercase()).await, "introduced");

    super::interest::withdraw(&t.office, &stranger).await.unwrap();
    super::interest::withdraw(&t.office, &stranger).await.unwrap();
    assert_eq!(state(stranger).await, "withdrawn");
    assert!(matches!(super::interest::receipt(&t.office, "H-NOTHING").await, Err(Error::NotFound)));

    for _ in 0..4 {
        super::interest::leave(&t.office, vacancy, &new("王小明", "14612340071")).await.unwrap();
    }
    let sixth = super::interest::leave(&t.office, vacancy, &new("王小明", "+86 14612340071")).await;
    assert_eq!(code_of(sixth), "interest.too_many");
    let mut without = new("王小明", "1461234");
    without.consent = None;
    let Err(Error::Invalid(faults)) = super::interest::leave(&t.office, vacancy, &without).await else {
        panic!("faults expected")
    };
    assert_eq!(faults.len(), 2);
}

#[tokio::test]
async fn a_clerk_registers_a_person_from_an_interest_without_typing_again() {
    let t = town().await;
    let vacancy = t.vacancy_with(1, |v| v.vacancy.region = Some("520524".into())).await;
    let new = super::interest::NewInterest {
        name: Some("李生".into()),
        phone: Some("14612340072".into()),
        consent: Some("on".into()),
        remark: None,
    };
    super::interest::leave(&t.office, vacancy, &new).await.unwrap();
    let home_clerk = account(Role::Clerk, Some(t.home), None);
    let open = [crate::domain::interest::InterestState::Received];
    let left = super::interest::list(&t.office, &home_clerk, &open, 9).await.unwrap();
    let id = left[0].interest.id;
    assert_eq!(super::interest::masked_phone(&t.office, &left[0].interest).unwrap(), "146****0072");
    let body = Registration { id_missing_reason: Some("没带证".into()), ..Registration::default() };
    let done = super::interest::register(&t.office, &home_clerk, id, body).await.unwrap();
    let worker = done.interest.worker.unwrap();
    let record = super::worker::find(&t.office, &home_clerk, worker).await.unwrap();
    assert_eq!(record.person.name, "李生");
    assert_eq!(super::worker::masked(&t.office, &record).unwrap().1.as_deref(), Some("146****0072"));
}

#[tokio::test]
async fn a_call_to_repeat_comes_back_on_its_day_until_somebody_calls() {
    let t = town().await;
    let worker = t.person("赵一").await;
    let call = |result: &str| super::call::NewCall {
        worker: Some(worker),
        result: Some(result.into()),
        ..super::call::NewCall::default()
    };
    super::call::note(&t.office, &t.clerk, &call("call_again")).await.unwrap();
    let calls = async || {
        let list = super::worklist::of(&t.office, &t.clerk).await.unwrap();
        list.tasks.iter().filter(|task| task.kind == TaskKind::Call).count()
    };
    assert_eq!(calls().await, 0);
    t.office.clock.advance(DAY);
    assert_eq!(calls().await, 1);
    super::call::note(&t.office, &t.clerk, &call("reached")).await.unwrap();
    assert_eq!(calls().await, 0);
    let timeline = super::worker::timeline(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(timeline.iter().filter(|e| e.act == "worker.call").count(), 2);
}

#[tokio::test]
async fn a_station_gets_one_digest_a_day_and_none_when_there_is_nothing() {
    let t = town().await;
    let mailer = t.mailer();
    let counts = crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!(counts.digests, 0, "nothing to do, nothing new");
    let vacancy = t.vacancy_with(1, |v| v.opened_at = Some(0)).await;
    t.introduce(t.person_with("王小明", |_| {}).await, vacancy).await.unwrap();
    let counts = crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!((counts.digests, counts.sent), (1, 1), "only the county station has something to ask");
    let mail = t.mails().pop().unwrap();
    assert_eq!(headers(&mail, "To:"), "county@shanhai.example");
    assert_eq!(headers(&mail, "X-Shanhai-Event:"), format!("daily-digest {}", t.county));
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().digests, 0);
    t.office.clock.advance(DAY);
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().digests, 1);
}

#[tokio::test]
async fn an_overdue_answer_is_reminded_of_once_and_stands_on_the_list() {
    let t = town().await;
    t.introduce(t.person("赵一").await, t.vacancy(1).await).await.unwrap();
    let mailer = t.mailer();
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().reminders, 0);
    t.office.clock.advance(4 * DAY);
    let counts = crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!(counts.reminders, 1);
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().reminders, 0);
    let list = super::worklist::of(&t.office, &t.clerk).await.unwrap();
    let task = list.tasks.iter().find(|task| task.kind == TaskKind::Remind).unwrap();
    assert!(task.title.starts_with("赵* R-") && task.title.ends_with("注塑工"), "{}", task.title);
}

#[tokio::test]
async fn a_vacancy_is_warned_of_once_and_read_again_after_its_last_day() {
    let t = town().await;
    let vacancy = t.vacancy_with(1, |v| v.vacancy.valid_until = Some(date(2026, 11, 26))).await;
    let mailer = t.mailer();
    let counts = crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!((counts.warnings, counts.expired), (1, 0));
    assert!(t.mails().iter().any(|m| headers(m, "X-Shanhai-Event:") == format!("expiring {}", t.home)));
    t.office.clock.advance(DAY);
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().warnings, 0);
    t.office.clock.advance(2 * DAY);
    let before = crate::store::change::heads(&t.office.db).await.unwrap();
    let counts = crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!(counts.expired, 1);
    let (changes, _) = crate::store::change::after(&t.office.db, &before, 100).await.unwrap();
    assert!(changes.iter().any(|c| c.id == vacancy));
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().expired, 0);
}

#[tokio::test]
async fn stations_hear_once_of_a_class_with_seats_a_week_before_it_begins() {
    use crate::domain::training::Class;
    let t = town().await;
    let row = |name: &str, starts, seats| crate::store::class::ClassRow {
        id: Uuid::now_v7(),
        reference: format!("P-{name}"),
        station: Some(t.home),
        class: Class { name: name.into(), seats, starts: Some(starts), ..Class::default() },
        version: 1,
        created_at: t.office.now(),
        updated_at: t.office.now(),
    };
    let classes =
        [row("焊工班", date(2026, 12, 1), 20), row("满班", date(2026, 12, 1), 0), row("远班", date(2026, 12, 3), 9)];
    let mut tx = t.begin().await;
    crate::store::class::insert(&mut tx, &classes).await.unwrap();
    t.office.commit(tx).await.unwrap();
    let mailer = t.mailer();
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().seats, 2);
    let notice = t.outbox(NoticeState::Sent).await.into_iter().find(|n| n.station == Some(t.home)).unwrap();
    assert_eq!(notice.payload["classes"].as_array().unwrap().len(), 1);
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().seats, 0);
    t.office.clock.advance(3 * DAY);
    assert_eq!(crate::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().seats, 2);
}

#[tokio::test]
async fn what_has_run_out_is_swept() {
    let t = town().await;
    super::account::park_form(&t.office, "/station", b"x").await.unwrap();
    let uploads = t.folder.join("uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    std::fs::write(uploads.join("old"), b"sealed").unwrap();
    let file = std::fs::File::options().write(true).open(uploads.join("old")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_micros(t.office.now().unsigned_abs())).unwrap();
    assert_eq!(super::digest::sweep(&t.office).await.unwrap(), 0);
    t.office.clock.advance(6 * DAY);
    assert_eq!(super::digest::sweep(&t.office).await.unwrap(), 1, "the form, not the file");
    t.office.clock.advance(2 * DAY);
    assert_eq!(super::digest::sweep(&t.office).await.unwrap(), 1);
    assert!(!uploads.join("old").exists());
}

#[tokio::test]
async fn the_loops_send_after_an_act_and_end_when_told() {
    let t = town().await;
    let (tell, stop) = tokio::sync::watch::channel(false);
    let mut loops = crate::jobs::start(&t.office, std::sync::Arc::new(t.mailer()), &stop);
    t.introduce(t.person("赵一").await, t.vacancy(1).await).await.unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while t.outbox(NoticeState::Sent).await.len() < 2 {
        assert!(std::time::Instant::now() < until, "the letters were not sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tell.send(true).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), async { while loops.join_next().await.is_some() {} });
    ended.await.unwrap();
}
