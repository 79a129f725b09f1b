//! Journeys of workers through the public pages: search, a vacancy, leaving a number, the receipt, classes.

use serde_json::json;

use crate::form_page::{form, forms, links};
use crate::posting::opens;

journey!(a_number_left_too_often_today_is_told_on_the_page_and_nothing_typed_is_lost, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let made = opens(&clerk, &employer, "包装工", json!({})).await.expect(201).json();
    let page = format!("/vacancies/{}", made["ref"].as_str().unwrap());
    let anyone = world.anyone();
    let leave = form(&anyone.get(&page).await.expect(200).text(), &format!("{page}/interest"));
    let leave =
        leave.with("name", "王小明").with("phone", "14612340071").with("consent", "true").with("remark", "晚上打");
    for _ in 0..5 {
        anyone.form(&leave.action, &leave.pairs()).await.expect(303);
    }
    let told = anyone.form(&leave.action, &leave.pairs()).await.expect(429);
    assert!(told.header("retry-after").is_some());
    let text = told.text();
    let again = form(&text, &leave.action);
    assert_eq!((again.value("name"), again.value("remark")), ("王小明", "晚上打"));
    assert!(text.contains("这个电话今天留过几次了") && text.contains("包装工"), "{text}");
});

journey!(a_receipt_is_found_by_its_code_and_taken_back_once, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let made = opens(&clerk, &employer, "包装工", json!({})).await.expect(201).json();
    let anyone = world.anyone();
    let page = format!("/vacancies/{}", made["ref"].as_str().unwrap());
    let fields = [("name", "王小明"), ("phone", "14612340071"), ("consent", "true")];
    let left = anyone.form(&format!("{page}/interest"), &fields).await.expect(303);
    let receipt = left.header("location").unwrap().split('?').next().unwrap().to_owned();
    let code = receipt.rsplit('/').next().unwrap().to_lowercase();
    let search = anyone.get("/").await.expect(200).text();
    let look = forms(&search).into_iter().find(|f| f.action == "/receipts").expect("a box for the code");
    assert_eq!(look.names, ["code"]);
    let found = anyone.get(&format!("/receipts?code=%20{code}")).await.expect(303);
    let path = found.header("location").unwrap().replace("%2D", "-");
    assert_eq!(path, receipt);
    let shown = anyone.get(found.header("location").unwrap()).await.expect(200).text();
    let back = form(&shown, &format!("{receipt}/withdraw"));
    anyone.form(&back.action, &back.pairs()).await.expect(303);
    let gone = anyone.get(&receipt).await.expect(200).text();
    assert!(gone.contains("已经撤回") && gone.contains("撤回了") && !gone.contains("/withdraw\""), "{gone}");
    world.execute("UPDATE interest SET state = 'closed'").await;
    let late = anyone.form(&back.action, &back.pairs()).await.expect(409).text();
    assert!(late.contains("这个意向已经办过了") && late.contains("包装工"), "{late}");
    anyone.get("/receipts").await.expect(303);
});

journey!(jobs_are_sorted_by_nearness_once_a_place_is_chosen, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    for (title, region) in [("白云包装工", "440111"), ("天河包装工", "440106"), ("东莞包装工", "441900")]
    {
        opens(&clerk, &employer, title, json!({"region": region})).await.expect(201);
    }
    world.settle().await;
    let anyone = world.anyone();
    let plain = anyone.get("/vacancies").await.expect(200).text();
    assert!(!plain.contains("sort=near"), "no place, no nearness: {plain}");
    assert!(plain.contains("<option value=\"电子装配工\">"), "words are offered before anything is typed: {plain}");
    let there = anyone.get("/vacancies?region=440106&min_wage=4500").await.expect(200).text();
    assert!(there.contains("4500 元</option>"), "a wage that is not offered stays chosen: {there}");
    let near = links(&there).into_iter().find(|href| href.contains("sort=near")).expect("a way to sort by nearness");
    let sorted = anyone.get(&near).await.expect(200).text();
    let at = |title: &str| sorted.find(title).unwrap_or_else(|| panic!("{title} in {sorted}"));
    assert!(at("天河") < at("白云") && at("白云") < at("东莞"), "{sorted}");
    let search = forms(&sorted).into_iter().find(|f| f.action == "/vacancies").unwrap();
    assert_eq!((search.value("sort"), search.value("near")), ("near", "440106"), "the next search keeps it");
});

journey!(the_page_of_a_post_says_what_a_worker_asks_and_nothing_that_nobody_wrote, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let body = json!({"headcount": 7, "benefits": ["meals", "bus"], "probation": {"months": 1, "wage": 4800},
                      "contract_months": 24, "hazards": ["dust"], "start_from": "2026-12-01", "start_until": "2026-12-10",
                      "requirements": {}, "wage": {"min": 5000, "max": 6000, "period": "piece", "typical_month": 5500}});
    let made = opens(&clerk, &employer, "包装工", body).await.expect(201).json();
    let code = made["ref"].as_str().unwrap();
    let page = world.anyone().get(&format!("/vacancies/{code}")).await.expect(200).text();
    for part in [
        "<dt>住</dt><dd>单位没写</dd>",
        "<dt>吃</dt><dd>包吃</dd>",
        "<dt>要求</dt><dd>单位没写</dd>",
        "7 人（共招 7 人）",
        "一般一个月 5500 元",
        "接送",
        "签 24 个月",
        "1 个月　4800 元",
        "12月1日至12月10日",
        code,
        "粉尘",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(page.len() < 30_000);
});

journey!(a_class_says_its_fee_in_the_readers_language, |world| {
    let clerk = world.clerk().await;
    let body = json!({"programme": "南粤家政", "name": "护理 1 班", "starts": "2026-12-05", "ends": "2026-12-20", "seats": 20,
                      "region": "440111", "fee": 300});
    let made = clerk.post("/api/v1/classes", body).await.expect(201).json();
    let path = format!("/classes/{}", made["ref"].as_str().unwrap());
    let zh = world.anyone().get(&path).await.expect(200).text();
    assert!(zh.contains("300 元"), "{zh}");
    let en = world.anyone().with("accept-language", "en").get(&path).await.expect(200).text();
    assert!(en.contains("¥300") && !en.contains('元'), "{en}");
});

journey!(the_number_that_will_ring_stands_on_the_post_and_on_the_receipt, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    world.execute("UPDATE station SET phone = '020-88001003' WHERE code = 'GZ-5205'").await;
    world.office.reload_stations().await.unwrap();
    let made = opens(&clerk, &employer, "包装工", json!({"region": "440300"})).await.expect(201).json();
    let page = format!("/vacancies/{}", made["ref"].as_str().unwrap());
    let anyone = world.anyone();
    let shown = anyone.get(&page).await.expect(200).text();
    assert!(shown.contains("020-88001003"), "{shown}");
    let fields = [("name", "王小明"), ("phone", "14612340071"), ("consent", "true")];
    let left = anyone.form(&format!("{page}/interest"), &fields).await.expect(303);
    let receipt = anyone.get(left.header("location").unwrap()).await.expect(200).text();
    assert!(receipt.contains("020-88001003"), "{receipt}");
});

journey!(a_post_says_when_its_employer_was_verified_and_by_whom, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    let made = opens(&clerk, &employer, "包装工", json!({})).await.expect(201).json();
    let path = format!("/vacancies/{}", made["ref"].as_str().unwrap());
    let anyone = world.anyone();
    let before = anyone.get(&path).await.expect(200).text();
    assert!(!before.contains("单位核验"), "nobody has verified it: {before}");
    clerk.post(&format!("/api/v1/employers/{employer}/reverify"), json!({})).await.expect(200);
    let zh = anyone.get(&path).await.expect(200).text();
    assert!(zh.contains("<dt>单位核验</dt>") && zh.contains("核过"), "{zh}");
    let en = anyone.with("accept-language", "en").get(&path).await.expect(200).text();
    assert!(en.contains("<dt>Employer checked</dt>"), "{en}");
});

journey!(a_relaxed_search_names_its_boxes_and_sums_in_words, |world| {
    let clerk = world.clerk().await;
    let employer = world.employer().await.to_string();
    opens(&clerk, &employer, "包装工", json!({"benefits": [], "region": "440106"})).await.expect(201);
    world.settle().await;
    let page = world.anyone().get("/vacancies?q=包装工&lodging=true&min_wage=9000").await.expect(200).text();
    assert!(page.contains("包住 不再限制") && page.contains("9000 元"), "{page}");
    assert!(!page.contains("yes"), "{page}");
});
