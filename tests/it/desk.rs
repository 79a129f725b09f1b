//! Pages: signing in, a form that waits for its sender, registering by form, and a sheet from upload to register.

use serde_json::json;
use shanhai::domain::actor::Role;

use crate::client::Client;

pub const PASSWORD: &str = "一把很长很长的钥匙";

/// Signs in by the page's form.
pub async fn signed_in(anyone: &Client, name: &str) -> Client {
    let answer = anyone.form("/login", &[("account", name), ("password", PASSWORD), ("next", "/")]).await.expect(303);
    let cookie = answer.header("set-cookie").expect("a session cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    anyone.with("cookie", cookie.split(';').next().unwrap())
}

journey!(a_clerk_signs_in_by_form_and_a_wrong_password_is_told_without_saying_what_was_wrong, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let anyone = world.anyone();
    let there = anyone.get("/station").await.expect(303).header("location").unwrap().to_owned();
    assert!(there.starts_with("/login?next=%2Fstation"), "{there}");
    let wrong = |name: &'static str, password: &'static str| {
        let anyone = anyone.clone();
        async move { anyone.form("/login", &[("account", name), ("password", password)]).await.expect(422).text() }
    };
    let (known, unknown) = (wrong("clerk-0", "falsch-falsch").await, wrong("niemand", "falsch-falsch").await);
    assert_eq!(known.replace("clerk-0", ""), unknown.replace("niemand", ""));
    assert!(!known.contains("falsch"), "a password never comes back");
    let clerk = signed_in(&anyone, &name).await;
    clerk.get("/station").await.expect(200);
    clerk.form("/logout", &[]).await.expect(303);
    clerk.get("/station").await.expect(303);
});

journey!(a_form_posted_after_the_session_ended_is_kept_and_sent_again_after_signing_in, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let anyone = world.anyone();
    let fields = [("name", "潘小妹"), ("id_missing_reason", "证件补办中"), ("birth_date", "1990-05-01")];
    let to = anyone.form("/station/workers/new", &fields).await.expect(303).header("location").unwrap().to_owned();
    assert!(to.contains("kept=1"), "{to}");
    let clerk = signed_in(&anyone, &name).await;
    let query = to.split('?').nth(1).unwrap();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    let again = &pairs.iter().find(|(n, _)| n == "next").unwrap().1;
    let page = clerk.get(again).await.expect(200).text();
    assert!(page.contains("潘小妹") && page.contains("证件补办中"), "{page}");
    clerk.get(again).await.expect(404);
    let registered = clerk.form("/station/workers/new", &fields).await.expect(303);
    let page = clerk.get(registered.header("location").unwrap()).await.expect(200).text();
    assert!(page.contains("潘小妹"), "{page}");
});

journey!(a_form_with_faults_comes_back_with_everything_typed_and_every_fault_at_its_place, |world| {
    let (_, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let fields =
        [("name", ""), ("phone", "12345"), ("id_number", "52052419900101999"), ("skills", "平车；<b>四线</b>")];
    let page = clerk.form("/station/workers/new", &fields).await.expect(422).text();
    for part in ["12345", "平车；&#60;b&#62;四线", "aria-invalid", "id=\"phone-e\"", "role=\"alert\""] {
        assert!(page.contains(part), "{part} in {page}");
    }
});

journey!(a_consent_is_registered_with_its_way_and_a_saved_form_erases_nothing_it_does_not_show, |world| {
    let (api, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let mut fields = vec![
        ("name", "潘小妹"),
        ("id_missing_reason", "证件补办中"),
        ("birth_date", "1990-05-01"),
        ("consent", "registry"),
    ];
    let page = clerk.form("/station/workers/new", &fields).await.expect(422).text();
    assert!(page.contains("潘小妹") && page.contains("consent_how-e"), "the way is asked for at its place\n{page}");
    fields.push(("consent_how", "paper"));
    let made = clerk.form("/station/workers/new", &fields).await.expect(303);
    let id = made.header("location").unwrap().split(['/', '?']).nth(3).unwrap().to_owned();
    let path = format!("/api/v1/workers/{id}");
    let more = json!({"school_status": "在读", "certificates": [{"name": "焊工证", "level": "三级"}]});
    let version = api.get(&path).await.expect(200).version();
    let before = api.patch(&path, &version, more).await.expect(200);

    let number = before.version().trim_matches('"').to_owned();
    let edit = format!("/station/workers/{id}/edit");
    let typed = |name: &'static str| {
        [("name", name), ("birth_date", "1990-05-01"), ("id_missing_reason", "证件补办中"), ("certificates", "焊工证")]
    };
    let with = |name, version: &str| {
        typed(name)
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .chain([("version".to_owned(), version.to_owned())])
            .collect::<Vec<_>>()
    };
    let send = async |fields: Vec<(String, String)>| {
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        clerk.form(&edit, &pairs).await
    };
    send(with("潘大妹", &number)).await.expect(303);
    let after = api.get(&path).await.expect(200).json();
    assert_eq!((&after["name"], &after["school_status"]), (&json!("潘大妹"), &json!("在读")), "{after}");
    assert_eq!(after["certificates"][0]["level"], "三级", "{after}");
    // A form that is both late and faulty does not get the newer version by the way.
    let late = send(with("", &number)).await.expect(422).text();
    assert!(late.contains(&format!("value=\"{number}\"")), "{late}");
});

journey!(a_sheet_goes_from_upload_over_its_preview_into_the_register, |world| {
    let (token, name) = world.account(Role::Clerk, "GZ-5205", Some(PASSWORD)).await;
    let clerk = signed_in(&world.anyone(), &name).await;
    let sheet =
        "姓名,证件号码,户籍地\n石小山,520524199001019960,贵州省毕节市织金县\n龙大哥,520524199001019995,织金县\n";
    let made = clerk.upload("/station/imports", &[("kind", "workers")], "名单.csv", sheet.as_bytes()).await.expect(303);
    let page = made.header("location").unwrap().to_owned();
    let id = page.rsplit('/').next().unwrap().to_owned();
    let path = format!("/api/v1/imports/{id}");
    let state = async |wanted: &str| {
        for _ in 0..200 {
            let row = token.get(&path).await.expect(200).json();
            if row["state"] == wanted {
                return row;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the import does not become {wanted}: {}", token.get(&path).await.text());
    };
    let preview = state("preview").await;
    assert_eq!(preview["summary"]["rows"], 2, "{preview}");
    assert_eq!(world.column("SELECT name FROM worker").await, Vec::<String>::new(), "a preview writes nothing");
    let shown = clerk.get(&page).await.expect(200).text();
    assert!(shown.contains("名单.csv") && !shown.contains("520524199001019960"), "{shown}");
    clerk.form(&format!("{page}/write"), &[]).await.expect(303);
    let done = state("done").await;
    assert_eq!(
        done["summary"]["created"].as_i64().unwrap() + done["summary"]["rejected"].as_i64().unwrap(),
        2,
        "{done}"
    );
    assert!(!world.column("SELECT name FROM worker").await.is_empty());
});
