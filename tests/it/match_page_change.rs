//! Journeys of the pages of batch runs: changing one by hand, comparing two, adopting.

use serde_json::{Value, json};

use crate::engine::ended;
use crate::form_page;
use crate::match_page::{Fair, fair, started, text};

/// Who goes where by the API: person to post.
async fn pairs(fair: &Fair, id: &str) -> Vec<(String, String)> {
    let list = fair.api.get(&format!("/api/v1/match-runs/{id}/assignments")).await.expect(200).json();
    let pair = |item: &Value| (text(&item["worker"], "id").to_owned(), text(&item["vacancy"], "id").to_owned());
    list["items"].as_array().unwrap().iter().map(pair).collect()
}

/// Sends the form of a post's page with these fields, and answers the new run once it has ended.
async fn again(fair: &Fair, path: &str, typed: &[(String, &str)]) -> String {
    let mut form = form_page::form(&fair.desk.get(path).await.expect(200).text(), path);
    for (name, value) in typed {
        form = form.with(name, value);
    }
    let to = fair.desk.form(path, &form.with("act", "again").pairs()).await.expect(303);
    let id = to.header("location").unwrap().rsplit('/').next().unwrap().to_owned();
    let run = ended(&fair.api, &id).await;
    assert_eq!(run["state"], "done", "{run}");
    id
}

journey!(one_change_by_hand_keeps_all_other_pairs_and_both_runs_are_compared, |world| {
    let fair = fair(&mut world).await;
    let id = started(&fair, &[]).await;
    let before = pairs(&fair, &id).await;
    let (worker, post) = before[0].clone();
    let other = fair.posts.iter().find(|p| text(p, "id") != post).unwrap();
    let path = format!("/station/match-runs/{id}/vacancies/{post}");

    // Sent to the other post: that pair changes, all others stay.
    let sent = again(&fair, &path, &[(format!("to-{worker}"), text(other, "ref"))]).await;
    let mut wanted = before.clone();
    wanted[0].1 = text(other, "id").to_owned();
    assert_eq!(pairs(&fair, &sent).await, wanted);
    let run = fair.api.get(&format!("/api/v1/match-runs/{sent}")).await.expect(200).json();
    assert_eq!(run["asked"]["parent"], json!(id), "{run}");
    let compared = fair.desk.get(&format!("/station/match-runs/{sent}/compare/{id}")).await.expect(200).text();
    let name = fair.people.iter().find(|p| p["id"] == json!(worker)).unwrap();
    for part in ["<b>2</b>人没变", "<b>1</b>人换了岗位", text(name, "name"), "包装工", "打包工"] {
        assert!(compared.contains(part), "{part} in {compared}");
    }
    let page = fair.desk.get(&format!("/station/match-runs/{sent}")).await.expect(200).text();
    assert!(page.contains(&format!("/station/match-runs/{sent}/compare/{id}")), "{page}");

    // Left out this time: the one falls out, nobody else moves.
    let without = again(&fair, &path, &[(format!("do-{worker}"), "out")]).await;
    assert_eq!(pairs(&fair, &without).await, before[1..]);
    let compared = fair.desk.get(&format!("/station/match-runs/{without}/compare/{id}")).await.expect(200).text();
    assert!(compared.contains("<b>1</b>人不再分到"), "{compared}");

    // Not here, everybody else anew: they go where they also fit.
    let not = [(format!("do-{worker}"), "not"), ("rest".to_owned(), "free")];
    let elsewhere = again(&fair, &path, &not).await;
    let now = pairs(&fair, &elsewhere).await;
    assert!(now.len() == 3 && !now.contains(&(worker.clone(), post.clone())), "{now:?}");

    // Kept, in a run whose terms the form shows again.
    let kept = again(&fair, &path, &[(format!("do-{worker}"), "keep"), ("rest".to_owned(), "free")]).await;
    assert!(pairs(&fair, &kept).await.contains(&before[0]));
    let form = fair.desk.get(&format!("/station/match-runs/new?from={kept}")).await.expect(200).text();
    assert!(form.contains(&format!("{} ", text(name, "ref"))), "{form}");
});

journey!(a_change_that_cannot_be_is_refused_in_words_with_everything_typed_still_there, |world| {
    let fair = fair(&mut world).await;
    let id = started(&fair, &[("aim", "most_placed")]).await;
    let before = pairs(&fair, &id).await;
    let (worker, post) = before[0].clone();
    let path = format!("/station/match-runs/{id}/vacancies/{post}");
    let form = form_page::form(&fair.desk.get(&path).await.expect(200).text(), &path).with("act", "again");
    let name = format!("to-{worker}");

    let nothing = fair.desk.form(&path, &form.pairs()).await.expect(422).text();
    assert!(nothing.contains("还没有改任何一行"), "{nothing}");
    let typed = form.clone().with(&name, "G-ZZZZ");
    let unknown = fair.desk.form(&path, &typed.pairs()).await.expect(422).text();
    assert!(unknown.contains("没有这个岗位") && unknown.contains("value=\"G-ZZZZ\""), "{unknown}");
    // A post whose conditions the person does not meet.
    let welder = json!({"headcount": 1, "requirements": {"certificates": ["焊工证"]}});
    let shut = crate::posting::opens(&fair.api, &fair.firms[0], "焊工", welder).await.expect(201).json();
    world.settle().await;
    let typed = form.clone().with(&name, text(&shut, "ref"));
    let page = fair.desk.form(&path, &typed.pairs()).await.expect(422).text();
    let who = fair.people.iter().find(|p| p["id"] == json!(worker)).unwrap();
    for part in [text(who, "name"), "不符合这个岗位的条件", text(&shut, "ref")] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // A post that was closed since: the kept pairs that lie there are named.
    for p in &fair.posts {
        fair.api
            .post(&format!("/api/v1/vacancies/{}/close", text(p, "id")), json!({"reason": "招满"}))
            .await
            .expect(200);
    }
    world.settle().await;
    let typed = form.with(&format!("do-{worker}"), "out");
    let page = fair.desk.form(&path, &typed.pairs()).await.expect(422).text();
    assert!(page.contains("没有开始") && page.contains("没有这个岗位"), "{page}");
});

journey!(ticked_posts_or_people_are_adopted_and_refused_ones_are_named_with_the_reason, |world| {
    let fair = fair(&mut world).await;
    let id = started(&fair, &[]).await;
    let before = pairs(&fair, &id).await;
    let run = format!("/station/match-runs/{id}");
    let adopt = format!("{run}/adopt");
    let none = fair.desk.form(&adopt, &[("act", "picked")]).await.expect(422).text();
    assert!(none.contains("先勾选岗位"), "{none}");

    // One person from the page of the post.
    let (worker, post) = before[0].clone();
    let path = format!("{run}/vacancies/{post}");
    let nobody = fair.desk.form(&path, &[("act", "adopt")]).await.expect(422).text();
    assert!(nobody.contains("role=\"status\""), "{nobody}");
    let page = fair.desk.form(&path, &[("act", "adopt"), ("worker", &worker)]).await.expect(200).text();
    assert!(page.contains("<b>1</b>条推荐生成了"), "{page}");
    let link = form_page::links(&page).into_iter().find(|l| l.starts_with("/station/introductions/")).unwrap();
    fair.desk.get(&link).await.expect(200);
    let shown = fair.desk.get(&path).await.expect(200).text();
    assert!(shown.contains(&link) && shown.contains("已采用"), "{shown}");

    // The rest of it: the one is there already, and a closed post is refused by name.
    let closed = before.iter().find(|(w, _)| *w != worker).unwrap().1.clone();
    fair.api.post(&format!("/api/v1/vacancies/{closed}/close"), json!({"reason": "招满"})).await.expect(200);
    let form = form_page::form(&fair.desk.get(&run).await.expect(200).text(), &adopt);
    let page = fair.desk.form(&adopt, &form.with("act", "all").pairs()).await.expect(200).text();
    let first = fair.people.iter().find(|p| p["id"] == json!(worker)).unwrap();
    assert!(page.contains(text(first, "name")) && page.contains("没有生成的，和原因"), "{page}");
    let made = fair.api.get("/api/v1/introductions").await.expect(200).json()["total"].as_u64().unwrap();
    let refused = before.iter().filter(|(w, p)| *p == closed || *w == worker).count() as u64;
    assert_eq!(made, 1 + 3 - refused);
});
