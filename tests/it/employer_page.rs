//! Journeys of employers through their pages: who was introduced, answering one and several, the phone, posting, the own entry.

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::Client;
use crate::form_page::{form, forms};
use crate::posting::post;
use crate::world::World;

/// An employer, a clerk, and an open vacancy of so many places.
async fn hiring(world: &World, headcount: u32) -> (Client, Client, String) {
    let (clerk, firm) = (world.clerk().await, world.role(Role::Employer, "").await);
    let id = posts(world, &firm, "包装工", headcount).await;
    (clerk, firm, id)
}

async fn posts(world: &World, firm: &Client, title: &str, headcount: u32) -> String {
    let body = post("", title, json!({"employer": null, "headcount": headcount}));
    let id = firm.post("/api/v1/vacancies", body).await.expect(201).id();
    let head = world.role(Role::Head, "GZ-HQ").await;
    head.post(&format!("/api/v1/vacancies/{id}/open"), json!({})).await.expect(200);
    id
}

/// Registers a person and puts them forward with consent.
async fn introduces(world: &World, clerk: &Client, vacancy: &str, name: &str, more: Value) -> (String, String) {
    let worker = world.registers(clerk, name, more).await.expect(201).id();
    let body = json!({"worker": worker, "vacancy": vacancy, "consent": {"how": "call"}});
    let id = clerk.post("/api/v1/introductions", body).await.expect(201).id();
    (id, worker)
}

/// The person no longer agrees that employers are told.
async fn takes_back(clerk: &Client, worker: &str) {
    let fields = [("scope", "employer"), ("how", "call"), ("act", "withdraw")];
    clerk.form(&format!("/station/workers/{worker}/consent"), &fields).await.expect(303);
}

fn address(id: &str) -> String {
    format!("/employer/introductions/{id}")
}

journey!(an_employer_sees_what_a_person_agreed_to_tell_and_nobody_of_the_station, |world| {
    let (clerk, firm, vacancy) = hiring(&world, 2).await;
    let known = json!({"skills": ["平车"], "certificates": [{"name": "焊工证"}], "wage_floor": 4321,
                       "experience": [{"occupation": "焊工", "years": 3}], "available_from": "2026-12-05", "health": ["chronic"],
                       "household": {"number": "H-1", "watch_class": "borderline", "relation": "户主"}});
    let (id, worker) = introduces(&world, &clerk, &vacancy, "王小山", known).await;
    clerk
        .post(&format!("/api/v1/introductions/{id}/withdraw"), json!({"reason": "health_declined", "text": "腰不好"}))
        .await
        .expect(200);
    clerk.post(&format!("/api/v1/introductions/{id}/reopen"), json!({})).await.expect(200);

    let list = firm.get("/employer").await.expect(200).text();
    for part in [
        "王小山",
        "焊工",
        " 3 年",
        "平车",
        "焊工证",
        "12月5日",
        "包装工",
        "等您答复，第 1 天",
        "毕节市驻广州劳务协作分站",
    ] {
        assert!(list.contains(part), "{part} is not in {list}");
    }
    let one = firm.get(&address(&id)).await.expect(200).text();
    let api = firm.get(&format!("/api/v1/introductions/{id}")).await.expect(200).json();
    assert_eq!(api["worker"]["offer"]["skills"], json!(["平车"]), "{api}");
    assert!(one.contains("毕节市驻广州劳务协作分站"), "the station stands for its people: {one}");
    for secret in ["clerk-", "4321", "慢性", "边缘", "chronic", "borderline", "腰不好", "身体原因", "health_declined"]
    {
        for shown in [&list, &one, &api.to_string()] {
            assert!(!shown.contains(secret), "an employer reads {secret} in {shown}");
        }
    }

    // A consent that was taken back takes name and facts along.
    takes_back(&clerk, &worker).await;
    for shown in [firm.get("/employer").await.text(), firm.get(&address(&id)).await.text()] {
        assert!(shown.contains("王*") && !shown.contains("王小山") && !shown.contains("平车"), "{shown}");
    }
});

journey!(an_employer_reads_no_name_of_the_station_in_the_history_of_a_vacancy, |world| {
    let (_, firm, vacancy) = hiring(&world, 2).await;
    let path = format!("/api/v1/vacancies/{vacancy}/history");
    let shown = firm.get(&path).await.expect(200).text();
    assert!(shown.contains("vacancy.open") && shown.contains("employer-") && !shown.contains("head-"), "{shown}");
});

journey!(people_stand_by_vacancy_and_the_list_goes_on_with_its_filters, |world| {
    let (clerk, firm, one) = hiring(&world, 5).await;
    let two = posts(&world, &firm, "焊工", 3).await;
    for n in 0..9 {
        introduces(&world, &clerk, if n % 3 == 0 { &two } else { &one }, &format!("石小{n}"), json!({})).await;
    }
    let first = firm.get("/employer").await.expect(200).text();
    assert!(first.len() < 30_000, "{} bytes", first.len());
    let headings = first.matches("<h2>").count();
    assert_eq!(headings, 2, "one heading a vacancy\n{first}");
    let next = |html: &str| crate::form_page::links(html).into_iter().find(|href| href.contains("after="));
    let rest = firm.get(&next(&first).expect("a next page")).await.expect(200).text();
    assert_eq!((first.matches("<h3 ").count(), rest.matches("<h3 ").count()), (7, 2));
    let of_one = firm.get(&format!("/employer?vacancy={one}&state=proposed")).await.expect(200).text();
    assert!(of_one.matches("<h3 ").count() == 6 && !of_one.contains("rel=\"next\""), "{of_one}");
    assert!(of_one.contains(&format!("vacancy={one}")), "links to other states keep the vacancy: {of_one}");
});

journey!(an_invitation_can_be_printed_and_a_refusal_tells_its_reason, |world| {
    let (clerk, firm, vacancy) = hiring(&world, 2).await;
    let (id, _) = introduces(&world, &clerk, &vacancy, "王小山", json!({})).await;
    let list = firm.get("/employer").await.expect(200).text();
    let invite = form(&list, &address(&id)).with("place", "一号门").with("contact", "人事").with("act", "interview");
    let vague = invite.clone().with("at", "改天");
    let told = firm.form(&vague.action, &vague.pairs()).await.expect(422).text();
    assert!(told.contains("写明哪天几点") && told.contains("改天") && told.contains("一号门"), "{told}");
    let invite = invite.with("at", "2026年11月27日 下午3点");
    firm.form(&invite.action, &invite.pairs()).await.expect(303);
    let sentence = "王小山：请于 2026-11-27 15:00 到 一号门 面试，找 人事。";
    for (who, path) in [(&firm, address(&id)), (&clerk, format!("/station/introductions/{id}"))] {
        let page = who.get(&path).await.expect(200).text();
        assert!(page.contains(sentence) && page.contains("示例"), "{page}");
    }
    let list = firm.get("/employer").await.expect(200).text();
    assert!(list.contains("面试：2026-11-27 15:00　一号门　人事"), "{list}");
    let decline = form(&list, &address(&id)).with("act", "decline").with("reason", "skill").with("text", "要会平车");
    firm.form(&decline.action, &decline.pairs()).await.expect(303);
    let declined = firm.get("/employer?state=declined").await.expect(200).text();
    assert!(declined.contains("原因：技能或证书不够"), "{declined}");
    let own = firm.get(&address(&id)).await.expect(200).text();
    let staff = clerk.get(&format!("/station/introductions/{id}")).await.expect(200).text();
    for page in [own, staff] {
        assert!(page.contains("要会平车") && page.contains("婉拒：技能或证书不够"), "{page}");
    }
});

journey!(the_phone_is_shown_after_a_yes_and_the_station_sees_that_it_was, |world| {
    let (clerk, firm, vacancy) = hiring(&world, 2).await;
    let phone = json!({"phone": "14612340071"});
    let (id, worker) = introduces(&world, &clerk, &vacancy, "王小山", phone).await;
    let early = firm.form(&format!("{}/phone", address(&id)), &[]).await.expect(409).text();
    assert!(!early.contains("14612340071"), "{early}");
    let accept = form(&firm.get("/employer").await.text(), &address(&id)).with("act", "accept");
    firm.form(&accept.action, &accept.pairs()).await.expect(303);
    let ask = form(&firm.get("/employer").await.text(), &format!("{}/phone", address(&id)));
    let shown = firm.form(&ask.action, &ask.pairs()).await.expect(200);
    assert!(shown.text().contains("14612340071"), "{}", shown.text());
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert!(!firm.get(&address(&id)).await.text().contains("14612340071"), "no address shows it again");
    assert_eq!(world.trail("worker.reveal").await, ["ok"]);
    let history = clerk.get(&format!("/api/v1/workers/{worker}/history")).await.expect(200).text();
    assert!(history.contains("worker.reveal") && history.contains("用人单位接收后联系本人"), "{history}");
    let other = world.role(Role::Employer, "").await;
    other.form(&ask.action, &[]).await.expect(404);
    takes_back(&clerk, &worker).await;
    let late = firm.form(&ask.action, &[]).await.expect(409).text();
    assert!(!late.contains("14612340071"), "{late}");
    firm.post(&format!("/api/v1/introductions/{id}/phone"), json!({})).await.problem(409, "consent.missing");
});

journey!(an_answer_that_comes_too_late_keeps_what_was_typed_at_its_place, |world| {
    let (clerk, firm, vacancy) = hiring(&world, 1).await;
    let (first, _) = introduces(&world, &clerk, &vacancy, "王小山", json!({})).await;
    let (second, _) = introduces(&world, &clerk, &vacancy, "李小河", json!({})).await;
    let list = firm.get(&format!("/employer?vacancy={vacancy}")).await.expect(200).text();
    let accept = form(&list, &address(&first)).with("act", "accept");
    let to = firm.form(&accept.action, &accept.pairs()).await.expect(303).header("location").unwrap().to_owned();
    assert_eq!(to, format!("/employer?vacancy={vacancy}&said=saved"), "back to where it came from");
    let invite =
        form(&list, &address(&second)).with("act", "interview").with("at", "2026-11-27 15:00").with("place", "一号门");
    let full = firm.form(&invite.action, &invite.pairs()).await.expect(409).text();
    assert!(
        full.contains("名额刚满") && full.contains("2026-11-27 15:00") && full.contains("role=\"alert\""),
        "{full}"
    );
    let again = forms(&full).into_iter().find(|f| f.action == address(&second) && f.value("at") == "2026-11-27 15:00");
    assert!(again.is_some_and(|f| f.value("back") == format!("vacancy={vacancy}")), "{full}");

    clerk.post(&format!("/api/v1/introductions/{second}/withdraw"), json!({"reason": "other_job"})).await.expect(200);
    let gone = firm.form(&invite.action, &invite.pairs()).await.expect(409).text();
    assert!(gone.contains("这一步现在做不了") && gone.contains("2026-11-27 15:00") && gone.contains("撤回"), "{gone}");
    let empty = form(&list, &address(&second)).with("act", "decline").with("text", "人满了");
    let told = firm.form(&empty.action, &empty.pairs()).await.expect(422).text();
    assert!(told.contains("请选原因") && told.contains("人满了"), "{told}");
    assert!(!told.contains("value=\"health_declined\""), "an employer gives no reasons that are not for it: {told}");
});

journey!(an_answer_to_several_tells_each_outcome_by_name, |world| {
    let (clerk, firm, vacancy) = hiring(&world, 1).await;
    let (first, _) = introduces(&world, &clerk, &vacancy, "王小山", json!({})).await;
    let (second, _) = introduces(&world, &clerk, &vacancy, "李小河", json!({})).await;
    let list = firm.get("/employer").await.expect(200).text();
    let several = form(&list, "/employer/introductions");
    let nobody = firm.form(&several.action, &several.clone().with("act", "accept").pairs()).await.expect(422).text();
    assert!(nobody.contains("先勾上要答复的人"), "{nobody}");

    let mut ticked = several.clone().with("act", "decline");
    ticked.fields.extend([&first, &second].map(|id| ("pick".to_owned(), id.clone())));
    let reasonless = firm.form(&ticked.action, &ticked.pairs()).await.expect(422).text();
    let kept = form(&reasonless, "/employer/introductions");
    assert_eq!(kept.fields.iter().filter(|(n, _)| n == "pick").count(), 2, "the ticks stay: {reasonless}");
    assert!(reasonless.contains("请选原因"), "{reasonless}");

    let accepted = kept.with("act", "accept");
    let mut accepted = accepted;
    accepted.fields.extend([("pick".to_owned(), first.clone()), ("pick".to_owned(), second.clone())]);
    let told = firm.form(&accepted.action, &accepted.pairs()).await.expect(409).text();
    assert!(told.contains("愿意要</li>") && told.contains("名额刚满"), "{told}");
    assert!(told.contains("王小山 T-") && told.contains("李小河 T-"), "{told}");
    let states: Vec<String> = world.column("SELECT state FROM introduction ORDER BY state").await;
    assert_eq!(states, ["accepted", "proposed"]);
});

journey!(a_refused_vacancy_keeps_its_findings_and_its_place, |world| {
    let (_, firm, vacancy) = hiring(&world, 1).await;
    let path = format!("/employer/vacancies/{vacancy}/edit");
    let edit = form(&firm.get(&path).await.expect(200).text(), &path);
    let bad = edit.with("headcount", "无数").with("description", "只招女工，交押金 200 元。");
    let page = firm.form(&path, &bad.pairs()).await.expect(422).text();
    for part in ["修改岗位</h1>", "无数", "<mark>", "headcount-e", "description-l"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(
        !page.contains("发布岗位</h1>") && page.contains(&format!("href=\"/employer/vacancies/{vacancy}\"")),
        "{page}"
    );

    let draft = json!({"employer": null});
    let draft = firm.post("/api/v1/vacancies?draft=true", post("", "杂工", draft)).await.expect(201).id();
    let root = format!("/employer/vacancies/{draft}");
    firm.form(&format!("{root}/open"), &[]).await.expect(303);
    let twice = firm.form(&format!("{root}/open"), &[]).await.expect(409).text();
    assert!(twice.contains("杂工") && twice.contains("岗位现在的状态不能这样办"), "told on its page: {twice}");
});

journey!(own_vacancies_go_on_page_by_page, |world| {
    let firm = world.role(Role::Employer, "").await;
    let rows: Vec<String> = (0..120).map(|n| format!("普工{n},2,440111,5000-6000元/月,G-{n}\n")).collect();
    let rows = rows.concat();
    let sheet =
        format!("岗位名称,招聘人数,工作地点,工资,来源编号\n{rows},2,440111,5000元/月,G-x\n杂工,x人,火星,五斗米,G-y\n");
    let made = firm.upload("/employer/import", &[], "岗位.csv", sheet.as_bytes()).await.expect(303);
    let told = firm.get(made.header("location").unwrap()).await.expect(200).text();
    for part in ["岗位.csv", "新增", "待核", "退回", "第 122 行", "请填这一项", "第 123 行", "火星", "report.xlsx"]
    {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let report = crate::form_page::links(&told).into_iter().find(|href| href.ends_with("report.xlsx")).unwrap();
    firm.get(&report).await.expect(200);
    let (mut seen, mut path) = (0, Some("/employer/vacancies".to_owned()));
    while let Some(now) = path {
        let page = firm.get(&now).await.expect(200).text();
        assert!(page.len() < 30_000, "{now} has {} bytes", page.len());
        seen += page.matches("<th scope=\"row\"").count();
        path = crate::form_page::links(&page).into_iter().find(|href| href.contains("from="));
    }
    assert_eq!(seen, 121);
});

journey!(a_sheet_that_cannot_be_read_is_told_at_its_form, |world| {
    let firm = world.role(Role::Employer, "").await;
    for (name, bytes, told) in [
        ("a.csv", &b"x,y\n1,2\n"[..], "没找到表头"),
        ("a.xlsx", &b"PK\x03\x04 broken"[..], "坏了"),
        ("a.csv", &b""[..], "这张表是空的"),
    ] {
        let page = firm.upload("/employer/import", &[], name, bytes).await;
        assert!((400..500).contains(&page.status), "{}", page.status);
        let page = page.text();
        assert!(page.contains(told) && page.contains("type=\"file\""), "{told} is not told in {page}");
    }
});

journey!(an_employer_changes_how_it_is_reached_and_not_who_it_is, |world| {
    let firm = world.role(Role::Employer, "").await;
    let shown = form(&firm.get("/employer/entry").await.expect(200).text(), "/employer/entry");
    assert!(!shown.names.iter().any(|n| n == "name" || n == "credit_code"), "{:?}", shown.names);
    let wrong = shown.clone().with("email", "hr@").with("contact", "谢女士");
    let page = firm.form(&wrong.action, &wrong.pairs()).await.expect(422).text();
    assert!(page.contains("谢女士") && page.contains("email-e"), "{page}");
    let filled = shown.clone().with("email", "hr@employers.test").with("contact", "谢女士").with("address", "一号门");
    let filled = filled.with("phone", "020-55500001").with("region", "广州市白云区");
    firm.form(&filled.action, &filled.pairs()).await.expect(303);
    let page = firm.get("/employer/entry").await.expect(200).text();
    let now = form(&page, "/employer/entry");
    let values = ["email", "contact", "address", "phone"].map(|n| now.value(n).to_owned());
    assert_eq!(values, ["hr@employers.test", "谢女士", "一号门", "020-55500001"]);
    assert!(now.value("region").contains("白云区"), "{page}");
    let late = firm.form(&shown.action, &shown.clone().with("contact", "别人").pairs()).await.expect(422).text();
    assert!(late.contains("别人") && late.contains("刚才有人先改了"), "{late}");
    let forged = [("name", "别的公司"), ("version", "2")];
    firm.form("/employer/entry", &forged).await.expect(422);
});
