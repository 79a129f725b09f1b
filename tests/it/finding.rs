//! Journeys of search and matching: found within the scope only, ranked with reasons, taken apart.

use serde_json::json;

use crate::people::{id_number, phone};
use crate::posting::opens;

journey!(people_are_found_within_the_scope_by_whatever_is_typed, |world| {
    let (clerk, other) = (world.clerk().await, world.other_clerk().await);
    let made = clerk.post("/api/v1/workers", crate::people::person("王小山", 31, json!({"skills": ["缝纫"]}))).await;
    let made = made.expect(201);
    for n in 0..3 {
        world.registers(&other, "王小河", json!({"skills": ["缝纫"], "phone": phone(900 + n)})).await.expect(201);
    }
    world.settle().await;
    let found = clerk.get("/api/v1/workers?q=%E7%BC%9D%E7%BA%AB").await.expect(200).json();
    assert_eq!((found["total"].clone(), found["items"][0]["id"].clone()), (json!(1), json!(made.id())), "{found}");
    let reference = made.json()["ref"].as_str().unwrap().to_owned();
    for text in [id_number("520524", 31), phone(31), "王小山".into(), "wangxiaoshan".into(), "wxs".into(), reference]
    {
        let answer = clerk.post("/api/v1/workers/lookup", json!({"text": text})).await.expect(200).json();
        assert_eq!(answer["items"][0]["id"], made.id(), "{text} finds {answer}");
        let out = other.post("/api/v1/workers/lookup", json!({"text": text})).await.expect(200).text();
        assert!(!out.contains(&made.id()), "{text} reaches out of the scope");
    }
    assert!(world.column("SELECT act FROM audit WHERE act LIKE '%look%' OR act LIKE '%search%'").await.len() >= 6);
});

journey!(search_goes_on_from_sql_while_the_index_is_away, |world| {
    let clerk = world.clerk().await;
    let id = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    let found = clerk.get("/api/v1/workers?q=%E7%8E%8B%E5%B0%8F").await.expect(200).json();
    assert_eq!(found["items"][0]["id"], id, "{found}");
});

journey!(a_list_goes_on_by_its_cursor_without_gap_or_double, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    for n in 0..7 {
        opens(&clerk, &employer, &format!("包装工{n}组"), json!({})).await.expect(201);
    }
    world.settle().await;
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let page = world
            .anyone()
            .get(&format!("/api/v1/vacancies?limit=3&sort=newest&cursor={cursor}"))
            .await
            .expect(200)
            .json();
        assert_eq!(page["total"], 7);
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "twice: {item}");
        }
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    world.anyone().get("/api/v1/vacancies?limit=101").await.problem(422, "invalid");
    world.anyone().get("/api/v1/vacancies?sort=colour").await.problem(422, "invalid");
});

journey!(what_lists_remember_is_never_older_than_the_register, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let post = opens(&clerk, &employer, "包装工一组", json!({"headcount": 2})).await.expect(201);
    opens(&clerk, &employer, "包装工二组", json!({"headcount": 3})).await.expect(201);
    world.settle().await;
    let (list, page) = ("/api/v1/vacancies?q=%E5%8C%85%E8%A3%85%E5%B7%A5", "/vacancies?q=%E5%8C%85%E8%A3%85%E5%B7%A5");
    for _ in 0..2 {
        assert_eq!(world.anyone().get(list).await.expect(200).json()["total"], 2);
        // The word that was asked for is marked.
        assert!(world.anyone().get(page).await.expect(200).text().contains("一组"));
    }
    // Places are those of this moment, whatever the index still holds.
    let path = format!("/api/v1/vacancies/{}", post.id());
    clerk.patch(&path, &post.version(), json!({"headcount": 17})).await.expect(200);
    let items = world.anyone().get(list).await.expect(200).json()["items"].clone();
    let left =
        items.as_array().unwrap().iter().find(|item| item["id"] == post.id()).map(|item| item["places_left"].clone());
    assert_eq!(left, Some(json!(17)), "{items}");
    assert!(world.anyone().get(page).await.expect(200).text().contains("17"));
    // What is closed is gone as soon as the index has followed, and comes back opened again.
    clerk.post(&format!("{path}/close"), json!({"reason": "招满"})).await.expect(200);
    world.settle().await;
    assert_eq!(world.anyone().get(list).await.expect(200).json()["total"], 1);
    assert!(!world.anyone().get(page).await.expect(200).text().contains("一组"));
    clerk.post(&format!("{path}/reopen"), json!({})).await.expect(200);
    world.settle().await;
    assert_eq!(world.anyone().get(list).await.expect(200).json()["total"], 2);
});

journey!(nothing_found_is_relaxed_and_said, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    opens(&clerk, &employer, "养老护理员", json!({"occupation": "养老护理员"})).await.expect(201);
    world.settle().await;
    let path = "/api/v1/vacancies?q=%E6%8A%A4%E7%90%86%E5%91%98&min_wage=9000";
    let found = world.anyone().get(path).await.expect(200).json();
    assert_eq!(found["items"][0]["title"], "养老护理员", "{found}");
    assert!(found["relaxed"].as_array().is_some_and(|r| !r.is_empty()), "{found}");
    assert!(found["items"][0]["highlight"].as_array().is_some_and(|h| !h.is_empty()), "{found}");
});

journey!(a_person_has_matches_with_reasons_and_any_pair_is_taken_apart, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let sewing = opens(&clerk, &employer, "缝纫工", json!({"occupation": "缝纫工"})).await.expect(201).id();
    let body = json!({"requirements": {"certificates": ["焊工证"]}, "occupation": "焊工"});
    let welding = opens(&clerk, &employer, "焊工", body).await.expect(201).id();
    let body = json!({"occupations_wanted": ["缝纫工"], "wage_floor": 4500, "can_leave_home": true, "regions_wanted": ["440100"],
                      "capacity": "普通劳动力", "statement": "looking"});
    let worker = world.registers(&clerk, "王小山", body).await.expect(201).id();
    world.settle().await;
    let matches = clerk.get(&format!("/api/v1/workers/{worker}/matches")).await.expect(200).json();
    assert_eq!(matches["items"][0]["vacancy"]["id"], sewing, "{matches}");
    assert!(!matches["items"][0]["reasons"].as_array().unwrap().is_empty());
    assert!(!matches.to_string().contains(&welding));
    let candidates = clerk.get(&format!("/api/v1/vacancies/{sewing}/candidates")).await.expect(200).json();
    assert_eq!(candidates["items"][0]["worker"]["id"], worker);

    let fit = clerk.get(&format!("/api/v1/workers/{worker}/fit/{sewing}")).await.expect(200).json();
    assert_eq!(fit["eligible"], true);
    let points: i64 = fit["parts"].as_array().unwrap().iter().filter_map(|p| p["points"].as_i64()).sum();
    assert_eq!(fit["score"], points);
    let not = clerk.get(&format!("/api/v1/workers/{worker}/fit/{welding}")).await.expect(200).json();
    assert_eq!(not["eligible"], false);
    let no = not["conditions"].as_array().unwrap().iter().find(|c| c["ok"] == false && c.get("changes").is_some());
    assert!(no.is_some(), "a no without the smallest change: {not}");
    let stranger = world.other_clerk().await;
    stranger.get(&format!("/api/v1/workers/{worker}/matches")).await.problem(404, "not_found");
});

journey!(a_person_s_page_names_the_posts_that_a_class_opens, |world| {
    let (api, name) = world.account(shanhai::domain::actor::Role::Head, "GZ-5205", Some(crate::desk::PASSWORD)).await;
    let desk = crate::desk::signed_in(&world.anyone(), &name).await;
    let more = json!({"statement": "looking", "occupations_wanted": ["母婴护理员"], "can_leave_home": true});
    let person = world.registers(&api, "王大姐", more).await.expect(201).id();
    let employer = world.employer().await.to_string();
    let asks = json!({"occupation": "母婴护理员", "requirements": {"certificates": ["母婴护理证"]}});
    let post = crate::posting::opens(&api, &employer, "母婴护理员", asks).await.expect(201).json();
    let class = json!({"name": "母婴护理班第1期", "programme": "南粤家政", "certificates": ["母婴护理证"], "seats": 20,
                       "starts": "2026-12-01", "ends": "2026-12-10", "region": "440106"});
    api.post("/api/v1/classes", class).await.expect(201);
    world.settle().await;
    let gains = api.get(&format!("/api/v1/workers/{person}/training")).await.expect(200).json();
    assert_eq!((&gains["items"][0]["opens"], &gains["items"][0]["vacancies"][0]["id"]), (&json!(1), &post["id"]));
    let page = desk.get(&format!("/station/workers/{person}")).await.expect(200).text();
    let row = page.split("<tr>").find(|row| row.contains("母婴护理班第1期")).expect("the class");
    let link =
        format!("/station/vacancies/{}\">母婴护理员 {}", post["id"].as_str().unwrap(), post["ref"].as_str().unwrap());
    assert!(row.contains(&link), "{link} in {row}");
});
