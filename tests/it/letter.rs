//! Letters: what they may say, how often they are tried, when they are given up.

use std::time::Duration;

use shanhai::actions::introduction::{self};
use shanhai::domain::notice::NoticeState;
use shanhai::domain::task::TaskKind;

use crate::town::*;
use crate::world::Engine;

async fn letters_name_a_person_as_family_name_and_ref_and_go_out_once(engine: Engine) {
    let t = town(engine).await;
    let worker = t.person_with("王小明", |b| {
        b.phone = Some("14612340071".into());
        b.consent.push(consent("employer", "false"));
    });
    let id = t.introduce(worker.await, t.vacancy(1).await).await.unwrap().case.introduction.id;
    let mailer = t.mailer();
    let counts = shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert!(counts.sent >= 2 && counts.dead == 0 && counts.waiting == 0, "{counts:?}");
    let about: Vec<String> =
        t.mails().into_iter().filter(|m| headers(m, "X-Shanhai-Event:") == format!("introduction {id}")).collect();
    let to: Vec<&str> = about.iter().map(|m| headers(m, "To:")).collect();
    assert_eq!(to, ["boss@shanhai.example", "home@shanhai.example"]);
    for mail in &about {
        assert!(!mail.contains("14612340071") && !mail.contains("王小明"));
        assert_eq!(headers(mail, "Reply-To:"), "home@shanhai.example");
    }
    assert_eq!(shanhai::jobs::mailer::step(&t.office, &mailer).await.unwrap().all(), 0);
    let whole = introduction::find(&t.office, &t.clerk, id).await.unwrap();
    assert!(whole.mail.iter().all(|n| n.state == NoticeState::Sent));
}

async fn a_letter_without_mailbox_dies_at_once_and_is_sent_again_by_hand(engine: Engine) {
    let t = town(engine).await;
    let root = t.office.stations().await.iter().find(|s| s.station.code == "GZ").unwrap().id;
    let vacancy = t.vacancy_with(1, |v| v.station = Some(root)).await;
    t.introduce(t.person("赵一").await, vacancy).await.unwrap();
    let mailer = t.mailer();
    shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    let dead = t.outbox(NoticeState::Dead).await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].last_error.as_deref(), Some("no_mailbox"));
    let tasks = shanhai::actions::worklist::of(&t.office, &t.clerk).await.unwrap();
    assert!(tasks.tasks.iter().any(|task| task.kind == TaskKind::Mail));

    let mut row = t.office.stations().await.iter().find(|s| s.id == root).unwrap().clone();
    row.station.email = Some("root@shanhai.example".into());
    let mut tx = t.begin().await;
    shanhai::store::station::put(&mut tx, &row, false, t.office.now()).await.unwrap();
    t.office.commit(tx).await.unwrap();
    t.office.reload_stations().await.unwrap();
    shanhai::actions::outbox::retry(&t.office, &t.clerk, dead[0].id).await.unwrap();
    assert_eq!(shanhai::jobs::mailer::step(&t.office, &mailer).await.unwrap().sent, 1);
    assert_eq!(code_of(shanhai::actions::outbox::retry(&t.office, &t.clerk, dead[0].id).await), "outbox.state");
}

async fn a_consent_taken_back_stops_the_letter_to_the_employer(engine: Engine) {
    let t = town(engine).await;
    let worker = t.person("赵一").await;
    t.introduce(worker, t.vacancy(1).await).await.unwrap();
    t.office.clock.advance(Duration::from_mins(1));
    let record = shanhai::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    let mut body = shanhai::actions::worker::registration(&record);
    body.consent.push(consent("employer", "true"));
    shanhai::actions::worker::change_to(&t.office, &t.clerk, &record, body, record.person.version).await.unwrap();
    shanhai::jobs::run_until_idle(&t.office, &t.mailer(), None).await.unwrap();
    let dead = t.outbox(NoticeState::Dead).await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].last_error.as_deref(), Some("consent.missing"));
    assert!(dead[0].employer.is_some());
}

async fn a_letter_refused_for_now_is_tried_rarer_and_given_up_after_three_days(engine: Engine) {
    let t = one_letter(engine).await;
    let mailer = smtp("450 later").await;
    let first = shanhai::actions::letter::send_due(&t.office, &mailer).await.unwrap();
    assert_eq!((first.waiting, first.all()), (1, 1));
    assert_eq!(shanhai::actions::letter::send_due(&t.office, &mailer).await.unwrap().all(), 0, "not before its time");
    let mut tries = 1;
    let mut waits = Vec::new();
    loop {
        let waiting = t.outbox(NoticeState::Pending).await;
        let Some(n) = waiting.first() else { break };
        let wait = n.next_at - t.office.now();
        waits.push(wait);
        t.office.clock.advance(Duration::from_micros(wait.unsigned_abs() + 1));
        tries += shanhai::actions::letter::send_due(&t.office, &mailer).await.unwrap().all();
    }
    assert!(waits[0] < 60_000_000 && *waits.last().unwrap() > 2_000_000_000, "{waits:?}");
    assert!((60..150).contains(&tries), "{tries} tries in three days");
    let dead = t.outbox(NoticeState::Dead).await;
    assert!(dead[0].last_error.as_ref().unwrap().contains("450"), "{:?}", dead[0].last_error);
    assert!(!dead[0].maybe_duplicate);
}

async fn a_letter_refused_for_good_is_dead_and_one_without_an_answer_is_marked(engine: Engine) {
    let t = one_letter(engine).await;
    assert_eq!(shanhai::actions::letter::send_due(&t.office, &smtp("550 no such box").await).await.unwrap().dead, 1);
    let t = one_letter(engine).await;
    assert_eq!(shanhai::actions::letter::send_due(&t.office, &smtp("silence").await).await.unwrap().waiting, 1);
    let waiting = t.outbox(NoticeState::Pending).await;
    assert!(waiting[0].maybe_duplicate);
    let first = waiting[0].message_id.clone();
    t.office.clock.advance(Duration::from_hours(1));
    assert_eq!(shanhai::actions::letter::send_due(&t.office, &smtp("250 ok").await).await.unwrap().sent, 1);
    assert_eq!(t.outbox(NoticeState::Sent).await[0].message_id, first);
}

async fn a_sender_that_lost_its_lease_writes_nothing(engine: Engine) {
    let t = one_letter(engine).await;
    let now = t.office.now();
    let old = shanhai::store::outbox::lease(&t.office.db, now, now + 1, 10).await.unwrap().pop().unwrap();
    assert!(shanhai::store::outbox::lease(&t.office.db, now, now + 1, 10).await.unwrap().is_empty());
    let new = shanhai::store::outbox::lease(&t.office.db, now + 1, now + 2, 10).await.unwrap().pop().unwrap();
    assert!(new.lease > old.lease && new.maybe_duplicate && !old.maybe_duplicate);
    let done =
        |n: &shanhai::store::outbox::Notice| shanhai::store::outbox::Notice { state: NoticeState::Sent, ..n.clone() };
    assert!(!shanhai::store::outbox::finish(&t.office.db, &done(&old)).await.unwrap());
    assert!(shanhai::store::outbox::finish(&t.office.db, &done(&new)).await.unwrap());
}

on_both! {
    letters_name_a_person_as_family_name_and_ref_and_go_out_once,
    a_letter_without_mailbox_dies_at_once_and_is_sent_again_by_hand,
    a_consent_taken_back_stops_the_letter_to_the_employer,
    a_letter_refused_for_now_is_tried_rarer_and_given_up_after_three_days,
    a_letter_refused_for_good_is_dead_and_one_without_an_answer_is_marked,
    a_sender_that_lost_its_lease_writes_nothing,
}
