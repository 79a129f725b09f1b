//! Journeys at the gate: sessions, cookies, kept forms, error pages, figures for the operator.

use std::time::Duration;

use serde_json::json;
use shanhai::actions::office::{Office, Settings};
use shanhai::domain::actor::Role;
use shanhai::web::{Door, server};

use crate::client::Client;
use crate::desk::{PASSWORD, signed_in};
use crate::form_page::{form, links};

/// The address behind `back` of the language switch of a page.
fn back(html: &str) -> String {
    let switch = links(html).into_iter().find(|l| l.starts_with("/lang?")).expect("a language switch");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(switch.split_once('?').unwrap().1).unwrap();
    pairs.into_iter().find(|(n, _)| n == "back").unwrap().1
}

journey!(the_switches_of_an_answer_to_a_post_lead_to_a_page, |world| {
    let (clerk, firm) = (world.clerk().await, world.role(Role::Employer, "").await);
    let id = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    let person = format!("/station/workers/{id}");
    for (client, path, wanted) in [
        (&clerk, format!("{person}/consent"), person.as_str()),
        (&clerk, format!("{person}/call"), person.as_str()),
        (&clerk, "/station/duplicates/x/y".to_owned(), "/station/duplicates/x/y"),
        (&firm, "/employer/introductions".to_owned(), "/employer"),
        (&clerk, "/station/workers/new".to_owned(), "/station/workers/new"),
        (&clerk, "/nirgends/hin".to_owned(), "/"),
    ] {
        let answer = client.form(&path, &[]).await;
        assert!((400..500).contains(&answer.status), "{path} answers {}", answer.status);
        assert_eq!(back(&answer.text()), wanted, "{path}");
    }
    let found = clerk.form("/station/workers/find", &[("q", "王")]).await.expect(200).text();
    let to = clerk.get(&back(&found)).await.expect(303);
    assert_eq!(to.header("location"), Some("/station/workers"));
    assert_eq!(clerk.get("/station/find").await.expect(303).header("location"), Some("/station/workers"));
    assert_eq!(back(&clerk.get("/nirgends?x=1").await.expect(404).text()), "/nirgends?x=1");
});

journey!(a_sign_in_ends_the_older_session_of_the_same_browser, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let (one, elsewhere) = (signed_in(&world.anyone(), &name).await, signed_in(&world.anyone(), &name).await);
    let two = signed_in(&one, &name).await;
    two.get("/station").await.expect(200);
    one.get("/station").await.expect(303);
    elsewhere.get("/station").await.expect(200);
});

journey!(who_may_not_come_in_is_told_so_and_put_on_record, |world| {
    let (_, name) = world.account(Role::Leader, "", Some(PASSWORD)).await;
    let leader = signed_in(&world.anyone(), &name).await;
    for path in ["/admin/accounts", "/station"] {
        let page = leader.get(path).await.expect(403).text();
        assert!(!page.contains("href=\"/admin") && !page.contains("href=\"/station"), "no way into the house: {page}");
    }
    assert_eq!(world.trail("door.knock").await, ["denied", "denied"]);
    let auditor = world.role(Role::Auditor, "").await;
    let page = auditor.get("/admin/audit").await.expect(200).text();
    assert!(page.contains("页面　想打开") && page.contains("/admin/accounts") && page.contains("没让办"), "{page}");
});

journey!(everybody_arrives_somewhere_after_signing_in, |world| {
    for (role, home) in [
        (Role::Clerk, "/station"),
        (Role::Head, "/station"),
        (Role::Village, "/welcome"),
        (Role::Leader, "/welcome"),
        (Role::Employer, "/employer"),
        (Role::Admin, "/admin"),
    ] {
        let (_, name) = world.account(role, "GZ-5205", Some(PASSWORD)).await;
        let fields = [("account", name.as_str()), ("password", PASSWORD), ("next", "/")];
        let signed = world.anyone().form("/login", &fields).await.expect(303);
        assert_eq!(signed.header("location"), Some(home), "{role:?}");
        let cookie = signed.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let somebody = world.anyone().with("cookie", &cookie);
        somebody.get(home).await.expect(200);
        assert_eq!(somebody.get("/login").await.expect(303).header("location"), Some(home), "signed in already");
        let kept = somebody.get("/login?next=/again/x&kept=1").await.expect(303);
        assert_eq!(kept.header("location"), Some("/again/x"), "a kept form is not lost");
    }
});

journey!(under_https_every_cookie_is_secure, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let old = &world.office;
    let settings = Settings { public_url: "https://shanhai.test".to_owned(), ..old.settings.clone() };
    let clock = shanhai::actions::clock::Clock::System;
    let office = Office::open(old.db.clone(), old.keys.clone(), clock, settings).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let anyone = Client::new(listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(server::serve(Door { office, https: true }, listener, async move {
        let _ = stopped.await;
    }));
    let fields = [("account", name.as_str()), ("password", PASSWORD)];
    let session = anyone.form("/login", &fields).await.expect(303);
    let session = session.header("set-cookie").unwrap().to_owned();
    assert!(session.starts_with("__Host-shanhai="), "{session}");
    let mut cookies = vec![session];
    for path in ["/lang?to=en&back=/", "/elder?on=1&back=/"] {
        cookies.push(anyone.get(path).await.expect(303).header("set-cookie").unwrap().to_owned());
        let plain = world.anyone().get(path).await.expect(303);
        assert!(!plain.header("set-cookie").unwrap().contains("Secure"), "a browser drops it under http");
    }
    for cookie in cookies {
        assert!(cookie.contains("; Secure"), "{cookie}");
    }
    let _ = stop.send(());
    served.await.unwrap();
});

journey!(a_worker_form_outlives_the_session_and_a_wrong_password, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let page = clerk.get("/station/workers/new").await.expect(200).text();
    let mut typed = form(&page, "/station/workers/new");
    for (field, value) in [
        ("name", "潘小妹"),
        ("id_missing_reason", "证件补办中"),
        ("birth_date", "1990-05-01"),
        ("skills", "平车；<四线> & 锁边"),
        ("wage_floor", "4500"),
        ("consent_how", "paper"),
    ] {
        typed = typed.with(field, value);
    }
    for scope in ["registry", "matching"] {
        typed.fields.push(("consent".to_owned(), scope.to_owned()));
    }
    world.office.clock.advance(Duration::from_mins(31));
    let to = clerk.form(&typed.action, &typed.pairs()).await.expect(303).header("location").unwrap().to_owned();
    assert!(!to.contains("潘"), "what was typed stands in no address: {to}");

    // A colleague at the same computer does not see what was typed, and does not take it away.
    let (_, colleague) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(to.split('?').nth(1).unwrap()).unwrap();
    let again = &pairs.iter().find(|(n, _)| n == "next").unwrap().1;
    signed_in(&world.anyone(), &colleague).await.get(again).await.expect(404);

    let page = clerk.get(&to).await.expect(200).text();
    assert!(page.contains("填"), "the page says that the form is kept: {page}");
    let wrong = form(&page, "/login").with("account", &name).with("password", "falsch-falsch");
    let page = clerk.form("/login", &wrong.pairs()).await.expect(422).text();
    let right = form(&page, "/login").with("password", PASSWORD);
    assert_eq!(right.value("account"), name);
    let signed = clerk.form("/login", &right.pairs()).await.expect(303);
    let cookie = signed.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let clerk = world.anyone().with("cookie", &cookie);
    let page = clerk.get(signed.header("location").unwrap()).await.expect(200).text();
    let kept = form(&page, "/station/workers/new");
    assert_eq!(kept.pairs(), typed.pairs(), "as it was typed");
    let made = clerk.form(&kept.action, &kept.pairs()).await.expect(303);
    let id = made.header("location").unwrap().split(['/', '?']).nth(3).unwrap().to_owned();
    let person = api.get(&format!("/api/v1/workers/{id}")).await.expect(200).json();
    assert_eq!(person["skills"], json!(["平车", "<四线> & 锁边"]), "{person}");
    assert_eq!(world.column("SELECT scope FROM consent ORDER BY scope").await, ["matching", "registry"]);
});

journey!(a_fault_of_ours_has_a_number_to_read_out, |world| {
    let clerk = world.clerk().await;
    let id = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    world.execute("UPDATE worker SET facts = '{'").await;
    let page = clerk.get(&format!("/station/workers/{id}")).await.expect(500).text();
    let at = page.find("class=\"big\">").expect("a number") + 12;
    let number = &page[at..at + 9];
    let digits = |part: &str| part.len() == 4 && part.chars().all(|c| c.is_ascii_digit());
    assert!(number.split_once('-').is_some_and(|(a, b)| digits(a) && digits(b)), "{number}");
    let told = clerk.get(&format!("/api/v1/workers/{id}")).await.problem(500, "internal").json();
    assert!(told["instance"].as_str().is_some_and(|i| i.starts_with("urn:shanhai:fault:")), "{told}");
    world.execute("UPDATE worker SET facts = '{}'").await;
});

journey!(the_operator_sees_requests_under_way_exact_statuses_and_how_far_the_index_is_behind, |world| {
    let clerk = world.clerk().await;
    let figure = async |name: &str| {
        let text = world.anyone().get("/metrics").await.expect(200).text();
        text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse::<i64>().ok())
    };
    assert_eq!(figure("shanhai_index_lag ").await, None, "nobody follows yet");
    clerk.get("/api/v1/workers/not-an-id").await.expect(404);
    assert!(figure("shanhai_requests_in_flight ").await.is_some_and(|n| n >= 1), "this request is one");
    let mine = "shanhai_requests_total{route=\"/api/v1/workers/{id}\",status=\"404\"}";
    assert!(figure(mine).await.is_some_and(|n| n >= 1));
    world.settle().await;
    let figure = async |name: &str| {
        let text = world.anyone().get("/metrics").await.expect(200).text();
        text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse::<i64>().ok())
    };
    assert_eq!(figure("shanhai_index_lag ").await, Some(0));
    world.registers(&clerk, "王小山", json!({})).await.expect(201);
    assert!(figure("shanhai_index_lag ").await.is_some_and(|n| n >= 1));
});
