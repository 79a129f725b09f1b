//! Imports in the background: the file sealed on disk until it is done, one after the other, taken up again after a restart.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::review::find;
use super::sheet::Sheet;
use super::{Options, authority, carry_out, fresh, lines_of};
use crate::actions::error::{Error, Result};
use crate::actions::office::Office;
use crate::domain::actor::Actor;
use crate::domain::code::Code as _;
use crate::domain::heading::SheetKind;
use crate::domain::sheet_row::masked;
use crate::store::crypt::{Cell, hash};
use crate::store::import::{self as journals, Import};

/// A second import at once would only make both slower: there is one writer.
static ONE_BY_ONE: Semaphore = Semaphore::const_new(1);

/// The cells of faulty rows are kept no longer.
const KEPT: Duration = Duration::from_hours(7 * 24);

fn path(office: &Office, id: Uuid) -> PathBuf {
    office.settings.data_dir.join("uploads").join(format!("{id}.sealed"))
}

fn cell(id: Uuid) -> Cell<'static> {
    Cell { table: "import", column: "file", id }
}

fn disk(error: std::io::Error) -> Error {
    Error::Internal(format!("the folder of uploads: {error}"))
}

/// Takes a file in and starts its import; a dry run stops before anything is written.
pub async fn upload(
    office: &Office,
    actor: &Actor,
    kind: SheetKind,
    bytes: &Bytes,
    mut options: Options,
) -> Result<Import> {
    let (station, _) = authority(office, actor, kind, &options).await?;
    options.expected = lines_of(bytes);
    let import = fresh(office, actor, kind, hash(bytes), &options, station, "queued");
    let file = path(office, import.id);
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(disk)?;
    }
    tokio::fs::write(&file, office.keys.seal(cell(import.id), bytes)?).await.map_err(disk)?;
    let mut tx = office.begin().await?;
    journals::insert(&mut tx, &import).await?;
    tx.audit(office.audit(actor, "import.upload", "import", Some(import.id), kind.code()));
    office.commit(tx).await?;
    start(office, actor, import.id);
    Ok(import)
}

/// Writes what a preview has shown.
pub async fn write(office: &Office, actor: &Actor, id: Uuid) -> Result<Import> {
    run_again(office, actor, id, false).await
}

/// Reads the file of a preview once more, after a clerk said what its columns mean.
pub async fn look_again(office: &Office, actor: &Actor, id: Uuid) -> Result<Import> {
    run_again(office, actor, id, true).await
}

async fn run_again(office: &Office, actor: &Actor, id: Uuid, dry_run: bool) -> Result<Import> {
    let mut import = find(office, actor, id).await?;
    if import.state != "preview" || !path(office, id).is_file() {
        return Err(Error::conflict("import.state"));
    }
    let mut options: Options = serde_json::from_value(import.options.clone()).unwrap_or_default();
    options.dry_run = dry_run;
    import.options = serde_json::to_value(&options).unwrap_or_default();
    import.summary = serde_json::to_value(super::Summary::default()).unwrap_or_default();
    "queued".clone_into(&mut import.state);
    import.done_rows = 0;
    import.updated_at = office.now();
    let mut tx = office.begin().await?;
    journals::clear_rows(&mut tx, id).await?;
    journals::update(&mut tx, &import).await?;
    let act = if dry_run { "import.preview" } else { "import.write" };
    tx.audit(office.audit(actor, act, "import", Some(id), ""));
    office.commit(tx).await?;
    start(office, actor, id);
    Ok(import)
}

/// Rows from which samples are taken.
const SAMPLED: usize = 5;

/// The first value of each column of a preview, its long numbers hidden: what a clerk needs to say what a column means.
pub async fn samples(office: &Office, actor: &Actor, id: Uuid) -> Result<HashMap<usize, String>> {
    let import = find(office, actor, id).await?;
    let Some(kind) = SheetKind::parse(&import.kind).filter(|_| import.state == "preview") else {
        return Ok(HashMap::new());
    };
    let Ok(sealed) = tokio::fs::read(path(office, id)).await else { return Ok(HashMap::new()) };
    let bytes = Bytes::from(office.keys.open_sealed(cell(id), &sealed)?);
    let mut found = HashMap::new();
    // Samples only help: a preview stands without them when the parser cannot be had at the moment.
    let mut sheet = match Sheet::open(&bytes, kind, &HashMap::new()).await {
        Ok(sheet) => sheet,
        Err(error) => {
            tracing::warn!(%id, ?error, "a preview is shown without samples");
            return Ok(found);
        }
    };
    for _ in 0..SAMPLED {
        let Ok(Some(row)) = sheet.next().await else { break };
        for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.text.trim().is_empty()) {
            found.entry(column).or_insert_with(|| masked(cell.text.trim()).chars().take(24).collect());
        }
    }
    Ok(found)
}

/// Gives a preview up and removes its file.
pub async fn discard(office: &Office, actor: &Actor, id: Uuid) -> Result<Import> {
    let mut import = find(office, actor, id).await?;
    if import.state != "preview" {
        return Err(Error::conflict("import.state"));
    }
    remove(office, id).await;
    "dropped".clone_into(&mut import.state);
    import.updated_at = office.now();
    let mut tx = office.begin().await?;
    journals::clear_rows(&mut tx, id).await?;
    journals::update(&mut tx, &import).await?;
    tx.audit(office.audit(actor, "import.drop", "import", Some(id), ""));
    office.commit(tx).await?;
    Ok(import)
}

fn start(office: &Office, actor: &Actor, id: Uuid) {
    let (office, actor) = (office.clone(), actor.clone());
    tokio::spawn(async move {
        let Ok(_turn) = ONE_BY_ONE.acquire().await else { return };
        if let Err(error) = work(&office, &actor, id).await {
            match error {
                Error::Refused(code) => tracing::info!(%id, code, "an import was refused"),
                other => tracing::error!(%id, error = %other, "an import stopped"),
            }
        }
    });
}

async fn work(office: &Office, actor: &Actor, id: Uuid) -> Result<()> {
    let mut import = journals::find(&mut &office.db, id).await?.ok_or(Error::NotFound)?;
    let kind = SheetKind::parse(&import.kind).ok_or(Error::NotFound)?;
    let options: Options = serde_json::from_value(import.options.clone()).unwrap_or_default();
    let (station, scope) = authority(office, actor, kind, &options).await?;
    let sealed = tokio::fs::read(path(office, id)).await.map_err(disk)?;
    let bytes = Bytes::from(office.keys.open_sealed(cell(id), &sealed)?);
    "running".clone_into(&mut import.state);
    let mut tx = office.begin().await?;
    journals::update(&mut tx, &import).await?;
    tx.commit().await?;
    let done =
        carry_out(office, actor, kind, &bytes, &options, station, scope, Some(import), &mut |_| {}).await.map(drop);
    // A preview still needs the file, and so does an import that our own fault has stopped.
    if (done.is_ok() && !options.dry_run) || matches!(done, Err(Error::Refused(_))) {
        remove(office, id).await;
    }
    done
}

async fn remove(office: &Office, id: Uuid) {
    if let Err(error) = tokio::fs::remove_file(path(office, id)).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%id, %error, "an upload could not be removed");
    }
}

/// Takes up imports that a restart has broken off; answers how many.
pub async fn resume(office: &Office) -> Result<usize> {
    let mut count = 0;
    for import in journals::in_state(&mut &office.db, &["queued", "running"]).await? {
        // One without a file here belongs to a command line, which its operator repeats.
        if !path(office, import.id).is_file() {
            continue;
        }
        let actor = match import.account {
            Some(_) => crate::actions::account::of_name(office, &import.by_name).await,
            None => Ok(Actor::Operator),
        };
        if let Ok(actor) = actor {
            start(office, &actor, import.id);
            count += 1;
        }
    }
    Ok(count)
}

/// Forgets the cells of faulty rows after their time, as the sweep of the house does with the files; answers how many.
pub async fn sweep(office: &Office) -> Result<u64> {
    let before = office.now() - i64::try_from(KEPT.as_micros()).unwrap_or(0);
    Ok(journals::forget_cells(&office.db, before).await?)
}
