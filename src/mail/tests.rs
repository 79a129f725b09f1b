//! Letters as they arrive, and servers that behave, refuse, stall or lie.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::super::*;
use super::*;

fn head(id: &str) -> Head {
    Head {
        event_id: "018f-7".into(),
        message_id: format!("{id}@shanhai.example"),
        at: "2026-11-24T01:30:00Z".parse().expect("an instant"),
        to: "hr@heqiao.example".into(),
        reply_to: "nayong@station.example".into(),
        station: "纳雍劳务协作工作站".into(),
        link: "https://shanhai.example/employer".into(),
    }
}

fn listed() -> Listed {
    Listed { title: "电子装配工".into(), code: "G-7K2M".into(), left: 12, day: "11月27日".into() }
}

fn person() -> Person {
    Person::new("王小明", "R-7K2M")
}

fn matters(lang: Language) -> Vec<Matter> {
    let (employer, vacancy) = (Words::from("禾桥电子"), listed());
    let introduction = Introduction {
        lang,
        to_employer: true,
        vacancy: vacancy.clone(),
        employer: employer.clone(),
        people: vec![person(), Person::new("石本忠", "R-2B3C")],
        answer_by: "11月27日".into(),
    };
    let own = Introduction { to_employer: false, ..introduction.clone() };
    vec![
        Matter::Introduction(introduction),
        Matter::Introduction(own),
        Matter::Interest(Interest { lang, person: person(), vacancy: vacancy.clone(), call_by: "11月26日".into() }),
        Matter::Placement(Placement {
            lang,
            person: person(),
            vacancy: vacancy.clone(),
            employer,
            from: "12月1日".into(),
        }),
        Matter::DailyDigest(DailyDigest {
            lang,
            station: "纳雍站".into(),
            day: "11月24日".into(),
            tasks: vec![Count { what: "网页意向".into(), n: 5 }, Count { what: "查重".into(), n: 7 }],
            overdue: 3,
            vacancies: vec![vacancy.clone()],
            searches: vec![
                Found { n: 7, people: vec![Person::new("王小明", "R-7K2M")], ..Found::default() },
                Found {
                    name: "附近的焊工岗位".into(), n: 1, vacancies: vec![vacancy.clone()], ..Found::default()
                },
            ],
        }),
        Matter::ClassSeats(ClassSeats {
            lang,
            classes: vec![Seats {
                class: vacancy.clone(),
                enrol: People { first: vec![person(), person()], more: 3 },
                better: People { first: vec![person()], more: 0 },
            }],
        }),
        Matter::Expiring(Expiring { lang, vacancies: vec![vacancy] }),
        Matter::Password(PasswordLink { lang, account: "xiemin".into(), hours: 48 }),
    ]
}

fn letter(id: &str) -> Letter {
    compose(head(id), &matters(Language::Zh)[0])
}

#[test]
fn every_kind_has_subject_text_html_and_its_link_in_both_languages() {
    for lang in [Language::Zh, Language::En] {
        for matter in matters(lang) {
            let letter = compose(head("m1"), &matter);
            let kind = letter.kind;
            assert!(!letter.subject.is_empty() && !letter.subject.contains('\n'), "{kind}");
            for part in [&letter.text, &letter.html] {
                assert!(part.contains("https://shanhai.example/employer"), "{kind}");
                assert!(!part.contains("小明") && !part.contains('→') && !part.contains('•'), "{kind}: {part}");
            }
            assert!(letter.html.contains(&format!("<html lang=\"{}\">", lang.tag())), "{kind}");
            if lang == Language::En {
                let chinese = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
                let ours: String = letter.subject.chars().filter(|c| !"电子装配工月日".contains(*c)).collect();
                assert_eq!(ours.chars().find(chinese), None, "{kind}: {ours}");
            }
        }
    }
}

#[test]
fn the_letter_to_an_employer_reads_as_a_clerk_would_write_it() {
    let letter = letter("m1");
    assert_eq!(letter.subject, "给您推荐 2 人：电子装配工");
    assert_eq!(
        letter.text,
        "禾桥电子：\n\n您的“电子装配工”（G-7K2M）还剩 12 个名额。我们推荐 2 人，本人都同意。\n\n\
         - 王*　R-7K2M\n- 石*　R-2B3C\n\n去答复：\nhttps://shanhai.example/employer\n\n\
         请在 11月27日前答复。过了没答复，我们会打电话问您。\n\n\
         -- \n山海　纳雍劳务协作工作站\n信里不写证号、电话和全名，登录后看。直接回信就到工作站。\n"
    );
    assert!(letter.html.contains("<li>王*　R-7K2M</li><li>石*　R-2B3C</li>"));
}

#[test]
fn the_message_carries_the_headers_of_the_contract_and_is_the_same_at_each_try() {
    let from = super::address("shanhai@localhost").expect("an address");
    let bytes = letter("m1").message(&from).expect("a message").formatted();
    assert_eq!(bytes, letter("m1").message(&from).expect("a message").formatted());
    let text = String::from_utf8(bytes).expect("a message is ASCII");
    for header in [
        "Message-ID: <m1@shanhai.example>\r\n",
        "X-Shanhai-Event: introduction 018f-7\r\n",
        "Reply-To: nayong@station.example\r\n",
        "To: hr@heqiao.example\r\n",
        "Date: Tue, 24 Nov 2026 01:30:00 +0000\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n",
    ] {
        assert!(text.contains(header), "{header} in {text}");
    }
    assert!(text.is_ascii());
}

#[test]
fn no_header_can_be_smuggled_in() {
    let from = super::address("shanhai@localhost").expect("an address");
    let evil = "x\r\nBcc: spy@evil.example";
    let in_title = Introduction {
        vacancy: Listed { title: evil.into(), ..listed() },
        employer: "=?utf-8?B?WA==?= 😀".into(),
        ..Introduction::default()
    };
    let composed = compose(head("m1"), &Matter::Introduction(in_title));
    let forced = Letter { subject: evil.into(), ..letter("m1") };
    for letter in [composed, forced] {
        let bytes = letter.message(&from).expect("a message").formatted();
        let text = String::from_utf8(bytes).expect("a message is ASCII");
        let headers = text.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!headers.contains("\nBcc:"), "{headers}");
    }
    for wrong in [
        Letter { to: evil.into(), ..letter("m1") },
        Letter { to: "a@b\r\nBcc: c@d".into(), ..letter("m1") },
        Letter { reply_to: "站@x\n".into(), ..letter("m1") },
        Letter { message_id: "a>\r\nBcc: c".into(), ..letter("m1") },
        Letter { message_id: "../x".into(), ..letter("m1") },
        Letter { event_id: "a\r\nBcc: c".into(), ..letter("m1") },
    ] {
        assert!(wrong.message(&from).is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_folder_receives_one_whole_file_a_letter_named_by_its_id() {
    let dir = std::env::temp_dir().join(format!("shanhai-mail-{}", std::process::id()));
    let mailer = Mailer::open(&format!("file://{}", dir.display()), "shanhai@localhost").expect("a folder");
    assert_eq!(mailer.send(&letter("m1")).await, Outcome::Sent);
    assert_eq!(mailer.send(&letter("m1")).await, Outcome::Sent);
    assert_eq!(mailer.send(&letter("m2")).await, Outcome::Sent);
    let mut names: Vec<String> = std::fs::read_dir(&dir)
        .expect("the folder")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let file = std::fs::read_to_string(dir.join("m1@shanhai.example.eml")).expect("the letter");
    std::fs::remove_dir_all(&dir).expect("the folder goes");
    assert_eq!(names, ["m1@shanhai.example.eml", "m2@shanhai.example.eml"]);
    assert!(file.starts_with("Message-ID: <m1@shanhai.example>"), "{file}");
    assert!(matches!(mailer.send(&letter("m3")).await, Outcome::Retry { .. }), "the folder is gone");
}

#[test]
fn settings_that_cannot_work_are_refused_at_the_start() {
    assert_eq!(Mailer::open("file:///tmp", "no address").err(), Some(Error::From));
    assert!(matches!(Mailer::open("pigeon://x", "a@b.example").err(), Some(Error::Url(_))));
    assert!(matches!(Mailer::open("file:///dev/null/mail", "a@b.example").err(), Some(Error::Folder(_))));
}

/// How the server of a test behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Accepts,
    Greets(&'static str),
    AtRecipient(&'static str),
    AfterMessage(&'static str),
    ClosesAfterMessage,
    SilentAfterMessage,
    ClosesAtOnce,
    Drips,
    DripsAnswers,
    Endless,
}

struct Server {
    url: String,
    mails: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(manner: Manner) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let (mails, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let server = Server { url, mails: mails.clone(), connections: connections.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                // A client that gives up breaks the pipe; that is no fault of the server.
                tokio::spawn(serve(stream, manner, mails.clone()));
            }
        });
        server
    }

    fn mailer(&self, deadline: Duration) -> Mailer {
        Mailer { deadline, ..Mailer::open(&self.url, "shanhai@localhost").expect("a server") }
    }

    async fn outcome(manner: Manner) -> Outcome {
        let server = Server::start(manner).await;
        server.mailer(Duration::from_millis(600)).send(&letter("m1")).await
    }
}

async fn drip(stream: &mut BufReader<TcpStream>, text: &str) -> std::io::Result<()> {
    for byte in text.bytes() {
        stream.write_all(&[byte]).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn serve(stream: TcpStream, manner: Manner, mails: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    match manner {
        Manner::ClosesAtOnce => return Ok(()),
        Manner::Drips => drip(&mut stream, "220 a very slow server that never ends its greeting\r\n").await?,
        Manner::Endless => loop {
            stream.write_all(b"220-and another line\r\n").await?;
        },
        Manner::Greets(greeting) => {
            stream.write_all(greeting.as_bytes()).await?;
            stream.read_to_end(&mut Vec::new()).await?;
            return Ok(());
        }
        _ => stream.write_all(b"220 test\r\n").await?,
    }
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match (verb.as_str(), manner) {
            ("EHLO", _) => "250-test\r\n250 8BITMIME\r\n",
            ("RCPT", Manner::AtRecipient(answer)) => answer,
            ("MAIL", Manner::DripsAnswers) => {
                drip(&mut stream, "250 slowly, slowly\r\n").await?;
                continue;
            }
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut mail).await? == 0 {
                        return Ok(());
                    }
                }
                match manner {
                    Manner::ClosesAfterMessage => return Ok(()),
                    Manner::SilentAfterMessage => {
                        stream.read_to_end(&mut Vec::new()).await?;
                        return Ok(());
                    }
                    Manner::AfterMessage(answer) => answer,
                    _ => {
                        mails.lock().await.push(mail);
                        "250 taken\r\n"
                    }
                }
            }
            ("QUIT", _) => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent => "sent",
        Outcome::Retry { .. } => "retry",
        Outcome::Refused { .. } => "refused",
        Outcome::MaybeDelivered { .. } => "maybe",
    }
}

#[tokio::test]
async fn what_the_server_does_decides_what_becomes_of_the_letter() {
    for (manner, becomes) in [
        (Manner::Accepts, "sent"),
        (Manner::AtRecipient("450 greylisted, come again\r\n"), "retry"),
        (Manner::AtRecipient("550 no such mailbox\r\n"), "refused"),
        (Manner::AtRecipient("552 mailbox full\r\n"), "refused"),
        (Manner::AtRecipient("what?\r\n"), "retry"),
        (Manner::AfterMessage("451 try later\r\n"), "retry"),
        (Manner::AfterMessage("554 not wanted\r\n"), "refused"),
        (Manner::AfterMessage("what?\r\n"), "maybe"),
        (Manner::ClosesAfterMessage, "maybe"),
        (Manner::SilentAfterMessage, "maybe"),
        (Manner::Greets("421 too busy\r\n"), "retry"),
        (Manner::Greets("554 no mail here\r\n"), "refused"),
        (Manner::Greets("HTTP/1.1 400 Bad Request\r\n"), "retry"),
        (Manner::Greets("\u{0}\u{1}\u{2}\r\n"), "retry"),
        (Manner::Greets(""), "retry"),
        (Manner::ClosesAtOnce, "retry"),
        (Manner::Drips, "retry"),
        (Manner::DripsAnswers, "retry"),
        (Manner::Endless, "retry"),
    ] {
        let outcome = Server::outcome(manner).await;
        assert_eq!(word(&outcome), becomes, "{outcome:?}");
    }
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let mailer = Mailer::open(&url, "shanhai@localhost").expect("a server");
    assert_eq!(word(&mailer.send(&letter("m1")).await), "retry");
}

#[tokio::test]
async fn a_dripping_server_costs_no_more_than_the_deadline() {
    let server = Server::start(Manner::Drips).await;
    let begun = Instant::now();
    let outcome = server.mailer(Duration::from_millis(300)).send(&letter("m1")).await;
    assert_eq!(word(&outcome), "retry");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_mail_in_clear() {
    let server = Server::start(Manner::Accepts).await;
    let url = server.url.replace("smtp://", "smtp+starttls://user:secret@");
    let mailer = Mailer::open(&url, "shanhai@localhost").expect("a server");
    let outcome = mailer.send(&letter("m1")).await;
    assert_eq!(word(&outcome), "retry");
    assert!(!format!("{outcome:?}").contains("secret"));
    assert!(server.mails.lock().await.is_empty());
}

#[tokio::test]
async fn forty_letters_go_over_few_connections_and_none_is_lost() {
    let server = Server::start(Manner::Accepts).await;
    let mailer = Arc::new(server.mailer(Duration::from_secs(20)));
    let sending: Vec<_> = (0..40)
        .map(|i| {
            let mailer = mailer.clone();
            tokio::spawn(async move { mailer.send(&letter(&format!("m{i}"))).await })
        })
        .collect();
    for send in sending {
        assert_eq!(send.await.expect("a task"), Outcome::Sent);
    }
    let mails = server.mails.lock().await;
    let ids: std::collections::BTreeSet<&str> = mails.iter().filter_map(|m| m.lines().next()).collect();
    assert_eq!((mails.len(), ids.len()), (40, 40));
    assert!(server.connections.load(Ordering::SeqCst) <= 4);
}
