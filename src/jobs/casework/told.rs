//! Tests of letters, interests, calls, the worklist and the day's work.

use super::*;
use crate::domain::notice::NoticeState;

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
    let tasks = crate::actions::worklist::of(&t.office, &t.clerk).await.unwrap();
    assert!(tasks.tasks.iter().any(|task| task.kind == TaskKind::Mail));

    let mut row = t.office.stations().await.iter().find(|s| s.id == root).unwrap().clone();
    row.station.email = Some("root@shanhai.example".into());
    let mut tx = t.begin().await;
    crate::store::station::put(&mut tx, &row, false, t.office.now()).await.unwrap();
    t.office.commit(tx).await.unwrap();
    t.office.reload_stations().await.unwrap();
    crate::actions::outbox::retry(&t.office, &t.clerk, dead[0].id).await.unwrap();
    assert_eq!(crate::jobs::mailer::step(&t.office, &mailer).await.unwrap().sent, 1);
    assert_eq!(code_of(crate::actions::outbox::retry(&t.office, &t.clerk, dead[0].id).await), "outbox.state");
}

#[tokio::test]
async fn a_consent_taken_back_stops_the_letter_to_the_employer() {
    let t = town().await;
    let worker = t.person("赵一").await;
    t.introduce(worker, t.vacancy(1).await).await.unwrap();
    t.office.clock.advance(Duration::from_mins(1));
    let record = crate::actions::worker::find(&t.office, &t.clerk, worker).await.unwrap();
    let mut body = crate::actions::worker::registration(&record);
    body.consent.push(consent("employer", "true"));
    crate::actions::worker::change_to(&t.office, &t.clerk, &record, body, record.person.version).await.unwrap();
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
    let new = crate::actions::interest::NewInterest {
        name: Some("王小明".into()),
        phone: Some("14612340071".into()),
        consent: Some("true".into()),
        remark: None,
    };
    crate::actions::interest::leave(&t.office, vacancy, &new).await.unwrap();
    t
}

async fn smtp(answer: &'static str) -> Mailer {
    Mailer::open(&format!("smtp://{}", server(answer).await), "shanhai@shanhai.example").unwrap()
}

#[tokio::test]
async fn a_letter_refused_for_now_is_tried_rarer_and_given_up_after_three_days() {
    let t = one_letter().await;
    let mailer = smtp("450 later").await;
    let first = crate::actions::letter::send_due(&t.office, &mailer).await.unwrap();
    assert_eq!((first.waiting, first.all()), (1, 1));
    assert_eq!(crate::actions::letter::send_due(&t.office, &mailer).await.unwrap().all(), 0, "not before its time");
    let mut tries = 1;
    let mut waits = Vec::new();
    loop {
        let waiting = t.outbox(NoticeState::Pending).await;
        let Some(n) = waiting.first() else { break };
        let wait = n.next_at - t.office.now();
        waits.push(wait);
        t.office.clock.advance(Duration::from_micros(wait.unsigned_abs() + 1));
        tries += crate::actions::letter::send_due(&t.office, &mailer).await.unwrap().all();
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
    assert_eq!(crate::actions::letter::send_due(&t.office, &smtp("550 no such box").await).await.unwrap().dead, 1);
    let t = one_letter().await;
    assert_eq!(crate::actions::letter::send_due(&t.office, &smtp("silence").await).await.unwrap().waiting, 1);
    let waiting = t.outbox(NoticeState::Pending).await;
    assert!(waiting[0].maybe_duplicate);
    let first = waiting[0].message_id.clone();
    t.office.clock.advance(Duration::from_hours(1));
    assert_eq!(crate::actions::letter::send_due(&t.office, &smtp("250 ok").await).await.unwrap().sent, 1);
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
    let new = |name: &str, phone: &str| crate::actions::interest::NewInterest {
        name: Some(name.into()),
        phone: Some(phone.into()),
        consent: Some("true".into()),
        remark: Some("晚上打".into()),
    };
    let receipt = crate::actions::interest::leave(&t.office, vacancy, &new("王小明", "146 1234 0071")).await.unwrap();
    let listed =
        crate::actions::interest::list(&t.office, &t.clerk, &[crate::domain::interest::InterestState::Received], 9)
            .await
            .unwrap();
    assert_eq!(listed.len(), 1, "the county station knows the person");
    let stranger = crate::actions::interest::leave(&t.office, vacancy, &new("李生", "14612340072")).await.unwrap();
    let home_clerk = account(Role::Clerk, Some(t.home), None);
    let at_home = crate::actions::worklist::of(&t.office, &home_clerk).await.unwrap();
    assert_eq!(at_home.counts(), [(TaskKind::Interest, 1)], "a stranger goes to the service home of the district");
    assert!(at_home.tasks[0].title.starts_with("李* H-"), "{}", at_home.tasks[0].title);

    let state =
        async |code: String| crate::actions::interest::receipt(&t.office, &code).await.unwrap().interest.state.code();
    let id = listed[0].interest.id;
    let call = crate::actions::call::NewCall {
        interest: Some(id),
        result: Some("reached".into()),
        ..crate::actions::call::NewCall::default()
    };
    crate::actions::call::note(&t.office, &t.clerk, &call).await.unwrap();
    assert_eq!(state(receipt.clone()).await, "called");
    crate::actions::interest::link(&t.office, &t.clerk, id, known).await.unwrap();
    t.introduce(known, vacancy).await.unwrap();
    assert_eq!(state(receipt.to_lowercase()).await, "introduced");

    crate::actions::interest::withdraw(&t.office, &stranger).await.unwrap();
    crate::actions::interest::withdraw(&t.office, &stranger).await.unwrap();
    assert_eq!(state(stranger).await, "withdrawn");
    assert!(matches!(crate::actions::interest::receipt(&t.office, "H-NOTHING").await, Err(Error::NotFound)));

    for _ in 0..4 {
        crate::actions::interest::leave(&t.office, vacancy, &new("王小明", "14612340071")).await.unwrap();
    }
    let sixth = crate::actions::interest::leave(&t.office, vacancy, &new("王小明", "+86 14612340071")).await;
    assert_eq!(code_of(sixth), "interest.too_many");
    let mut without = new("王小明", "1461234");
    without.consent = None;
    let Err(Error::Invalid(faults)) = crate::actions::interest::leave(&t.office, vacancy, &without).await else {
        panic!("faults expected")
    };
    assert_eq!(faults.len(), 2);
}

#[tokio::test]
async fn a_clerk_registers_a_person_from_an_interest_without_typing_again() {
    let t = town().await;
    let vacancy = t.vacancy_with(1, |v| v.vacancy.region = Some("520524".into())).await;
    let new = crate::actions::interest::NewInterest {
        name: Some("李生".into()),
        phone: Some("14612340072".into()),
        consent: Some("on".into()),
        remark: None,
    };
    crate::actions::interest::leave(&t.office, vacancy, &new).await.unwrap();
    let home_clerk = account(Role::Clerk, Some(t.home), None);
    let open = [crate::domain::interest::InterestState::Received];
    let left = crate::actions::interest::list(&t.office, &home_clerk, &open, 9).await.unwrap();
    let id = left[0].interest.id;
    assert_eq!(crate::actions::interest::masked_phone(&t.office, &left[0].interest).unwrap(), "146****0072");
    let body = Registration { id_missing_reason: Some("没带证".into()), ..Registration::default() };
    let done = crate::actions::interest::register(&t.office, &home_clerk, id, body).await.unwrap();
    let worker = done.interest.worker.unwrap();
    let record = crate::actions::worker::find(&t.office, &home_clerk, worker).await.unwrap();
    assert_eq!(record.person.name, "李生");
    assert_eq!(crate::actions::worker::masked(&t.office, &record).unwrap().1.as_deref(), Some("146****0072"));
}

#[tokio::test]
async fn a_call_to_repeat_comes_back_on_its_day_until_somebody_calls() {
    let t = town().await;
    let worker = t.person("赵一").await;
    let call = |result: &str| crate::actions::call::NewCall {
        worker: Some(worker),
        result: Some(result.into()),
        ..crate::actions::call::NewCall::default()
    };
    crate::actions::call::note(&t.office, &t.clerk, &call("call_again")).await.unwrap();
    let calls = async || {
        let list = crate::actions::worklist::of(&t.office, &t.clerk).await.unwrap();
        list.tasks.iter().filter(|task| task.kind == TaskKind::Call).count()
    };
    assert_eq!(calls().await, 0);
    t.office.clock.advance(DAY);
    assert_eq!(calls().await, 1);
    crate::actions::call::note(&t.office, &t.clerk, &call("reached")).await.unwrap();
    assert_eq!(calls().await, 0);
    let timeline = crate::actions::worker::timeline(&t.office, &t.clerk, worker).await.unwrap();
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
    let list = crate::actions::worklist::of(&t.office, &t.clerk).await.unwrap();
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
    crate::actions::account::park_form(&t.office, "/station", b"x").await.unwrap();
    let uploads = t.folder.join("uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    std::fs::write(uploads.join("old"), b"sealed").unwrap();
    let file = std::fs::File::options().write(true).open(uploads.join("old")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_micros(t.office.now().unsigned_abs())).unwrap();
    assert_eq!(crate::actions::digest::sweep(&t.office).await.unwrap(), 0);
    t.office.clock.advance(6 * DAY);
    assert_eq!(crate::actions::digest::sweep(&t.office).await.unwrap(), 1, "the form, not the file");
    t.office.clock.advance(2 * DAY);
    assert_eq!(crate::actions::digest::sweep(&t.office).await.unwrap(), 1);
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
