//! An ID number or phone typed once appears in clear nowhere but on the page that may reveal it.

use std::path::Path;

use serde_json::json;
use sqlx::Row as _;

use crate::client::Client;
use crate::people::{ZHIJIN, id_number, person, phone};
use crate::program::Program;
use crate::world::Engine;

const NAMES: [&str; 4] = ["禤椛榕", "缪椛榕", "麹椛榕", "亓椛榕"];

/// How bytes could stand somewhere: as they are, in hexadecimal, in base64 at each of its three offsets.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    let hex = secret.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let mut spelt = vec![secret.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    for offset in 0..3 {
        let padded = [&vec![0; offset][..], secret.as_bytes()].concat();
        let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(padded);
        // The first and last letters depend on what stands beside the secret.
        spelt.push(text.as_bytes()[(offset * 8).div_ceil(6)..(offset + secret.len()) * 8 / 6].to_vec());
    }
    spelt
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    spellings(secret).iter().any(|s| bytes.windows(s.len()).any(|w| w == s))
}

/// Every file below a folder that holds one of the secrets.
fn told_in(folder: &Path, secrets: &[String], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            told_in(&path, secrets, found);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            found.extend(secrets.iter().filter(|s| holds(&bytes, s)).map(|s| format!("{} holds {s}", path.display())));
        }
    }
}

/// Every row of a PostgreSQL database as text.
async fn rows(address: &str) -> Vec<u8> {
    let pool = sqlx::PgPool::connect(address).await.expect("the database");
    let tables = sqlx::query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    let mut text = String::new();
    for table in tables.fetch_all(&pool).await.expect("tables") {
        let table: String = table.get(0);
        let all = sqlx::AssertSqlSafe(format!("SELECT t::text FROM \"{table}\" t"));
        for row in sqlx::query(all).fetch_all(&pool).await.expect("rows") {
            text += row.get::<&str, _>(0);
            text.push('\n');
        }
    }
    pool.close().await;
    text.into_bytes()
}

/// A sheet of two people.
fn sheet(n: u32) -> String {
    let line = |name: &str, n: u32| format!("{name},男,{},{},初中\n", id_number(ZHIJIN, n), phone(n));
    format!("姓名,性别,证件号码,联系电话,文化程度\n{}{}", line(NAMES[1], n), line(NAMES[2], n + 1))
}

async fn walk(engine: Engine) {
    let program = Program::new(engine).await;
    let made = |args: &[&str]| assert!(program.run(args, "ein-langes-wort\n").status.success(), "{args:?}");
    let stations = program.folder.path().join("stations.csv");
    std::fs::write(&stations, "编码,名称,类型,服务地区,邮箱\nGZ-1,织金站,县级工作站,520524,one@stations.test\n")
        .unwrap();
    made(&["import", "stations", stations.to_str().unwrap()]);
    std::fs::remove_file(&stations).unwrap();
    made(&["account", "add", "clerk", "--role", "head", "--station", "GZ-1"]);
    let token = String::from_utf8(program.run(&["account", "token", "clerk"], "").stdout).unwrap();
    let served = program.serve_logging("trace");
    let anyone = served.client();
    let clerk: Client = anyone.token(token.trim());
    let secrets: Vec<String> = (1..=6).flat_map(|n| [id_number(ZHIJIN, n), phone(n)]).collect();

    // Registered, looked up in every way, revealed, changed, refused.
    let registered = clerk.post("/api/v1/workers", person(NAMES[0], 1, json!({}))).await.expect(201);
    let id = registered.id();
    for text in [id_number(ZHIJIN, 1), phone(1), NAMES[0].to_owned()] {
        clerk.post("/api/v1/workers/lookup", json!({"text": text})).await.expect(200);
        let query = serde_urlencoded::to_string([("q", &text)]).unwrap();
        clerk.get(&format!("/api/v1/workers?{query}")).await;
        anyone.get(&format!("/vacancies?{query}")).await;
        anyone.get(&format!("/nowhere/{text}")).await;
    }
    let reveal = json!({"fields": ["phone", "id_number"], "reason": "打电话"});
    let shown = clerk.post(&format!("/api/v1/workers/{id}/reveal"), reveal).await.expect(200);
    assert!(shown.text().contains(&id_number(ZHIJIN, 1)), "the canary itself must be real");
    let version = registered.version();
    clerk.patch(&format!("/api/v1/workers/{id}"), &version, json!({"phone": phone(2)})).await.expect(200);
    clerk.post("/api/v1/workers", person(NAMES[3], 1, json!({"phone": phone(2)}))).await.expect(409);
    let half = json!({"id_number": format!("{}0", id_number(ZHIJIN, 2)), "phone": phone(2)});
    clerk.post("/api/v1/workers", person(NAMES[3], 2, half)).await.expect(422);
    clerk.post("/api/v1/workers/link", json!({"name": NAMES[3], "id_number": id_number(ZHIJIN, 2)})).await;
    clerk.send("POST", "/api/v1/workers", Some("application/json"), id_number(ZHIJIN, 3).as_bytes()).await.expect(422);

    // A sheet at the door, a sheet on the command line, an interest, an introduction, letters.
    let body = [("kind", "workers")];
    clerk.upload("/api/v1/imports", &body, "people.csv", sheet(3).as_bytes()).await.expect(202);
    let file = program.folder.path().join("people.csv");
    std::fs::write(&file, sheet(5)).unwrap();
    made(&["import", "workers", file.to_str().unwrap(), "--station", "GZ-1"]);
    std::fs::remove_file(&file).unwrap();
    let employer =
        json!({"name": "广州示例塑胶有限公司", "kind": "own", "region": "440111", "email": "hr@employers.test"});
    let employer = clerk.post("/api/v1/employers", employer).await.expect(201).id();
    let vacancy = crate::posting::opens(&clerk, &employer, "包装工", json!({})).await.expect(201).id();
    let interest = json!({"name": NAMES[0], "phone": phone(6), "consent": true});
    anyone.post(&format!("/api/v1/vacancies/{vacancy}/interest"), interest).await.expect(202);
    let consent = json!({"worker": id, "vacancy": vacancy, "consent": {"how": "call"}});
    clerk.post("/api/v1/introductions", consent).await.expect(201);
    made(&["jobs", "run"]);
    let exported = program.folder.path().join("export.csv");
    made(&["export", "workers", exported.to_str().unwrap()]);
    let mut imported = json!({});
    for _ in 0..200 {
        imported = clerk.get("/api/v1/imports").await.expect(200).json();
        if imported["items"].as_array().unwrap().iter().all(|i| i["state"] == "done") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(imported["items"][0]["state"], "done", "{imported}");
    assert_eq!(clerk.get("/api/v1/workers").await.expect(200).json()["total"], 5, "all canaries are in");

    let metrics = anyone.get("/metrics").await.expect(200).text();
    let (status, log) = served.stop();
    assert_eq!(status, Some(0));
    assert!(log.len() > 10_000, "the log says everything: {} bytes", log.len());
    let mut found = Vec::new();
    told_in(program.folder.path(), &secrets, &mut found);
    for (place, text) in [("log", log.as_bytes()), ("metrics", metrics.as_bytes())] {
        found.extend(secrets.iter().filter(|s| holds(text, s)).map(|s| format!("{place} holds {s}")));
        found.extend(NAMES.iter().filter(|n| holds(text, n)).map(|n| format!("{place} holds {n}")));
    }
    if engine == Engine::Postgres {
        let rows = rows(&program.database).await;
        assert!(rows.len() > 1_000);
        found.extend(secrets.iter().filter(|s| holds(&rows, s)).map(|s| format!("a table holds {s}")));
    }
    let letters = program.folder.path().join("mail");
    assert!(std::fs::read_dir(&letters).is_ok_and(|d| d.count() >= 2), "letters were written");
    let mut named = Vec::new();
    told_in(&letters, &NAMES.map(str::to_owned), &mut named);
    found.extend(named);
    let lines: Vec<&str> =
        log.lines().filter(|l| secrets.iter().any(|s| l.contains(s)) || NAMES.iter().any(|n| l.contains(n))).collect();
    assert!(found.is_empty(), "{found:#?} {lines:#?}");
}

on_both!(walk);

#[test]
fn a_secret_is_found_as_it_is_in_hexadecimal_and_within_base64() {
    use base64::Engine as _;
    let secret = phone(1);
    for before in ["", "a", "ab", "abc"] {
        let text = base64::engine::general_purpose::STANDARD.encode(format!("{before}{secret}, and more"));
        assert!(holds(text.as_bytes(), &secret), "{before:?} {text}");
    }
    assert!(holds(format!("x{secret}y").as_bytes(), &secret));
    assert!(holds(secret.bytes().map(|b| format!("{b:02X}")).collect::<Vec<_>>().concat().as_bytes(), &secret));
    assert!(!holds(base64::engine::general_purpose::STANDARD.encode(phone(90_000)).as_bytes(), &secret));
}
