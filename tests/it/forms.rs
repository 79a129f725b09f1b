//! Journeys over every form of every page: it sends only what its route knows, and saved unchanged it changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};
use shanhai::actions::account;
use shanhai::domain::actor::Role;
use shanhai::domain::employer::EmployerBody;
use shanhai::domain::posting::Posting;
use shanhai::domain::registration::Registration;
use shanhai::domain::station::StationBody;
use shanhai::domain::training::ClassBody;
use shanhai::web::route::{self, Body, Found, Route};

use crate::client::Client;
use crate::form_page::{self, Form};
use crate::people::{id_number, phone};
use crate::posting::{opens, post};
use crate::world::World;

/// Sees that a body names every field of its kind but these.
#[track_caller]
fn full<T: Default + serde::Serialize>(body: &Value, without: &[&str]) {
    let all = serde_json::to_value(T::default()).unwrap();
    let missing: Vec<&String> = all
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| body.get(name.as_str()).is_none() && !without.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "a full body names {missing:?}");
}

/// A person with everything that can be known.
fn whole_person(partner: &str) -> Value {
    let body = json!({
        "name": "潘小妹", "id_number": id_number("520524", 90), "phone": phone(90), "birth_date": "1970-04-16", "sex": "female",
        "ethnicity": "苗族", "origin": "520524", "origin_text": "贵州毕节织金",
        "village": {"county": "520524", "township": "猫场镇", "village": "示例村"}, "residence": "440111",
        "schooling": "senior_middle", "school_status": "在读", "capacity": "skilled", "health": ["chronic"],
        "disability": "三级", "occupations_wanted": ["焊工", "包装工"], "experience": [{"occupation": "焊工", "years": 2.5}],
        "skills": ["平车", "四线"], "certificates": [{"name": "焊工证", "level": "三级", "expires": "2027-05-01"}],
        "wage_floor": 4500.5, "regions_wanted": ["440111", "441900"], "can_leave_home": true, "shift": "day",
        "available_from": "2026-12-01", "remark": "年后返岗", "needs": ["lodging", "day_shift"], "partner": partner, "wants_change": true,
        "statement": "looking",
        "employment": {"employer": "示例厂", "place": "广州", "wage": 4000.5, "from": "2026-01-01", "industry": "制造",
                       "channel": "老乡", "organised": false, "months": 10},
        "household": {"number": "H-1", "head": "潘大", "relation": "女儿", "type": "out_of_poverty", "watch_class": "borderline",
                      "risk_cleared": false, "relocated": true, "settlement": "示例社区", "members": 5, "minors": 2},
        "consent": [{"scope": "registry", "how": "paper"}],
    });
    full::<Registration>(&body, &["id_missing_reason"]);
    body
}

/// A post with everything that can be said.
fn whole_post(employer: &str) -> Value {
    let asked = json!({"min_age": 18, "max_age": 55, "schooling": "junior_middle", "certificates": ["焊工证"], "skills": ["平车"],
                       "capacity": "ordinary", "experience_years": 1.5});
    let body = post(
        employer,
        "焊工",
        json!({
            "work_unit": "示例工地", "kind": "market", "employment_form": "full_time",
            "wage": {"min": 5000.5, "max": 6000, "period": "piece", "typical_month": 5500}, "requirements": asked, "preferences": asked,
            "hazards": ["dust", "height"], "barred_for": ["minors"], "shift": "day", "probation": {"months": 1, "wage": 4500},
            "contract_months": 12, "social_insurance": true, "start_from": "2026-12-01", "start_until": "2026-12-20",
            "description": "第一行\n第二行 <b>", "source": {"name": "示例网", "ref": "A-1"},
            "platform": {"platform": "示例平台", "partner_firm": "示例公司", "pay_per_order": 4.5, "injury_cover": true,
                         "vehicle_needed": false},
        }),
    );
    full::<Posting>(&body, &[]);
    body
}

/// Clients by what they are.
struct Cast {
    seats: Vec<(&'static str, Vec<String>, Client)>,
}

/// A world in which every kind of page has something to show.
async fn busy(world: &mut World) -> Cast {
    let (clerk, head) = (world.clerk().await, world.role(Role::Head, "GZ-HQ").await);
    let (firm, admin) = (world.role(Role::Employer, "").await, world.role(Role::Admin, "").await);
    let ok = async |client: &Client, path: &str, body: Value| client.post(path, body).await.expect(200);

    let station = admin.get("/api/v1/stations/GZ-520524").await.expect(200);
    let more = json!({"phone": "0857-1234567", "address": "中山大道 1 号", "lang": "en"});
    let whole = admin.patch(&format!("/api/v1/stations/{}", station.id()), &station.version(), more).await.expect(200);
    full::<StationBody>(&whole.json(), &[]);

    let employer = json!({"name": "广州示例塑胶有限公司", "credit_code": "91440101MA52518873", "kind": "own", "region": "440111",
        "address": "一号门", "industry": "塑胶", "contact": "人事", "phone": "020-55500001", "email": "hr@employers.test",
        "licence": "A-1", "size": 50, "remark": "示例", "station": "GZ-5205"});
    full::<EmployerBody>(&employer, &[]);
    let employer = clerk.post("/api/v1/employers", employer).await.expect(201).id();
    let waits = json!({"name": "等待公司", "credit_code": "91440101MA59UX7B3T", "kind": "own", "region": "440111",
                       "contact": "人事", "phone": "020-55500002", "email": "hr2@employers.test"});
    world.anyone().post("/api/v1/employers", waits).await.expect(201);

    let partner = world.registers(&clerk, "李小河", json!({})).await.expect(201).id();
    let person = clerk.post("/api/v1/workers", whole_person(&partner)).await.expect(201).id();
    // The same name and birthday without a number: a possible duplicate.
    let twin = json!({"name": "潘小妹", "birth_date": "1970-04-16", "id_missing_reason": "补办中"});
    clerk.post("/api/v1/workers", twin).await.expect(201);

    let first = world.registers(&clerk, "王大海", json!({})).await.expect(201).id();
    let again = json!({"id_number": null, "id_missing_reason": "补办中", "birth_date": "1990-05-01"});
    let again = world.registers(&clerk, "王大海", again).await.expect(201).id();
    ok(&clerk, &format!("/api/v1/workers/{first}/merge"), json!({"other": again})).await;

    let vacancy = clerk.post("/api/v1/vacancies?open=true", whole_post(&employer)).await.expect(201).id();
    let draft = post(&employer, "包装工", json!({"description": "只招男性。"}));
    clerk.post("/api/v1/vacancies", draft).await.expect(201);
    for state in ["close", "keep"] {
        let made = opens(&clerk, &employer, &format!("保洁员{state}"), json!({})).await.expect(201).id();
        if state == "close" {
            ok(&clerk, &format!("/api/v1/vacancies/{made}/close"), json!({})).await;
        }
    }
    let own = firm.post("/api/v1/vacancies", post("", "普工", json!({"employer": null}))).await.expect(201).id();
    ok(&head, &format!("/api/v1/vacancies/{own}/open"), json!({})).await;
    firm.post("/api/v1/vacancies", post("", "杂工", json!({"employer": null}))).await.expect(201);

    let class = json!({"programme": "南粤家政", "name": "护理 1 班", "occupation": "养老护理员", "certificates": ["养老护理员证"],
        "skills": ["护理"], "starts": "2026-12-01", "ends": "2026-12-20", "seats": 20, "region": "440111", "place": "二楼",
        "provider": "示例学校", "fee": 10.5, "vacancy": vacancy, "vacancies": [vacancy]});
    full::<ClassBody>(&class, &[]);
    let class = clerk.post("/api/v1/classes", class).await.expect(201).id();
    clerk.post("/api/v1/enrolments", json!({"worker": person, "class": class})).await.expect(201);
    // A post that the class opens to somebody.
    let asks = json!({"occupation": "养老护理员", "requirements": {"certificates": ["养老护理员证"]}});
    opens(&clerk, &employer, "养老护理员", asks).await.expect(201);
    let wish = json!({"statement": "looking", "occupations_wanted": ["养老护理员"], "can_leave_home": true});
    world.registers(&clerk, "王大姐", wish).await.expect(201);

    for (n, steps) in [&[][..], &["accept"][..], &[][..], &["decline"][..], &[][..]].into_iter().enumerate() {
        let worker = world
            .registers(&clerk, &format!("石小{}", ["山", "河", "林", "田", "云"][n]), json!({}))
            .await
            .expect(201)
            .id();
        let mut body = json!({"worker": worker, "vacancy": own});
        if n != 0 {
            body["consent"] = json!({"how": "call"});
        }
        let id = clerk.post("/api/v1/introductions", body).await.expect(201).id();
        for step in steps {
            let body = if *step == "decline" { json!({"reason": "distance"}) } else { json!({}) };
            ok(&firm, &format!("/api/v1/introductions/{id}/{step}"), body).await;
        }
    }
    let search = json!({"kind": "workers", "name": "会焊的人", "query": {"q": "焊工"}});
    clerk.post("/api/v1/searches", search).await.expect(201);
    let left = json!({"name": "王生", "phone": phone(91), "consent": "true", "remark": "晚上打"});
    let receipt = world.anyone().post(&format!("/api/v1/vacancies/{vacancy}/interest"), left).await.expect(202).json();
    for wage in 4000..4006 {
        let path = format!("/api/v1/workers/{partner}");
        let version = clerk.get(&path).await.version();
        clerk.patch(&path, &version, json!({"wage_floor": wage})).await.expect(200);
    }

    let sheet = "姓名,证件号码,出生日期,无证号原因,户籍地\n石小川,520524199001019960,,,贵州省毕节市织金县\n\
                 龙大哥,520524199001019995,,,织金县\n潘小妹,,1970-04-16,补办中,织金县\n";
    let posts = "岗位名称,用人单位,工作地点,月薪\n操作员,广州示例塑胶有限公司,广州市白云区,5000-6000\n";
    for (kind, dry, sheet) in [("workers", "true", sheet), ("workers", "false", sheet), ("vacancies", "false", posts)] {
        let fields = [("kind", kind), ("dry_run", dry), ("open", "true")];
        let made = clerk.upload("/api/v1/imports", &fields, "名单.csv", sheet.as_bytes()).await.expect(202);
        for _ in 0..200 {
            let now = clerk.get(&format!("/api/v1/imports/{}", made.id())).await.expect(200).json();
            if ["preview", "done", "failed"].contains(&now["state"].as_str().unwrap()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    opens(&clerk, &employer, "包装工", json!({"headcount": 2})).await.expect(201);
    crate::engine::packer(world, &clerk, "石小海", json!({})).await;
    world.settle().await;
    world.execute("UPDATE outbox SET state = 'dead', last_error = 'no_mailbox'").await;
    // A batch run, one that changes it, and one that is still computed.
    let mut parent = Value::Null;
    for _ in 0..3 {
        let run = clerk.post("/api/v1/match-runs", json!({"parent": parent})).await.expect(202).id();
        crate::engine::ended(&clerk, &run).await;
        if parent.is_null() {
            parent = run.into();
        }
    }
    let last = "id = (SELECT id FROM match_run ORDER BY id DESC LIMIT 1)";
    world
        .execute(&format!("UPDATE match_run SET state = 'running', lease_until = 9000000000000000 WHERE {last}"))
        .await;

    // What only a letter, a receipt or a lost session leads to.
    let (_, name) = world.account(Role::Clerk, "GZ-5205", None).await;
    let account = shanhai::store::account::by_name(&mut &world.office.db, &name).await.unwrap().unwrap();
    let mut tx = world.office.begin().await.unwrap();
    let invited = format!("/password/{}", account::invite(&world.office, &mut tx, account.id).await.unwrap());
    world.office.commit(tx).await.unwrap();
    let kept = account::park_form(&world.office, None, "/station/workers/new", b"name=x").await.unwrap();

    Cast {
        seats: vec![
            (
                "anyone",
                vec!["/".into(), invited, format!("/receipts/{}", receipt["receipt"].as_str().unwrap())],
                world.anyone(),
            ),
            ("clerk", vec!["/station".into(), format!("/again/{kept}")], clerk),
            ("head", vec!["/station".into()], head),
            ("employer", vec!["/employer".into()], firm),
            ("admin", vec!["/admin".into()], admin),
            ("auditor", vec!["/admin".into()], world.role(Role::Auditor, "").await),
            ("leader", vec!["/welcome".into()], world.role(Role::Leader, "").await),
            ("security", vec!["/admin".into()], world.role(Role::Security, "").await),
        ],
    }
}

/// Addresses that switches, machines and letters lead to.
const LED_BY_OTHERS: &[&str] = &[
    "/assets/{file}",
    "/lang",
    "/elder",
    "/healthz",
    "/readyz",
    "/metrics",
    "/receipts",
    "/station/find",
    "/station/workers/find",
];

/// A form with who saw it where.
struct Seen {
    by: &'static str,
    on: String,
    form: Form,
    client: Client,
}

fn routes() -> Vec<&'static Route> {
    shanhai::web::tables().into_iter().flatten().filter(|r| !r.pattern.starts_with("/api/")).collect()
}

fn pattern(method: &str, path: &str) -> Option<&'static Route> {
    match route::find(&shanhai::web::tables(), method, path.split('?').next().unwrap_or_default()) {
        Found::Route(route, _) => Some(route),
        _ => None,
    }
}

/// Walks from the home of each to every page that links lead to, a few of a kind.
async fn crawl(cast: &Cast) -> (Vec<Seen>, BTreeSet<&'static str>) {
    const OF_A_KIND: usize = 6;
    let (mut seen, mut opened) = (Vec::new(), BTreeSet::new());
    for (by, starts, client) in &cast.seats {
        let mut todo: VecDeque<String> = starts.clone().into();
        let mut known: BTreeSet<String> = todo.iter().cloned().collect();
        let mut of_a_kind: BTreeMap<&str, usize> = BTreeMap::new();
        while let Some(path) = todo.pop_front() {
            let route = pattern("GET", &path).unwrap_or_else(|| panic!("{by} is led to {path}, which nobody answers"));
            let n = of_a_kind.entry(route.pattern).or_default();
            *n += 1;
            if *n > OF_A_KIND || ["/lang", "/elder", "/assets/{file}"].contains(&route.pattern) {
                continue;
            }
            let answer = client.get(&path).await;
            assert!(answer.status < 400, "{by} is led to {path}, which answers {}", answer.status);
            opened.insert(route.pattern);
            if let Some(to) = answer.header("location") {
                todo.push_back(to.to_owned());
            }
            if !answer.header("content-type").is_some_and(|t| t.starts_with("text/html")) {
                continue;
            }
            let html = answer.text();
            for href in form_page::links(&html).into_iter().filter(|h| known.insert(h.clone())) {
                todo.push_back(href);
            }
            for form in form_page::forms(&html) {
                seen.push(Seen { by, on: path.clone(), form, client: client.clone() });
            }
        }
    }
    (seen, opened)
}

/// Everything that stands in the tables of nouns, row by row, without version and last change.
async fn standing(world: &World) -> Vec<String> {
    let mut rows = Vec::new();
    for table in [
        "station",
        "station_region",
        "employer",
        "account",
        "place",
        "household",
        "watch_episode",
        "worker",
        "membership",
        "link",
        "consent",
        "employment",
        "vacancy",
        "class",
    ] {
        let text = if world.office.db.is_sqlite() {
            let columns = world.column(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let shown: Vec<String> = columns
                .iter()
                .filter(|c| !["version", "updated_at"].contains(&c.as_str()))
                .map(|c| format!("'{c}=' || quote({c})"))
                .collect();
            format!("SELECT {} FROM {table} ORDER BY 1", shown.join(" || ' ' || "))
        } else {
            format!("SELECT (to_jsonb(t) - 'version' - 'updated_at')::text FROM {table} t ORDER BY 1")
        };
        rows.extend(world.column(&text).await.into_iter().map(|row| format!("{table} {row}")));
    }
    rows
}

journey!(every_field_of_every_form_is_one_that_its_route_knows, |world| {
    let cast = busy(&mut world).await;
    let (seen, opened) = crawl(&cast).await;
    let mut faults = BTreeSet::new();
    let mut sent_to = BTreeSet::new();
    for Seen { by, on, form, .. } in &seen {
        let method = if form.post { "POST" } else { "GET" };
        let own = (form.action.clone(), form.names.clone());
        for (action, names) in std::iter::once(&own).chain(&form.others) {
            let Some(route) = pattern(method, action) else {
                faults.insert(format!("{by}: a form on {on} sends to {action}, which nobody answers"));
                continue;
            };
            sent_to.insert(route.pattern);
            let names = names.iter().map(String::as_str);
            let unknown: Vec<&str> = if form.post {
                names.filter(|name| route.unknown([*name]).is_some()).collect()
            } else {
                names.filter(|name| !route.query.contains(name)).collect()
            };
            if !unknown.is_empty() {
                faults.insert(format!("{method} {} does not know {}", route.pattern, unknown.join(" ")));
            }
        }
    }
    for route in routes() {
        let form = route.is_form() || matches!(route.body, Body::Upload);
        let reached = if form { sent_to.contains(route.pattern) } else { opened.contains(route.pattern) };
        if !reached && !LED_BY_OTHERS.contains(&route.pattern) {
            faults.insert(format!("no link or form leads to {route:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
});

journey!(the_trail_has_words_for_every_act, |world| {
    let cast = busy(&mut world).await;
    crawl(&cast).await;
    let auditor = world.role(Role::Auditor, "").await;
    let (mut next, mut whole) = (Some("/admin/audit".to_owned()), String::new());
    while let Some(path) = next {
        let page = auditor.get(&path).await.expect(200).text();
        next = form_page::links(&page).into_iter().find(|l| l.starts_with("/admin/audit?before="));
        whole += &page;
    }
    let acts = world.column("SELECT DISTINCT act FROM audit").await;
    assert!(acts.len() > 25, "{acts:?}");
    for act in acts {
        let (noun, verb) = act.split_once('.').unwrap_or((&act, "-"));
        assert!(
            !whole.contains(&format!("<td>{noun}　")) && !whole.contains(&format!("　{verb}</td>")),
            "{act} has no words"
        );
    }
});

journey!(a_form_saved_as_it_was_shown_changes_nothing, |world| {
    let cast = busy(&mut world).await;
    let (seen, _) = crawl(&cast).await;
    let before = standing(&world).await;
    let mut saved = BTreeSet::new();
    for Seen { by, on, form, client } in seen.iter().filter(|s| s.form.names.iter().any(|n| n == "version")) {
        let answer = client.form(&form.action, &form.pairs()).await;
        assert_eq!(answer.status, 303, "{by} saves {on}: {}", answer.text());
        let after = standing(&world).await;
        let lost: Vec<&String> = before.iter().filter(|row| !after.contains(row)).collect();
        let new: Vec<&String> = after.iter().filter(|row| !before.contains(row)).collect();
        assert!(lost.is_empty() && new.is_empty(), "{by} saves {on} unchanged\n{lost:#?}\nbecomes\n{new:#?}");
        saved.extend(pattern("POST", &form.action).map(|r| r.pattern));
    }
    for wanted in [
        "/station/workers/{id}/edit",
        "/station/vacancies/{id}/edit",
        "/station/training/{id}/edit",
        "/admin/stations/{code}",
        "/station/employers/{id}/edit",
        "/employer/vacancies/{id}/edit",
        "/employer/entry",
    ] {
        assert!(saved.contains(wanted), "{wanted} was saved: {saved:?}");
    }
});

journey!(a_form_that_sends_what_nobody_knows_is_refused_and_nothing_is_done, |world| {
    let clerk = world.clerk().await;
    let fields =
        [("name", "潘小妹"), ("id_missing_reason", "补办中"), ("birth_date", "1990-05-01"), ("nickname", "小潘")];
    clerk.form("/station/workers/new", &fields).await.expect(422);
    clerk.form("/station/workers/new", &[("village.street", "x")]).await.expect(422);
    assert!(world.column("SELECT name FROM worker").await.is_empty());
    clerk.form("/station/workers/new", &fields[..3]).await.expect(303);
});

journey!(an_employer_signs_up_by_its_page, |world| {
    let anyone = world.anyone();
    let form = form_page::form(&anyone.get("/employers/new").await.expect(200).text(), "/employers/new");
    let mut filled = form;
    for (name, value) in [
        ("name", "广州示例塑胶有限公司"),
        ("kind", "own"),
        ("credit_code", "91440101MA52518873"),
        ("region", "广州市白云区"),
        ("contact", "人事"),
        ("phone", "020-55500001"),
        ("email", "hr@employers.test"),
    ] {
        filled = filled.with(name, value);
    }
    let page = anyone.form(&filled.action, &filled.pairs()).await.expect(200).text();
    assert!(page.contains("收到了"), "{page}");
    let stands = world.column("SELECT facts FROM employer WHERE state = 'waiting'").await.join("");
    assert!(stands.contains("hr@employers.test") && stands.contains("440111"), "{stands}");
    let page = anyone.form("/employers/new", &filled.pairs()).await.expect(409).text();
    assert!(page.contains("已经登记过") && page.contains("hr@employers.test"), "{page}");
    let page = anyone.form("/employers/new", &filled.with("email", "").pairs()).await.expect(422).text();
    assert!(page.contains("email-e"), "the fault stands at the field: {page}");
});

journey!(a_station_saved_by_its_page_keeps_what_it_had, |world| {
    let admin = world.role(Role::Admin, "").await;
    let path = "/admin/stations/GZ-5205";
    let shown = form_page::form(&admin.get(path).await.expect(200).text(), path);
    assert_eq!((shown.value("email"), shown.value("lang")), ("gz-5205@stations.test", "zh"));
    admin.form(path, &shown.with("address", "天河路 1 号").pairs()).await.expect(303);
    let row = admin.get("/api/v1/stations/GZ-5205").await.expect(200).json();
    assert_eq!(
        (&row["email"], &row["lang"], &row["address"], &row["regions"]),
        (&json!("gz-5205@stations.test"), &json!("zh"), &json!("天河路 1 号"), &json!(["520500"])),
        "{row}"
    );
});
