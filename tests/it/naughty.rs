//! The big list of naughty strings goes through name, remark, search and mail: no error, no script, no header.

use std::collections::BTreeSet;

use naughty_strings::BLNS;
use serde_json::json;
use shanhai::domain::actor::Role;
use shanhai::mail::Mailer;

use crate::people::{self, phone};
use crate::world::World;

/// Text of a page as a reader sees it.
fn unescaped(html: &str) -> String {
    let html = html.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    html.replace("&#38;", "&")
}

/// True if the string could change a page's structure and stands in it as it was typed.
fn raw_in(page: &str, naughty: &str) -> bool {
    let telling = naughty.chars().count() > 3 && naughty.contains(['<', '>', '"']);
    telling && page.contains(naughty)
}

/// Names of a message's header fields.
fn header_names(mail: &str) -> BTreeSet<String> {
    let head = mail.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter(|l| !l.starts_with([' ', '\t']));
    lines.map(|l| l.split(':').next().unwrap_or_default().to_ascii_lowercase()).collect()
}

fn mailer(world: &World) -> Mailer {
    Mailer::open(&format!("file://{}", world.folder.path().join("mail").display()), "shanhai@shanhai.example")
        .expect("a folder of letters")
}

journey!(a_naughty_name_is_kept_as_typed_or_refused_at_its_place, |world| {
    let clerk = world.clerk().await;
    let mut kept = 0;
    for (n, naughty) in BLNS.iter().enumerate() {
        let n = u32::try_from(n).expect("few");
        let body = people::person("王小山", n, json!({"name": naughty, "skills": [naughty], "origin_text": naughty}));
        let answer = clerk.post("/api/v1/workers", body).await;
        if answer.status == 201 {
            let row = answer.json();
            assert_eq!(row["name"].as_str().map(str::trim), row["name"].as_str(), "{naughty:?}");
            let page = clerk.get(&format!("/api/v1/workers/{}", answer.id())).await.expect(200).json();
            assert_eq!(page["name"], row["name"]);
            kept += 1;
        } else {
            let faults = answer.problem(422, "invalid").faults();
            assert!(
                faults
                    .iter()
                    .all(|f| f.starts_with("name ") || f.starts_with("skills") || f.starts_with("origin_text")),
                "{naughty:?}: {faults:?}"
            );
        }
    }
    assert!(kept > 10, "{kept}");
});

journey!(a_naughty_form_comes_back_with_what_was_typed_and_nothing_of_it_is_markup, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(crate::desk::PASSWORD)).await;
    let clerk = crate::desk::signed_in(&world.anyone(), &name).await;
    for naughty in BLNS {
        // The number is wrong, so that every form comes back.
        let fields = [("name", *naughty), ("id_number", "52052419900101999"), ("skills", *naughty)];
        let page = clerk.form("/station/workers/new", &fields).await.expect(422).text();
        assert!(!raw_in(&page, naughty), "{naughty:?} stands raw in {page}");
        let seen = unescaped(&page);
        let line = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        assert!(line(&seen).contains(&line(naughty)), "{naughty:?} is lost in {page}");
        assert!(!page.contains("<script"), "{naughty:?}");
    }
});

journey!(a_naughty_search_answers_and_shows_no_markup, |world| {
    let clerk = world.clerk().await;
    world.registers(&clerk, "王小山", json!({})).await.expect(201);
    world.settle().await;
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(crate::desk::PASSWORD)).await;
    let desk = crate::desk::signed_in(&world.anyone(), &name).await;
    for naughty in BLNS {
        let q = serde_urlencoded::to_string([("q", naughty)]).expect("a pair");
        let list = world.anyone().get(&format!("/api/v1/vacancies?{q}")).await;
        assert!(
            list.status == 200 || list.status == 400 && list.text().contains("query."),
            "{naughty:?}: {}",
            list.text()
        );
        let found = clerk.post("/api/v1/workers/lookup", json!({"text": naughty})).await;
        assert!([200, 422].contains(&found.status), "{naughty:?}: {}", found.text());
        let page = world.anyone().get(&format!("/vacancies?{q}")).await;
        assert!([200, 400].contains(&page.status), "{naughty:?}: {}", page.text());
        assert!(!raw_in(&page.text(), naughty) && !page.text().contains("<script"), "{naughty:?}: {}", page.text());
        let page = desk.form("/station/workers/find", &[("q", naughty)]).await;
        assert!([200, 422].contains(&page.status), "{naughty:?}: {} {}", page.status, page.text());
        assert!(!raw_in(&page.text(), naughty) && !page.text().contains("<script"), "{naughty:?}: {}", page.text());
    }
});

journey!(a_naughty_title_and_remark_go_into_letters_and_add_no_header, |world| {
    let head = world.role(Role::Head, "GZ-5205").await;
    let employer = world.employer().await;
    let mut asked = 0;
    for (n, naughty) in BLNS.iter().enumerate() {
        let n = u32::try_from(n).expect("few");
        let body = crate::posting::post(&employer.to_string(), naughty, json!({"description": naughty}));
        let post = head.post("/api/v1/vacancies?open=true", body).await;
        if post.status != 201 {
            post.problem(422, "invalid");
            continue;
        }
        let page = world.anyone().get(&format!("/vacancies/{}", post.id())).await;
        assert!([200, 404].contains(&page.status), "{naughty:?}");
        assert!(!raw_in(&page.text(), naughty) && !page.text().contains("<script"), "{naughty:?}: {}", page.text());
        let interest = json!({"name": "王小山", "phone": phone(n), "consent": true, "remark": naughty});
        let left = world.anyone().post(&format!("/api/v1/vacancies/{}/interest", post.id()), interest).await;
        assert!([202, 404, 409, 422].contains(&left.status), "{naughty:?}: {}", left.text());
        asked += u32::from(left.status == 202);
    }
    assert!(asked > 100, "{asked}");
    let mailer = mailer(&world);
    let counts = shanhai::jobs::run_until_idle(&world.office, &mailer, None).await.expect("jobs");
    assert!(counts.sent >= u64::from(asked) && counts.dead == 0, "{counts:?} for {asked}");
    let known: BTreeSet<String> = [
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "content-language",
        "content-transfer-encoding",
        "auto-submitted",
        "x-shanhai-kind",
        "x-shanhai-event",
        "x-shanhai-station",
    ]
    .map(String::from)
    .into();
    for file in std::fs::read_dir(world.folder.path().join("mail")).expect("letters") {
        let mail = std::fs::read_to_string(file.expect("a letter").path()).expect("text");
        let names = header_names(&mail);
        assert!(names.is_subset(&known), "{:?}", names.difference(&known));
        assert_eq!(mail.matches("\r\nTo: ").count() + usize::from(mail.starts_with("To: ")), 1, "{mail}");
    }
});
