//! Lists as files: the rows that the screen shows, in its order, masked.

use serde_json::json;
use shanhai::domain::actor::Role;

use crate::desk::{PASSWORD, signed_in};
use crate::people::{id_number, person, phone};

journey!(an_export_holds_the_rows_that_the_screen_shows_in_its_order, |world| {
    let (api, name) = world.account(Role::Head, "GZ-5205", Some(PASSWORD)).await;
    let head = signed_in(&world.anyone(), &name).await;
    for (name, wage, statement) in [
        ("王一山", 4000, "looking"),
        ("王二山", 6000, "looking"),
        ("王三山", 5000, "away"),
        ("李四山", 3000, "looking"),
    ] {
        let more = json!({"wage_floor": wage, "statement": statement});
        world.registers(&api, name, more).await.expect(201);
    }
    world.settle().await;
    let names = |csv: String| -> Vec<String> {
        csv.lines().skip(1).filter_map(|l| l.split(',').find(|c| c.ends_with('山')).map(str::to_owned)).collect()
    };
    let fetch = async |filters: &[(&str, &str)]| {
        let fields = [&[("kind", "workers"), ("format", "csv")], filters].concat();
        head.form("/station/exports", &fields).await.expect(200).text()
    };
    assert_eq!(names(fetch(&[]).await).len(), 4);
    assert_eq!(names(fetch(&[("status", "looking"), ("sort", "wage")]).await), ["李四山", "王一山", "王二山"]);
    assert_eq!(names(fetch(&[("q", "王一山")]).await), ["王一山"]);
    // The box of the export reads as the box of the list does: a number finds its owner, a mistyped one is told.
    api.post("/api/v1/workers", person("赵六山", 77, json!({}))).await.expect(201);
    assert_eq!(names(fetch(&[("q", &id_number("520524", 77))]).await), ["赵六山"]);
    let mistyped = [("kind", "workers"), ("format", "csv"), ("q", "5205241990010100")];
    let page = head.form("/station/exports", &mistyped).await.expect(422).text();
    assert!(page.contains("q-e"), "{page}");
    assert!(names(fetch(&[("q", "没有这个人"), ("status", "looking")]).await).is_empty(), "a loosened search is none");
    let listed = api.get("/api/v1/workers?status=looking&sort=wage").await.expect(200).json();
    let shown: Vec<_> = listed["items"].as_array().unwrap().iter().map(|w| w["name"].as_str().unwrap()).collect();
    assert_eq!(shown, ["李四山", "王一山", "王二山"], "the screen's order");
    let csv = fetch(&[]).await;
    assert!(!(0..80).any(|n| csv.contains(&id_number("520524", n)) || csv.contains(&phone(n))), "{csv}");

    // So does the list of vacancies, closed ones too.
    let employer = world.employer().await.to_string();
    let closed = crate::posting::opens(&api, &employer, "包装工", json!({})).await.expect(201).id();
    crate::posting::opens(&api, &employer, "焊工", json!({"occupation": "焊工"})).await.expect(201);
    api.post(&format!("/api/v1/vacancies/{closed}/close"), json!({"reason": "招满"})).await.expect(200);
    world.settle().await;
    for (state, rows) in [("open", 1), ("closed", 1), ("any", 2)] {
        let list = head.get(&format!("/station/vacancies?state={state}")).await.expect(200).text();
        assert!(list.contains(&format!("/station/exports?kind=vacancies&#38;state={state}")), "{list}");
        let fields = [("kind", "vacancies"), ("format", "csv"), ("state", state)];
        let csv = head.form("/station/exports", &fields).await.expect(200).text();
        assert_eq!(csv.lines().count(), 1 + rows, "{state}: {csv}");
    }

    // And the lists of employers and classes, by words and state.
    let made =
        api.post("/api/v1/employers", json!({"name": "广州等候塑胶厂", "kind": "own", "region": "440111"})).await;
    made.expect(201);
    let class = json!({"programme": "南粤家政", "name": "秋季护理班", "starts": "2026-12-05", "ends": "2026-12-20",
                       "seats": 20, "region": "440111"});
    api.post("/api/v1/classes", class).await.expect(201);
    world.settle().await;
    let listed = head.get("/station/employers?state=approved&q=示例").await.expect(200).text();
    assert!(listed.contains("/station/exports?kind=employers&#38;state=approved"), "{listed}");
    let lists = head.get("/station/training?q=护理").await.expect(200).text();
    assert!(lists.contains("/station/exports?kind=training"), "{lists}");
    for (kind, filters, rows) in [
        ("employers", vec![("state", "approved")], 1),
        ("employers", vec![("q", "等候")], 1),
        ("employers", vec![("q", "等候"), ("state", "approved")], 0),
        ("training", vec![("q", "护理")], 1),
    ] {
        let fields = [vec![("kind", kind), ("format", "csv")], filters].concat();
        let csv = head.form("/station/exports", &fields).await.expect(200).text();
        assert_eq!(csv.lines().count(), 1 + rows, "{kind} {fields:?}: {csv}");
    }

    // The list's filters go along, hidden, from the list to the file.
    let page = head.form("/station/exports/of/workers", &[("status", "away"), ("q", "")]).await.expect(200).text();
    assert!(page.contains(r#"type="hidden" name="status" value="away""#), "{page}");
    let bad = head.form("/station/exports", &[("kind", "workers"), ("min_age", "alt")]).await;
    assert_eq!(bad.status, 422, "{}", bad.text());
});

journey!(while_the_index_is_away_a_filtered_export_says_so_and_a_whole_one_works, |world| {
    let (api, name) = world.account(Role::Head, "GZ-5205", Some(PASSWORD)).await;
    let head = signed_in(&world.anyone(), &name).await;
    world.registers(&api, "王一山", json!({})).await.expect(201);
    let fields = [("kind", "workers"), ("format", "csv"), ("status", "looking")];
    head.form("/station/exports", &fields).await.expect(409);
    assert!(head.form("/station/exports", &fields[..2]).await.expect(200).text().contains("王一山"));
});

journey!(matches_go_out_as_ranks_of_people_and_posts, |world| {
    let (api, name) = world.account(Role::Head, "GZ-5205", Some(PASSWORD)).await;
    let head = signed_in(&world.anyone(), &name).await;
    let more = json!({"statement": "looking", "occupations_wanted": ["包装工"], "can_leave_home": true});
    let person = world.registers(&api, "王一山", more).await.expect(201).id();
    let employer = world.employer().await.to_string();
    let post = crate::posting::opens(&api, &employer, "包装工", json!({})).await.expect(201).json();
    world.settle().await;
    let csv = head.form("/station/exports", &[("kind", "matches"), ("format", "csv")]).await.expect(200).text();
    let row = csv.lines().find(|l| l.contains(&person)).unwrap_or_else(|| panic!("no match in {csv}"));
    let cells: Vec<&str> = row.split(',').collect();
    assert_eq!((cells[2], cells[3], cells[4]), (post["id"].as_str().unwrap(), post["ref"].as_str().unwrap(), "1"));
    assert!(cells[5].parse::<u32>().is_ok_and(|score| (1..=1000).contains(&score)), "{row}");
});
