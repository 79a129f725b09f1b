//! Journeys of introductions through the door: asked, told, answered, and two clicks on the last place.

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::{Answer, Client};
use crate::posting::{opens, post};

/// Puts a registered person forward who agreed that the employer is told.
async fn introduces(clerk: &Client, worker: &str, vacancy: &str) -> Answer {
    let body = json!({"worker": worker, "vacancy": vacancy, "consent": {"how": "call"}});
    clerk.post("/api/v1/introductions", body).await
}

fn state(answer: Answer) -> Value {
    answer.expect(200).json()["state"].clone()
}

journey!(a_person_is_asked_then_the_employer_is_told_and_answers, |world| {
    let (clerk, firm) = (world.clerk().await, world.role(Role::Employer, "").await);
    let vacancy = firm.post("/api/v1/vacancies", post("", "包装工", json!({"employer": null}))).await.expect(201);
    let vacancy = vacancy.id();
    // Posted by an employer without a station: any station may look after it.
    let head = world.role(Role::Head, "GZ-HQ").await;
    head.post(&format!("/api/v1/vacancies/{vacancy}/open"), json!({})).await.expect(200);
    let worker = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    let made = clerk.post("/api/v1/introductions", json!({"worker": worker, "vacancy": vacancy})).await.expect(201);
    assert_eq!(made.json()["state"], "asked");
    let path = format!("/api/v1/introductions/{}", made.id());
    firm.get(&path).await.problem(404, "not_found");
    firm.post(&format!("{path}/accept"), json!({})).await.problem(404, "not_found");
    assert_eq!(state(clerk.post(&format!("{path}/consent"), json!({"how": "call"})).await), "proposed");
    let seen = firm.get(&path).await.expect(200).json();
    assert_eq!(seen["worker"]["name"], "王小山");
    assert!(seen["worker"].get("id").is_none(), "an employer is given no way to the record");
    assert_eq!(state(firm.post(&format!("{path}/accept"), json!({})).await), "accepted");
    let invite = json!({"at": "2026-11-26T10:00:00+08:00", "place": "一号门", "contact": "人事"});
    assert_eq!(state(firm.post(&format!("{path}/interview"), invite).await), "interview");
    let place = json!({"from": "2026-12-01", "wage": 5500, "period": "month"});
    assert_eq!(state(firm.post(&format!("{path}/place"), place).await), "placed");
    let other = world.role(Role::Employer, "").await;
    other.get(&path).await.problem(404, "not_found");
    let record = clerk.get(&format!("/api/v1/workers/{worker}")).await.expect(200).json();
    assert_eq!(record["status"], "employed", "{record}");
});

journey!(two_clicks_on_the_last_place_and_one_reads_why, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let vacancy = opens(&clerk, &employer, "包装工", json!({"headcount": 1})).await.expect(201).id();
    let mut paths = Vec::new();
    for name in ["王小山", "李小河"] {
        let worker = world.registers(&clerk, name, json!({})).await.expect(201).id();
        let id = introduces(&clerk, &worker, &vacancy).await.expect(201).id();
        paths.push(format!("/api/v1/introductions/{id}/accept"));
    }
    let (a, b) = tokio::join!(clerk.post(&paths[0], json!({})), clerk.post(&paths[1], json!({})));
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    assert_eq!(state(won), "accepted");
    let told = lost.problem(409, "vacancy.full").json()["detail"].as_str().unwrap_or_default().to_owned();
    assert_ne!(told, "vacancy.full", "the code has a sentence");
});

journey!(who_is_placed_elsewhere_is_put_forward_no_more, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let one = opens(&clerk, &employer, "包装工", json!({})).await.expect(201).id();
    let two = opens(&clerk, &employer, "保洁员", json!({})).await.expect(201).id();
    let worker = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    let first = introduces(&clerk, &worker, &one).await.expect(201).id();
    let second = introduces(&clerk, &worker, &two).await.expect(201).id();
    introduces(&clerk, &worker, &two).await.problem(409, "introduction.exists");
    let place = json!({"from": "2026-12-01", "wage": 5500, "period": "month"});
    clerk.post(&format!("/api/v1/introductions/{first}/accept"), json!({})).await.expect(200);
    assert_eq!(state(clerk.post(&format!("/api/v1/introductions/{first}/place"), place).await), "placed");
    let closed = clerk.get(&format!("/api/v1/introductions/{second}")).await.expect(200).json();
    assert_eq!(closed["state"], "withdrawn", "{closed}");
    let third = opens(&clerk, &employer, "保安员", json!({})).await.expect(201).id();
    introduces(&clerk, &worker, &third).await.problem(409, "worker.placed");
});
