//! Letters through a real SMTP server on loopback: they arrive whole, wait while it refuses, and never carry a number.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use shanhai::domain::notice::NoticeState;
use shanhai::jobs::run_until_idle;
use shanhai::mail::Mailer;
use std::time::Duration;
use tempfile::TempDir;

use crate::house_source::top;
use crate::town::*;
use crate::world::Engine;

/// The server that keeps what it is given.
struct Sink {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    port: u16,
    folder: TempDir,
}

impl Sink {
    #[expect(clippy::disallowed_methods, reason = "`tests/run` hands the Python over that has aiosmtpd")]
    fn start() -> Self {
        let python = std::env::var("SHANHAI_TEST_PYTHON").unwrap_or_default();
        assert!(
            !python.is_empty(),
            "this journey needs a Python with aiosmtpd: `tests/run mail` installs one, or set SHANHAI_TEST_PYTHON"
        );
        let folder = TempDir::new().expect("a temporary folder");
        let mut child = Command::new(python)
            .arg(top().join("tests/it/smtp_sink.py"))
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SMTP server starts");
        let orders = child.stdin.take().expect("stdin");
        let answers = BufReader::new(child.stdout.take().expect("stdout"));
        let mut sink = Self { child, orders, answers, port: 0, folder };
        sink.port = sink.line().parse().expect("a port");
        sink
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line of the SMTP server");
        line.trim().to_owned()
    }

    /// Answers every recipient so from now on.
    fn answer(&mut self, reply: &str) {
        writeln!(self.orders, "{reply}").expect("an order");
        assert_eq!(self.line(), reply);
    }

    fn mailer(&self) -> Mailer {
        Mailer::open(&format!("smtp://127.0.0.1:{}", self.port), "shanhai@shanhai.example").expect("a mailer")
    }

    fn letters(&self) -> Vec<Value> {
        let mut files: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("the folder")
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|e| e == "json"))
            .collect();
        files.sort();
        files.iter().map(|p| serde_json::from_slice(&std::fs::read(p).expect("a letter")).expect("JSON")).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn letters_arrive_whole_and_carry_no_number(engine: Engine) {
    let (t, sink) = (town(engine).await, Sink::start());
    let worker = t
        .person_with("王小明", |b| {
            b.phone = Some("14612340071".into());
            b.consent.push(consent("employer", "false"));
        })
        .await;
    let id = t.introduce(worker, t.vacancy(1).await).await.unwrap().case.introduction.id;
    let counts = run_until_idle(&t.office, &sink.mailer(), None).await.unwrap();
    assert_eq!((counts.waiting, counts.dead), (0, 0), "{counts:?}");
    let letters = sink.letters();
    let event = format!("introduction {id}");
    let about: Vec<&Value> = letters.iter().filter(|l| l["headers"]["x-shanhai-event"] == event).collect();
    let mut to: Vec<&str> = about.iter().filter_map(|l| l["to"][0].as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["boss@shanhai.example", "home@shanhai.example"]);
    for letter in &about {
        assert_eq!(letter["from"], "shanhai@shanhai.example");
        assert_eq!(letter["headers"]["reply-to"], "home@shanhai.example");
        assert!(letter["headers"]["message-id"].as_str().unwrap().len() > 10);
        for part in ["text", "html"] {
            let words = letter[part].as_str().unwrap();
            assert!(words.contains("王*") && words.contains("https://shanhai.example/"), "{words}");
        }
        let all = letter.to_string();
        assert!(!all.contains("14612340071") && !all.contains("王小明"), "{all}");
    }
}

async fn a_letter_that_is_refused_for_now_goes_out_once_under_the_same_id(engine: Engine) {
    let (t, mut sink) = (town(engine).await, Sink::start());
    t.introduce(t.person("赵一").await, t.vacancy(1).await).await.unwrap();
    sink.answer("450 4.2.1 later");
    let counts = run_until_idle(&t.office, &sink.mailer(), None).await.unwrap();
    assert!(counts.sent == 0 && counts.waiting > 0, "{counts:?}");
    let mut wanted: Vec<String> =
        t.outbox(NoticeState::Pending).await.iter().map(|n| n.message_id.trim_matches(['<', '>']).to_owned()).collect();
    sink.answer("250 OK");
    t.office.clock.advance(Duration::from_hours(1));
    run_until_idle(&t.office, &sink.mailer(), None).await.unwrap();
    let letters = sink.letters();
    let mut ids: Vec<String> = letters
        .iter()
        .filter_map(|l| l["headers"]["message-id"].as_str())
        .map(|id| id.trim_matches(['<', '>']).to_owned())
        .filter(|id| wanted.contains(id))
        .collect();
    ids.sort();
    wanted.sort();
    assert_eq!(ids, wanted);
}

async fn a_letter_that_is_refused_for_good_is_shown_to_people(engine: Engine) {
    let (t, mut sink) = (town(engine).await, Sink::start());
    t.introduce(t.person("赵一").await, t.vacancy(1).await).await.unwrap();
    sink.answer("550 5.1.1 no such mailbox");
    let counts = run_until_idle(&t.office, &sink.mailer(), None).await.unwrap();
    assert!(counts.sent == 0 && counts.dead > 0 && counts.waiting == 0, "{counts:?}");
    assert!(sink.letters().is_empty());
    assert!(!t.outbox(NoticeState::Dead).await.is_empty());
}

async fn letters_wait_while_nobody_listens(engine: Engine) {
    let t = town(engine).await;
    t.introduce(t.person("赵一").await, t.vacancy(1).await).await.unwrap();
    let gone = Sink::start().mailer();
    let counts = run_until_idle(&t.office, &gone, None).await.unwrap();
    assert!(counts.sent == 0 && counts.dead == 0 && counts.waiting >= 2, "{counts:?}");
    let sink = Sink::start();
    t.office.clock.advance(Duration::from_hours(1));
    let counts = run_until_idle(&t.office, &sink.mailer(), None).await.unwrap();
    assert!(counts.sent >= 2 && counts.dead == 0, "{counts:?}");
}

on_both! {
    letters_arrive_whole_and_carry_no_number,
    a_letter_that_is_refused_for_now_goes_out_once_under_the_same_id,
    a_letter_that_is_refused_for_good_is_shown_to_people,
    letters_wait_while_nobody_listens,
}
