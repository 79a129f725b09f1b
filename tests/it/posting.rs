//! Journeys of employers and their posts: signed up, approved, posted, checked by the law, opened, closed.

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::{Answer, Client};

/// The body of a post that nothing is wrong with.
pub fn post(employer: &str, title: &str, more: Value) -> Value {
    let mut body = json!({
        "title": title, "employer": employer, "headcount": 2, "region": "440111", "address": "人和镇一号门",
        "occupation": "包装工", "wage": {"min": 5000, "max": 6000, "period": "month"}, "benefits": ["lodging", "meals"],
        "valid_until": "2026-12-31", "description": "包装成品。", "contact": "人事",
    });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    body
}

/// Posts and opens a vacancy as a station.
pub async fn opens(clerk: &Client, employer: &str, title: &str, more: Value) -> Answer {
    clerk.post("/api/v1/vacancies?open=true", post(employer, title, more)).await
}

journey!(an_employer_signs_up_and_waits_for_approval, |world| {
    let clerk = world.clerk().await;
    let body = json!({"name": "广州示例塑胶有限公司", "credit_code": "91440101MA52518873", "kind": "own",
                      "region": "440111", "contact": "人事", "phone": "020-55500001", "email": "hr@employers.test"});
    let signed = world.anyone().post("/api/v1/employers", body.clone()).await.expect(201).json();
    assert_eq!(signed["state"], "waiting", "{signed}");
    let id = signed["id"].as_str().unwrap();
    world.anyone().get(&format!("/api/v1/employers/{id}")).await.problem(401, "auth.missing");
    world.anyone().post("/api/v1/employers", body).await.problem(409, "employer.exists");
    let bad = json!({"name": "", "credit_code": "91440101MA52518874"});
    let faults = world.anyone().post("/api/v1/employers", bad).await.problem(422, "invalid").faults().join(" ");
    assert!(faults.contains("credit_code") && faults.contains("name"), "{faults}");

    let approved = clerk.post(&format!("/api/v1/employers/{id}/approve"), json!({})).await.expect(200).json();
    assert_eq!(approved["state"], "approved");
    clerk.post(&format!("/api/v1/employers/{id}/approve"), json!({})).await.problem(409, "employer.state");
});

journey!(a_post_is_opened_by_a_station_and_seen_by_anyone, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let made = opens(&clerk, &employer, "包装工", json!({})).await.expect(201);
    let row = made.json();
    assert_eq!((row["state"].clone(), row["places_left"].clone()), (json!("open"), json!(2)), "{row}");
    assert!(row["ref"].as_str().unwrap().starts_with("G-"));
    let path = format!("/api/v1/vacancies/{}", made.id());
    let seen = world.anyone().get(&path).await.expect(200).json();
    assert_eq!(seen["wage"], row["wage"]);
    assert!(seen.get("findings").is_none(), "findings are for those who look after the post");
    world.anyone().get(&format!("/api/v1/vacancies/{}", row["ref"].as_str().unwrap())).await.expect(200);

    let changed = clerk.patch(&path, &made.version(), json!({"headcount": 5})).await.expect(200);
    assert_eq!(changed.json()["places_left"], 5);
    clerk.patch(&path, &made.version(), json!({"headcount": 6})).await.problem(412, "version.stale");
    clerk.post(&format!("{path}/close"), json!({"reason": "招满"})).await.expect(200);
    world.anyone().get(&path).await.problem(404, "not_found");
});

journey!(the_page_of_a_post_outlives_it_and_says_that_it_is_over, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let made = opens(&clerk, &employer, "包装工", json!({})).await.expect(201);
    let page = format!("/vacancies/{}", made.json()["ref"].as_str().unwrap());
    let fields = [("name", "王小明"), ("phone", "14612340071"), ("consent", "true")];
    let left = world.anyone().form(&format!("{page}/interest"), &fields).await.expect(303);
    let receipt = world.anyone().get(left.header("location").unwrap()).await.expect(200).text();
    assert!(receipt.contains("王* 146****0071"), "the receipt says who asked, masked\n{receipt}");

    clerk.post(&format!("/api/v1/vacancies/{}/close", made.id()), json!({"reason": "招满"})).await.expect(200);
    let shut = world.anyone().get(&page).await.expect(200).text();
    assert!(shut.contains("这个岗位不招了") && !shut.contains("name=\"phone\""), "{shut}");
    let late = world.anyone().form(&format!("{page}/interest"), &fields).await.expect(409).text();
    assert!(late.contains("这个岗位不招了"), "{late}");
});

journey!(an_unlawful_advert_waits_until_a_clerk_overrules_with_a_reason, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let body = json!({"description": "只招女工，需交服装押金200元。"});
    let made = opens(&clerk, &employer, "包装工", body).await.expect(201);
    let row = made.json();
    assert_eq!(row["state"], "in_review", "{row}");
    let findings = row["findings"].as_array().unwrap();
    assert!(
        findings.len() >= 2 && findings.iter().all(|f| f["article"].as_str().is_some_and(|a| !a.is_empty())),
        "{row}"
    );
    let path = format!("/api/v1/vacancies/{}", made.id());
    world.anyone().get(&path).await.problem(404, "not_found");
    clerk.post(&format!("{path}/open"), json!({})).await.problem(409, "vacancy.findings");
    clerk.post(&format!("{path}/overrule"), json!({})).await.expect(422);
    let opened =
        clerk.post(&format!("{path}/overrule"), json!({"reason": "已与企业核实并改口"})).await.expect(200).json();
    assert_eq!(opened["state"], "open");
    assert_eq!(opened["overruled"]["reason"], "已与企业核实并改口");
});

journey!(an_employer_posts_for_itself_and_sees_nobody_elses_drafts, |world| {
    let (clerk, one, two) =
        (world.clerk().await, world.role(Role::Employer, "").await, world.role(Role::Employer, "").await);
    let made = one.post("/api/v1/vacancies?open=true", post("", "缝纫工", json!({"employer": null}))).await.expect(201);
    assert_eq!(made.json()["state"], "in_review", "a station opens it");
    let path = format!("/api/v1/vacancies/{}", made.id());
    two.get(&path).await.problem(404, "not_found");
    two.patch(&path, &made.version(), json!({"headcount": 9})).await.problem(404, "not_found");
    one.get(&path).await.expect(200);
    one.get("/api/v1/workers").await.problem(403, "auth.forbidden");
    let _ = clerk;
});

journey!(a_post_with_faults_tells_them_all, |world| {
    let clerk = world.clerk().await;
    let body = json!({"title": "", "employer": "Y-9999", "headcount": 0, "region": "火星",
                      "wage": {"min": 6000, "max": 5000, "period": "month"}, "colour": null});
    let unknown = clerk.post("/api/v1/vacancies", body.clone()).await.problem(422, "invalid").faults();
    assert_eq!(unknown, ["colour field.unknown"]);
    let mut body = body;
    body.as_object_mut().unwrap().remove("colour");
    let faults = clerk.post("/api/v1/vacancies", body).await.problem(422, "invalid").faults().join("\n");
    for fault in
        ["title field.missing", "employer employer.unknown", "headcount", "region region.unknown", "wage wage.order"]
    {
        assert!(faults.contains(fault), "{fault} is not among\n{faults}");
    }
});

journey!(a_wage_is_a_months_unless_somebody_says_otherwise, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(crate::desk::PASSWORD)).await;
    let desk = crate::desk::signed_in(&world.anyone(), &name).await;
    let page = desk.get("/station/vacancies/new").await.expect(200).text();
    let empty = crate::form_page::form(&page, "/station/vacancies/new");
    assert_eq!(empty.value("wage.period"), "month", "a menu that nobody touches sends its first line");
});

journey!(an_employer_without_a_code_is_not_approved_and_the_page_says_what_is_missing, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(crate::desk::PASSWORD)).await;
    let desk = crate::desk::signed_in(&world.anyone(), &name).await;
    let sheet = "用人单位,招聘岗位,招聘人数,薪资待遇,工作地点\n只知名称厂,装配工,5,5000-6000元/月,广州市番禺区\n";
    let fields = [("kind", "vacancies"), ("open", "true")];
    api.upload("/api/v1/imports", &fields, "表.csv", sheet.as_bytes()).await.expect(202);
    let mut found = Value::Null;
    for _ in 0..200 {
        found = api.get("/api/v1/vacancies?state=any").await.expect(200).json()["items"][0].clone();
        if !found.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let page = world.anyone().get(&format!("/vacancies/{}", found["ref"].as_str().unwrap())).await.expect(200).text();
    assert!(page.contains("工作站还没有核过"), "a worker is told: {page}");
    let employer = format!("/station/employers/{}", found["employer"]["id"].as_str().unwrap());
    let told = desk.form(&format!("{employer}/approve"), &[]).await.expect(422).text();
    assert!(told.contains("补上统一社会信用代码"), "{told}");
});
