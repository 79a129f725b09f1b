//! Tests of introductions over a fresh database, and the town that all casework is tested in.

mod told;

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::date;
use uuid::Uuid;

use crate::actions::clock::Clock;
use crate::actions::error::{Error, Result};
use crate::actions::introduction::{self, ConsentGiven, Details, NewIntroduction, Step, Whole};
use crate::actions::office::{Office, Settings};
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
        crate::actions::worker::register(&self.office, &self.clerk, &body).await.unwrap().record.person.id
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
        let page = crate::actions::outbox::list(&self.office, &Actor::System, Some(state), None, 100).await.unwrap();
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
    let record = crate::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
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
    let record = crate::actions::worker::find(&t.office, &t.clerk, a).await.unwrap();
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
    let record = crate::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(record.job().unwrap().facts.employer.as_deref(), Some("天河注塑厂"));
    assert_eq!(record.jobs.iter().filter(|j| j.to.is_none()).count(), 1);
    t.act(&t.clerk, id, Act::Reopen, Details::default()).await.unwrap();
    let record = crate::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
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
