//! Introductions from the question to the placement, and what refuses them.

use jiff::civil::date;
use uuid::Uuid;

use shanhai::actions::error::Error;
use shanhai::actions::introduction::{self, ConsentGiven, Details, Step};
use shanhai::domain::actor::Role;
use shanhai::domain::introduction::{IntroductionAct as Act, IntroductionState as State};
use shanhai::domain::vacancy::VacancyState;
use shanhai::store::introduction::Filter;

use crate::town::*;
use crate::world::Engine;

async fn a_person_is_asked_first_and_the_employer_told_only_after_the_yes(engine: Engine) {
    let t = town(engine).await;
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
    let record = shanhai::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    let job = record.job().unwrap();
    assert_eq!((job.source.as_str(), job.facts.wage), ("placement", Some(5500.0)));
    assert!(matches!(t.act(&t.boss, id, Act::Withdraw, reason("other")).await, Err(Error::Forbidden)));
}

async fn another_station_and_another_employer_see_nothing(engine: Engine) {
    let t = town(engine).await;
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

async fn who_opted_out_is_a_child_or_has_no_known_age_is_not_put_forward(engine: Engine) {
    let t = town(engine).await;
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

async fn three_are_put_forward_for_one_place_and_one_is_accepted(engine: Engine) {
    let t = town(engine).await;
    let vacancy = t.vacancy(1).await;
    let mut people = Vec::new();
    for name in ["赵一", "钱二", "孙三", "李四"] {
        people.push(t.person(name).await);
    }
    let pairs: Vec<introduction::Pair> = people.iter().map(|person| (*person, vacancy)).collect();
    let done = introduction::introduce_many(&t.office, &t.clerk, &pairs).await.unwrap();
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

async fn two_clicks_on_the_last_place_place_one_person(engine: Engine) {
    let t = town(engine).await;
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

async fn one_person_is_placed_once_however_many_employers_click(engine: Engine) {
    let t = town(engine).await;
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

async fn a_step_is_undone_within_a_week_and_gives_its_place_back(engine: Engine) {
    let t = town(engine).await;
    let vacancy = t.vacancy(1).await;
    let (a, b) = (t.person("赵一").await, t.person("钱二").await);
    let first = t.introduce(a, vacancy).await.unwrap().case.introduction.id;
    let second = t.introduce(b, vacancy).await.unwrap().case.introduction.id;
    t.act(&t.boss, first, Act::Accept, Details::default()).await.unwrap();
    t.place(first).await.unwrap();
    let undone = t.act(&t.clerk, first, Act::Reopen, Details::default()).await.unwrap();
    assert_eq!(undone.case.introduction.state, State::Accepted);
    let record = shanhai::actions::worker::find(&t.office, &t.clerk, a).await.unwrap();
    assert!(record.jobs.is_empty(), "the employment went with the placement");
    assert_eq!(code_of(t.act(&t.clerk, first, Act::Reopen, Details::default()).await), "introduction.state");

    t.act(&t.boss, first, Act::Decline, reason("skill")).await.unwrap();
    t.place(second).await.unwrap();
    assert_eq!(code_of(t.act(&t.clerk, first, Act::Reopen, Details::default()).await), "vacancy.full");
    t.office.clock.advance(8 * DAY);
    assert_eq!(code_of(t.act(&t.clerk, second, Act::Reopen, Details::default()).await), "introduction.reopen_late");
}

async fn a_placement_ends_the_job_before_and_undoing_it_brings_that_back(engine: Engine) {
    let t = town(engine).await;
    let worker = t
        .person_with("赵一", |b| {
            b.consent.push(consent("employer", "false"));
            b.wants_change = Some("true".into());
            b.employment = Some(shanhai::domain::registration::EmploymentBody {
                employer: Some("旧厂".into()),
                ..Default::default()
            });
        })
        .await;
    let id = t.introduce(worker, t.vacancy(1).await).await.unwrap().case.introduction.id;
    t.place(id).await.unwrap();
    let record = shanhai::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(record.job().unwrap().facts.employer.as_deref(), Some("天河注塑厂"));
    assert_eq!(record.jobs.iter().filter(|j| j.to.is_none()).count(), 1);
    t.act(&t.clerk, id, Act::Reopen, Details::default()).await.unwrap();
    let record = shanhai::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(record.job().unwrap().facts.employer.as_deref(), Some("旧厂"));
}

async fn all_faults_of_a_step_are_told_at_once(_engine: Engine) {
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

on_both! {
    a_person_is_asked_first_and_the_employer_told_only_after_the_yes,
    another_station_and_another_employer_see_nothing,
    who_opted_out_is_a_child_or_has_no_known_age_is_not_put_forward,
    three_are_put_forward_for_one_place_and_one_is_accepted,
    a_step_is_undone_within_a_week_and_gives_its_place_back,
    a_placement_ends_the_job_before_and_undoing_it_brings_that_back,
    all_faults_of_a_step_are_told_at_once,
    two_clicks_on_the_last_place_place_one_person,
    one_person_is_placed_once_however_many_employers_click,
}
