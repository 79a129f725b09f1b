//! Journeys of the pages of batch runs: starting one by its form, following it, reading the result, printing it.

use serde_json::{Value, json};
use shanhai::domain::actor::Role;

use crate::client::Client;
use crate::desk::{PASSWORD, signed_in};
use crate::engine::{ended, packer};
use crate::form_page;
use crate::posting::opens;
use crate::world::World;

/// A clerk with a key for the API and a session for the pages.
pub async fn clerk_twice(world: &World) -> (Client, Client) {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    (api, desk)
}

/// Two posts and three people who fit both, one who fits none.
pub struct Fair {
    pub api: Client,
    pub desk: Client,
    pub firms: [String; 2],
    pub posts: [Value; 2],
    pub people: Vec<Value>,
}

pub async fn fair(world: &mut World) -> Fair {
    let (api, desk) = clerk_twice(world).await;
    let firms = [world.employer().await.to_string(), world.employer().await.to_string()];
    let near = opens(&api, &firms[0], "包装工", json!({"headcount": 2})).await.expect(201).json();
    let far = opens(&api, &firms[1], "打包工", json!({"headcount": 4})).await.expect(201).json();
    let mut people = vec![];
    for name in ["王小山", "王小河", "王小江"] {
        let more = json!({"village": {"county": "520524", "township": "猫场镇", "village": "示例村"}});
        let id = packer(world, &api, name, more).await;
        people.push(api.get(&format!("/api/v1/workers/{id}")).await.expect(200).json());
    }
    packer(world, &api, "龙小海", json!({"wage_floor": 90_000})).await;
    world.settle().await;
    Fair { api, desk, firms, posts: [near, far], people }
}

pub fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} of {row}"))
}

/// Starts a run by its page's form with these fields typed, and waits until it has ended.
pub async fn started(fair: &Fair, typed: &[(&str, &str)]) -> String {
    let page = fair.desk.get("/station/match-runs/new").await.expect(200).text();
    let mut form = form_page::form(&page, "/station/match-runs/new");
    for (name, value) in typed {
        form = form.with(name, value);
    }
    let to = fair.desk.form(&form.action, &form.pairs()).await.expect(303).header("location").unwrap().to_owned();
    let id = to.rsplit('/').next().unwrap().to_owned();
    ended(&fair.api, &id).await;
    id
}

journey!(a_clerk_starts_a_run_by_its_form_and_reads_how_good_how_fair_and_who_goes_where, |world| {
    let fair = fair(&mut world).await;
    let home = fair.desk.get("/station").await.expect(200).text();
    assert!(home.contains("href=\"/station/match-runs\""), "the navigation leads to batch runs");
    let empty = fair.desk.get("/station/match-runs").await.expect(200).text();
    assert!(empty.contains("还没有做过"), "{empty}");
    let id = started(&fair, &[("scope.counties", "织金县"), ("scope.date", "2026-12-01")]).await;
    let page = fair.desk.get(&format!("/station/match-runs/{id}")).await.expect(200).text();
    for part in [
        "已证明：没有更好的分法",
        "包装工",
        "王小山",
        "有合适的，名额给了别人",
        "没有一个合适的",
        "龙小海",
        "规则 2026-11-2 版",
        "采用：生成 3 条推荐",
        "缺什么：3 个名额没人",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let run = fair.api.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
    let spread = &run["spread"];
    assert_eq!(
        (&spread["placed"], &spread["lost_out"], &spread["no_post"], &spread["empty"]),
        (&json!(3), &json!(0), &json!(1), &json!(3)),
        "{run}"
    );
    assert_eq!(run["parameters"], "2026-11-2");
    let list = fair.desk.get("/station/match-runs").await.expect(200).text();
    assert!(list.contains(&format!("/station/match-runs/{id}")) && list.contains("算好了"), "{list}");

    // Narrowed to an employer and a village; what does not lie there is not shown.
    let narrowed = |query: String| {
        let desk = fair.desk.clone();
        let path = format!("/station/match-runs/{id}?{query}");
        async move { desk.get(&path).await.expect(200).text() }
    };
    let one = narrowed(format!("employer={}", fair.firms[0])).await;
    let row = |page: &str, post: &Value| page.contains(&format!("value=\"{}\" aria-label", text(post, "id")));
    assert!(!row(&one, &fair.posts[1]), "{one}");
    let there = narrowed("place=520524".into()).await;
    assert!(there.contains("王小"), "{there}");
    let nowhere = narrowed("place=520525".into()).await;
    assert!(nowhere.contains("这里没有分到人"), "{nowhere}");

    // A person's name leads to their page, a post's number to why they go there.
    assert!(page.contains(&format!("/station/workers/{}", text(&fair.people[0], "id"))), "{page}");
    let post = form_page::links(&page).into_iter().find(|l| l.contains("/vacancies/") && l.contains(&id)).unwrap();
    let people = fair.desk.get(&post).await.expect(200).text();
    assert!(people.contains("第二合适") && people.contains("class=\"yes\""), "{people}");

    // Nobody of another branch sees any of it.
    let (_, name) = world.account(Role::Clerk, "GZ-5204", Some(PASSWORD)).await;
    let stranger = signed_in(&world.anyone(), &name).await;
    for path in ["", "/print/employer", "/print/village", &format!("/compare/{id}")] {
        stranger.get(&format!("/station/match-runs/{id}{path}")).await.expect(404);
    }
    stranger.get(&post).await.expect(404);
    stranger.form(&format!("/station/match-runs/{id}/adopt"), &[("act", "all")]).await.expect(404);
});

journey!(a_run_keeps_to_its_date_and_to_the_places_of_watched_households, |world| {
    let fair = fair(&mut world).await;
    let late = fair.people[2]["id"].as_str().unwrap();
    let path = format!("/api/v1/workers/{late}");
    let version = fair.api.get(&path).await.version();
    fair.api.patch(&path, &version, json!({"available_from": "2027-03-01"})).await.expect(200);
    let post = format!("/api/v1/vacancies/{}", text(&fair.posts[1], "id"));
    let version = fair.api.get(&post).await.version();
    let later = json!({"start_from": "2027-02-01", "start_until": "2027-02-10"});
    fair.api.patch(&post, &version, later).await.expect(200);
    world.settle().await;
    let id = started(&fair, &[("scope.date", "2026年12月1日")]).await;
    let run = fair.api.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
    assert_eq!((&run["workers"], &run["vacancies"], &run["assigned"]), (&json!(3), &json!(1), &json!(2)), "{run}");
    // All places of the post are kept for watched households, and nobody is of one.
    let kept = format!("{} 2", text(&fair.posts[0], "ref"));
    let id = started(&fair, &[("reserve", &kept), ("scope.vacancies", text(&fair.posts[0], "ref"))]).await;
    let run = fair.api.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
    assert_eq!((&run["assigned"], &run["spread"]["lost_out"]), (&json!(0), &json!(3)), "{run}");
});

journey!(a_form_with_wrong_lines_comes_back_whole_with_each_fault_at_its_line, |world| {
    let fair = fair(&mut world).await;
    let page = fair.desk.get("/station/match-runs/new").await.expect(200).text();
    let form = form_page::form(&page, "/station/match-runs/new");
    let good = format!("{} {}", text(&fair.people[0], "ref"), text(&fair.posts[0], "ref"));
    let pins = format!("{good}\nR-ZZZZZ {}\n张三", text(&fair.posts[0], "ref"));
    let typed = form
        .with("pin", &pins)
        .with("scope.counties", "织金县\n不存在县")
        .with("scope.date", "明天以后")
        .with("min_to_run", "G-ZZZZ 3\n<b>9")
        .with("together", text(&fair.people[0], "ref"));
    let page = fair.desk.form(&typed.action, &typed.pairs()).await.expect(422).text();
    for part in [
        "第 2 行“R-ZZZZZ”：没有这个人",
        "第 3 行“张三”：要写成：人的编号 空格 岗位编号",
        "第 2 行“不存在县”：没认出这个地方",
        "第 1 行“G-ZZZZ”：没有这个岗位",
        "&#60;b&#62;9",
        "一行至少写两个人",
        "id=\"pin-e\"",
        "id=\"together-e\"",
        "role=\"alert\"",
        &good,
        "明天以后",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let right =
        form_page::form(&fair.desk.get("/station/match-runs/new").await.expect(200).text(), "/station/match-runs/new");
    let page =
        fair.desk.form(&right.action, &right.clone().with("scope.date", "明天以后").pairs()).await.expect(422).text();
    assert!(page.contains("id=\"scope.date-e\""), "{page}");

    // Terms that contradict each other: said at their field with the names.
    let both = format!("{good}\n{} {}", text(&fair.people[0], "ref"), text(&fair.posts[1], "ref"));
    let min = format!("{} 9", text(&fair.posts[0], "ref"));
    let typed = right.with("pin", &both).with("min_to_run", &min);
    let page = fair.desk.form(&typed.action, &typed.pairs()).await.expect(422).text();
    for part in ["王小山", "一个人指定了两个岗位", "要满 9 人才开", "id=\"min_to_run-e\"", &min] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let trail = world.trail("match_run.begin").await;
    assert!(trail.is_empty(), "nothing was begun: {trail:?}");
});

journey!(a_run_under_way_shows_how_far_it_is_and_is_stopped_by_its_button, |world| {
    let fair = fair(&mut world).await;
    let id = started(&fair, &[]).await;
    let stage = r#"{"stage":"solving","done":7,"of":9}"#;
    let far = "lease_until = 9000000000000000";
    world.execute(&format!("UPDATE match_run SET state = 'running', progress = 68, found = '{stage}', {far}")).await;
    let path = format!("/station/match-runs/{id}");
    let page = fair.desk.get(&path).await.expect(200).text();
    for part in ["http-equiv=\"refresh\"", "9 步里的第 7 步", "68 %", "<progress"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let run = fair.api.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
    assert_eq!((&run["progress"], &run["stage"], &run["done"]), (&json!(68), &json!("solving"), &json!(7)), "{run}");
    let still = fair.desk.get(&format!("{path}?still=1")).await.expect(200).text();
    assert!(page.contains("?still=1") && !still.contains("http-equiv=\"refresh\""), "{still}");
    let stop = form_page::form(&page, &format!("{path}/cancel"));
    fair.desk.form(&stop.action, &stop.pairs()).await.expect(303);
    let page = fair.desk.get(&path).await.expect(200).text();
    assert!(page.contains("停下了这次匹配") && !page.contains("http-equiv=\"refresh\""), "{page}");
    // What was asked stands in the form again.
    let again = form_page::links(&page).into_iter().find(|l| l.contains("new?from=")).unwrap();
    fair.desk.get(&again).await.expect(200);
    // Pressed once more, it says how it stands instead of failing.
    fair.desk.form(&stop.action, &stop.pairs()).await.expect(303);
});

journey!(sheets_for_employers_and_villages_tell_no_whole_name_and_no_number, |world| {
    let fair = fair(&mut world).await;
    let id = started(&fair, &[]).await;
    for (by, heading) in [("employer", "示例"), ("village", "示例村")] {
        let page = fair.desk.get(&format!("/station/match-runs/{id}/print/{by}")).await.expect(200).text();
        assert!(page.contains("class=\"sheet\"") && page.contains(heading), "{page}");
        assert!(page.contains("王*") && page.contains(text(&fair.people[0], "ref")), "{page}");
        assert!(!page.contains("王小") && !page.contains("146"), "{page}");
    }
    fair.desk.get(&format!("/station/match-runs/{id}/print/house")).await.expect(404);
});

journey!(who_would_have_gone_where_is_forgotten_after_its_days_and_the_figures_stay, |world| {
    let fair = fair(&mut world).await;
    let id = started(&fair, &[]).await;
    assert_eq!(shanhai::actions::match_run::forget(&world.office).await.unwrap(), 0);
    let day = 86_400_000_000_i64;
    let old = world.office.now() - 181 * day;
    world.execute(&format!("UPDATE match_run SET updated_at = {old}")).await;
    assert_eq!(shanhai::actions::match_run::forget(&world.office).await.unwrap(), 3);
    let page = fair.desk.get(&format!("/station/match-runs/{id}")).await.expect(200).text();
    assert!(page.contains("只留 180 天") && page.contains("<b>3</b>人分到"), "{page}");
});

journey!(who_is_not_known_to_come_from_anywhere_is_told_and_taken_in_when_asked, |world| {
    let fair = fair(&mut world).await;
    packer(&world, &fair.api, "吴小云", json!({"origin": null})).await;
    world.settle().await;
    let mut told = vec![];
    for typed in [&[("scope.counties", "织金县")][..], &[("scope.counties", "织金县"), ("scope.unknown_home", "yes")]]
    {
        let id = started(&fair, typed).await;
        let run = fair.api.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
        let page = fair.desk.get(&format!("/station/match-runs/{id}")).await.expect(200).text();
        told.push((run["workers"].clone(), run["assigned"].clone(), run["unknown_home"].clone()));
        let words = if typed.len() == 1 {
            "不知道是哪个县的 1 人没算进来"
        } else {
            "不知道是哪个县的 1 人也算进来了"
        };
        assert!(page.contains(words), "{page}");
    }
    assert_eq!(told, [(json!(4), json!(3), json!(1)), (json!(5), json!(4), json!(1))]);
    // Without counties nobody is left out, and nothing is told.
    let id = started(&fair, &[]).await;
    let run = fair.api.get(&format!("/api/v1/match-runs/{id}")).await.expect(200).json();
    assert_eq!((&run["workers"], &run["unknown_home"]), (&json!(5), &Value::Null), "{run}");
});
