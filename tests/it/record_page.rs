//! A person's record as clerks keep it: work that has ended, a yes that frees what waited for it, two records side by side.

use serde_json::json;
use shanhai::domain::actor::Role;

use crate::desk::{PASSWORD, signed_in};
use crate::form_page::form;
use crate::people::{id_number, person};
use crate::posting::opens;

journey!(a_person_whose_work_has_ended_is_looked_for_again_and_an_old_sheet_does_not_undo_it, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let number = id_number("520524", 5);
    let sheet = format!("姓名,证件号码,务工企业名称,务工所在地\n石小山,{number},某电子厂,广东省广州市\n");
    let brings = async || {
        let file = sheet.as_bytes();
        api.upload("/api/v1/imports", &[("kind", "workers")], "名单.csv", file).await.expect(202).id()
    };
    let done = async |import: String| {
        for _ in 0..200 {
            let row = api.get(&format!("/api/v1/imports/{import}")).await.expect(200).json();
            if row["state"] == "done" {
                return row;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the import {import} is not done");
    };
    done(brings().await).await;
    let found = api.post("/api/v1/workers/lookup", json!({"text": number})).await.expect(200).json();
    let id = found["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/workers/{id}");
    assert_eq!(api.get(&path).await.expect(200).json()["status"], "employed");

    let edit = form(
        &desk.get(&format!("/station/workers/{id}/edit")).await.expect(200).text(),
        &format!("/station/workers/{id}/edit"),
    );
    let early = edit.clone().with("employment.to", "2099-01-01");
    let told = desk.form(&early.action, &early.pairs()).await.expect(422).text();
    assert!(told.contains("日期还没有到") && told.contains("2099-01-01"), "{told}");
    let left = edit.with("employment.to", "2026-11-20");
    desk.form(&left.action, &left.pairs()).await.expect(303);
    let after = api.get(&path).await.expect(200).json();
    assert_eq!(after["status"], "unknown", "{after}");
    assert!(after["employment"].is_null(), "{after}");
    assert_eq!(after["employments"][0]["to"], "2026-11-20", "{after}");
    let page = desk.get(&format!("/station/workers/{id}")).await.expect(200).text();
    assert!(page.contains("某电子厂") && page.contains("2026-11-20"), "{page}");

    let again = done(brings().await).await;
    assert_eq!(again["summary"]["unchanged"], 1, "{again}");
    assert_eq!(api.get(&path).await.expect(200).json()["status"], "unknown");
});

journey!(work_ends_through_the_api_too_and_not_before_it_began, |world| {
    let clerk = world.clerk().await;
    let work = json!({"employment": {"employer": "某厂", "from": "2026-03-01"}, "schooling": "中专"});
    let made = world.registers(&clerk, "王小山", work).await.expect(201);
    assert_eq!(made.json()["schooling"]["code"], "senior_middle", "{}", made.text());
    let path = format!("/api/v1/workers/{}", made.id());
    let ends = |day: &str| json!({"employment": {"employer": "某厂", "from": "2026-03-01", "to": day}});
    let faults = clerk.patch(&path, &made.version(), ends("2026-02-01")).await.problem(422, "invalid").faults();
    assert!(faults.join(" ").contains("employment.to"), "{faults:?}");
    let after = clerk.patch(&path, &made.version(), ends("2026-11-01")).await.expect(200).json();
    assert_eq!(
        (&after["status"], &after["employments"][0]["to"]),
        (&json!("unknown"), &json!("2026-11-01")),
        "{after}"
    );
    let history = clerk.get(&format!("{path}/history")).await.expect(200).json();
    assert_eq!(history["items"][0]["changes"]["employment.to"], json!([null, "2026-11-01"]), "{history}");
});

journey!(money_in_a_history_is_yuan_as_everywhere_else, |world| {
    let clerk = world.clerk().await;
    let made = world.registers(&clerk, "王小山", json!({"wage_floor": 5000.5})).await.expect(201);
    let path = format!("/api/v1/workers/{}", made.id());
    clerk.patch(&path, &made.version(), json!({"wage_floor": 6000})).await.expect(200);
    let history = clerk.get(&format!("{path}/history")).await.expect(200).json();
    assert_eq!(history["items"][0]["changes"]["wage_floor"], json!([5000.5, 6000]), "{history}");
});

journey!(a_yes_on_the_persons_page_tells_the_employers_whom_it_was_waited_for, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let employer = world.employer().await.to_string();
    let (one, two) = (
        opens(&api, &employer, "包装工", json!({})).await.expect(201).id(),
        opens(&api, &employer, "保洁员", json!({})).await.expect(201).id(),
    );
    let worker = world.registers(&api, "王小山", json!({})).await.expect(201).id();
    let mut cases = Vec::new();
    for vacancy in [&one, &two] {
        let body = json!({"worker": worker, "vacancy": vacancy});
        let made = api.post("/api/v1/introductions", body).await.expect(201);
        assert_eq!(made.json()["state"], "asked");
        cases.push(made.id());
    }
    // One post closes before anybody reached the person.
    api.post(&format!("/api/v1/vacancies/{two}/close"), json!({})).await.expect(200);
    let page = desk.get(&format!("/station/workers/{worker}")).await.expect(200).text();
    let consent = form(&page, &format!("/station/workers/{worker}/consent"));
    let early = [("scope", "employer"), ("how", "call"), ("at", "2099-01-01")];
    let told_early = desk.form(&consent.action, &early).await.expect(422).text();
    assert!(told_early.contains("日期还没有到"), "{told_early}");
    let given = [("scope", "employer"), ("how", "call"), ("act", "give")];
    let given: Vec<_> = given.into_iter().filter(|(n, _)| consent.names.iter().any(|name| name == n)).collect();
    desk.form(&consent.action, &given).await.expect(303);
    let told = api.get(&format!("/api/v1/introductions/{}", cases[0])).await.expect(200).json();
    assert_eq!(told["state"], "proposed", "{told}");
    assert!(told["mail"].as_array().is_some_and(|m| !m.is_empty()), "{told}");
    let shut = api.get(&format!("/api/v1/introductions/{}", cases[1])).await.expect(200).json();
    assert_ne!(shut["state"], "proposed", "a closed post is not told of anybody: {shut}");
});

journey!(two_records_stand_side_by_side_in_the_order_of_the_form, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let facts = json!({"birth_date": "1990-05-01", "schooling": "初中", "capacity": "普通劳动力"});
    let first = api.post("/api/v1/workers", person("石小山", 21, facts.clone())).await.expect(201).id();
    let mut twin = facts;
    twin["id_number"] = json!(null);
    twin["id_missing_reason"] = json!("补办中");
    twin["phone"] = json!("14612349999");
    let second = api.post("/api/v1/workers", person("石小山", 22, twin)).await.expect(201).id();
    let page = desk.get(&format!("/station/duplicates/{first}/{second}")).await.expect(200).text();
    let at = |label: &str| page.find(&format!("{label}</th>")).unwrap_or_else(|| panic!("{label} in {page}"));
    assert!(at("证件号码") < at("手机号"), "what differs, as the form asks it: {page}");
    assert!(at("姓名") < at("文化程度") && at("文化程度") < at("劳动技能"), "{page}");
});
