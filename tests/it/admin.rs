//! Journeys through the pages of administrators: accounts with their letters, the audit trail, parameters, health.

use std::collections::BTreeSet;

use serde_json::json;
use shanhai::domain::actor::Role;

use crate::client::Client;
use crate::desk::{PASSWORD, signed_in};
use crate::form_page::{self, form};
use crate::world::World;

/// The links that letters to a mailbox carry, in the order of the letters.
async fn links_in_letters(world: &World, to: &str) -> Vec<String> {
    let folder = world.folder.path().join("mail");
    let url = format!("file://{}", folder.display());
    let mailer = shanhai::mail::Mailer::open(&url, "shanhai@localhost").expect("a mail folder");
    shanhai::jobs::run_until_idle(&world.office, &mailer, None).await.expect("letters go out");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("the mail folder").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).expect("a letter"));
    let own = texts.filter(|text| text.lines().any(|line| line == format!("To: {to}")));
    let link = |text: String| {
        // Long lines are folded with a `=` at the end.
        let text = text.replace("=\r\n", "").replace("=\n", "");
        let at = text.find("/password/").expect("a link");
        let rest = &text[at..];
        rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && !"/-_".contains(c)).unwrap_or(rest.len())].to_owned()
    };
    own.map(link).collect()
}

journey!(a_station_sends_the_password_letter_of_an_employer_that_it_looks_after, |world| {
    let clerk = world.clerk().await;
    let body =
        json!({"name": "广州示例塑胶有限公司", "credit_code": "91440101MA52518873", "kind": "own", "region": "440111"});
    let id = clerk.post("/api/v1/employers", body).await.expect(201).id();
    let path = format!("/station/employers/{id}");
    let button = form(&clerk.get(&path).await.expect(200).text(), &format!("{path}/send-password"));
    let page = clerk.form(&button.action, &button.pairs()).await.expect(409).text();
    assert!(page.contains("先写上邮箱"), "{page}");
    let edit = format!("{path}/edit");
    let typed = form(&clerk.get(&edit).await.expect(200).text(), &edit).with("email", "hr@employers.test");
    clerk.form(&edit, &typed.pairs()).await.expect(303);
    for n in 1..=2 {
        let to = clerk.form(&button.action, &button.pairs()).await.expect(303);
        assert!(clerk.get(to.header("location").unwrap()).await.expect(200).text().contains("信发出去了"));
        let links = links_in_letters(&world, "hr@employers.test").await;
        assert_eq!(links.len(), n);
        world.anyone().get(&links[n - 1]).await.expect(200);
    }
    assert_eq!(world.column("SELECT name FROM account WHERE role = 'employer'").await, ["hr@employers.test"]);
    let stranger = world.other_clerk().await;
    stranger.form(&button.action, &button.pairs()).await.expect(404);
});

journey!(a_code_that_is_taken_is_told_at_the_form, |world| {
    let admin = world.role(Role::Admin, "").await;
    let page = admin.get("/admin/stations/new").await.expect(200).text();
    let mut typed = form(&page, "/admin/stations/new");
    for (name, value) in [("code", "GZ-5205"), ("name", "另一个站"), ("kind", "county"), ("parent", "GZ-HQ")] {
        typed = typed.with(name, value);
    }
    let page = admin.form(&typed.action, &typed.pairs()).await.expect(409).text();
    let again = form(&page, "/admin/stations/new");
    assert_eq!((again.value("name"), again.value("parent")), ("另一个站", "GZ-HQ"), "{page}");
    assert!(page.contains("这个编码已经有了"), "{page}");
    admin.form("/admin/stations/new", &again.with("code", "GZ-NEU").pairs()).await.expect(303);
});

/// Fills and sends the form of a new account.
async fn adds(security: &Client, fields: &[(&str, &str)]) -> crate::client::Answer {
    let page = security.get("/admin/accounts/new").await.expect(200).text();
    let filled = fields.iter().fold(form(&page, "/admin/accounts/new"), |form, (name, value)| form.with(name, value));
    security.form("/admin/accounts/new", &filled.pairs()).await
}

journey!(an_account_made_by_its_page_gets_a_letter_whose_link_sets_its_password_once, |world| {
    let security = world.role(Role::Security, "").await;
    let new = [("name", "li.si@站"), ("role", "clerk"), ("station", "GZ-5205"), ("email", "li@stations.test")];
    adds(&security, &new).await.expect(303);
    let links = links_in_letters(&world, "li@stations.test").await;
    assert_eq!(links.len(), 1, "one letter");
    let anyone = world.anyone();
    let page = anyone.get(&links[0]).await.expect(200).text();
    let differs = form(&page, &links[0]).with("password", PASSWORD).with("again", "etwas anderes");
    let page = anyone.form(&links[0], &differs.pairs()).await.expect(422).text();
    assert!(page.contains("again-e") && page.contains("li.si@站"), "{page}");
    let fits = form(&page, &links[0]).with("password", PASSWORD).with("again", PASSWORD);
    anyone.form(&links[0], &fits.pairs()).await.expect(200);
    signed_in(&anyone, "li.si@站").await.get("/station").await.expect(200);

    for over in [&links[0], "/password/nonsense"] {
        let page = anyone.get(over).await.expect(410).text();
        assert!(page.contains("用过或过期") && page.contains("再发一封"), "{page}");
    }
    anyone.form(&links[0], &fits.pairs()).await.expect(410);

    let list = security.get("/admin/accounts").await.expect(200).text();
    let again = form_page::forms(&list).into_iter().find(|f| f.action.ends_with("/send-password")).expect("a button");
    let to = security.form(&again.action, &[]).await.expect(303).header("location").unwrap().to_owned();
    assert!(security.get(&to).await.expect(200).text().contains("设密码的信发出去了"));
    assert_eq!(links_in_letters(&world, "li@stations.test").await.len(), 2);
    world.office.clock.advance(std::time::Duration::from_hours(7 * 24 + 1));
    let late = links_in_letters(&world, "li@stations.test").await;
    for link in late {
        anyone.get(&link).await.expect(410);
    }
});

journey!(an_account_that_nobody_could_use_is_refused_at_the_field, |world| {
    let security = world.role(Role::Security, "").await;
    let new = [("name", "li.si"), ("role", "clerk"), ("station", "GZ-5205")];
    let page = adds(&security, &new).await.expect(422).text();
    assert!(page.contains("id=\"email-e\"") && page.contains("邮箱和密码至少写一样"), "{page}");
    let page = adds(&security, &[("name", ""), ("role", "clerk"), ("email", "li"), ("password", "kurz")]).await;
    let page = page.expect(422).text();
    for field in ["name", "station", "email", "password"] {
        assert!(page.contains(&format!("id=\"{field}-e\"")), "{field} is marked with the others: {page}");
    }
    assert!(!page.contains("kurz"), "a password never comes back");
    adds(&security, &[("name", "li.si"), ("role", "auditor"), ("password", PASSWORD)]).await.expect(303);
    assert!(world.column("SELECT event FROM outbox").await.len() <= 1, "only the security officer has had a letter");
});

journey!(the_list_of_accounts_shows_where_each_belongs_and_what_can_be_done, |world| {
    let security = world.role(Role::Security, "").await;
    let (firm, name) = world.account(Role::Employer, "", Some(PASSWORD)).await;
    let employer = world.column("SELECT e.name FROM employer e JOIN account a ON a.employer = e.id").await.remove(0);
    let list = security.get("/admin/accounts").await.expect(200).text();
    assert!(list.contains(&employer), "{list}");
    let act = |act: &str| format!("/admin/accounts/{}/{act}", name.replace('-', "-"));
    security.form(&form(&list, &act("disable")).action, &[]).await.expect(303);
    firm.get("/employer").await.expect(401);
    let list = security.get("/admin/accounts").await.expect(200).text();
    security.form(&form(&list, &act("enable")).action, &[]).await.expect(303);
    firm.get("/employer").await.expect(200);
    security.form(&act("send-password"), &[]).await.expect(303);
    world.execute("UPDATE account SET email = NULL").await;
    let page = security.form(&act("send-password"), &[]).await.expect(409).text();
    assert!(page.contains("没有邮箱"), "{page}");
    security.form(&act("vanish"), &[]).await.expect(404);
});

journey!(the_trail_is_shown_whole_though_all_happened_at_one_instant, |world| {
    let (clerk, auditor) = (world.clerk().await, world.role(Role::Auditor, "").await);
    // The clock of a journey stands still: every line has the same instant.
    for n in 0..230 {
        clerk.post("/api/v1/workers/lookup", json!({"text": format!("王{n}")})).await.expect(200);
    }
    let standing = world.trail("workers.search").await.len();
    assert_eq!(standing, 230);
    let (mut shown, mut lines) = (0, BTreeSet::new());
    let mut next = Some("/admin/audit".to_owned());
    while let Some(path) = next {
        let page = auditor.get(&path).await.expect(200).text();
        shown += page.matches("人员　搜索").count();
        assert!(lines.insert(path), "the trail goes in a circle");
        next = form_page::links(&page).into_iter().find(|l| l.starts_with("/admin/audit?before="));
    }
    assert_eq!(shown, standing);
    assert!(lines.len() >= 3);
    auditor.get("/admin/audit?before=17").await.expect(422);
});

journey!(parameters_and_health_speak_the_readers_language, |world| {
    let admin = world.role(Role::Admin, "").await;
    let page = admin.get("/admin/parameters").await.expect(200).text();
    for words in
        ["2026-11", "index/matching/parameters.toml", "第一个想做的", "帮扶车间离家多远算近", "同市州", "要什么"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    for raw in ["first_wish", "workshop_near", "prefecture", "worker."] {
        assert!(!page.contains(raw), "{raw} in {page}");
    }
    let page = admin.get("/admin/health").await.expect(200).text();
    let database = if world.office.db.is_sqlite() { "SQLite 3" } else { "PostgreSQL 1" };
    for words in ["数据库", database, "数据库结构版本", "正在启动", "正在装入", "送不到"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("matching") && !page.contains("starting"), "{page}");
    world.settle().await;
    let page = admin.get("/admin/health").await.expect(200).text();
    assert!(!page.contains("正在启动") && !page.contains("正在装入"), "{page}");
    let page = admin.with("cookie", "lang=en").get("/admin/health").await.expect(200).text();
    assert!(page.contains("Database") && page.contains("In order"), "{page}");
});

journey!(an_account_gets_another_mailbox_role_and_place_by_its_page_and_nobody_their_own_role, |world| {
    let (_, own) = world.account(Role::Security, "", Some(PASSWORD)).await;
    let security = signed_in(&world.anyone(), &own).await;
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let path = format!("/admin/accounts/{name}");
    let shown = form(&security.get(&path).await.expect(200).text(), &path);
    assert_eq!((shown.value("role"), shown.value("station")), ("clerk", "GZ-5205"));

    let bad = shown.clone().with("email", "kein Postfach").with("role", "head");
    let page = security.form(&path, &bad.pairs()).await.expect(422).text();
    assert_eq!(form(&page, &path).value("role"), "head", "nothing typed is lost: {page}");
    security.form(&path, &shown.with("email", "clerk@stations.test").pairs()).await.expect(303);
    clerk.get("/station").await.expect(200);
    let shown = form(&security.get(&path).await.expect(200).text(), &path);
    assert_eq!(shown.value("email"), "clerk@stations.test");
    security.form(&path, &shown.with("role", "leader").pairs()).await.expect(303);
    clerk.get("/station").await.expect(303);
    let page = security.get("/admin/accounts").await.expect(200).text();
    assert!(page.contains("clerk@stations.test"), "{page}");

    let mine = format!("/admin/accounts/{own}");
    let other = form(&security.get(&mine).await.expect(200).text(), &mine).with("role", "admin");
    let page = security.form(&mine, &other.with("email", "me@stations.test").pairs()).await.expect(422).text();
    assert!(page.contains("不能改自己的角色"), "{page}");
    world.clerk().await.get(&path).await.expect(403);
});
