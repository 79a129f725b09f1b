//! Journeys of saved searches: saved by form or API, told in the digest, stopped, taken away; and of the operators.

use serde_json::json;
use shanhai::actions::{digest, letter, outbox};
use shanhai::domain::actor::{Actor, Role};
use shanhai::domain::notice::{NoticeKind, NoticeState};

use crate::desk::{PASSWORD, signed_in};
use crate::people::{id_number, phone};
use crate::posting::opens;

journey!(a_saved_search_tells_the_station_what_is_new_once_and_names_nobody, |world| {
    let (clerk, other) = (world.clerk().await, world.other_clerk().await);
    world.registers(&clerk, "石小山", json!({"skills": ["缝纫"]})).await.expect(201);
    world.settle().await;
    let people = json!({"kind": "workers", "name": "会缝纫的人", "query": {"q": "缝纫"}});
    let saved = clerk.post("/api/v1/searches", people).await.expect(201);
    assert_eq!(saved.json()["new"], 0, "{}", saved.json());
    let path = saved.header("location").unwrap().to_owned();
    let posts = json!({"kind": "vacancies", "name": "绣花岗位", "query": {"q": "绣花", "min_wage": "3000"}});
    clerk.post("/api/v1/searches", posts).await.expect(201);
    clerk.get(&path).await.expect(200);
    other.get(&path).await.problem(404, "not_found");
    assert_eq!(other.get("/api/v1/searches").await.expect(200).json()["total"], 0);

    world.office.clock.advance(std::time::Duration::from_secs(2));
    let person = world.registers(&clerk, "王小明", json!({"skills": ["缝纫"]})).await.expect(201).json();
    let firm = world.employer().await.to_string();
    opens(&clerk, &firm, "绣花工", json!({})).await.expect(201);
    opens(&clerk, &firm, "司机", json!({})).await.expect(201);
    world.settle().await;
    let list = clerk.get("/api/v1/searches").await.expect(200).json();
    let new: Vec<_> = list["items"].as_array().unwrap().iter().map(|s| s["new"].clone()).collect();
    assert_eq!(new, [json!(1), json!(1)], "{list}");

    assert!(digest::digests(&world.office).await.unwrap() >= 1);
    let payloads = world.column("SELECT payload FROM outbox WHERE kind = 'daily-digest'").await;
    assert!(payloads.iter().any(|p| p.contains(person["id"].as_str().unwrap())), "{payloads:?}");
    assert!(payloads.iter().all(|p| !p.contains("王小明") && !p.contains("缝纫")), "{payloads:?}");
    let list = clerk.get("/api/v1/searches").await.expect(200).json();
    assert_eq!(list["items"][0]["new"], 0, "told once: {list}");
    let noted = outbox::list(&world.office, &Actor::System, Some(NoticeState::Pending), None, 100).await.unwrap();
    let mut letters = Vec::new();
    for (notice, _) in noted.items.iter().filter(|(n, _)| n.kind == NoticeKind::DailyDigest) {
        let letter = letter::compose(&world.office, notice).await.unwrap().expect("a letter");
        letters.push(format!("{}\n{}\n{}", letter.subject, letter.text, letter.html));
    }
    let mail = letters.iter().find(|m| m.contains("R-")).expect("a digest with people");
    assert!(mail.contains("王*") && mail.contains(person["ref"].as_str().unwrap()), "{mail}");
    assert!(!mail.contains("王小明") && !mail.contains("会缝纫的人") && !mail.contains("缝纫"), "{mail}");
    assert!(mail.contains("绣花岗位") && mail.contains("绣花工"), "{mail}");

    // Stopped it is silent; resumed it begins anew; taken away it is gone.
    clerk.post(&format!("{path}/stop"), json!({})).await.expect(200);
    clerk.post(&format!("{path}/stop"), json!({})).await.problem(409, "saved_search.state");
    world.registers(&clerk, "李小河", json!({"skills": ["缝纫"]})).await.expect(201);
    world.settle().await;
    assert_eq!(clerk.get("/api/v1/searches").await.json()["items"][0]["new"], json!(null));
    clerk.post(&format!("{path}/resume"), json!({})).await.expect(200);
    assert_eq!(clerk.get("/api/v1/searches").await.json()["items"][0]["new"], 0);
    clerk.post(&format!("{path}/delete"), json!({})).await.expect(200);
    clerk.get(&path).await.problem(404, "not_found");
    assert_eq!(world.trail("saved_search.delete").await, ["ok"]);
});

journey!(a_saved_search_is_refused_with_what_is_wrong_at_its_place, |world| {
    let clerk = world.clerk().await;
    let save = async |name: &str, query: serde_json::Value| {
        let body = json!({"kind": "workers", "name": name, "query": query});
        clerk.post("/api/v1/searches", body).await.expect(422).faults()
    };
    assert_eq!(save(" ", json!({"q": "焊工"})).await, ["name field.missing"]);
    assert_eq!(save("电话 146 0000 0071", json!({"q": "焊工"})).await, ["name saved_search.number"]);
    assert_eq!(save("某人", json!({"q": phone(71)})).await, ["q saved_search.number"]);
    assert_eq!(save("某人", json!({"q": id_number("520524", 71)})).await, ["q saved_search.number"]);
    assert_eq!(save("所有人", json!({})).await, ["q saved_search.empty"]);
    assert_eq!(save("焊工", json!({"q": "焊工", "colour": "red"})).await, ["colour field.unknown"]);
    assert_eq!(save("焊工", json!({"q": "焊工", "min_age": "x"})).await.len(), 1);
    assert_eq!(world.column("SELECT name FROM saved_search").await, Vec::<String>::new());
});

journey!(a_clerk_saves_a_search_from_the_list_of_people_and_opens_it_again_without_words_in_the_address, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let token = world.clerk().await;
    world.registers(&token, "石小山", json!({"skills": ["缝纫"]})).await.expect(201);
    world.settle().await;
    let list = clerk.form("/station/workers/find", &[("q", "缝纫")]).await.expect(200).text();
    assert!(list.contains("formaction=\"/station/searches/of/workers\"") && list.contains("-夜班"), "{list}");
    let named = clerk.form("/station/searches/of/workers", &[("q", "缝纫"), ("sort", "relevance")]).await;
    let page = named.expect(200).text();
    assert!(page.contains("name=\"name\"") && page.contains("value=\"缝纫\""), "{page}");
    let bad = [("name", ""), ("q", "缝纫"), ("sort", "relevance")];
    assert!(clerk.form("/station/searches/of/workers", &bad).await.expect(422).text().contains("name-e"));
    let good = [("name", "会缝纫的人"), ("q", "缝纫"), ("sort", "relevance")];
    let there = clerk.form("/station/searches/of/workers", &good).await.expect(303);
    let page = clerk.get(there.header("location").unwrap()).await.expect(200).text();
    assert!(page.contains("会缝纫的人"), "{page}");
    let at = page.split("href=\"/station/searches/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let found = clerk.get(&format!("/station/searches/{at}")).await.expect(200).text();
    assert!(found.contains("石小山"), "{found}");
    clerk.form(&format!("/station/searches/{at}/stop"), &[]).await.expect(303);
    assert!(clerk.get("/station/searches").await.expect(200).text().contains("停用了"));
    clerk.form(&format!("/station/searches/{at}/resume"), &[]).await.expect(303);
    clerk.form(&format!("/station/searches/{at}/delete"), &[]).await.expect(303);
    assert!(!clerk.get("/station/searches").await.expect(200).text().contains("会缝纫的人"));
});

journey!(operators_of_staff_hold_for_people_and_vacancies_and_a_lone_quote_is_read_as_none, |world| {
    let clerk = world.clerk().await;
    let both = world.registers(&clerk, "石小山", json!({"skills": ["缝纫", "平车"]})).await.expect(201).id();
    let one = world.registers(&clerk, "石小河", json!({"skills": ["缝纫", "四线"]})).await.expect(201).id();
    let firm = world.employer().await.to_string();
    opens(&clerk, &firm, "焊工", json!({"description": "二保焊，白班"})).await.expect(201);
    opens(&clerk, &firm, "焊工学徒", json!({"description": "氩弧焊，夜班"})).await.expect(201);
    let people = async |text: &str| {
        let answer = clerk.post("/api/v1/workers/lookup", json!({"text": text})).await.expect(200).json();
        let mut ids: Vec<String> =
            answer["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let posts = async |text: &str| {
        let q = serde_urlencoded::to_string([("q", text)]).unwrap();
        let answer = clerk.get(&format!("/api/v1/vacancies?{q}")).await.expect(200).json();
        answer["items"].as_array().unwrap().iter().map(|i| i["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // While the index is away the words are looked for as they are, and it is said that operators do not work.
    let away = clerk.post("/api/v1/workers/lookup", json!({"text": "石小 -平车"})).await.expect(200).json();
    assert!(away["notice"].as_str().unwrap().contains('-'), "{away}");
    assert_eq!(away["total"], 2, "{away}");
    world.settle().await;
    assert_eq!(people("缝纫 -平车").await, [one.clone()]);
    assert_eq!(people("缝纫 +平车").await, [both.clone()]);
    assert_eq!(people("\"平车\"").await, [both.clone()]);
    assert_eq!(people("缝纫 \"").await.len(), 2);
    assert_eq!(posts("焊工 -夜班").await, ["焊工"]);
    assert_eq!(posts("焊工 +氩弧焊").await, ["焊工学徒"]);
    assert_eq!(posts("焊工 “二保焊”").await, ["焊工"]);
    assert_eq!(posts("焊工 “").await.len(), 2);
});

journey!(an_english_page_says_hazards_and_facets_in_english_and_asks_for_an_uncertain_occupation, |world| {
    let (token, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let english = clerk.with("accept-language", "en");
    let firm = world.employer().await.to_string();
    let made = opens(&token, &firm, "杂活能手", json!({"hazards": ["dust"], "occupation": null})).await.expect(201);
    assert_eq!(made.json()["occupation"], json!(null), "{}", made.json());
    world.registers(&token, "石小山", json!({"capacity": "ordinary"})).await.expect(201);
    world.settle().await;
    let at = format!("/vacancies/{}", made.json()["ref"].as_str().unwrap());
    let page = world.anyone().with("accept-language", "en").get(&at).await.expect(200).text();
    assert!(page.contains("dust of grade I or more") && !page.contains("生产性粉尘"), "{page}");
    let staff = english.get(&format!("/station/vacancies/{}", made.id())).await.expect(200).text();
    assert!(staff.contains("The occupation is not certain") && staff.contains("dust of grade I"), "{staff}");
    let form = english.get(&format!("/station/vacancies/{}/edit", made.id())).await.expect(200).text();
    assert!(form.contains("dust of grade I or more") && !form.contains("生产性粉尘"), "{form}");
    let list = english.get("/station/workers").await.expect(200).text();
    assert!(!list.contains("普通劳动力") && !list.contains("弱劳动力"), "{list}");
});
