//! Journeys of accounts: keys that open, keys that ended, sessions that run out.

use std::time::Duration;

use serde_json::json;
use shanhai::actions::account;
use shanhai::domain::actor::{Actor, Role};

const PROBE: &str = "/api/v1/duplicates";

journey!(a_wrong_key_opens_nothing, |world| {
    let answer = world.anyone().token("nonsense").get(PROBE).await.problem(401, "auth.missing");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    // Not even what is open to anyone: a key that does not fit is a mistake worth telling.
    world.anyone().token("nonsense").get("/api/v1/vacancies").await.expect(401);
    world.anyone().get(PROBE).await.problem(401, "auth.missing");
});

journey!(a_disabled_account_is_out_at_once, |world| {
    let (clerk, name) = world.account(Role::Clerk, "GZ-5205", None).await;
    clerk.get(PROBE).await.expect(200);
    account::disable(&world.office, &Actor::Operator, &name).await.unwrap();
    clerk.get(PROBE).await.problem(401, "auth.missing");
});

journey!(a_session_ends_when_idle_and_at_the_latest_after_twelve_hours, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some("山海一家亲-2026")).await;
    let minute = Duration::from_mins(1);
    for (rest, times, alive) in [(29, 1, true), (31, 1, false), (29, 24, true), (29, 25, false)] {
        let (secret, _) = account::sign_in(&world.office, &name, "山海一家亲-2026".into()).await.unwrap();
        let browser = world.anyone().with("cookie", &format!("lang=zh; shanhai={secret}"));
        browser.get(PROBE).await.expect(200);
        let mut last = 200;
        for _ in 0..times {
            world.office.clock.advance(minute * rest);
            last = browser.get(PROBE).await.status;
        }
        assert_eq!(last == 200, alive, "{times} rests of {rest} minutes");
    }
});

journey!(signing_out_and_a_new_password_end_sessions, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some("山海一家亲-2026")).await;
    let sign_in = async |password: &str| account::sign_in(&world.office, &name, password.to_owned()).await;
    let browser = |secret: &str| world.anyone().with("cookie", &format!("shanhai={secret}"));
    let (one, actor) = sign_in("山海一家亲-2026").await.unwrap();
    let (two, _) = sign_in("山海一家亲-2026").await.unwrap();
    account::sign_out(&world.office, &actor, &one).await.unwrap();
    browser(&one).get(PROBE).await.expect(401);
    browser(&two).get(PROBE).await.expect(200);
    account::set_password(&world.office, &Actor::Operator, &name, "另一句话-2027".into()).await.unwrap();
    browser(&two).get(PROBE).await.expect(401);
    assert!(sign_in("山海一家亲-2026").await.is_err());
    assert!(sign_in("另一句话-2027").await.is_ok());
});

journey!(ten_wrong_passwords_pause_the_account, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some("山海一家亲-2026")).await;
    let sign_in = async |password: &str| account::sign_in(&world.office, &name, password.to_owned()).await;
    for _ in 0..10 {
        assert!(sign_in("falsch-falsch").await.is_err());
    }
    assert!(sign_in("山海一家亲-2026").await.is_err());
    world.office.clock.advance(Duration::from_secs(5 * 60 + 1));
    assert!(sign_in("山海一家亲-2026").await.is_ok());
    assert_eq!(world.trail("account.sign_in").await.iter().filter(|r| *r == "denied").count(), 11);
});

journey!(roles_without_persons_see_nobody, |world| {
    let clerk = world.clerk().await;
    let id = world.registers(&clerk, "王小山", json!({})).await.expect(201).id();
    for role in [Role::Village, Role::Leader, Role::Employer, Role::Admin, Role::Auditor, Role::Security] {
        let client = world.role(role, "GZ-5205").await;
        client.get(&format!("/api/v1/workers/{id}")).await.problem(403, "auth.forbidden");
        client.post("/api/v1/workers", json!({})).await.problem(403, "auth.forbidden");
    }
});
