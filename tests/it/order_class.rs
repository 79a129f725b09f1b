//! Journeys of order classes: places kept for their people in lists, fits and batches, and their column in sheets.

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::Client;
use crate::counter::{place, until};
use crate::desk::{PASSWORD, signed_in};
use crate::engine::{ended, packer};
use crate::posting::opens;
use crate::world::World;

/// A head of the station that most journeys are about: by API, and signed in on the pages.
async fn head(world: &World) -> (Client, Client) {
    let (api, name) = world.account(Role::Head, "GZ-5205", Some(PASSWORD)).await;
    (api, signed_in(&world.anyone(), &name).await)
}

/// A class of the station bound to these vacancies.
async fn class(api: &Client, name: &str, vacancies: &[&str]) -> Value {
    let body = json!({"programme": "粤菜师傅", "name": name, "seats": 10, "starts": "2026-11-25", "ends": "2026-12-05",
                      "vacancies": vacancies});
    api.post("/api/v1/classes", body).await.expect(201).json()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} of {row}"))
}

journey!(kept_places_are_there_for_the_people_of_the_class_alone_in_lists_fits_and_batches, |world| {
    let (api, desk) = head(&world).await;
    let employer = world.employer().await.to_string();
    let post = opens(&api, &employer, "包装工", json!({"headcount": 2})).await.expect(201).id();
    let order = class(&api, "订单一班", &[&post]).await;
    let mut seats = vec![];
    let mut people = vec![];
    for name in ["王小山", "王小河"] {
        let person = packer(&world, &api, name, json!({})).await;
        let body = json!({"worker": person, "class": order["id"]});
        seats.push(api.post("/api/v1/enrolments", body).await.expect(201).id());
        people.push(person);
    }
    let outsider = packer(&world, &api, "王小海", json!({})).await;
    let other = packer(&world, &api, "王小江", json!({})).await;
    world.settle().await;
    let places = async |person: &str| {
        let list = api.get(&format!("/api/v1/workers/{person}/matches")).await.expect(200).json();
        list["items"].as_array().unwrap().first().map(|m| m["places_left"].as_u64().unwrap())
    };
    let candidates = async || {
        let list = api.get(&format!("/api/v1/vacancies/{post}/candidates")).await.expect(200).json();
        list["items"].as_array().unwrap().len()
    };
    let run = async || {
        let terms = json!({"scope": {"station": "GZ-5205", "vacancies": [post]}});
        let id = api.post("/api/v1/match-runs", terms).await.expect(202).id();
        let run = ended(&api, &id).await;
        let list = api.get(&format!("/api/v1/match-runs/{id}/assignments")).await.expect(200).json();
        let ids = list["items"].as_array().unwrap().iter().map(|i| text(&i["worker"], "id").to_owned());
        (run.clone(), ids.collect::<Vec<_>>())
    };
    // Two sit in the class, and both places are theirs.
    assert_eq!((places(&outsider).await, candidates().await), (None, 0));
    let fit = api.get(&format!("/api/v1/workers/{outsider}/fit/{post}")).await.expect(200).json();
    let condition = fit["conditions"].as_array().unwrap().iter().find(|c| c["code"] == "places").unwrap();
    assert!(condition["ok"] == false && text(condition, "text").contains("订单班"), "{fit}");
    let (told, sent) = run().await;
    assert_eq!((&told["state"], &told["places"], sent.len()), (&json!("done"), &json!(0), 0), "{told}");
    let page = desk.get(&format!("/station/vacancies/{post}/candidates")).await.expect(200).text();
    assert!(page.contains("留 2 个名额"), "{page}");

    // One has passed and did not take the post after all: a place is kept for the other, two are there for the graduate.
    let passed = api.post(&format!("/api/v1/enrolments/{}/pass", seats[0]), json!({})).await.expect(200).json();
    let introduced = text(&passed, "introduction").to_owned();
    world.settle().await;
    assert_eq!(places(&outsider).await, None, "a place waits for who was put forward");
    let back = json!({"reason": "other"});
    api.post(&format!("/api/v1/introductions/{introduced}/withdraw"), back).await.expect(200);
    world.settle().await;
    assert_eq!((places(&outsider).await, places(&people[0]).await), (Some(1), Some(2)));
    let (told, sent) = run().await;
    assert_eq!((&told["assigned"], &told["optimal"]), (&json!(2), &json!(true)), "{told}");
    assert!(sent.contains(&people[0]), "the graduate may take a kept place, two strangers may not: {sent:?}");
    let pin = |person: &String| json!({"worker": person, "vacancy": post});
    let both = json!({"scope": {"vacancies": [post]}, "pin": [pin(&outsider), pin(&other)]});
    let refused = api.post("/api/v1/match-runs", both).await.problem(422, "match.contradictory").json();
    assert_eq!(refused["contradictions"][0]["code"], "match.pins_over_places", "{refused}");

    // A class that is bound to something else keeps nothing here any more.
    let seen = api.get(&format!("/api/v1/classes/{}", text(&order, "id"))).await.expect(200);
    api.patch(&format!("/api/v1/classes/{}", text(&order, "id")), &seen.version(), json!({"vacancies": null}))
        .await
        .expect(200);
    world.settle().await;
    assert_eq!((places(&outsider).await, candidates().await), (Some(2), 3));
});

journey!(a_sheet_of_vacancies_binds_them_to_order_classes_and_an_export_says_so, |world| {
    let (api, desk) = head(&world).await;
    let firm = world.employer().await.to_string();
    let name = text(&api.get(&format!("/api/v1/employers/{firm}")).await.expect(200).json(), "name").to_owned();
    let order = class(&api, "订单一班", &[]).await;
    let foreign = class(&world.role(Role::Head, "GZ-5204").await, "外站订单班", &[]).await;
    let brings = async |last: &str| {
        let sheet = format!(
            "岗位名称,用人单位,招聘人数,工作地点,月薪,订单班\n包装工,{name},3,广州市白云区,5000-6000,{}\n\
             缝纫工,{name},2,广州市白云区,5000-6000,{last}\n",
            text(&order, "ref")
        );
        let kind = [("kind", "vacancies"), ("open", "true")];
        let page = place(&desk.upload("/station/imports", &kind, "岗位.csv", sheet.as_bytes()).await.expect(303));
        let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
        until(&api, &import, "preview").await;
        desk.form(&format!("{page}/write"), &[]).await.expect(303);
        (page, until(&api, &import, "done").await)
    };
    // The class of another station is not theirs to bind; the vacancy is imported all the same.
    let (page, done) = brings(text(&foreign, "ref")).await;
    assert_eq!((&done["summary"]["created"], &done["summary"]["warnings"]), (&json!(2), &json!(1)), "{done}");
    let rows = api.get(&format!("/api/v1{}/rows", page.trim_start_matches("/station"))).await.expect(200).json();
    let errors = rows["items"][0]["errors"].as_array().unwrap();
    let told = errors.iter().find(|e| e["code"] == "class.not_own").unwrap_or_else(|| panic!("{rows}"));
    assert!(told["cell"] == "F3" && text(told, "message").contains(text(&foreign, "ref")), "{rows}");
    let bound = async || {
        let seen = api.get(&format!("/api/v1/classes/{}", text(&order, "id"))).await.expect(200).json();
        seen["vacancies"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(bound().await, 1);
    // By its whole name; the row that says nothing new stays as it is.
    let (_, done) = brings("订单一班").await;
    assert_eq!((&done["summary"]["updated"], &done["summary"]["unchanged"]), (&json!(1), &json!(1)), "{done}");
    assert_eq!(bound().await, 2);
    world.settle().await;
    let fields = [("kind", "vacancies"), ("format", "csv")];
    let csv = desk.form("/station/exports", &fields).await.expect(200).text();
    assert!(csv.lines().next().unwrap().contains("订单班"), "{csv}");
    assert_eq!(csv.lines().filter(|line| line.contains(text(&order, "ref"))).count(), 2, "{csv}");
    let kind = [("kind", "vacancies")];
    let page = place(&desk.upload("/station/imports", &kind, "导出.csv", csv.as_bytes()).await.expect(303));
    let preview = until(&api, &format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap()), "preview").await;
    assert_eq!(preview["summary"]["unchanged"], 2, "what is exported is read again as it was: {preview}");
});

journey!(a_title_that_may_be_several_occupations_is_asked_at_the_import_and_at_the_vacancy, |world| {
    let (api, desk) = head(&world).await;
    let firm = world.employer().await.to_string();
    let name = text(&api.get(&format!("/api/v1/employers/{firm}")).await.expect(200).json(), "name").to_owned();
    let sheet = format!(
        "岗位名称,用人单位,招聘人数,工作地点,月薪\n包装工,{name},3,广州市白云区,5000-6000\n\
         操作员,{name},2,广州市白云区,5000-6000\n打杂,{name},2,广州市白云区,5000-6000\n"
    );
    let kind = [("kind", "vacancies"), ("open", "true")];
    let page = place(&desk.upload("/station/imports", &kind, "岗位.csv", sheet.as_bytes()).await.expect(303));
    let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
    until(&api, &import, "preview").await;
    desk.form(&format!("{page}/write"), &[]).await.expect(303);
    let done = until(&api, &import, "done").await;
    assert_eq!((&done["summary"]["created"], &done["summary"]["set_aside"]), (&json!(3), &json!(0)), "{done}");
    let rows = api.get(&format!("{import}/rows")).await.expect(200).json();
    let unsure = |row: &&Value| row["errors"].as_array().unwrap().iter().any(|e| e["code"] == "occupation.unsure");
    let asked: Vec<&Value> = rows["items"].as_array().unwrap().iter().filter(unsure).collect();
    assert_eq!(asked.iter().map(|row| row["row"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 4], "{rows}");
    let tasks = async || {
        let list = api.get("/api/v1/worklist").await.expect(200).json();
        list["items"].as_array().unwrap().iter().filter(|task| task["kind"] == "occupation").count()
    };
    assert_eq!(tasks().await, 2);

    // One press on the import's page, one on the vacancy's.
    let shown = desk.get(&page).await.expect(200).text();
    let form = format!("{page}/rows/3/occupation");
    assert!(shown.contains("职业没有认准，请选（2 个岗位）") && shown.contains(&form), "{shown}");
    let first =
        shown.split(&form).nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    desk.form(&form, &[("occupation", &first)]).await.expect(303);
    let vacancy = text(asked[0], "object");
    let seen = api.get(&format!("/api/v1/vacancies/{vacancy}")).await.expect(200).json();
    assert_eq!(seen["occupation"]["code"], json!(first), "{seen}");
    let shown = desk.get(&page).await.expect(200).text();
    assert!(!shown.contains(&form) && shown.contains("请选（1 个岗位）"), "{shown}");
    let at = format!("/station/vacancies/{}", text(asked[1], "object"));
    let shown = desk.get(&at).await.expect(200).text();
    let first = shown.split(&format!("{at}/occupation")).nth(1).unwrap().split("value=\"").nth(1).unwrap();
    let first = first.split('"').next().unwrap().to_owned();
    desk.form(&format!("{at}/occupation"), &[("occupation", "没有这个")]).await.expect(422);
    let to = desk.form(&format!("{at}/occupation"), &[("occupation", &first)]).await.expect(303);
    assert!(desk.get(to.header("location").unwrap()).await.expect(200).text().contains("职业已选定"));
    assert_eq!(tasks().await, 0);
    // The same sheet again asks nothing that was answered.
    let again = format!("{sheet}\n");
    let page = place(&desk.upload("/station/imports", &kind, "岗位2.csv", again.as_bytes()).await.expect(303));
    let import = format!("/api/v1/imports/{}", page.rsplit('/').next().unwrap());
    until(&api, &import, "preview").await;
    let rows = api.get(&format!("{import}/rows")).await.expect(200).json();
    assert!(!rows["items"].as_array().unwrap().iter().any(|row| unsure(&row)), "{rows}");
});
