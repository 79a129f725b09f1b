//! Journeys at the HTTP door itself: problems, methods, keys, bodies, headers, and a knock at every route.

use serde_json::json;
use shanhai::domain::actor::{Actor, Role};
use shanhai::domain::code::Code as _;
use shanhai::web::route::Audience;

use crate::people::{id_number, person, phone};

journey!(an_unknown_path_and_a_wrong_method_are_told_apart, |world| {
    let clerk = world.clerk().await;
    clerk.get("/api/v1/nothing").await.problem(404, "not_found");
    clerk.send("DELETE", "/api/v1/workers", None, b"").await.problem(405, "method");
    clerk.get("/api/v1/workers/not-an-id").await.problem(404, "not_found");
});

journey!(a_body_that_is_no_json_or_too_large_is_refused, |world| {
    let clerk = world.clerk().await;
    let json = Some("application/json");
    clerk.send("POST", "/api/v1/workers", json, b"{\"name\": ").await.problem(400, "body.json");
    clerk.send("POST", "/api/v1/workers", json, b"{} {}").await.problem(400, "body.json");
    clerk.send("POST", "/api/v1/workers", json, &vec![b' '; (1 << 20) + 1]).await.problem(413, "body.large");
    let odd = clerk.post("/api/v1/workers", person("王小山", 1, json!({"colour": "red"}))).await;
    assert_eq!(odd.problem(422, "invalid").faults(), ["colour field.unknown"]);
    let deep = clerk.post("/api/v1/workers", person("王小山", 1, json!({"village": {"street": "x"}}))).await;
    assert_eq!(deep.problem(422, "invalid").faults(), ["village.street field.unknown"]);
});

journey!(a_number_in_an_address_is_refused_before_anything_is_read, |world| {
    let clerk = world.clerk().await;
    for secret in [id_number("520524", 3), phone(3)] {
        let answer = clerk.get(&format!("/api/v1/duplicates?q={secret}")).await;
        let answer = answer.problem(400, "query.secret_in_url");
        assert!(!answer.text().contains(&secret));
    }
    clerk.get("/api/v1/duplicates?q=520524").await.expect(200);
});

journey!(the_same_key_and_body_is_done_once, |world| {
    let clerk = world.clerk().await;
    let keyed = clerk.with("idempotency-key", "once");
    let body = person("王小山", 5, json!({}));
    let first = keyed.post("/api/v1/workers", body.clone()).await.expect(201);
    let again = keyed.post("/api/v1/workers", body).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(world.trail("worker.register").await, ["ok"]);
    let other = keyed.post("/api/v1/workers", person("李小山", 6, json!({}))).await;
    other.problem(422, "idempotency.other_body");
    // Another account's key of the same name is another key.
    let stranger = world.other_clerk().await.with("idempotency-key", "once");
    stranger.post("/api/v1/workers", person("李小山", 6, json!({}))).await.expect(201);
    // A refused act can be tried again under its key.
    let second = clerk.with("idempotency-key", "twice");
    second.post("/api/v1/workers", json!({})).await.expect(422);
    second.post("/api/v1/workers", person("周小山", 8, json!({}))).await.expect(201);
    world.office.clock.advance(std::time::Duration::from_secs(24 * 3600 + 1));
    keyed.post("/api/v1/workers", person("吴小山", 9, json!({}))).await.expect(201);
});

journey!(every_answer_carries_the_headers_that_protect, |world| {
    let clerk = world.clerk().await;
    for answer in [clerk.get("/api/v1/duplicates").await, world.anyone().get("/api/v1/nothing").await] {
        let csp = answer.header("content-security-policy").unwrap_or_default();
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(!csp.contains("unsafe"), "{csp}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
});

journey!(a_write_from_a_foreign_site_is_refused, |world| {
    let clerk = world.clerk().await;
    let body = person("王小山", 5, json!({}));
    clerk.with("sec-fetch-site", "cross-site").post("/api/v1/workers", body.clone()).await.expect(403);
    clerk.with("origin", "https://elsewhere.test").post("/api/v1/workers", body.clone()).await.expect(403);
    assert!(world.trail("worker.register").await.is_empty());
    clerk.with("sec-fetch-site", "same-origin").post("/api/v1/workers", body).await.expect(201);
});

journey!(a_request_that_is_no_http_is_answered_or_closed_and_the_server_lives, |world| {
    let anyone = world.anyone();
    for bytes in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/v1/workers HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    ] {
        let answer = anyone.raw(bytes).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    anyone.get("/api/v1/nothing").await.expect(404);
});

/// The path of a route with something in the place of its parameters.
fn path_of(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|s| if s.starts_with('{') { "00000000-0000-7000-8000-000000000000" } else { s })
        .collect::<Vec<_>>()
        .join("/")
}

async fn knock(client: &crate::client::Client, route: &shanhai::web::route::Route) -> crate::client::Answer {
    let kind = (route.method != "GET").then_some("application/json");
    let client = client.with("if-match", "\"1\"");
    client.send(route.method, &path_of(route.pattern), kind, b"{}").await
}

journey!(every_route_is_knocked_at_without_a_key, |world| {
    let mut knocked = 0;
    for route in shanhai::web::tables().into_iter().flatten() {
        let answer = knock(&world.anyone(), route).await;
        let page = !route.pattern.starts_with("/api/");
        let fits = match route.audience {
            Audience::Anyone => ![401, 403].contains(&answer.status),
            // A page sends to where one signs in.
            _ if page => {
                answer.status == 401
                    || (answer.status == 303 && answer.header("location").is_some_and(|l| l.starts_with("/login")))
            }
            _ => answer.status == 401,
        };
        assert!(fits, "{route:?} answers {} to nobody: {}", answer.status, answer.text());
        assert!(
            answer.status < 500 || [501, 503].contains(&answer.status),
            "{route:?} answers {}: {}",
            answer.status,
            answer.text()
        );
        assert_eq!(
            answer.status == 501,
            route.handler.is_none() && matches!(route.audience, Audience::Anyone),
            "{route:?}"
        );
        knocked += 1;
    }
    assert!(knocked >= 10);
});

journey!(every_route_is_knocked_at_with_every_role, |world| {
    for role in Role::ALL.iter().copied() {
        let client = world.role(role, "GZ-5205").await;
        let actor = Actor::Account {
            id: world.office.id(),
            name: String::new(),
            role,
            station: None,
            employer: None,
            confidential: false,
        };
        for route in shanhai::web::tables().into_iter().flatten() {
            let allowed = match route.audience {
                Audience::Anyone | Audience::Signed => true,
                Audience::Holds(rights) => rights.iter().any(|r| actor.may(*r)),
            };
            let answer = knock(&client, route).await;
            assert_ne!(answer.status, 401, "{route:?} does not know a {role:?}");
            if !allowed {
                assert_eq!(answer.status, 403, "{route:?} lets a {role:?} in: {}", answer.text());
            }
            assert!(
                answer.status < 500 || [501, 503].contains(&answer.status),
                "{route:?} answers a {role:?} {}: {}",
                answer.status,
                answer.text()
            );
        }
        // Signing out was among the doors: the token outlives it.
        client.get("/api/v1/nothing").await.expect(404);
    }
});
