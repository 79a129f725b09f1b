//! Journeys of people: registered, masked, revealed, changed, linked, merged, and kept apart by scope.

use serde_json::json;

use crate::people::{PUDING, born, id_number, person, phone};

journey!(a_person_is_registered_and_read_back_masked, |world| {
    let clerk = world.clerk().await;
    let body = json!({
        "schooling": "初中", "skills": ["缝纫"], "wage_floor": 4500, "regions_wanted": ["广东省广州市"],
        "can_leave_home": true, "shift": "day", "needs": ["lodging"], "experience": [{"occupation": "养老护理员", "years": 2}],
    });
    let made = world.registers(&clerk, "王小山", body).await.expect(201);
    let row = made.json();
    assert_eq!(made.header("location"), Some(format!("/api/v1/workers/{}", made.id()).as_str()));
    assert_eq!(row["name"], "王小山");
    assert!(row["id_number"].as_str().unwrap().contains("**********"), "{row}");
    assert!(row["phone"].as_str().unwrap().starts_with("146****"), "{row}");
    assert_eq!(row["schooling"]["name"], "初中");
    assert_eq!(row["wage_floor"], 4500);
    assert_eq!(row["verification"], "format_checked");
    assert!(row["ref"].as_str().unwrap().starts_with("R-"));
    let codes: Vec<_> = row["stations"].as_array().unwrap().iter().map(|s| s["code"].clone()).collect();
    assert!(codes.contains(&json!("GZ-5205")), "{codes:?}");

    let read = clerk.get(&format!("/api/v1/workers/{}", made.id())).await.expect(200);
    assert_eq!(read.json()["id_number"], row["id_number"]);
    assert_eq!(read.version(), made.version());
    assert_eq!(world.trail("worker.register").await, ["ok"]);
    assert_eq!(world.trail("worker.read").await, ["ok"]);
});

journey!(every_fault_of_a_registration_is_told_at_once_at_its_field, |world| {
    let clerk = world.clerk().await;
    let answer = world
        .registers(
            &clerk,
            "",
            json!({"id_number": "520524198001019999", "phone": "123", "schooling": "幼儿园", "wage_floor": "很多"}),
        )
        .await
        .problem(422, "invalid");
    let fields: Vec<String> =
        answer.faults().iter().map(|f| f.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(fields, ["id_number", "name", "phone", "schooling", "wage_floor"]);
    assert!(answer.text().contains('[') && !answer.text().contains("520524198001019999"), "{}", answer.text());
    assert!(world.trail("worker.register").await.is_empty());
});

journey!(a_fault_is_told_in_the_language_that_was_asked_for, |world| {
    let clerk = world.clerk().await;
    let body = person("王小山", 1, json!({"phone": "123"}));
    let message = |answer: crate::client::Answer| {
        answer.problem(422, "invalid").json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    let zh = message(clerk.post("/api/v1/workers", body.clone()).await);
    let en = message(clerk.with("accept-language", "en-GB,en").post("/api/v1/workers", body).await);
    assert!(zh.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)), "{zh}");
    assert!(en.is_ascii() && en.contains(' '), "{en}");
});

journey!(somebody_under_sixteen_is_not_registered, |world| {
    let clerk = world.clerk().await;
    // The clock stands on 24 November 2026 in Shanhai: sixteen today, and tomorrow.
    let today = json!({"id_number": born("520524", "20101124", 0)});
    let tomorrow = json!({"id_number": born("520524", "20101125", 0)});
    world.registers(&clerk, "陈小月", today).await.expect(201);
    let refused = world.registers(&clerk, "陈小星", tomorrow).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["id_number worker.under_16"]);
});

journey!(a_known_number_is_a_conflict_with_a_link_only_within_the_scope, |world| {
    let (own, other) = (world.clerk().await, world.other_clerk().await);
    let body = person("王小山", 7, json!({}));
    let made = own.post("/api/v1/workers", body.clone()).await.expect(201);
    let again = own.post("/api/v1/workers", body.clone()).await.problem(409, "worker.exists").json();
    assert_eq!(again["link"], format!("/api/v1/workers/{}", made.id()));
    let elsewhere = other.post("/api/v1/workers", body).await.problem(409, "worker.known_elsewhere");
    assert!(!elsewhere.text().contains(&made.id()), "{}", elsewhere.text());
});

journey!(a_person_out_of_scope_is_not_found, |world| {
    let (own, other) = (world.clerk().await, world.other_clerk().await);
    let id = world.registers(&own, "王小山", json!({})).await.expect(201).id();
    let path = format!("/api/v1/workers/{id}");
    other.get(&path).await.problem(404, "not_found");
    other.get(&format!("{path}/history")).await.problem(404, "not_found");
    other.patch(&path, "\"1\"", json!({"name": "别名"})).await.problem(404, "not_found");
    let ask = json!({"fields": ["phone"], "reason": "联系本人"});
    other.post(&format!("{path}/reveal"), ask).await.problem(404, "not_found");
    // The house above sees what its branches see.
    let head = world.role(shanhai::domain::actor::Role::Head, "GZ-HQ").await;
    head.get(&path).await.expect(200);
});

journey!(a_number_is_revealed_for_a_reason_and_the_trail_shows_it, |world| {
    let clerk = world.clerk().await;
    let id = clerk.post("/api/v1/workers", person("王小山", 9, json!({}))).await.expect(201).id();
    let path = format!("/api/v1/workers/{id}/reveal");
    let bare = clerk.post(&path, json!({"fields": ["id_number"]})).await.problem(422, "invalid");
    assert_eq!(bare.faults(), ["reason reveal.reason"]);
    let odd = clerk.post(&path, json!({"fields": ["health"], "reason": "好奇"})).await.problem(422, "invalid");
    assert_eq!(odd.faults(), ["fields reveal.fields"]);
    assert!(world.trail("worker.reveal").await.is_empty());

    let ask = json!({"fields": ["id_number", "phone"], "reason": "核对身份证"});
    let shown = clerk.post(&path, ask).await.expect(200).json();
    assert_eq!(shown["id_number"], id_number("520524", 9));
    assert_eq!(shown["phone"], phone(9));
    assert_eq!(world.trail("worker.reveal").await, ["ok"]);
    let history = clerk.get(&format!("/api/v1/workers/{id}/history")).await.expect(200).json();
    assert!(history.to_string().contains("核对身份证"), "{history}");
});

journey!(a_change_needs_the_version_and_leaves_its_history, |world| {
    let clerk = world.clerk().await;
    let made = world.registers(&clerk, "王小山", json!({"skills": ["缝纫"], "wage_floor": 4000})).await.expect(201);
    let path = format!("/api/v1/workers/{}", made.id());
    let change = json!({"wage_floor": 5000, "skills": null});
    let bare = clerk.send("PATCH", &path, Some("application/json"), change.to_string().as_bytes()).await;
    bare.problem(428, "if_match.missing");
    let changed = clerk.patch(&path, &made.version(), change.clone()).await.expect(200);
    assert_eq!(changed.json()["wage_floor"], 5000);
    assert_ne!(changed.version(), made.version());
    clerk.patch(&path, &made.version(), change).await.problem(412, "version.stale");
    let unknown = clerk.patch(&path, &changed.version(), json!({"colour": "red"})).await.problem(422, "invalid");
    assert_eq!(unknown.faults(), ["colour field.unknown"]);

    let history = clerk.get(&format!("{path}/history")).await.expect(200).json();
    let entry = history["items"].as_array().unwrap().iter().find(|e| e["act"] == "worker.change").unwrap();
    assert_eq!(entry["changes"]["wage_floor"], json!([4000, 5000]));
    assert_eq!(entry["changes"]["skills"], json!([["缝纫"], []]));
});

journey!(a_change_without_the_number_keeps_the_number, |world| {
    let clerk = world.clerk().await;
    let made = clerk.post("/api/v1/workers", person("王小山", 11, json!({}))).await.expect(201);
    let path = format!("/api/v1/workers/{}", made.id());
    clerk.patch(&path, &made.version(), json!({"name": "王大山", "phone": phone(12)})).await.expect(200);
    let ask = json!({"fields": ["id_number", "phone"], "reason": "核对"});
    let shown = clerk.post(&format!("{path}/reveal"), ask).await.expect(200).json();
    assert_eq!(shown["id_number"], id_number("520524", 11));
    assert_eq!(shown["phone"], phone(12));
});

journey!(a_station_links_a_known_person_by_number_and_name, |world| {
    let (own, other) = (world.clerk().await, world.other_clerk().await);
    let id = own.post("/api/v1/workers", person("王小山", 13, json!({}))).await.expect(201).id();
    let number = id_number("520524", 13);
    let wrong = json!({"name": "李小山", "id_number": number});
    other.post("/api/v1/workers/link", wrong).await.problem(404, "not_found");
    // Lines of one instant may stand in two lanes, which have no order between them.
    world.office.clock.advance(std::time::Duration::from_secs(1));
    let right = json!({"name": "王小山", "id_number": number});
    let linked = other.post("/api/v1/workers/link", right).await.expect(200);
    assert_eq!(linked.id(), id);
    other.get(&format!("/api/v1/workers/{id}")).await.expect(200);
    assert_eq!(world.trail("worker.link").await, ["denied", "ok"]);
});

journey!(links_by_number_have_a_limit_a_day, |world| {
    let other = world.other_clerk().await;
    let guess = |n| json!({"name": "王小山", "id_number": id_number("520524", n)});
    for n in 0..20 {
        other.post("/api/v1/workers/link", guess(n)).await.problem(404, "not_found");
    }
    let refused = other.post("/api/v1/workers/link", guess(21)).await.problem(429, "worker.links_a_day");
    assert!(refused.header("retry-after").is_some());
    world.office.clock.advance(std::time::Duration::from_hours(24));
    other.post("/api/v1/workers/link", guess(21)).await.problem(404, "not_found");
});

journey!(a_likeness_is_told_and_stands_on_the_review_list, |world| {
    let clerk = world.clerk().await;
    let first = world.registers(&clerk, "王小山", json!({"birth_date": "1980-01-02", "phone": null})).await;
    let first = first.expect(201);
    let birth = first.json()["birth_date"].clone();
    let body = json!({"id_number": null, "id_missing_reason": "证件遗失", "birth_date": birth, "phone": null});
    let second = world.registers(&clerk, "王小山", body).await.expect(201);
    let told = second.json()["possible_duplicates"].clone();
    assert_eq!(told, json!([{"worker": first.id(), "code": "duplicate.name_birth"}]));
    let queue = clerk.get("/api/v1/duplicates").await.expect(200).json();
    assert_eq!(queue["total"], 1, "{queue}");

    let merged = clerk.post(&format!("/api/v1/workers/{}/merge", first.id()), json!({"other": second.id()})).await;
    assert_eq!(merged.expect(200).id(), first.id());
    let followed = clerk.get(&format!("/api/v1/workers/{}", second.id())).await.expect(200);
    assert_eq!(followed.id(), first.id());
    assert_eq!(clerk.get("/api/v1/duplicates").await.expect(200).json()["total"], 0);

    let back = clerk.post(&format!("/api/v1/workers/{}/unmerge", second.id()), json!({})).await.expect(200);
    assert_eq!(back.id(), second.id());
    let apart = clerk.post(&format!("/api/v1/workers/{}/distinct", first.id()), json!({"other": second.id()})).await;
    apart.expect(200);
    assert_eq!(clerk.get("/api/v1/duplicates").await.expect(200).json()["total"], 0);
});

journey!(two_valid_numbers_are_never_merged, |world| {
    let clerk = world.clerk().await;
    let one = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    let two = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    let path = format!("/api/v1/workers/{one}/merge");
    clerk.post(&path, json!({"other": two})).await.problem(409, "merge.two_numbers");
    let same = clerk.post(&path, json!({"other": one})).await.problem(422, "invalid");
    assert_eq!(same.faults(), ["other merge.same"]);
});

journey!(no_number_stands_in_clear_in_the_database, |world| {
    let clerk = world.clerk().await;
    let body = person("王小山", 17, json!({"remark": null}));
    let made = clerk.post("/api/v1/workers", body).await.expect(201);
    let path = format!("/api/v1/workers/{}", made.id());
    clerk.patch(&path, &made.version(), json!({"phone": phone(18)})).await.expect(200);
    let secrets = [id_number("520524", 17), phone(17), phone(18)];
    for (table, columns) in [
        ("worker", "facts || name || pinyin || ref"),
        ("history", "diff || act || actor"),
        ("audit", "fields || act || actor || result"),
        ("membership", "COALESCE(relation, '')"),
    ] {
        for text in world.column(&format!("SELECT {columns} FROM {table}")).await {
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{table} holds a number in clear");
            }
        }
    }
    if world.office.db.is_sqlite() {
        for file in ["shanhai.db", "shanhai.db-wal"] {
            let bytes = std::fs::read(world.folder.path().join(file)).unwrap_or_default();
            for secret in &secrets {
                let there = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
                assert!(!there, "{file} holds a number in clear");
            }
        }
    }
});

journey!(a_person_of_another_county_belongs_to_the_station_of_that_county, |world| {
    let (own, other) = (world.clerk().await, world.other_clerk().await);
    let body = person("赵小河", 19, json!({"id_number": id_number(PUDING, 19), "origin": PUDING}));
    let id = own.post("/api/v1/workers", body).await.expect(201).id();
    // The station that registers keeps the person, the station of the county of origin sees them too.
    own.get(&format!("/api/v1/workers/{id}")).await.expect(200);
    let seen = other.get(&format!("/api/v1/workers/{id}")).await.expect(200).json();
    let roles: Vec<_> =
        seen["stations"].as_array().unwrap().iter().map(|s| (s["code"].clone(), s["role"].clone())).collect();
    assert!(roles.contains(&(json!("GZ-520422"), json!("origin"))), "{roles:?}");
});

journey!(a_filter_that_names_no_code_is_answered_with_those_there_are, |world| {
    let clerk = world.clerk().await;
    let told = clerk.get("/api/v1/workers?status=zz").await.problem(422, "invalid").json();
    let message = told["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("looking") && !message.contains("code.unknown"), "{told}");
    world.settle().await;
    let run = json!({"scope": {"kinds": ["zz"]}, "aim": "score"});
    let told = clerk.post("/api/v1/match-runs", run).await.problem(422, "invalid").text();
    assert!(told.contains("public_welfare"), "{told}");
});
