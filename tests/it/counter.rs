//! A clerk at the counter: forms of the station's pages, sent as a browser sends them.

use std::fmt::Write as _;

use serde_json::json;
use shanhai::domain::actor::Role;

use crate::client::{Answer, Client};
use crate::desk::{PASSWORD, signed_in};
use crate::form_page::{Form, form, forms};
use crate::people::{id_number, phone};
use crate::posting::opens;
use crate::world::World;

/// A clerk of the branch by token and by session.
async fn clerk(world: &World) -> (Client, Client) {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    (api, desk)
}

async fn send(desk: &Client, form: &Form) -> Answer {
    desk.form(&form.action, &form.pairs()).await
}

pub fn place(answer: &Answer) -> String {
    answer.header("location").expect("a way on").to_owned()
}

pub async fn until(api: &Client, import: &str, state: &str) -> serde_json::Value {
    for _ in 0..200 {
        let row = api.get(import).await.expect(200).json();
        if row["state"] == state {
            return row;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the import does not become {state}: {}", api.get(import).await.text());
}

journey!(a_column_that_was_not_recognised_waits_for_the_clerk_and_the_preview_is_made_again, |world| {
    let (api, desk) = clerk(&world).await;
    let sheet = format!("姓名,证件号码,老家在哪儿,手机号\n石小山,{},织金县,{}\n", id_number("520524", 7), phone(7));
    let made = desk.upload("/station/imports", &[("kind", "workers")], "名单.csv", sheet.as_bytes()).await.expect(303);
    let page = place(&made);
    let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
    until(&api, &import, "preview").await;
    let action = format!("{page}/mapping");
    let html = desk.get(&page).await.expect(200).text();
    let shown = form(&html, &action);
    assert_eq!((shown.value("map-A"), shown.value("map-C")), ("name", ""), "nothing is chosen for what is not known");
    assert!(html.contains("织金县") && !html.contains(&phone(7)), "samples stand beside, long numbers hidden\n{html}");
    // Pressed without a choice nothing changes.
    assert_eq!(place(&send(&desk, &shown).await.expect(303)), page);
    // One field from two columns: the second would be lost in silence.
    let twice = send(&desk, &shown.with("map-C", "name")).await.expect(422).text();
    assert!(twice.contains("A 列已经是这一项了"), "{twice}");
    assert_eq!(form(&twice, &action).value("map-C"), "name", "the choice stands as it was made");
    let shown = form(&desk.get(&page).await.expect(200).text(), &action);
    send(&desk, &shown.with("map-C", "origin").with("map-D", "")).await.expect(303);
    until(&api, &import, "preview").await;
    let shown = form(&desk.get(&page).await.expect(200).text(), &action);
    assert_eq!((shown.value("map-C"), shown.value("map-D")), ("origin", "-"));
    desk.form(&format!("{page}/write"), &[]).await.expect(303);
    until(&api, &import, "done").await;
    let row = &api.get("/api/v1/workers?q=石小山").await.expect(200).json()["items"][0];
    assert_eq!(row["origin"], "520524", "{row}");
    assert!(row["phone"].is_null(), "a column that was taken away is not written: {row}");
});

journey!(every_rejected_row_can_be_reached_and_a_refused_upload_keeps_what_was_chosen, |world| {
    let (api, desk) = clerk(&world).await;
    let mut sheet = "姓名,证件号码\n".to_owned();
    for n in 0..70 {
        writeln!(sheet, "石{n},52052419900101{n:04}").expect("text");
    }
    writeln!(sheet, "龙大哥,{}", id_number("520524", 9)).expect("text");
    let made = desk.upload("/station/imports", &[("kind", "workers")], "名单.csv", sheet.as_bytes()).await.expect(303);
    let page = place(&made);
    let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
    let rejected = until(&api, &import, "preview").await["summary"]["rejected"].as_i64().unwrap();
    assert!(rejected > 60, "{rejected}");
    let first = desk.get(&format!("{page}?outcome=rejected")).await.expect(200).text();
    let at = first.find("after=").expect("a way to the next rows");
    let after: String = first[at + 6..].chars().take_while(char::is_ascii_digit).collect();
    let second = desk.get(&format!("{page}?outcome=rejected&after={after}")).await.expect(200).text();
    assert!(second.contains(">70<") && !first.contains(">70<"), "{second}");

    let refused = desk.upload("/station/imports", &[("kind", "training"), ("open", "true")], "空.csv", b"").await;
    let again = form(&refused.expect(422).text(), "/station/imports");
    assert_eq!((again.value("kind"), again.value("open")), ("training", "true"));
    assert!(!desk.get("/station/imports").await.text().contains("value=\"stations\""), "who may not is not offered it");
});

journey!(an_update_says_beforehand_what_it_would_change, |world| {
    let (api, desk) = clerk(&world).await;
    let number = id_number("520524", 11);
    api.post("/api/v1/workers", json!({"name": "石小山", "id_number": number, "schooling": "primary"}))
        .await
        .expect(201);
    let sheet = format!("姓名,证件号码,文化程度\n石小山,{number},初中\n");
    let made = desk.upload("/station/imports", &[("kind", "workers")], "名单.csv", sheet.as_bytes()).await.expect(303);
    let page = place(&made);
    until(&api, &format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap()), "preview").await;
    let html = desk.get(&page).await.expect(200).text();
    for part in ["石小山", "文化程度", "<del>小学</del>", "<ins>初中</ins>"] {
        assert!(html.contains(part), "{part} in {html}");
    }
});

journey!(of_several_posts_each_is_introduced_or_told_with_its_reason, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    let mut posts = Vec::new();
    for title in ["包装工", "保洁员", "焊工"] {
        posts.push(opens(&api, &employer, title, json!({})).await.expect(201).id());
    }
    api.post(&format!("/api/v1/vacancies/{}/close", posts[0]), json!({})).await.expect(200);
    let person = world.registers(&api, "石小山", json!({})).await.expect(201).id();
    let root = format!("/station/workers/{person}");
    let picked: Vec<(&str, &str)> = posts.iter().map(|id| ("vacancy", id.as_str())).collect();
    let sent = desk.form(&format!("{root}/introduce"), &picked).await.expect(303);
    let html = desk.get(&place(&sent)).await.expect(200).text();
    assert!(html.contains("推荐到 2 个岗位") && html.contains("包装工：") && html.contains("没有推荐成"), "{html}");
    let cases = api.get(&format!("/api/v1/introductions?worker={person}")).await.expect(200).json();
    assert_eq!(cases["total"], 2, "{cases}");
    let none = desk.form(&format!("{root}/introduce"), &[]).await.expect(422).text();
    assert!(none.contains("先勾选") && none.contains("石小山"), "{none}");

    // The same from the vacancy's side: by name, after a redirect.
    world.settle().await;
    let other = world.registers(&api, "龙大哥", json!({})).await.expect(201).id();
    let picked = [("worker", person.as_str()), ("worker", other.as_str())];
    let sent = desk.form(&format!("/station/vacancies/{}/introduce", posts[1]), &picked).await.expect(303);
    let html = desk.get(&place(&sent)).await.expect(200).text();
    assert!(html.contains("推荐了 1 人") && html.contains("石小山"), "{html}");
});

journey!(a_number_is_found_beside_a_ticked_filter_and_not_shown_again, |world| {
    let (api, desk) = clerk(&world).await;
    let (number, tel) = (id_number("520524", 40), phone(40));
    let body = json!({"name": "石小山", "id_number": number, "phone": tel});
    let made = api.post("/api/v1/workers", body).await.expect(201);
    let home = format!("/station/workers/{}", made.id());
    let found = desk.form("/station/workers/find", &[("q", number.as_str()), ("status", "looking")]).await.expect(303);
    assert_eq!(place(&found), home);
    let found =
        desk.form("/station/workers/find", &[("q", tel.as_str()), ("status", "looking")]).await.expect(200).text();
    assert!(found.contains(&home) && !found.contains(&tel), "{found}");
    assert_eq!(world.trail("workers.lookup").await.len(), 2);
    let short = desk.form("/station/workers/find", &[("q", &number[..17])]).await.expect(422).text();
    assert!(short.contains("18 位") && short.contains(&number[..17]), "a slip is told and can be mended: {short}");
    let code = made.json()["ref"].as_str().unwrap().to_lowercase();
    let found = desk.form("/station/workers/find", &[("q", code.as_str())]).await.expect(303);
    assert_eq!(place(&found), home);
});

journey!(an_edit_that_was_overtaken_says_by_whom_and_is_saved_on_the_next_press, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    let vacancy = opens(&api, &employer, "包装工", json!({})).await.expect(201);
    let class = json!({"programme": "南粤家政", "name": "养老护理班", "seats": 20});
    let class = api.post("/api/v1/classes", class).await.expect(201);
    let company =
        api.post("/api/v1/employers", json!({"name": "示例家政公司", "station": "GZ-5205"})).await.expect(201);
    let rows = [
        ("/station/vacancies", "/api/v1/vacancies", &vacancy, json!({"headcount": 7}), ("headcount", "9"), "招几人"),
        ("/station/training", "/api/v1/classes", &class, json!({"seats": 7}), ("seats", "9"), "名额"),
        (
            "/station/employers",
            "/api/v1/employers",
            &company,
            json!({"contact": "老李"}),
            ("contact", "小王"),
            "联系人",
        ),
    ];
    for (page, path, made, theirs, (field, ours), label) in rows {
        let edit = format!("{page}/{}/edit", made.id());
        let mine = form(&desk.get(&edit).await.expect(200).text(), &edit).with(field, ours);
        let path = format!("{path}/{}", made.id());
        api.patch(&path, &made.version(), theirs).await.expect(200);
        let html = send(&desk, &mine).await.expect(422).text();
        assert!(html.contains(label) && html.contains("刚改过"), "{label} in {html}");
        let again = form(&html, &edit);
        assert_eq!(again.value(field), ours, "what was typed is still there");
        send(&desk, &again).await.expect(303);
        let now = api.get(&path).await.expect(200).json();
        assert_eq!(now[field].to_string().trim_matches('"'), ours, "{now}");
    }
});

journey!(a_form_that_is_not_accepted_comes_back_at_its_place_with_what_was_typed, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    let vacancy = opens(&api, &employer, "包装工", json!({})).await.expect(201).id();
    let blocked = json!({"description": "只招男性。"});
    let blocked = opens(&api, &employer, "搬运工", blocked).await.expect(201).id();
    let class = json!({"programme": "南粤家政", "name": "满员班", "seats": 1});
    let class = api.post("/api/v1/classes", class).await.expect(201).id();
    let waiting = api.post("/api/v1/employers", json!({"name": "只知名称厂"})).await.expect(201).id();
    let person = world.registers(&api, "石小山", json!({})).await.expect(201).id();
    let other = world.registers(&api, "龙大哥", json!({})).await.expect(201).id();
    api.post("/api/v1/enrolments", json!({"worker": other, "class": class})).await.expect(201);
    let case = json!({"worker": person, "vacancy": vacancy});
    let case = api.post("/api/v1/introductions", case).await.expect(201).id();
    let (home, case) = (format!("/station/workers/{person}"), format!("/station/introductions/{case}"));
    let (blocked, waiting) = (format!("/station/vacancies/{blocked}"), format!("/station/employers/{waiting}"));
    for (page, act, fields, kept) in [
        (&home, "call", vec![("text", "说好<i>明天"), ("again", "昨天"), ("result", "reached")], "说好&#60;i&#62;明天"),
        (&home, "consent", vec![("scope", "employer"), ("at", "2026-11-20"), ("act", "give")], "2026-11-20"),
        (&home, "reveal", vec![("fields", "phone"), ("reason", "")], "see-reason-e"),
        (&case, "call", vec![("text", "没说清"), ("again", "x"), ("result", "call_again")], "没说清"),
        (&case, "consent", vec![("at", "2026-11-21")], "2026-11-21"),
        (&blocked, "overrule", vec![("reason", "")], "overrule-reason-e"),
        (&waiting, "reject", vec![("reason", "")], "reject-reason-e"),
    ] {
        let html = desk.form(&format!("{page}/{act}"), &fields).await.expect(422).text();
        assert!(html.contains(kept) && html.contains("role=\"alert\""), "{act}: {kept} in {html}");
        let wrong = html.matches("aria-invalid").count();
        assert!((1..=2).contains(&wrong), "{act} marks its own form only: {wrong}");
    }
    let full = desk.form(&format!("{home}/enrol"), &[("class", class.as_str())]).await.expect(409).text();
    assert!(full.contains("石小山") && full.contains("满"), "{full}");
});

journey!(an_interest_is_put_to_a_person_found_by_phone_or_name_and_each_form_keeps_its_faults, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    let vacancy = opens(&api, &employer, "包装工", json!({"region": "520524"})).await.expect(201).id();
    let person = world.registers(&api, "石小山", json!({})).await.expect(201).id();
    let stranger = json!({"name": "石小山", "phone": phone(77), "consent": true});
    world.anyone().post(&format!("/api/v1/vacancies/{vacancy}/interest"), stranger).await.expect(202);
    let task = api.get("/api/v1/worklist").await.expect(200).json()["items"][0].clone();
    let page = format!("/station/interests/{}", task["id"].as_str().unwrap());
    let none = desk.form(&format!("{page}/link"), &[("worker", "")]).await.expect(422).text();
    assert!(none.matches("aria-invalid").count() <= 1, "{none}");
    let bad = desk.form(&format!("{page}/register"), &[("id_number", "1234")]).await.expect(422).text();
    assert!(bad.contains("register-id_number-e") && bad.contains("value=\"1234\""), "{bad}");
    world.settle().await;
    let found = desk.form(&format!("{page}/find"), &[("q", "石小山")]).await.expect(200).text();
    assert!(found.contains(&format!("value=\"{person}\"")), "{found}");
    desk.form(&format!("{page}/link"), &[("worker", person.as_str())]).await.expect(303);
    let known = desk.get(&page).await.expect(200).text();
    let introduce = form(&known, &format!("/station/workers/{person}/introduce"));
    let told = desk.get(&place(&send(&desk, &introduce).await.expect(303))).await.expect(200).text();
    assert!(told.contains("推荐到 1 个岗位"), "{told}");
});

journey!(a_pair_says_why_in_words_the_record_that_stays_is_chosen_and_the_merge_is_taken_apart_on_the_page, |world| {
    let (api, desk) = clerk(&world).await;
    let known = json!({"name": "石小山", "id_number": id_number("520524", 60), "schooling": "primary"});
    let known = api.post("/api/v1/workers", known).await.expect(201);
    let born = known.json()["birth_date"].clone();
    let twin =
        json!({"name": "石小山", "birth_date": born, "id_missing_reason": "补办中", "schooling": "senior_middle"});
    let twin = api.post("/api/v1/workers", twin).await.expect(201).id();
    let known = known.id();
    let pair = format!("/station/duplicates/{twin}/{known}");
    let html = desk.get(&pair).await.expect(200).text();
    for part in ["小学", "高中", "同名同生日"] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("senior_middle"), "codes are no words: {html}");
    let decision = forms(&html).into_iter().find(|f| f.action.starts_with("/station/duplicates/")).expect("a form");
    let keep = if decision.action.ends_with(&known) { "merge-b" } else { "merge-a" };
    assert!(decision.names.iter().any(|n| n == "reason"), "{decision:?}");
    let fields = [("act", keep), ("reason", "电话问过"), ("at", "0"), ("later", "0")];
    let merged = desk.form(&decision.action, &fields).await.expect(303);
    assert!(place(&merged).starts_with(&format!("/station/workers/{known}")), "who has the number stays");
    let html = desk.get(&place(&merged)).await.expect(200).text();
    assert!(html.contains("电话问过"), "{html}");
    let undo = form(&html, &format!("/station/workers/{twin}/unmerge"));
    send(&desk, &undo).await.expect(303);
    assert_eq!(api.get(&format!("/api/v1/workers/{twin}")).await.expect(200).id(), twin);
});

journey!(a_second_look_at_a_likeness_is_asked_again_when_the_name_became_anothers, |world| {
    let (api, desk) = clerk(&world).await;
    for name in ["石小山", "龙大哥"] {
        let body = json!({"name": name, "birth_date": "1990-05-01", "id_missing_reason": "补办中"});
        api.post("/api/v1/workers", body).await.expect(201);
    }
    let new = "/station/workers/new";
    let typed = form(&desk.get(new).await.expect(200).text(), new)
        .with("name", "石小山")
        .with("birth_date", "1990-05-01")
        .with("id_missing_reason", "补办中");
    let seen = form(&send(&desk, &typed).await.expect(422).text(), new);
    assert!(!seen.value("twins").is_empty());
    let other = send(&desk, &seen.clone().with("name", "龙大哥")).await.expect(422).text();
    assert!(other.contains("龙大哥 R-"), "{other}");
    send(&desk, &seen).await.expect(303);
});

journey!(codes_that_people_say_are_taken_where_a_form_asks_for_them, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    let vacancy = opens(&api, &employer, "包装工", json!({})).await.expect(201);
    let code = vacancy.json()["ref"].as_str().unwrap().to_owned();
    let new = "/station/training/new";
    let typed = form(&desk.get(new).await.expect(200).text(), new)
        .with("programme", "校企合作")
        .with("name", "订单班")
        .with("seats", "20")
        .with("vacancy", &code);
    let class = place(&send(&desk, &typed).await.expect(303));
    let class = class.split('?').next().unwrap();
    assert!(desk.get(class).await.expect(200).text().contains(&format!("/station/vacancies/{}", vacancy.id())));
    let edit = format!("{class}/edit");
    assert_eq!(form(&desk.get(&edit).await.expect(200).text(), &edit).value("vacancy"), code);

    let partner = world.registers(&api, "李小河", json!({})).await.expect(201);
    let person = world.registers(&api, "石小山", json!({})).await.expect(201).id();
    let code = partner.json()["ref"].as_str().unwrap().to_owned();
    let edit = format!("/station/workers/{person}/edit");
    let typed = form(&desk.get(&edit).await.expect(200).text(), &edit).with("partner", &code);
    send(&desk, &typed).await.expect(303);
    let kept = api.get(&format!("/api/v1/workers/{person}")).await.expect(200).json()["partner"].clone();
    assert_eq!(kept, partner.id());
    assert_eq!(form(&desk.get(&edit).await.expect(200).text(), &edit).value("partner"), code);
});

journey!(after_one_person_of_a_household_the_next_form_knows_the_household, |world| {
    let (_, desk) = clerk(&world).await;
    let new = "/station/workers/new";
    let typed = form(&desk.get(new).await.expect(200).text(), new)
        .with("name", "石小山")
        .with("id_number", &id_number("520524", 80))
        .with("household.number", "H-77")
        .with("household.relation", "户主")
        .with("origin", "织金县")
        .with("then", "household");
    let next = place(&send(&desk, &typed).await.expect(303));
    let next = form(&desk.get(&next).await.expect(200).text(), new);
    assert_eq!((next.value("household.number"), next.value("household.head")), ("H-77", "石小山"));
    assert_eq!((next.value("name"), next.value("household.relation")), ("", ""));
    assert!(!next.value("origin").is_empty());
});

journey!(lists_keep_their_search_from_page_to_page, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    for n in 0..52 {
        opens(&api, &employer, &format!("包装工{n}"), json!({})).await.expect(201);
        let company = json!({"name": format!("山海{n}号公司")});
        api.post("/api/v1/employers", company).await.expect(201);
    }
    world.settle().await;
    for (list, q) in [("/station/vacancies?state=any", "包装"), ("/station/employers", "山海")] {
        let shown = desk.get(list).await.expect(200).text();
        let find =
            forms(&shown).into_iter().find(|f| !f.post && f.names.iter().any(|n| n == "q")).expect("a search box");
        let query = serde_urlencoded::to_string(find.with("q", q).fields).unwrap();
        let first = desk.get(&format!("{}?{query}", list.split('?').next().unwrap())).await.expect(200).text();
        let next = first.split("href=\"").find(|part| part.contains("rel=\"next\"")).expect("a next page");
        let next = next.split('"').next().unwrap().replace("&amp;", "&");
        let coded = serde_urlencoded::to_string([("q", q)]).unwrap();
        assert!(next.contains(&coded), "{next}");
        desk.get(&next).await.expect(200);
    }
    assert!(desk.get("/station/training?q=x").await.expect(200).text().contains("name=\"q\""));
});

journey!(counts_of_the_worklist_are_those_of_the_lists_behind_them, |world| {
    let (api, desk) = clerk(&world).await;
    let employer = world.employer().await.to_string();
    let vacancy = opens(&api, &employer, "包装工", json!({"region": "520524"})).await.expect(201).id();
    let person = world.registers(&api, "石小山", json!({})).await.expect(201).id();
    api.post("/api/v1/introductions", json!({"worker": person, "vacancy": vacancy})).await.expect(201);
    let interest = json!({"name": "龙大哥", "phone": phone(88), "consent": true});
    world.anyone().post(&format!("/api/v1/vacancies/{vacancy}/interest"), interest).await.expect(202);
    let all = desk.get("/station").await.expect(200).text();
    let one = desk.get("/station?kind=interest").await.expect(200).text();
    let counted = |page: &str, href: &str| {
        let at = page.find(&format!("href=\"{href}\"")).unwrap_or_else(|| panic!("{href} in {page}"));
        let rest = &page[at..];
        let from = rest.find("class=\"num\">").unwrap() + "class=\"num\">".len();
        rest[from..].chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    assert_eq!(counted(&all, "/station"), "2");
    assert_eq!(counted(&one, "/station?kind=interest"), "1");
    let none = desk.get("/station?due=overdue").await.expect(200).text();
    assert!(none.contains("最早的一件"), "{none}");
});

journey!(remarks_and_past_work_of_a_sheet_are_kept_and_a_phone_among_them_is_not_shown, |world| {
    let (api, desk) = clerk(&world).await;
    let number = id_number("520524", 31);
    let head = "姓名,证件号码,工作经历,备注\n";
    let sheet = format!(
        "{head}石小山,{number},,年后返岗。从事电焊工5年。妻子电话{}。\n石大山,{},缝纫工 3年、不存在的活 2年,\n",
        phone(31),
        id_number("520524", 32),
    );
    let made = desk.upload("/station/imports", &[("kind", "workers")], "名单.csv", sheet.as_bytes()).await.expect(303);
    let page = place(&made);
    let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
    until(&api, &import, "preview").await;
    desk.form(&format!("{page}/write"), &[]).await.expect(303);
    until(&api, &import, "done").await;
    let told = desk.get(&page).await.expect(200).text();
    assert!(told.contains("电话和证件号不要写在这里") && told.contains("没认出是什么工种"), "{told}");
    let person = |name: &str| format!("/api/v1/workers?q={name}");
    let row = api.get(&person("石小山")).await.expect(200).json()["items"][0].clone();
    assert_eq!(row["remark"], "年后返岗。从事电焊工5年。妻子电话***。", "{row}");
    assert_eq!(row["experience"][0]["years"], 5.0, "{row}");
    let row = api.get(&person("石大山")).await.expect(200).json()["items"][0].clone();
    assert_eq!(row["experience"].as_array().map(Vec::len), Some(1), "{row}");
    let shown = desk.get(&format!("/station/workers/{}", row["id"].as_str().unwrap())).await.expect(200).text();
    assert!(shown.contains("缝纫") && shown.contains("3 年"), "{shown}");
    // Typed in the form it is refused at its place.
    let remark = json!({"remark": format!("电话 {}", phone(31))});
    let told = world.registers(&api, "龙小山", remark).await.expect(422).json();
    assert_eq!(told["errors"][0]["field"], "remark", "{told}");
});

journey!(a_newer_sheet_shows_old_and_new_of_work_and_of_employers_before_and_in_the_timeline, |world| {
    let (api, desk) = clerk(&world).await;
    let number = id_number("520524", 41);
    for (wage, step) in [("4200", "write"), ("5200", "look")] {
        let sheet = format!("姓名,证件号码,务工企业名称,务工月收入\n石小山,{number},示例厂,{wage}\n");
        let upload = desk.upload("/station/imports", &[("kind", "workers")], "名单.csv", sheet.as_bytes());
        let page = place(&upload.await.expect(303));
        let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
        until(&api, &import, "preview").await;
        if step == "look" {
            let html = desk.get(&page).await.expect(200).text();
            assert!(html.contains("4200") && html.contains("5200"), "{html}");
        }
        desk.form(&format!("{page}/write"), &[]).await.expect(303);
        until(&api, &import, "done").await;
    }
    let row = api.get("/api/v1/workers?q=石小山").await.expect(200).json()["items"][0].clone();
    let page = desk.get(&format!("/station/workers/{}", row["id"].as_str().unwrap())).await.expect(200).text();
    assert!(page.contains("4200") && page.contains("5200"), "the timeline tells old and new: {page}");

    for phone in ["020-80000001", "020-80000002"] {
        let sheet = format!("单位名称,单位类型,联系电话\n广州示例鞋厂,自招单位,{phone}\n");
        let upload = desk.upload("/station/imports", &[("kind", "employers")], "单位.csv", sheet.as_bytes());
        let page = place(&upload.await.expect(303));
        let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
        until(&api, &import, "preview").await;
        if phone.ends_with('2') {
            let html = desk.get(&page).await.expect(200).text();
            assert!(html.contains("80000001") && html.contains("80000002"), "{html}");
        }
        desk.form(&format!("{page}/write"), &[]).await.expect(303);
        until(&api, &import, "done").await;
    }
});

journey!(empty_sheets_are_fetched_by_page_and_are_read_again_as_their_kind, |world| {
    let (api, desk) = clerk(&world).await;
    let page = desk.get("/station/imports").await.expect(200).text();
    for kind in ["workers", "vacancies", "employers", "training"] {
        let path = format!("/station/templates/{kind}");
        assert!(page.contains(&path), "{page}");
        let sheet = desk.get(&path).await.expect(200);
        assert!(sheet.header("content-disposition").unwrap().contains(&format!("{kind}.xlsx")));
        let made = desk.upload("/station/imports", &[("kind", kind)], "空表.xlsx", &sheet.body).await.expect(303);
        let page = place(&made);
        until(&api, &format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap()), "preview").await;
        desk.get(&page).await.expect(200);
    }
    desk.get("/station/templates/nothing").await.expect(404);
});
