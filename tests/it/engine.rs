//! Journeys of the batch: runs asked, followed and adopted, what changes would bring, and the solver on files.

use std::path::Path;

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::Client;
use crate::posting::opens;
use crate::program::{bare, run as run_program};
use crate::world::World;

/// Somebody who looks for work as a packer in Guangzhou.
pub async fn packer(world: &World, clerk: &Client, name: &str, more: Value) -> String {
    let mut body = json!({"occupations_wanted": ["包装工"], "wage_floor": 4500, "can_leave_home": true,
                          "regions_wanted": ["440100"], "origin": "520524", "capacity": "普通劳动力",
                          "statement": "looking"});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    world.registers(clerk, name, body).await.expect(201).id()
}

/// Waits until a run has ended.
pub async fn ended(clerk: &Client, id: &str) -> Value {
    for _ in 0..600 {
        let run = clerk.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
        if !["queued", "running"].contains(&run["state"].as_str().unwrap()) {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the run does not end");
}

journey!(a_run_is_computed_read_and_adopted_with_places_looked_at_again, |world| {
    let clerk = world.clerk().await;
    let (one, two) = (world.employer().await.to_string(), world.employer().await.to_string());
    let sewing = opens(&clerk, &one, "包装工", json!({"headcount": 2})).await.expect(201).id();
    let other = opens(&clerk, &two, "打包工", json!({"headcount": 4})).await.expect(201).id();
    let mut people = vec![];
    for name in ["王小山", "王小河", "王小江"] {
        people.push(packer(&world, &clerk, name, json!({})).await);
    }
    packer(&world, &clerk, "王小海", json!({"wage_floor": 6200})).await;
    world.settle().await;

    let begun = clerk.post("/api/v1/match-runs", json!({})).await.expect(202);
    let id = begun.id();
    assert_eq!(begun.header("location"), Some(format!("/api/v1/match-runs/{id}").as_str()));
    let run = ended(&clerk, &id).await;
    assert_eq!(
        (&run["state"], &run["progress"], &run["optimal"]),
        (&json!("done"), &json!(100), &json!(true)),
        "{run}"
    );
    assert_eq!((&run["workers"], &run["places"], &run["assigned"]), (&json!(4), &json!(6), &json!(3)), "{run}");
    assert_eq!(run["objective"], run["bound"]);
    let short = run["shortages"][0].clone();
    assert!(short["missing"].as_u64().unwrap() >= 1 && short["text"].as_str().unwrap().contains("工资"), "{run}");

    let path = format!("/api/v1/match-runs/{id}/assignments");
    let first = clerk.get(&format!("{path}?limit=2")).await.expect(200).json();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (2, &json!(3)), "{first}");
    let rest = clerk.get(&format!("{path}?cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200).json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null), "{rest}");
    assert!(first["items"][0]["worker"]["name"].as_str().unwrap().starts_with("王小"));

    // One pair by hand, one that is not in the run, then the rest; the places are looked at again.
    let item = &first["items"][0];
    let chosen = json!({"worker": item["worker"]["id"], "vacancy": item["vacancy"]["id"]});
    let wrong = json!({"worker": item["worker"]["id"], "vacancy": uuid::Uuid::now_v7()});
    let adopt = format!("/api/v1/match-runs/{id}/adopt");
    let done = clerk.post(&adopt, json!({"pairs": [chosen, wrong]})).await.expect(200).json();
    assert_eq!((&done["adopted"], &done["refused"][0]["code"]), (&json!(1), &json!("match.not_in_run")), "{done}");
    let closed = rest["items"][0]["vacancy"]["id"].as_str().unwrap();
    clerk.post(&format!("/api/v1/vacancies/{closed}/close"), json!({"reason": "招满"})).await.expect(200);
    let done = clerk.post(&adopt, json!({})).await.expect(200).json();
    let codes: Vec<&str> = done["refused"].as_array().unwrap().iter().filter_map(|r| r["code"].as_str()).collect();
    assert!(codes.contains(&"introduction.exists") || codes.contains(&"vacancy.closed"), "{done}");
    assert_eq!(done["adopted"].as_u64().unwrap() + codes.len() as u64, 3, "{done}");
    assert_eq!(world.trail("match_run.adopt").await, ["ok", "ok"]);
    let made = clerk.get("/api/v1/introductions").await.expect(200).json();
    assert_eq!(made["total"].as_u64().unwrap(), 1 + done["adopted"].as_u64().unwrap(), "{made}");

    let stranger = world.other_clerk().await;
    stranger.get(&format!("/api/v1/match-runs/{id}")).await.problem(404, "not_found");
    stranger.post(&adopt, json!({})).await.problem(404, "not_found");
    let listed = clerk.get("/api/v1/match-runs").await.expect(200).json();
    assert_eq!((&listed["items"][0]["id"], &listed["total"]), (&json!(id), &json!(1)));
    assert_eq!(stranger.get("/api/v1/match-runs").await.expect(200).json()["total"], 0);
    assert!([sewing, other].contains(&closed.to_owned()) && people.len() == 3);
});

journey!(a_run_keeps_to_its_terms_and_names_those_that_contradict_each_other, |world| {
    let clerk = world.clerk().await;
    let (one, two) = (world.employer().await.to_string(), world.employer().await.to_string());
    let near = opens(&clerk, &one, "包装工", json!({"headcount": 3})).await.expect(201).id();
    let far = opens(&clerk, &two, "打包工", json!({"headcount": 3})).await.expect(201).id();
    let mut people = vec![];
    for name in ["王小山", "王小河", "王小江"] {
        people.push(packer(&world, &clerk, name, json!({})).await);
    }
    world.settle().await;
    let at = |worker: &String, vacancy: &String| json!({"worker": worker, "vacancy": vacancy});
    let terms = json!({
        "scope": {"station": "GZ-5205", "vacancies": [near, far], "counties": ["520500"]}, "aim": "most_placed",
        "pin": [at(&people[0], &far)], "forbid": [at(&people[1], &near)], "together": [[people[0], people[2]]],
        "min_to_run": {far.as_str(): 2}, "employer_cap": {two.as_str(): 2},
    });
    let id = clerk.post("/api/v1/match-runs", terms).await.expect(202).id();
    let run = ended(&clerk, &id).await;
    assert_eq!((&run["state"], &run["assigned"], &run["optimal"]), (&json!("done"), &json!(2), &json!(true)), "{run}");
    let list = clerk.get(&format!("/api/v1/match-runs/{id}/assignments")).await.expect(200).json();
    for item in list["items"].as_array().unwrap() {
        assert_eq!(item["vacancy"]["id"], far, "{list}");
        assert!([&people[0], &people[2]].contains(&&item["worker"]["id"].as_str().unwrap().to_owned()), "{list}");
    }

    let both = json!({"pin": [at(&people[0], &far), at(&people[0], &near)], "min_to_run": {far.as_str(): 9}});
    let refused = clerk.post("/api/v1/match-runs", both).await.problem(422, "match.contradictory").json();
    let told = refused["contradictions"].as_array().unwrap();
    let codes: Vec<&str> = told.iter().filter_map(|one| one["code"].as_str()).collect();
    assert!(codes.contains(&"match.pin_twice") && codes.contains(&"match.minimum_over_places"), "{refused}");
    assert!(told.iter().any(|one| one["text"].as_str().unwrap().contains('9')), "{refused}");
    let unknown = json!({"pin": [at(&uuid::Uuid::now_v7().to_string(), &far)], "scope": {"kinds": ["零工", "什么"]}});
    let faults = clerk.post("/api/v1/match-runs", unknown).await.problem(422, "invalid").faults().join(" ");
    assert!(faults.contains("scope.kinds[1]"), "{faults}");
    let outside = json!({"scope": {"station": "GZ-HQ"}});
    clerk.post("/api/v1/match-runs", outside).await.problem(422, "invalid");
    world
        .role(Role::Leader, "GZ-5205")
        .await
        .post("/api/v1/match-runs", json!({}))
        .await
        .problem(403, "auth.forbidden");
});

journey!(a_run_that_has_ended_is_not_cancelled_and_one_broken_off_says_so, |world| {
    let clerk = world.clerk().await;
    world.settle().await;
    let id = clerk.post("/api/v1/match-runs", json!({})).await.expect(202).id();
    assert_eq!(ended(&clerk, &id).await["state"], "done");
    clerk.post(&format!("/api/v1/match-runs/{id}/cancel"), json!({})).await.problem(409, "match.not_under_way");
    world.execute("UPDATE match_run SET state = 'running'").await;
    clerk.post(&format!("/api/v1/match-runs/{id}/adopt"), json!({})).await.problem(409, "match.not_done");
    // Another node may still be computing it: its lease says so, and neither a start nor the day's work takes it away.
    assert_eq!(shanhai::actions::match_run::break_off(&world.office).await.unwrap(), 0);
    world.execute("UPDATE match_run SET lease_until = 1").await;
    assert_eq!(shanhai::actions::match_run::break_off(&world.office).await.unwrap(), 1);
    let run = clerk.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
    assert_eq!((&run["state"], &run["fault"]["code"]), (&json!("failed"), &json!("match.interrupted")), "{run}");
    world.execute("UPDATE match_run SET state = 'queued'").await;
    let run = clerk.post(&format!("/api/v1/match-runs/{id}/cancel"), json!({})).await.expect(200).json();
    assert_eq!(run["state"], "cancelled");
    assert_eq!(world.trail("match_run.cancel").await, ["ok"]);
});

journey!(what_a_change_would_bring_is_told_without_making_it, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let packing = opens(&clerk, &employer, "包装工", json!({"requirements": {"certificates": ["焊工证"]}})).await;
    let packing = packing.expect(201).id();
    opens(&clerk, &employer, "打包工", json!({"wage": {"min": 3800, "max": 4200, "period": "month"}}))
        .await
        .expect(201);
    let mut people = vec![];
    for n in 0..6 {
        people
            .push(packer(&world, &clerk, &format!("王小{}", ["山", "河", "江", "海", "云", "雨"][n]), json!({})).await);
    }
    world.settle().await;
    let found = clerk.get(&format!("/api/v1/workers/{}/what-if", people[0])).await.expect(200).json();
    let by_wage = found["items"].as_array().unwrap().iter().find(|i| i["changes"][0]["value"] == 4050).unwrap();
    assert_eq!((&by_wage["opens"], &by_wage["examples"][0]["title"]), (&json!(1), &json!("打包工")), "{found}");
    assert!(by_wage["changes"][0]["text"].as_str().unwrap().contains("4050"), "{found}");

    let asked = json!({"vacancy": packing, "changes": [
        {"field": "requirements.certificates", "value": []}, {"field": "wage.max", "value": 6100}]});
    let found = clerk.post("/api/v1/vacancies/what-if", asked).await.expect(200).json();
    let opens_now: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|i| &i["opens"]).collect();
    assert_eq!(opens_now, [&json!(6), &json!("<5"), &json!(6)], "{found}");
    assert_eq!(found["items"][0]["counties"][0]["count"], 6, "{found}");
    let usual = clerk.post("/api/v1/vacancies/what-if", json!({"vacancy": packing})).await.expect(200).json();
    let fields: Vec<&str> =
        usual["items"].as_array().unwrap().iter().filter_map(|i| i["changes"][0]["field"].as_str()).collect();
    assert_eq!(fields, ["wage.max", "region", "requirements.certificates"], "{usual}");
    let draft = crate::posting::post(&employer, "包装工", json!({"requirements": {"max_age": 20}}));
    let found = clerk.post("/api/v1/vacancies/what-if", json!({"vacancy": draft})).await.expect(200).json();
    assert!(found["total"].as_u64().unwrap() >= 2, "{found}");
    let wrong = json!({"vacancy": packing, "changes": [{"field": "colour", "value": 1}]});
    clerk.post("/api/v1/vacancies/what-if", wrong).await.problem(422, "invalid");
    // Another employer's vacancy is not theirs to ask about.
    let boss = world.role(Role::Employer, "GZ-5205").await;
    boss.post("/api/v1/vacancies/what-if", json!({"vacancy": packing})).await.problem(404, "not_found");
    let before = clerk.get(&format!("/api/v1/vacancies/{packing}")).await.expect(200).json();
    assert_eq!(before["wage"]["max"], 6000, "nothing was changed");
});

journey!(every_pair_written_to_files_is_solved_to_the_same_total, |world| {
    use shanhai::actions::matching;
    use shanhai::domain::actor::Actor;
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    for n in 0..3u32 {
        let wage = json!({"min": 4600 + 300 * n, "max": 5000 + 300 * n, "period": "month"});
        opens(&clerk, &employer, &format!("包装工{n}组"), json!({"headcount": 1 + n % 2, "wage": wage}))
            .await
            .expect(201);
    }
    for n in 0..7u32 {
        packer(&world, &clerk, &format!("王小{n}"), json!({"wage_floor": 4300 + 150 * n})).await;
    }
    world.settle().await;
    let batch = matching::assign(&world.office, &Actor::Operator, None).await.unwrap();
    assert!(batch.optimal && batch.pairs.len() >= 3, "{batch:?}");
    let folder = world.folder.path().to_owned();
    let written = matching::with_table(&world.office, &Actor::Operator, None, move |table| {
        shanhai::cli::matching::write_edges(table, &folder.join("e.csv"), &folder.join("q.csv"))
    });
    assert!(written.await.unwrap().unwrap() >= batch.pairs.len() as u64);
    let solved = solve(world.folder.path()).unwrap();
    assert_eq!(
        (&solved["objective"], &solved["bound"]),
        (&json!(batch.objective), &json!(batch.objective)),
        "{solved}"
    );
    assert_eq!(solved["places"], batch.places);
});

/// `match solve` on `e.csv` and `q.csv` of a folder: its summary, or its one line of fault.
fn solve(folder: &Path) -> Result<Value, String> {
    let args =
        ["--json", "match", "solve", "--edges", "e.csv", "--quotas", "q.csv", "--out", "a.csv", "--prices", "p.csv"];
    let done = run_program(bare(folder, &args), "");
    let told = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    match done.status.code() {
        Some(0) => Ok(serde_json::from_slice(&done.stdout).expect("a JSON line")),
        Some(1) => Err(told),
        other => panic!("status {other:?}: {told}"),
    }
}

#[test]
fn bad_numbers_are_refused_with_their_line_and_leave_no_file() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let (good_e, good_q) = ("worker,vacancy,score\na,v,5\n", "vacancy,quota\nv,1\n");
    let long = format!("worker,vacancy,score\n{}", "x".repeat(3 << 20));
    let cases: [(&str, &str, &str); 16] = [
        ("worker,vacancy,score\na,v,5\nb,v,1\na,v,7\n", good_q, "edges: line 4"),
        ("worker,vacancy,score\na,w,5\n", good_q, "edges: line 2"),
        ("worker,vacancy,score\na,v,0\n", good_q, "edges: line 2"),
        ("worker,vacancy,score\na,v,1000001\n", good_q, "edges: line 2"),
        ("worker,vacancy,score\na,v,99999999999999999999\n", good_q, "edges: line 2"),
        ("worker,vacancy,score\na,v,4.5\n", good_q, "edges: line 2"),
        ("worker,vacancy,score\na,v\n", good_q, "edges: line 2"),
        ("worker,vacancy\na,v\n", good_q, "edges: line 1"),
        ("", good_q, "edges: line 1"),
        ("worker,vacancy,score\n", good_q, "edges: line 1"),
        (good_e, "vacancy,quota\nv,0\n", "quotas: line 2"),
        (good_e, "vacancy,quota\nv,-3\n", "quotas: line 2"),
        (good_e, "vacancy,quota\nv,1\nv,2\n", "quotas: line 3"),
        (good_e, "", "quotas: line 1"),
        ("worker,vacancy,score\n\"a,v,5\n", good_q, "edges: line 2"),
        (&long, good_q, "edges: line 2"),
    ];
    for (edges, quotas, told) in cases {
        std::fs::write(folder.path().join("e.csv"), edges).expect("a file");
        std::fs::write(folder.path().join("q.csv"), quotas).expect("a file");
        let fault = solve(folder.path()).expect_err(told);
        assert!(fault.contains(told), "{fault:?} instead of {told}");
        assert_eq!(fault.lines().count(), 1, "{fault}");
        assert!(fault.len() < 600, "a fault of {} characters", fault.len());
        let files = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(files, 2, "a file was left: {told}");
    }
    std::fs::write(folder.path().join("q.csv"), "\u{feff}vacancy,quota\r\n\"v, \"\"一\"\"\",1\r\nw,2\r\n")
        .expect("a file");
    let edges =
        "\u{feff}worker,vacancy,score\r\n\"王, 小\",\"v, \"\"一\"\"\",5\r\n\"王, 小\",w,4\r\nb,\"v, \"\"一\"\"\",3\r\n";
    std::fs::write(folder.path().join("e.csv"), edges).expect("a file");
    let solved = solve(folder.path()).expect("a solution");
    assert_eq!((&solved["objective"], &solved["assigned"]), (&json!(7), &json!(2)), "{solved}");
    let out = std::fs::read_to_string(folder.path().join("a.csv")).expect("the result");
    assert_eq!(out, "worker,vacancy,score\n\"王, 小\",w,4\nb,\"v, \"\"一\"\"\",3\n");
    std::fs::write(folder.path().join("e.csv"), [0xff, 0xfe, 0x00, b'\n'].repeat(1000)).expect("a file");
    assert!(solve(folder.path()).expect_err("junk").contains("edges: line 1"));
    assert_eq!(std::fs::read_to_string(folder.path().join("a.csv")).expect("the old result"), out, "it is kept");
}
