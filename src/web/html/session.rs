//! Signing in and out, setting a password, and a form that waits while its sender signs in again.

use super::{chrome, home_of, own_path, page, refused, sentences};
use crate::actions::{Error, account};
use crate::handler;
use crate::pages::{Button, Desk, Field, Form, Kind, Link, Login, Message, Tone, forms, text};
use crate::web::Door;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/login", Audience::Anyone, "the sign-in page", handler!(login)).query(&["next", "kept"]),
    Route::post("/login", Audience::Anyone, "sign in", Body::Form, handler!(sign_in))
        .takes(&["account", "password", "next"]),
    Route::get("/welcome", Audience::Signed, "where one arrives", handler!(welcome)),
    Route::post("/logout", Audience::Anyone, "sign out", Body::Form, handler!(sign_out)),
    Route::get("/again/{token}", Audience::Signed, "a form that was kept", handler!(again)),
    Route::get("/password/{token}", Audience::Anyone, "the page to set a password", handler!(password_page)),
    Route::post("/password/{token}", Audience::Anyone, "set a password", Body::Form, handler!(password))
        .takes(&["password", "again"]),
];

/// Fields that are never kept over a sign-in.
const SECRET: &[&str] = &["password", "again"];

/// Sends somebody to the sign-in page; a posted form is kept sealed and comes again afterwards.
pub async fn sign_in_first(door: &Door, ask: &Ask) -> Answer {
    let posted = !ask.body.is_empty()
        && ask.header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"))
        && ask.form().iter().all(|(name, _)| !SECRET.contains(&name.as_str()));
    let to = if posted {
        let ended = crate::web::cookie(&ask.headers, door.cookie());
        match account::park_form(&ask.office, ended.as_deref(), &ask.path, &ask.body).await {
            Ok(token) => [("next", format!("/again/{token}")), ("kept", "1".to_owned())].to_vec(),
            Err(_) => vec![("next", own_path(Some(&ask.path)))],
        }
    } else {
        let query = serde_urlencoded::to_string(&ask.query).unwrap_or_default();
        let path = if query.is_empty() { ask.path.clone() } else { format!("{}?{query}", ask.path) };
        vec![("next", path)]
    };
    Answer::see_other(format!("/login?{}", serde_urlencoded::to_string(to).unwrap_or_default()))
}

async fn login(ask: Ask) -> Result<Answer, Fault> {
    let next = own_path(ask.query("next"));
    // Signed in already, perhaps in another window: on to where it was going.
    if ask.session.is_some() {
        return Ok(Answer::see_other(if next == "/" { home_of(&ask.actor).to_owned() } else { next }));
    }
    let mut c = chrome(&ask, "").await;
    c.back = "/login".to_owned();
    Ok(page(&Login { c, form: forms::login(ask.lang, &next), kept: ask.query("kept").is_some() }))
}

/// Where roles arrive whose work is not on pages yet.
async fn welcome(ask: Ask) -> Result<Answer, Fault> {
    let home = home_of(&ask.actor);
    if home != "/welcome" {
        return Ok(Answer::see_other(home));
    }
    let t = |key: &str| text(ask.lang, key, &[]);
    let links = vec![Link::to("/vacancies", t("find-work")), Link::to("/classes", t("nav-classes"))];
    let c = chrome(&ask, "").await;
    Ok(page(&Message {
        c,
        tone: Tone::Ok,
        heading: t("welcome-heading"),
        text: t("welcome-text"),
        links,
        ..Message::default()
    }))
}

/// The session cookie of a door; an empty secret takes it away.
fn session_cookie(ask: &Ask, secret: &str) -> String {
    let https = super::is_https(ask);
    let name = if https { "__Host-shanhai" } else { "shanhai" };
    let secure = if https { "; Secure" } else { "" };
    let age = if secret.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
}

fn typed<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

async fn sign_in(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let next = own_path(Some(typed(&fields, "next")));
    match account::sign_in(&ask.office, typed(&fields, "account"), typed(&fields, "password").to_owned()).await {
        Ok((secret, actor)) => {
            // One browser, one session: an older one does not outlive the sign-in.
            if let Some(old) = &ask.session {
                account::sign_out(&ask.office, &ask.actor, old).await?;
            }
            let to = if next == "/" { home_of(&actor).to_owned() } else { next };
            Ok(Answer::see_other(to).header("set-cookie", session_cookie(&ask, &secret)))
        }
        Err(Error::Invalid(faults)) => {
            let mut c = chrome(&ask, "").await;
            c.back = "/login".to_owned();
            let form = forms::login(ask.lang, &next)
                .fill([("account", typed(&fields, "account"))])
                .mark(sentences(ask.lang, &faults));
            Ok(refused(&Login { c, form, kept: next.starts_with("/again/") }))
        }
        Err(other) => Err(other.into()),
    }
}

async fn sign_out(ask: Ask) -> Result<Answer, Fault> {
    if let Some(secret) = &ask.session {
        account::sign_out(&ask.office, &ask.actor, secret).await?;
    }
    Ok(Answer::see_other("/login").header("set-cookie", session_cookie(&ask, "")))
}

/// Shows a kept form once more, to be sent again with one press.
async fn again(ask: Ask) -> Result<Answer, Fault> {
    let (path, body) = account::take_form(&ask.office, &ask.actor, ask.param("token")).await?.ok_or(Error::NotFound)?;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let hidden = fields.iter().map(|(name, value)| Field {
        name: name.clone(),
        kind: Kind::Hidden,
        values: vec![value.clone()],
        ..Field::default()
    });
    let t = |key: &str| text(ask.lang, key, &[]);
    let form = Form::new(own_path(Some(&path)), hidden.collect(), vec![Button::main(t("again-send"))]);
    let mut c = chrome(&ask, "").await;
    c.back = home_of(&ask.actor).to_owned();
    let blocks = vec![crate::pages::Block::Text(t("again-text")), crate::pages::Block::Form(form)];
    Ok(page(&Desk { c, heading: t("again-heading"), blocks, ..Desk::default() }))
}

/// What a link to set a password answers once it is over: used, run out, or never sent.
fn over(error: Error) -> Fault {
    match error {
        Error::NotFound => Fault::Status(410, "invite.over"),
        other => Fault::Act(other),
    }
}

async fn password_page(ask: Ask) -> Result<Answer, Fault> {
    let name = account::invited(&ask.office, ask.param("token")).await.map_err(over)?;
    let c = chrome(&ask, "").await;
    let form = forms::password(ask.lang, ask.param("token"));
    Ok(page(&Desk::form(c, name, form)))
}

async fn password(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let token = ask.param("token").to_owned();
    let again = typed(&fields, "again") == typed(&fields, "password");
    let done = if again {
        account::accept_invite(&ask.office, &token, typed(&fields, "password").to_owned()).await
    } else {
        Err(Error::field("again", "password.differs"))
    };
    let c = chrome(&ask, "").await;
    match done {
        Ok(()) => {
            let heading = text(ask.lang, "page-password-done", &[]);
            let told = text(ask.lang, "said-password", &[]);
            let links = vec![Link::to("/login", text(ask.lang, "login", &[]))];
            Ok(page(&Message { c, tone: Tone::Ok, heading, text: told, links, ..Message::default() }))
        }
        Err(Error::Invalid(faults)) => {
            let name = account::invited(&ask.office, &token).await.map_err(over)?;
            let form = forms::password(ask.lang, &token).mark(sentences(ask.lang, &faults));
            Ok(refused(&Desk::form(c, name, form)))
        }
        Err(other) => Err(over(other)),
    }
}
