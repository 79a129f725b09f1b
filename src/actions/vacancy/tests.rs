//! Vacancies: review, findings, overruling, closing, who may touch what, and sheets.

use super::*;
use crate::actions::posting::{Incoming, Put, put_many};
use crate::actions::put::Outcome;
use crate::actions::testing::{Fresh, account, fresh, station};
use crate::domain::actor::Role;
use crate::domain::employer::EmployerBody;

const CODE: &str = "91440101MA52518873";

fn posting(json: Value) -> Posting {
    serde_json::from_value(json).unwrap()
}

fn good() -> Value {
    serde_json::json!({"title": "焊工", "employer": CODE, "headcount": 2, "region": "440106", "address": "某路1号",
        "wage": {"min": 6000, "max": 8000, "period": "month"}, "requirements": {"certificates": ["焊工证"]},
        "description": "焊接钢结构", "valid_until": "2026-12-31"})
}

fn with(changes: Value) -> Posting {
    let mut body = good();
    merge(&mut body, changes);
    posting(body)
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

fn map(json: Value) -> Map<String, Value> {
    serde_json::from_value(json).unwrap()
}

/// A station with an approved employer and its account.
async fn house() -> (Fresh, Actor, Actor) {
    let fresh = fresh().await;
    let (_, clerk) = station(&fresh.office, "TH", None, &["440106"]).await;
    let body: EmployerBody =
        serde_json::from_value(serde_json::json!({"name": "广州某电子厂", "credit_code": CODE})).unwrap();
    let employer = crate::actions::employer::create(&fresh.office, &clerk, &body).await.unwrap();
    let hirer = account(Role::Employer, None, Some(employer.id));
    (fresh, clerk, hirer)
}

fn state(fresh: &Fresh, record: &Record) -> VacancyState {
    record.state(fresh.office.today())
}

fn conflict<T: std::fmt::Debug>(done: Result<T>) -> &'static str {
    match done {
        Err(Error::Conflict { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_employers_vacancy_waits_for_a_clerk_and_is_then_seen_by_all() {
    let (fresh, clerk, hirer) = house().await;
    let office = &fresh.office;
    let posted = post(office, &hirer, &with(serde_json::json!({"employer": null})), Aim::Open).await.unwrap();
    let row = &posted.record.row;
    assert_eq!(state(&fresh, &posted.record), VacancyState::InReview);
    assert_eq!((row.employer, row.station), (hirer.employer().unwrap(), clerk.station()));
    assert!(matches!(find(office, &Actor::Anyone, &row.reference).await, Err(Error::NotFound)));
    assert_eq!(conflict(open(office, &hirer, row.id).await), "vacancy.state");
    let opened = open(office, &clerk, row.id).await.unwrap();
    assert_eq!(state(&fresh, &opened), VacancyState::Open);
    let seen = find(office, &Actor::Anyone, &row.reference.to_lowercase()).await.unwrap();
    assert_eq!(seen.places_left(), 2);
    let acts: Vec<String> = timeline(office, &clerk, row.id).await.unwrap().1.into_iter().map(|e| e.act).collect();
    assert_eq!(acts, ["vacancy.open", "vacancy.post"]);
}

#[tokio::test]
async fn a_blocking_finding_keeps_a_vacancy_closed_until_a_clerk_overrules_it_with_a_reason() {
    let (fresh, clerk, hirer) = house().await;
    let office = &fresh.office;
    let body = with(serde_json::json!({"description": "限男性，焊接钢结构"}));
    let record = post(office, &clerk, &body, Aim::Open).await.unwrap().record;
    let id = record.row.id;
    assert_eq!(state(&fresh, &record), VacancyState::InReview);
    assert!(record.row.findings.iter().any(|f| f.rule.code() == "sex" && f.blocks()));
    assert_eq!(conflict(open(office, &clerk, id).await), "vacancy.findings");
    assert!(matches!(overrule(office, &hirer, id, "不合适").await, Err(Error::Forbidden)));
    assert!(matches!(overrule(office, &clerk, id, " ").await, Err(Error::Invalid(_))));
    let opened = overrule(office, &clerk, id, "国家规定女职工禁忌岗位").await.unwrap();
    assert_eq!(state(&fresh, &opened), VacancyState::Open);

    // What was overruled stays so, a new fault sends it back.
    let same = patch(office, &clerk, id, map(serde_json::json!({"headcount": 3})), opened.row.version).await.unwrap();
    assert_eq!(state(&fresh, &same), VacancyState::Open);
    let worse = map(serde_json::json!({"description": "限男性，押金500元"}));
    let worse = patch(office, &clerk, id, worse, same.row.version).await.unwrap();
    assert_eq!(state(&fresh, &worse), VacancyState::InReview);
}

#[tokio::test]
async fn an_advert_may_be_opened_with_its_findings_kept() {
    let (fresh, clerk, hirer) = house().await;
    let office = &fresh.office;
    let body = with(serde_json::json!({"description": "限男性，焊接钢结构"}));
    let record = post(office, &clerk, &body, Aim::OpenWithFindings).await.unwrap().record;
    assert_eq!(state(&fresh, &record), VacancyState::Open);
    assert!(!record.row.findings.is_empty() && record.row.overruled.is_some());
    let own = post(office, &hirer, &body, Aim::OpenWithFindings).await.unwrap().record;
    assert_eq!(state(&fresh, &own), VacancyState::InReview);
}

#[tokio::test]
async fn nobody_touches_anothers_vacancy_and_the_version_guards_changes() {
    let (fresh, clerk, hirer) = house().await;
    let office = &fresh.office;
    let (_, stranger) = station(office, "NY", None, &[]).await;
    let other = account(Role::Employer, None, Some(office.id()));
    let record = post(office, &clerk, &posting(good()), Aim::Open).await.unwrap().record;
    let id = record.row.id;
    for foreign in [&stranger, &other] {
        assert!(matches!(close(office, foreign, id, None).await, Err(Error::NotFound)));
        let change = map(serde_json::json!({"headcount": 9}));
        assert!(matches!(patch(office, foreign, id, change, 1).await, Err(Error::NotFound)));
    }
    assert!(matches!(close(office, &Actor::Anyone, id, None).await, Err(Error::Unauthorized)));
    let changed =
        patch(office, &hirer, id, map(serde_json::json!({"headcount": 9, "address": null})), 1).await.unwrap();
    assert_eq!((changed.places_left(), changed.row.vacancy.address.as_deref()), (9, None));
    assert!(matches!(patch(office, &hirer, id, map(serde_json::json!({"headcount": 8})), 1).await, Err(Error::Stale)));
    let faults = patch(office, &hirer, id, map(serde_json::json!({"headcount": 0, "title": null})), 2).await;
    assert!(matches!(faults, Err(Error::Invalid(f)) if f.len() == 2));
}

#[tokio::test]
async fn what_is_past_is_expired_and_opens_again_for_thirty_days() {
    let (fresh, clerk, hirer) = house().await;
    let office = &fresh.office;
    let past = with(serde_json::json!({"valid_until": "2026-11-01"}));
    let record = post(office, &clerk, &past, Aim::Open).await.unwrap().record;
    assert_eq!(state(&fresh, &record), VacancyState::Expired);
    let again = reopen(office, &clerk, record.row.id).await.unwrap();
    assert_eq!(state(&fresh, &again), VacancyState::Open);
    assert_eq!(again.row.vacancy.valid_until.unwrap().to_string(), "2026-12-24");
    assert_eq!(conflict(reopen(office, &clerk, record.row.id).await), "vacancy.state");
    let closed = close(office, &hirer, record.row.id, Some("已招到人")).await.unwrap();
    assert_eq!((state(&fresh, &closed), closed.row.closed_reason.as_deref()), (VacancyState::Closed, Some("已招到人")));
    assert_eq!(conflict(close(office, &clerk, record.row.id, None).await), "vacancy.closed");
    assert_eq!(state(&fresh, &reopen(office, &hirer, record.row.id).await.unwrap()), VacancyState::Open);
}

#[tokio::test]
async fn an_employer_that_waits_or_was_rejected_opens_nothing() {
    let (fresh, clerk, hirer) = house().await;
    let office = &fresh.office;
    let record = post(office, &hirer, &posting(good()), Aim::Review).await.unwrap().record;
    crate::actions::employer::reject(office, &clerk, record.row.employer, "执照吊销").await.unwrap();
    assert_eq!(conflict(open(office, &clerk, record.row.id).await), "employer.not_approved");
    let straight = post(office, &clerk, &posting(good()), Aim::Open).await.unwrap().record;
    assert_eq!(state(&fresh, &straight), VacancyState::InReview);
}

#[tokio::test]
async fn faults_of_the_body_and_an_unknown_employer_are_told_together() {
    let (fresh, clerk, _) = house().await;
    let body = posting(serde_json::json!({"headcount": 0, "employer": "Y-NONE"}));
    let Err(Error::Invalid(faults)) = post(&fresh.office, &clerk, &body, Aim::Review).await else { panic!("taken") };
    let codes: Vec<_> = faults.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
    assert_eq!(codes, [("title", "field.missing"), ("headcount", "number.range"), ("employer", "employer.unknown")]);
}

async fn enter(office: &Office, actor: &Actor, rows: &[Posting], aim: Aim) -> Vec<Put> {
    let rows: Vec<Incoming> = rows.iter().map(|p| Incoming { posting: p.clone(), employer: None }).collect();
    let mut tx = office.begin().await.unwrap();
    let done = put_many(office, &mut tx, actor, actor.station(), &rows, aim).await.unwrap();
    office.commit(tx).await.unwrap();
    done
}

#[tokio::test]
async fn a_sheet_twice_changes_nothing_and_a_newer_one_changes_what_it_says() {
    let (fresh, clerk, _) = house().await;
    let office = &fresh.office;
    let sourced = serde_json::json!({"source": {"name": "公共招聘网", "ref": "A-1"}});
    let rows = [
        posting(good()),
        with(serde_json::json!({"title": "普工", "employer": "毕节某刺绣就业帮扶车间", "valid_until": null})),
        with(sourced.clone()),
        with(serde_json::json!({"title": "保安", "description": "限男性"})),
        posting(serde_json::json!({"employer": CODE})),
        posting(good()),
    ];
    let first = enter(office, &clerk, &rows, Aim::Open).await;
    let outcomes: Vec<&Outcome> = first.iter().map(|p| &p.outcome).collect();
    assert!(outcomes[..4].iter().all(|o| matches!(o, Outcome::Created(_))), "{outcomes:?}");
    assert!(matches!(outcomes[4], Outcome::Rejected(f) if f[0].field == "title"), "{outcomes:?}");
    assert_eq!(*outcomes[5], Outcome::Unchanged(outcomes[0].id().unwrap()));
    assert_eq!(first[1].warnings[0].code, "vacancy.valid_until_default");

    let mut read = &office.db;
    let ids: Vec<Uuid> = outcomes.iter().filter_map(|o| o.id()).take(4).collect();
    let records = vacancies::records(&mut read, &ids).await.unwrap();
    assert_eq!(records[1].employer_state, EmployerState::Unverified);
    let states: Vec<VacancyState> = records.iter().map(|r| state(&fresh, r)).collect();
    use VacancyState::{InReview, Open};
    assert_eq!(states, [Open, Open, Open, InReview]);

    let second = enter(office, &clerk, &rows, Aim::Open).await;
    assert!(second[..4].iter().all(|p| matches!(p.outcome, Outcome::Unchanged(_))), "{second:?}");

    let mut newer = sourced;
    merge(&mut newer, serde_json::json!({"title": "电焊工", "wage": {"max": 9000}, "benefits": ["lodging"]}));
    // This one names neither employer nor period: what it leaves out stays.
    let third = enter(office, &clerk, &[posting(newer)], Aim::Open).await;
    let Outcome::Updated(id, fields) = &third[0].outcome else { panic!("{third:?}") };
    assert_eq!(*id, ids[2]);
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["benefits", "pay", "title"]);
    let pay = vacancies::find(&mut read, *id).await.unwrap().unwrap().row.vacancy.pay;
    assert_eq!((pay.min, pay.max), (Some(600_000), Some(900_000)));
}

#[tokio::test]
async fn sql_alone_finds_open_vacancies_by_title_place_and_code() {
    let (fresh, clerk, _) = house().await;
    let office = &fresh.office;
    let record = post(office, &clerk, &posting(good()), Aim::Open).await.unwrap().record;
    post(office, &clerk, &with(serde_json::json!({"title": "电工", "region": "520525"})), Aim::Open).await.unwrap();
    post(office, &clerk, &with(serde_json::json!({"title": "焊工学徒"})), Aim::Review).await.unwrap();
    let mut read = &office.db;
    let today = office.today();
    for (text, region, wanted) in [
        ("", None, 2),
        ("焊", None, 1),
        ("", Some("440000"), 1),
        ("", Some("520500"), 1),
        ("%", None, 2),
        ("车", None, 0),
    ] {
        let plain = vacancies::Plain { text, region, open_on: Some(today), ..vacancies::Plain::default() };
        let (ids, total) = vacancies::plain_search(&mut read, &plain, 10, 0).await.unwrap();
        assert_eq!((ids.len(), total), (wanted, wanted as i64), "{text} {region:?}");
    }
    let by_code = vacancies::Plain { text: &record.row.reference, ..vacancies::Plain::default() };
    assert_eq!(vacancies::plain_search(&mut read, &by_code, 10, 0).await.unwrap().0, [record.row.id]);
    let opening = &vacancies::openings(&mut read, &[record.row.id], today).await.unwrap()[0];
    assert_eq!((opening.state, opening.places_left, opening.introduced), (VacancyState::Open, 2, 0));
}

#[tokio::test]
async fn what_lists_remember_is_void_with_an_act_and_at_most_a_second_behind_another_process() {
    let (fresh, clerk, _) = house().await;
    let office = &fresh.office;
    let record = post(office, &clerk, &with(serde_json::json!({})), Aim::Open).await.unwrap().record;
    let id = record.row.id;
    let shown = async || office.shown.vacancies(&office.db, &[id]).await.unwrap()[&id].row.vacancy.headcount;
    assert_eq!(shown().await, 2);
    let by_an_act = map(serde_json::json!({"headcount": 3}));
    let row = patch(office, &clerk, id, by_an_act, record.row.version).await.unwrap().row;
    assert_eq!(shown().await, 3);

    let mut tx = crate::store::Tx::begin(&office.db).await.unwrap();
    let mut elsewhere = row.clone();
    elsewhere.vacancy.headcount = 4;
    assert!(crate::store::vacancy::update(&mut tx, &elsewhere).await.unwrap());
    tx.commit().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    assert_eq!(shown().await, 4);
}
