//! What the preview of a sheet tells: values that can be known again, findings at their cells, columns that are not kept.

use serde_json::json;
use shanhai::domain::actor::Role;

use crate::client::{Answer, Client};
use crate::desk::{PASSWORD, signed_in};
use crate::people::id_number;
use crate::world::World;

/// The page of a sheet that a clerk uploads, once it was read.
async fn preview(world: &World, desk: &Client, kind: &str, sheet: &str) -> (String, String) {
    let made: Answer = desk.upload("/station/imports", &[("kind", kind)], "表.csv", sheet.as_bytes()).await.expect(303);
    let page = made.header("location").expect("a way on").to_owned();
    for _ in 0..200 {
        if world.column("SELECT state FROM import").await.iter().all(|state| state == "preview" || state == "done") {
            return (page.clone(), desk.get(&page).await.expect(200).text());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the sheet is not read");
}

journey!(a_preview_hides_numbers_and_nothing_else_and_says_what_it_does_not_keep, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let number = id_number("520524", 31);
    let known = json!({"name": "石小山", "id_number": number, "phone": "14612340071"});
    api.post("/api/v1/workers", known).await.expect(201);
    let sheet = format!(
        "姓名,证件号码,手机号,出生日期,期望月薪,政治面貌,是否享受低保\n石小山,{number},14612340072,1987-02-02,6500-7000,群众,是\n"
    );
    let (_, html) = preview(&world, &desk, "workers", &sheet).await;
    for part in ["1987-02-02", "6500-7000", "146****0071", "146****0072", "找工作用不着的，不存"] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let masked = format!("{}**********{}", &number[..4], &number[14..]);
    assert!(html.contains(&masked), "{masked} in {html}");
    assert!(!html.contains(&number) && !html.contains("14612340072"), "{html}");
});

journey!(a_finding_of_a_sheet_stands_at_its_cell_with_what_to_write_instead, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let sheet = "用人单位,招聘岗位,招聘人数,薪资待遇,工作地点,用工条件,备注\n\
                 广州测试厂,装配工,5,5000-6000元/月,广州市番禺区,18岁以上，女士优先,包住，提供班车\n";
    let (page, html) = preview(&world, &desk, "vacancies", sheet).await;
    assert!(html.contains(">F2<") && html.contains("女士优先") && html.contains("删去性别条件"), "{html}");
    desk.form(&format!("{page}/write"), &[]).await.expect(303);
    preview_done(&world).await;
    let made = api.get("/api/v1/vacancies?state=any").await.expect(200).json();
    let made = &made["items"][0];
    assert!(made["description"].as_str().is_some_and(|d| d.contains("提供班车")), "the remark is kept: {made}");
    let benefits = made["benefits"].to_string();
    assert!(benefits.contains("lodging"), "and read: {made}");
});

async fn preview_done(world: &World) {
    for _ in 0..200 {
        if world.column("SELECT state FROM import").await == ["done"] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the sheet is not written");
}

journey!(an_empty_file_is_told_from_a_file_that_nobody_chose, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let empty = desk.upload("/station/imports", &[("kind", "workers")], "空.csv", b"").await.expect(422).text();
    assert!(empty.contains("这张表是空的"), "{empty}");
    let none = desk.upload("/station/imports", &[("kind", "workers")], "", b"").await.expect(422).text();
    assert!(none.contains("请填这一项") && !none.contains("这张表是空的"), "{none}");
});

journey!(what_a_whole_household_breaks_is_seen_before_anything_is_written, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let desk = signed_in(&world.anyone(), &name).await;
    let sheet = format!("姓名,证件号码,户编号,与户主关系\n石小山,{},7700000001,之子\n", id_number("520524", 41));
    let (_, html) = preview(&world, &desk, "workers", &sheet).await;
    assert!(html.contains("这一户没有户主") && html.contains(">D2<"), "{html}");
});
