//! Journeys of what would help: why not with the smallest changes, what a change brings, whom to train, order classes.

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::Client;
use crate::desk::{PASSWORD, signed_in};
use crate::posting::{opens, post};
use crate::world::World;

/// A head of the station that most journeys are about: by API, and signed in on the pages.
async fn head(world: &World) -> (Client, Client) {
    let (api, name) = world.account(Role::Head, "GZ-5205", Some(PASSWORD)).await;
    (api, signed_in(&world.anyone(), &name).await)
}

/// Somebody who looks for work as a packer in Guangzhou.
async fn packer(world: &World, clerk: &Client, name: &str, more: Value) -> String {
    let mut body = json!({"occupations_wanted": ["包装工"], "wage_floor": 4500, "can_leave_home": true,
                          "regions_wanted": ["440100"], "origin": "520524", "capacity": "普通劳动力",
                          "available_from": "2026-12-01", "statement": "looking"});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    world.registers(clerk, name, body).await.expect(201).id()
}

/// The row of a table that holds these words.
fn row<'a>(page: &'a str, words: &str) -> &'a str {
    page.split("<tr>").find(|row| row.contains(words)).unwrap_or_else(|| panic!("no {words} in {page}"))
}

journey!(a_pair_says_which_fact_or_which_two_would_have_to_change_cheapest_first, |world| {
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    let far = json!({"region": "440300", "wage": {"min": 3800, "max": 4200, "period": "month"}});
    let vacancy = opens(&api, &employer, "包装工", far).await.expect(201).json();
    let (id, reference) = (vacancy["id"].as_str().unwrap(), vacancy["ref"].as_str().unwrap());
    let person = packer(&world, &api, "王小山", json!({})).await;
    world.settle().await;
    let fit = api.get(&format!("/api/v1/workers/{person}/fit/{id}")).await.expect(200).json();
    let ways = fit["ways"].as_array().unwrap();
    let fields = |way: &Value| -> Vec<String> {
        let side = |c: &Value| format!("{}.{}", c["side"].as_str().unwrap(), c["field"].as_str().unwrap());
        way["changes"].as_array().unwrap().iter().map(side).collect()
    };
    assert_eq!(fields(&ways[0]), ["worker.regions_wanted", "worker.wage_floor"], "{fit}");
    assert_eq!(fields(&ways[1]), ["vacancy.wage.max", "worker.regions_wanted"], "{fit}");
    assert!(ways[0]["cost"].as_u64() < ways[1]["cost"].as_u64(), "{fit}");
    // To the person is said what is theirs; what the employer would have to do is not.
    assert!(ways[0]["tell"].as_str().unwrap().contains("4200") && ways[1]["tell"].is_null(), "{fit}");
    // Both changes made, the pair fits.
    let (etag, change) =
        (api.get(&format!("/api/v1/workers/{person}")).await.expect(200).version(), &ways[0]["changes"]);
    let mut body = serde_json::Map::new();
    for one in change.as_array().unwrap() {
        body.insert(one["field"].as_str().unwrap().to_owned(), one["value"].clone());
    }
    let page = desk.get(&format!("/station/workers/{person}")).await.expect(200).text();
    assert!(row(&page, "对本人说").contains("4200"), "{page}");
    let page = desk.get(&format!("/station/vacancies/{id}/candidates")).await.expect(200).text();
    let near = row(&page, "对本人说");
    assert!(near.contains("王小山") && near.contains("4200"), "{near}");
    let page = desk.get(&format!("/station/workers/{person}/what-if")).await.expect(200).text();
    let (one, two) = page.split_once("id=\"two\"").expect("both tables");
    assert!(!one.contains(reference) && row(two, reference).contains("包装工"), "{page}");
    api.patch(&format!("/api/v1/workers/{person}"), &etag, Value::Object(body)).await.expect(200);
    world.settle().await;
    let fit = api.get(&format!("/api/v1/workers/{person}/fit/{id}")).await.expect(200).json();
    assert_eq!((&fit["eligible"], &fit["ways"]), (&json!(true), &json!([])), "{fit}");
    let stranger = world.other_clerk().await;
    stranger.get(&format!("/station/workers/{person}/what-if")).await.expect(404);
});

journey!(a_person_s_page_of_what_if_names_what_opens_and_says_what_would_be_lost, |world| {
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    let low = json!({"wage": {"min": 3800, "max": 4200, "period": "month"}});
    let low = opens(&api, &employer, "打包工", low).await.expect(201).json();
    opens(&api, &employer, "包装工", json!({"start_from": "2026-12-01", "start_until": "2026-12-05"}))
        .await
        .expect(201);
    let person = packer(&world, &api, "王小山", json!({})).await;
    world.settle().await;
    let page = desk.get(&format!("/station/workers/{person}/what-if")).await.expect(200).text();
    let cheaper = row(&page, "4050");
    assert!(cheaper.contains(low["ref"].as_str().unwrap()) && cheaper.contains("/station/vacancies/"), "{cheaper}");
    // Two weeks later nothing opens, and one vacancy is lost.
    let later = row(&page, "2026-12-15");
    assert!(later.contains("<td class=\"num\">0</td><td class=\"num\">1</td>"), "{later}");
    let reader = desk.with("accept-language", "en");
    let english = reader.get(&format!("/station/workers/{person}/what-if")).await.expect(200).text();
    assert!(english.contains(">If</th>"), "{english}");
    assert_eq!(world.trail("worker.why_not").await.len(), 2);
});

journey!(the_page_of_what_if_says_why_somebody_is_not_to_be_recommended_at_all, |world| {
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    opens(&api, &employer, "包装工", json!({})).await.expect(201);
    let refused = json!({"consent": [{"scope": "matching", "how": "call", "refused": true}]});
    let out = packer(&world, &api, "王小山", refused).await;
    let resting = packer(&world, &api, "王小河", json!({"statement": "not_seeking"})).await;
    let looking = packer(&world, &api, "王小江", json!({})).await;
    world.settle().await;
    let page = async |person: &str| desk.get(&format!("/station/workers/{person}/what-if")).await.expect(200).text();
    let told = page(&out).await;
    assert!(told.contains("现在哪个岗位都不能推荐。</b> 本人退出了匹配"), "{told}");
    assert!(!told.contains("没有这样的改法"), "no empty tables beside the reason\n{told}");
    // What a change of mind would open stands below the reason.
    let told = page(&resting).await;
    assert!(told.contains("</b> 现在是“不找工作”") && told.contains("id=\"one\""), "{told}");
    let told = page(&looking).await;
    assert!(!told.contains("哪个岗位都不能推荐") && told.contains("id=\"one\""), "{told}");
});

journey!(an_employer_sees_what_a_change_would_bring_while_writing_and_afterwards, |world| {
    let clerk = world.clerk().await;
    let (_, name) = world.account(Role::Employer, "GZ-5205", Some(PASSWORD)).await;
    let boss = signed_in(&world.anyone(), &name).await;
    for n in ["山", "河", "江", "海", "云", "雨"] {
        packer(&world, &clerk, &format!("王小{n}"), json!({"wage_floor": 5500})).await;
    }
    world.settle().await;
    let typed = [
        ("title", "包装工"),
        ("occupation", "包装工"),
        ("headcount", "3"),
        ("region", "440111"),
        ("address", "人和镇"),
        ("wage.min", "4600"),
        ("wage.max", "5100"),
        ("wage.period", "month"),
        ("description", "包装成品。"),
        ("valid_until", "2026-12-31"),
        ("contact", "人事"),
        ("benefits", "lodging"),
        ("benefits", "meals"),
    ];
    let with = |act: &'static str| -> Vec<(&str, &str)> { typed.into_iter().chain([("act", act)]).collect() };
    let page = boss.form("/employer/vacancies/new", &with("what-if")).await.expect(200).text();
    let more = row(&page, "工资加到 5610 元");
    assert!(
        more.contains("&lt;5</td><td class=\"num\">+6") || more.contains("<5") || more.contains("&#60;5"),
        "{more}"
    );
    assert!(more.contains("+6") && more.contains("织金县 6"), "{more}");
    assert!(page.contains("value=\"包装工\"") && page.contains("value=\"5100\""), "what was typed is kept");
    assert!(world.column("SELECT title FROM vacancy").await.is_empty(), "nothing was posted");
    let broken: Vec<_> = with("what-if").into_iter().filter(|(n, _)| *n != "title").collect();
    boss.form("/employer/vacancies/new", &broken).await.expect(422);

    let made = boss.form("/employer/vacancies/new", &with("")).await.expect(303);
    let at = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    assert!(boss.get(&at).await.expect(200).text().contains(&format!("{at}/what-if")));
    let page = boss.get(&format!("{at}/what-if")).await.expect(200).text();
    assert!(row(&page, "5610").contains("+6") && !page.contains("王小"), "{page}");
    let mut all = with("what-if");
    all.extend([("version", "1"), ("requirements.schooling", "bachelor")]);
    let page = boss.form(&format!("{at}/edit"), &all).await.expect(200).text();
    assert!(row(&page, "不限：文化").contains("&#60;5</td>"), "{page}");
    let (_, other) = world.account(Role::Employer, "GZ-5205", Some(PASSWORD)).await;
    signed_in(&world.anyone(), &other).await.get(&format!("{at}/what-if")).await.expect(404);
    let (_, desk) = head(&world).await;
    let other = world.employer().await.to_string();
    let posted = clerk.post("/api/v1/vacancies?open=true", post(&other, "打包工", json!({}))).await.expect(201).id();
    let page = desk.get(&format!("/station/vacancies/{posted}/what-if")).await.expect(200).text();
    assert!(row(&page, "6600").contains("&#60;5</td>"), "{page}");
});

journey!(a_class_is_filled_with_the_people_whom_it_brings_into_work_by_one_press, |world| {
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    let asks = |title: &'static str, certificate: &str, headcount: u32| {
        let more = json!({"headcount": headcount, "requirements": {"certificates": [certificate]}});
        (title, more)
    };
    let mut posts = vec![];
    for (title, more) in [asks("包装工", "叉车证", 3), asks("打包工", "焊工证", 2)] {
        posts.push(opens(&api, &employer, title, more).await.expect(201).json());
    }
    let class = |name: &str, certificate: &str| {
        json!({"programme": "粤菜师傅", "name": name, "certificates": [certificate], "seats": 20,
               "starts": "2026-12-01", "ends": "2026-12-10"})
    };
    let forklift = api.post("/api/v1/classes", class("叉车一班", "叉车证")).await.expect(201).id();
    let welding = api.post("/api/v1/classes", class("焊工一班", "焊工证")).await.expect(201).id();
    for n in 0..6 {
        packer(&world, &api, &format!("王小{}", ["山", "河", "江", "海", "云", "雨"][n]), json!({})).await;
    }
    world.settle().await;
    let plan = api.get("/api/v1/training/plan?seats=30").await.expect(200).json();
    let told: Vec<(&Value, &Value, usize)> = plan["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (&p["class"]["id"], &p["placed"], p["seats"].as_array().unwrap().len()))
        .collect();
    assert_eq!(told, [(&json!(forklift), &json!(3), 3), (&json!(welding), &json!(2), 2)], "{plan}");
    let seat = &plan["items"][0]["seats"][0];
    assert_eq!((&seat["goes"]["id"], &seat["opens"][0]["ref"]), (&posts[0]["id"], &posts[0]["ref"]), "{plan}");
    api.get("/api/v1/training/plan?seats=0").await.problem(422, "invalid");
    let few = api.get(&format!("/api/v1/classes/{welding}/seats?seats=1")).await.expect(200).json();
    assert_eq!((&few["placed"], &few["at_most"], &few["candidates"]), (&json!(1), &json!(1), &json!(6)), "{few}");
    // People of another station are not theirs to seat.
    let stranger = world.role(Role::Clerk, "GZ-5204").await;
    let none = stranger.get(&format!("/api/v1/classes/{welding}/seats")).await.expect(200).json();
    assert_eq!((&none["candidates"], &none["seats"]), (&json!(0), &json!([])), "{none}");

    let page = desk.get("/station/training/plan?seats=30").await.expect(200).text();
    assert!(page.find("叉车一班").unwrap() < page.find("焊工一班").unwrap() && row(&page, "叉车一班").contains("+3"));
    let at = format!("/station/training/{forklift}/seats");
    let page = desk.get(&format!("{at}?seats=30")).await.expect(200).text();
    let picked: Vec<&str> = page.split("name=\"worker\" value=\"").skip(1).map(|rest| &rest[..36]).collect();
    assert_eq!(picked.len(), 3, "{page}");
    assert!(page.contains("没有更好的叫法") && page.contains("王小") && page.contains("包装工"), "{page}");
    desk.form(&at, &[("seats", "30")]).await.expect(422);
    let mut fields: Vec<(&str, &str)> = picked.iter().map(|id| ("worker", *id)).collect();
    fields.push(("seats", "30"));
    let done = desk.form(&at, &fields).await.expect(303);
    assert_eq!(done.header("location"), Some(format!("/station/training/{forklift}?said=enrolled").as_str()));
    let page = desk.get(&format!("/station/training/{forklift}")).await.expect(200).text();
    assert_eq!(page.matches("<span class=\"tag\">已报名").count(), 3, "{page}");
    // A second press enrols nobody twice, and says so by name.
    let again = desk.form(&at, &fields).await.expect(422).text();
    assert!(again.contains("有人没报上") && again.contains("王小"), "{again}");
    // Who sits in a class already is not called again.
    world.settle().await;
    let page = desk.get(&at).await.expect(200).text();
    assert!(picked.iter().all(|id| !page.contains(id)), "{page}");
    let view = api.get(&format!("/api/v1/classes/{forklift}")).await.expect(200).json();
    assert_eq!(view["seats_left"], 17);
    assert!(world.trail("training.plan").await.len() >= 5);
});

journey!(the_letter_about_free_seats_says_whom_to_enrol_by_star_and_code, |world| {
    use shanhai::actions::{letter, outbox};
    use shanhai::domain::actor::Actor;
    use shanhai::domain::notice::NoticeKind;
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    let asks = json!({"headcount": 2, "requirements": {"certificates": ["叉车证"]}});
    opens(&api, &employer, "包装工", asks).await.expect(201);
    let class = json!({"programme": "粤菜师傅", "name": "叉车一班", "certificates": ["叉车证"], "seats": 20,
                       "starts": "2026-12-01", "ends": "2026-12-10"});
    let class = api.post("/api/v1/classes", class).await.expect(201).id();
    let person = packer(&world, &api, "欧阳小山", json!({})).await;
    let code =
        api.get(&format!("/api/v1/workers/{person}")).await.expect(200).json()["ref"].as_str().unwrap().to_owned();
    // Somebody who has a post without the class, and would have a better one by it: it places nobody more.
    let low = json!({"occupation": "搬运工", "headcount": 9, "wage": {"min": 3000, "max": 3100, "period": "month"}});
    opens(&api, &employer, "搬运工", low).await.expect(201);
    let both = json!({"occupations_wanted": ["包装工", "搬运工"], "certificates": [], "wage_floor": 3000});
    let mut better = vec![];
    for name in ["王小河", "王小江", "王小海"] {
        let id = packer(&world, &api, name, both.clone()).await;
        let seen = api.get(&format!("/api/v1/workers/{id}")).await.expect(200).json();
        better.push(seen["ref"].as_str().unwrap().to_owned());
    }
    world.settle().await;
    shanhai::actions::digest::tell_seats(&world.office).await.unwrap();
    let sent = outbox::list(&world.office, &Actor::System, None, None, 100).await.unwrap().items;
    let mut letters = vec![];
    for (notice, _) in sent.iter().filter(|(notice, _)| notice.kind == NoticeKind::ClassSeats) {
        letters.push(letter::compose(&world.office, notice).await.unwrap().unwrap());
    }
    let to = |mailbox: &str| letters.iter().find(|l| l.to == mailbox).expect(mailbox).text.clone();
    let own = to("gz-5205@stations.test");
    let line = |words: &str| own.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {own}"));
    assert!(line("建议报名").ends_with(&format!("：欧阳*　{code}")), "{own}");
    let also = line("也用得上");
    assert_eq!(better.iter().filter(|code| also.contains(&format!("王*　{code}"))).count(), 1, "{own}");
    assert!(own.contains(&format!("/station/training/{class}/seats")), "{own}");
    assert!(letters.iter().all(|l| !l.text.contains("小山") && !l.html.contains("小山")), "no full name");
    // The page ticks whom the letter says to enrol, and names the others apart.
    let page = desk.get(&format!("/station/training/{class}/seats")).await.expect(200).text();
    assert!(row(&page, "欧阳小山").contains("checked") && page.contains("另有 1 人也用得上"), "{page}");
    assert_eq!(page.matches("name=\"worker\"").count(), 2, "{page}");
    let ranked = desk.get("/station/training/plan").await.expect(200).text();
    assert!(row(&ranked, "叉车一班").contains("另 1 人可换更好的岗位"), "{ranked}");
    let other = to("gz-5204@stations.test");
    assert!(other.contains("叉车一班") && !other.contains(&code), "{other}");
});

journey!(who_passes_an_order_class_is_introduced_to_its_vacancies_whose_places_were_kept, |world| {
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    let ordered = opens(&api, &employer, "包装工", json!({"headcount": 1})).await.expect(201).json();
    let second = opens(&api, &employer, "打包工", json!({"headcount": 2})).await.expect(201).json();
    let id = |post: &Value| post["id"].as_str().unwrap().to_owned();
    let code = |post: &Value| post["ref"].as_str().unwrap().to_owned();
    let others = format!("{}；{}", code(&second), code(&ordered));
    let typed = [
        ("programme", "粤菜师傅"),
        ("name", "订单一班"),
        ("seats", "10"),
        ("starts", "2026-11-25"),
        ("ends", "2026-12-05"),
        ("vacancy", ordered["ref"].as_str().unwrap()),
        ("vacancies", others.as_str()),
    ];
    let made = desk.form("/station/training/new", &typed).await.expect(303);
    let at = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    let class = at.rsplit('/').next().unwrap().to_owned();
    let page = desk.get(&at).await.expect(200).text();
    assert!(page.contains(&id(&ordered)) && page.contains(&id(&second)), "{page}");
    let edit = desk.get(&format!("{at}/edit")).await.expect(200).text();
    assert!(edit.contains(&format!("value=\"{others}\"")), "{edit}");
    let wrong = [typed[0], ("name", "订单二班"), typed[2], ("vacancies", "G-无")];
    let told = desk.form("/station/training/new", &wrong).await.expect(422).text();
    assert!(told.contains("vacancies"), "{told}");

    let (mut seats, mut people) = (vec![], vec![]);
    for (name, consent) in [("王小山", true), ("王小河", false), ("王小江", false)] {
        let agreed = json!({"consent": [{"scope": "employer", "how": "call"}]});
        let person = packer(&world, &api, name, if consent { agreed } else { json!({}) }).await;
        let seat = api.post("/api/v1/enrolments", json!({"worker": person, "class": class})).await.expect(201);
        seats.push(seat.id());
        people.push(person);
    }
    let outsider = packer(&world, &api, "王小海", json!({})).await;
    // Three sit in the class, and three places in all are kept for them.
    for post in [&ordered, &second] {
        let body = json!({"worker": outsider, "vacancy": post["id"]});
        api.post("/api/v1/introductions", body).await.problem(409, "vacancy.kept");
    }
    let page = desk.get(&format!("/station/vacancies/{}", id(&second))).await.expect(200).text();
    assert!(page.contains("留 2 个名额"), "{page}");
    // Who leaves gives the place back.
    api.post(&format!("/api/v1/enrolments/{}/leave", seats[2]), json!({})).await.expect(200);
    let body = json!({"worker": outsider, "vacancy": second["id"]});
    api.post("/api/v1/introductions", body).await.expect(201);

    let passed = desk.form(&format!("/station/enrolments/{}/pass", seats[0]), &[]).await.expect(303);
    assert_eq!(passed.header("location"), Some(format!("{at}?said=passed-introduced").as_str()));
    let second_passed = api.post(&format!("/api/v1/enrolments/{}/pass", seats[1]), json!({})).await.expect(200).json();
    assert!(second_passed["introduction"].is_string() && second_passed["not_introduced"].is_null(), "{second_passed}");
    let list = api.get("/api/v1/introductions").await.expect(200).json();
    let of = |person: &String| {
        let items = list["items"].as_array().unwrap();
        let own: Vec<&Value> = items.iter().filter(|i| i["worker"]["id"] == json!(person)).collect();
        assert_eq!(own.len(), 1, "{list}");
        (own[0]["state"].as_str().unwrap().to_owned(), own[0]["vacancy"]["id"].as_str().unwrap().to_owned())
    };
    // With consent the employer is told; without it she is called first. Each goes where a place is free.
    assert_eq!(of(&people[0]).0, "proposed");
    assert_eq!(of(&people[1]).0, "asked");
    let mut went = [of(&people[0]).1, of(&people[1]).1];
    went.sort();
    let mut both = [id(&ordered), id(&second)];
    both.sort();
    assert_eq!(went, both);
    // A refusal does not keep anybody from passing, and says why.
    let last = packer(&world, &api, "王小云", json!({"birth_date": null})).await;
    let seat = api.post("/api/v1/enrolments", json!({"worker": last, "class": class})).await.expect(201).id();
    for post in [&ordered, &second] {
        api.post(&format!("/api/v1/vacancies/{}/close", id(post)), json!({"reason": "招满"})).await.expect(200);
    }
    let told = api.post(&format!("/api/v1/enrolments/{seat}/pass"), json!({})).await.expect(200).json();
    assert_eq!((&told["state"], &told["introduction"]), (&json!("passed"), &Value::Null), "{told}");
    assert!(told["not_introduced"].is_string(), "{told}");
});
