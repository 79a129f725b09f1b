//! Accounts: adding, signing in and out, passwords, tokens, invitations.

use std::time::Duration;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, PasswordHash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::outbox::{Tell, To, notify};
use crate::domain::actor::{Actor, Right, Role};
use crate::domain::employer::is_email;
use crate::domain::fault::Faults;
use crate::domain::notice::NoticeKind;
use crate::store;
use crate::store::account::Account;
use crate::store::crypt::{Cell, hash};

/// A session ends after this long without a request.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session ends after this long in any case.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
/// Failed sign-ins before an account pauses.
const FAILURES: i64 = 10;
/// How long it then pauses.
const PAUSE: Duration = Duration::from_secs(5 * 60);
/// An invitation to set a password runs this long.
const INVITE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Shortest password (ASVS 6.2.1 asks 8, recommends 15).
const SHORTEST: usize = 8;

/// Hashing takes 19 MiB each: two at a time, or a flood of sign-ins eats the memory.
static HASHING: Semaphore = Semaphore::const_new(2);

fn micros(d: Duration) -> i64 {
    i64::try_from(d.as_micros()).unwrap_or(i64::MAX)
}

/// A fresh secret: 256 random bits as text.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

async fn hash_password(password: String) -> Result<String> {
    let _permit = HASHING.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|h| h.to_string())
            .map_err(|e| Error::Internal(e.to_string()))
    })
    .await
    .map_err(|e| Error::Internal(e.to_string()))?
}

async fn password_fits(password: String, hash: String) -> Result<bool> {
    let _permit = HASHING.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
    })
    .await
    .map_err(|e| Error::Internal(e.to_string()))
}

/// What is wrong with a password: its length, or that it is among the commonest; a breached list belongs to the security
/// settings.
fn password_fault(name: &str, password: &str) -> Option<&'static str> {
    if password.chars().count() < SHORTEST {
        return Some("password.short");
    }
    if password.len() > 1024 {
        return Some("password.long");
    }
    const COMMON: &[&str] = &[
        "12345678",
        "123456789",
        "1234567890",
        "password",
        "password1",
        "11111111",
        "00000000",
        "88888888",
        "qwertyuiop",
        "woaini1314",
        "a12345678",
        "1q2w3e4r",
        "iloveyou",
        "87654321",
    ];
    let common = COMMON.contains(&password.to_lowercase().as_str()) || password.eq_ignore_ascii_case(name);
    common.then_some("password.common")
}

/// What a new account is.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name to sign in with.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Station of station staff and villages.
    pub station: Option<Uuid>,
    /// Employer of employer staff.
    pub employer: Option<Uuid>,
    /// Opens confidential notes of the own station.
    pub confidential: bool,
    /// Password; none = a letter invites to set one.
    pub password: Option<String>,
    /// Where an invitation goes.
    pub email: Option<String>,
}

/// Adds an account.
pub async fn add(office: &Office, actor: &Actor, new: NewAccount) -> Result<Account> {
    office.need(actor, Right::Accounts)?;
    let mut faults = Faults::default();
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 50 || name.chars().any(char::is_control) {
        faults.at("name", "account.name");
    }
    let Belonging { station, employer, email } = belonging(&new, &mut faults);
    match &new.password {
        Some(password) => {
            if let Some(code) = password_fault(&name, password) {
                faults.at("password", code);
            }
        }
        // Nobody could ever sign in.
        None if email.is_none() => faults.at("email", "account.email_or_password"),
        None => {}
    }
    faults.finish(())?;
    let password_hash = match new.password {
        Some(password) => Some(hash_password(password).await?),
        None => None,
    };
    let account = Account {
        id: office.id(),
        name,
        role: new.role,
        station,
        employer,
        confidential: new.confidential,
        password_hash,
        email,
        disabled_at: None,
        failures: 0,
        locked_until: None,
    };
    let mut tx = office.begin().await?;
    match store::account::insert(&mut tx, &account, office.now()).await {
        Err(store::Error::Duplicate) => return Err(Error::field("name", "account.name_taken")),
        other => other?,
    }
    tx.audit(office.audit(actor, "account.add", "account", Some(account.id), "name,role,station,employer"));
    if account.password_hash.is_none() {
        notify(office, &mut tx, &[password_letter(&account)]).await?;
    }
    office.commit(tx).await?;
    Ok(account)
}

/// Where an account of a role belongs, and its mailbox.
struct Belonging {
    station: Option<Uuid>,
    employer: Option<Uuid>,
    email: Option<String>,
}

fn belonging(new: &NewAccount, faults: &mut Faults) -> Belonging {
    let wants_station = matches!(new.role, Role::Clerk | Role::Head | Role::Village);
    if wants_station && new.station.is_none() {
        faults.at("station", "account.station_missing");
    }
    if new.role == Role::Employer && new.employer.is_none() {
        faults.at("employer", "account.employer_missing");
    }
    let email = new.email.as_ref().map(|e| e.trim().to_owned()).filter(|e| !e.is_empty());
    if email.as_deref().is_some_and(|e| !is_email(e)) {
        faults.at("email", "email.wrong");
    }
    Belonging {
        station: new.station.filter(|_| wants_station),
        employer: new.employer.filter(|_| new.role == Role::Employer),
        email,
    }
}

/// Gives an account another mailbox, role or place; its sessions end where it may now do other things. The name stays:
/// histories call people by it. Nobody takes their own role away.
pub async fn change(office: &Office, actor: &Actor, new: NewAccount) -> Result<()> {
    office.need(actor, Right::Accounts)?;
    let old = store::account::by_name(&mut &office.db, &new.name).await?.ok_or(Error::NotFound)?;
    let mut faults = Faults::default();
    let Belonging { station, employer, email } = belonging(&new, &mut faults);
    if actor.name() == old.name && new.role != old.role {
        faults.at("role", "account.own_role");
    }
    if email.is_none() && old.password_hash.is_none() {
        faults.at("email", "account.email_or_password");
    }
    faults.finish(())?;
    let changed = Account { role: new.role, station, employer, confidential: new.confidential, email, ..old.clone() };
    let rights = |a: &Account| (a.role, a.station, a.employer, a.confidential);
    let others = rights(&changed) != rights(&old);
    if !others && changed.email == old.email {
        return Ok(());
    }
    let mut tx = office.begin().await?;
    store::account::update(&mut tx, &changed, office.now()).await?;
    if others {
        store::account::end_sessions(&mut tx, old.id).await?;
    }
    let fields = if others { "role,station,employer,email" } else { "email" };
    tx.audit(office.audit(actor, "account.change", "account", Some(old.id), fields));
    office.commit(tx).await
}

/// One account.
pub async fn find(office: &Office, actor: &Actor, name: &str) -> Result<Account> {
    office.need(actor, Right::Accounts)?;
    store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)
}

/// The letter with which the owner of an account sets a password.
fn password_letter(account: &Account) -> Tell {
    Tell::new(NoticeKind::Password, To::Account(account.id), account.id)
}

/// Sends the letter to set a password once more: the first was lost, or the password is.
pub async fn send_password_letter(office: &Office, actor: &Actor, name: &str) -> Result<()> {
    office.need(actor, Right::Accounts)?;
    let account = store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)?;
    if account.disabled_at.is_some() {
        return Err(Error::conflict("account.disabled"));
    }
    if account.email.is_none() {
        return Err(Error::conflict("account.no_mailbox"));
    }
    let mut tx = office.begin().await?;
    notify(office, &mut tx, &[password_letter(&account)]).await?;
    tx.audit(office.audit(actor, "account.letter", "account", Some(account.id), "password"));
    office.commit(tx).await
}

/// All accounts.
pub async fn list(office: &Office, actor: &Actor) -> Result<Vec<Account>> {
    office.need(actor, Right::Accounts)?;
    Ok(store::account::all(&mut &office.db).await?)
}

/// Disables an account and ends its sessions.
pub async fn disable(office: &Office, actor: &Actor, name: &str) -> Result<()> {
    office.need(actor, Right::Accounts)?;
    let mut account = store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)?;
    account.disabled_at = Some(office.now());
    let mut tx = office.begin().await?;
    store::account::update(&mut tx, &account, office.now()).await?;
    store::account::end_sessions(&mut tx, account.id).await?;
    tx.audit(office.audit(actor, "account.disable", "account", Some(account.id), "disabled_at"));
    office.commit(tx).await
}

/// Lets a disabled account in again; its sessions stay ended.
pub async fn enable(office: &Office, actor: &Actor, name: &str) -> Result<()> {
    office.need(actor, Right::Accounts)?;
    let found = store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)?;
    let account = Account { disabled_at: None, failures: 0, locked_until: None, ..found };
    let mut tx = office.begin().await?;
    store::account::update(&mut tx, &account, office.now()).await?;
    tx.audit(office.audit(actor, "account.enable", "account", Some(account.id), "disabled_at"));
    office.commit(tx).await
}

/// Sets a password and ends the account's sessions.
pub async fn set_password(office: &Office, actor: &Actor, name: &str, password: String) -> Result<()> {
    office.need(actor, Right::Accounts)?;
    let account = store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)?;
    change_password(office, actor, account, password).await
}

async fn change_password(office: &Office, actor: &Actor, mut account: Account, password: String) -> Result<()> {
    if let Some(code) = password_fault(&account.name, &password) {
        return Err(Error::field("password", code));
    }
    account.password_hash = Some(hash_password(password).await?);
    account.failures = 0;
    account.locked_until = None;
    let mut tx = office.begin().await?;
    store::account::update(&mut tx, &account, office.now()).await?;
    store::account::end_sessions(&mut tx, account.id).await?;
    tx.audit(office.audit(actor, "account.password", "account", Some(account.id), "password"));
    office.commit(tx).await
}

/// Makes an API token; its text is answered once and stored as a hash only.
pub async fn make_token(office: &Office, actor: &Actor, name: &str) -> Result<String> {
    office.need(actor, Right::Accounts)?;
    let account = store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)?;
    let token = secret();
    let mut tx = office.begin().await?;
    store::account::add_token(&mut tx, &hash(token.as_bytes()), account.id, office.now()).await?;
    tx.audit(office.audit(actor, "account.token", "account", Some(account.id), "token"));
    office.commit(tx).await?;
    Ok(token)
}

/// Makes an invitation to set a password within the transaction; the text goes into one mail only.
pub async fn invite(office: &Office, tx: &mut store::Tx, account: Uuid) -> Result<String> {
    let token = secret();
    store::account::add_invite(tx, &hash(token.as_bytes()), account, office.now() + micros(INVITE)).await?;
    Ok(token)
}

/// The name behind an invitation that still runs.
pub async fn invited(office: &Office, token: &str) -> Result<String> {
    let account = store::account::by_invite(&mut &office.db, &hash(token.as_bytes()), office.now()).await?;
    account.map(|a| a.name).ok_or(Error::NotFound)
}

/// Sets the password that an invitation allows.
pub async fn accept_invite(office: &Office, token: &str, password: String) -> Result<()> {
    let account = store::account::by_invite(&mut &office.db, &hash(token.as_bytes()), office.now()).await?;
    change_password(office, &Actor::Anyone, account.ok_or(Error::NotFound)?, password).await
}

fn actor_of(account: &Account) -> Actor {
    Actor::Account {
        id: account.id,
        name: account.name.clone(),
        role: account.role,
        station: account.station,
        employer: account.employer,
        confidential: account.confidential,
    }
}

/// Signs in: a new session's secret. The same answer and the same time whatever was wrong.
pub async fn sign_in(office: &Office, name: &str, password: String) -> Result<(String, Actor)> {
    // A hash of no password, so that an unknown name takes as long as a wrong password.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2hhbmhhaS1ub2JvZHk$3Vs0dKyWzN2Vn0oVvVv1mMmPxB6sW6Yp0n2uXr8m0hA";
    let now = office.now();
    let found = store::account::by_name(&mut &office.db, name.trim()).await?;
    let usable = found.as_ref().filter(|a| a.disabled_at.is_none() && a.locked_until.is_none_or(|t| t <= now));
    let stored = usable.and_then(|a| a.password_hash.clone()).unwrap_or_else(|| NOBODY.to_owned());
    let fits = password_fits(password, stored).await?;
    let Some(account) = usable.filter(|_| fits) else {
        if let Some(mut account) = found {
            account.failures += 1;
            if account.failures >= FAILURES {
                account.failures = 0;
                account.locked_until = Some(now + micros(PAUSE));
            }
            let mut tx = office.begin().await?;
            store::account::update(&mut tx, &account, now).await?;
            let mut line = office.audit(&actor_of(&account), "account.sign_in", "account", Some(account.id), "");
            line.result = "denied".to_owned();
            tx.audit(line);
            office.commit(tx).await?;
        }
        return Err(Error::field("password", "login.wrong"));
    };
    let token = secret();
    let mut tx = office.begin().await?;
    if account.failures > 0 {
        store::account::update(&mut tx, &Account { failures: 0, locked_until: None, ..account.clone() }, now).await?;
    }
    store::account::add_session(&mut tx, &hash(token.as_bytes()), account.id, now).await?;
    let actor = actor_of(account);
    tx.audit(office.audit(&actor, "account.sign_in", "account", Some(account.id), ""));
    office.commit(tx).await?;
    Ok((token, actor))
}

/// Ends a session.
pub async fn sign_out(office: &Office, actor: &Actor, token: &str) -> Result<()> {
    let mut tx = office.begin().await?;
    store::account::end_session(&mut tx, &hash(token.as_bytes())).await?;
    tx.audit(office.audit(actor, "account.sign_out", "account", None, ""));
    office.commit(tx).await
}

/// Who a session cookie stands for; ended sessions stand for nobody.
pub async fn of_session(office: &Office, token: &str) -> Result<Option<Actor>> {
    let hashed = hash(token.as_bytes());
    let Some((account, created, seen)) = store::account::by_session(&mut &office.db, &hashed).await? else {
        return Ok(None);
    };
    let now = office.now();
    if now - seen > micros(IDLE) || now - created > micros(ABSOLUTE) {
        return Ok(None);
    }
    // Once a minute is enough for an idle limit of half an hour.
    if now - seen > micros(Duration::from_secs(60)) {
        store::account::touch_session(&office.db, &hashed, now).await?;
    }
    Ok(Some(actor_of(&account)))
}

/// Who an API token stands for.
pub async fn of_token(office: &Office, token: &str) -> Result<Option<Actor>> {
    Ok(store::account::by_token(&mut &office.db, &hash(token.as_bytes())).await?.as_ref().map(actor_of))
}

/// The actor of a command that names an account.
pub async fn of_name(office: &Office, name: &str) -> Result<Actor> {
    let account = store::account::by_name(&mut &office.db, name).await?.ok_or(Error::NotFound)?;
    if account.disabled_at.is_some() { Err(Error::Forbidden) } else { Ok(actor_of(&account)) }
}

const PARKED: Uuid = Uuid::nil();

/// Keeps a form whose session had ended for the account of that session; the secret finds it again after signing in.
pub async fn park_form(office: &Office, ended: Option<&str>, path: &str, body: &[u8]) -> Result<String> {
    let owner = match ended {
        Some(session) => store::account::by_session(&mut &office.db, &hash(session.as_bytes())).await?,
        None => None,
    };
    let owner = owner.map(|(account, ..)| account.name).unwrap_or_default();
    let token = secret();
    let hashed = hash(token.as_bytes());
    let sealed = office.keys.seal(Cell { table: "parked_form", column: "body", id: PARKED }, body)?;
    let until = office.now() + micros(Duration::from_secs(3600));
    store::account::park_form(&office.db, &hashed, &owner, path, &sealed, until).await?;
    Ok(token)
}

/// Takes a kept form back, once; what somebody else typed at this computer is not for who signs in after them.
pub async fn take_form(office: &Office, actor: &Actor, token: &str) -> Result<Option<(String, Vec<u8>)>> {
    let taken = store::account::take_form(&office.db, &hash(token.as_bytes()), actor.name(), office.now()).await?;
    match taken {
        Some((path, sealed)) => {
            let cell = Cell { table: "parked_form", column: "body", id: PARKED };
            Ok(Some((path, office.keys.open_sealed(cell, &sealed)?)))
        }
        None => Ok(None),
    }
}
