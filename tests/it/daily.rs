//! What the day brings by itself: calls to repeat, digests, reminders, expiry, sweeping.

use std::time::Duration;

use jiff::civil::date;
use uuid::Uuid;

use shanhai::domain::notice::NoticeState;
use shanhai::domain::task::TaskKind;

use crate::town::*;
use crate::world::Engine;

async fn a_call_to_repeat_comes_back_on_its_day_until_somebody_calls(engine: Engine) {
    let t = town(engine).await;
    let worker = t.person("赵一").await;
    let call = |result: &str| shanhai::actions::call::NewCall {
        worker: Some(worker),
        result: Some(result.into()),
        ..shanhai::actions::call::NewCall::default()
    };
    shanhai::actions::call::note(&t.office, &t.clerk, &call("call_again")).await.unwrap();
    let calls = async || {
        let list = shanhai::actions::worklist::of(&t.office, &t.clerk).await.unwrap();
        list.tasks.iter().filter(|task| task.kind == TaskKind::Call).count()
    };
    assert_eq!(calls().await, 0);
    t.office.clock.advance(DAY);
    assert_eq!(calls().await, 1);
    shanhai::actions::call::note(&t.office, &t.clerk, &call("reached")).await.unwrap();
    assert_eq!(calls().await, 0);
    let (_, timeline) = shanhai::actions::worker::timeline(&t.office, &t.clerk, worker).await.unwrap();
    assert_eq!(timeline.iter().filter(|e| e.act == "worker.call").count(), 2);
}

async fn a_station_gets_one_digest_a_day_and_none_when_there_is_nothing(engine: Engine) {
    let t = town(engine).await;
    let mailer = t.mailer();
    let counts = shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!(counts.digests, 0, "nothing to do, nothing new");
    let vacancy = t.vacancy_with(1, |v| v.opened_at = Some(0)).await;
    t.introduce(t.person_with("王小明", |_| {}).await, vacancy).await.unwrap();
    let counts = shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!((counts.digests, counts.sent), (1, 1), "only the county station has something to ask");
    let mail = t.mails().pop().unwrap();
    assert_eq!(headers(&mail, "To:"), "county@shanhai.example");
    assert_eq!(headers(&mail, "X-Shanhai-Event:"), format!("daily-digest {}", t.county));
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().digests, 0);
    t.office.clock.advance(DAY);
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().digests, 1);
}

async fn an_overdue_answer_is_reminded_of_once_and_stands_on_the_list(engine: Engine) {
    let t = town(engine).await;
    t.introduce(t.person("赵一").await, t.vacancy(1).await).await.unwrap();
    let mailer = t.mailer();
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().reminders, 0);
    t.office.clock.advance(4 * DAY);
    let counts = shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!(counts.reminders, 1);
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().reminders, 0);
    let list = shanhai::actions::worklist::of(&t.office, &t.clerk).await.unwrap();
    let task = list.tasks.iter().find(|task| task.kind == TaskKind::Remind).unwrap();
    assert!(task.title.starts_with("赵* R-") && task.title.ends_with("注塑工"), "{}", task.title);
}

async fn a_vacancy_is_warned_of_once_and_read_again_after_its_last_day(engine: Engine) {
    let t = town(engine).await;
    let vacancy = t.vacancy_with(1, |v| v.vacancy.valid_until = Some(date(2026, 11, 26))).await;
    let mailer = t.mailer();
    let counts = shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!((counts.warnings, counts.expired), (1, 0));
    assert!(t.mails().iter().any(|m| headers(m, "X-Shanhai-Event:") == format!("expiring {}", t.home)));
    t.office.clock.advance(DAY);
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().warnings, 0);
    t.office.clock.advance(2 * DAY);
    let before = shanhai::store::change::heads(&t.office.db).await.unwrap();
    let counts = shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap();
    assert_eq!(counts.expired, 1);
    let (changes, _) = shanhai::store::change::after(&t.office.db, &before, 100).await.unwrap();
    assert!(changes.iter().any(|c| c.id == vacancy));
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().expired, 0);
}

async fn stations_hear_once_of_a_class_with_seats_a_week_before_it_begins(engine: Engine) {
    use shanhai::domain::training::Class;
    let t = town(engine).await;
    let row = |name: &str, starts, seats| shanhai::store::class::ClassRow {
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
    shanhai::store::class::insert(&mut tx, &classes).await.unwrap();
    t.office.commit(tx).await.unwrap();
    let mailer = t.mailer();
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().seats, 2);
    let notice = t.outbox(NoticeState::Sent).await.into_iter().find(|n| n.station == Some(t.home)).unwrap();
    assert_eq!(notice.payload["classes"].as_array().unwrap().len(), 1);
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().seats, 0);
    t.office.clock.advance(3 * DAY);
    assert_eq!(shanhai::jobs::run_until_idle(&t.office, &mailer, None).await.unwrap().seats, 2);
}

async fn what_has_run_out_is_swept(engine: Engine) {
    let t = town(engine).await;
    shanhai::actions::account::park_form(&t.office, None, "/station", b"x").await.unwrap();
    let uploads = t.folder.join("uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    std::fs::write(uploads.join("old"), b"sealed").unwrap();
    let file = std::fs::File::options().write(true).open(uploads.join("old")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_micros(t.office.now().unsigned_abs())).unwrap();
    assert_eq!(shanhai::actions::digest::sweep(&t.office).await.unwrap(), 0);
    t.office.clock.advance(6 * DAY);
    assert_eq!(shanhai::actions::digest::sweep(&t.office).await.unwrap(), 1, "the form, not the file");
    t.office.clock.advance(2 * DAY);
    assert_eq!(shanhai::actions::digest::sweep(&t.office).await.unwrap(), 1);
    assert!(!uploads.join("old").exists());
}

async fn the_loops_send_after_an_act_and_end_when_told(engine: Engine) {
    let t = town(engine).await;
    let (tell, stop) = tokio::sync::watch::channel(false);
    let mut loops = shanhai::jobs::start(&t.office, std::sync::Arc::new(t.mailer()), &stop);
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

on_both! {
    a_call_to_repeat_comes_back_on_its_day_until_somebody_calls,
    a_station_gets_one_digest_a_day_and_none_when_there_is_nothing,
    an_overdue_answer_is_reminded_of_once_and_stands_on_the_list,
    a_vacancy_is_warned_of_once_and_read_again_after_its_last_day,
    stations_hear_once_of_a_class_with_seats_a_week_before_it_begins,
    what_has_run_out_is_swept,
    the_loops_send_after_an_act_and_end_when_told,
}
