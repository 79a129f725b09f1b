//! Mail as files: one `.eml` a letter, whole or not there.

use std::io;
use std::path::Path;

use tokio::fs;
use tokio::io::AsyncWriteExt;

/// Writes a message under the name of its id; a second writing of the same letter replaces the first.
pub(super) async fn write(dir: &Path, message_id: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = dir.join(format!(".{message_id}.part"));
    let mut file = fs::File::create(&draft).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    drop(file);
    fs::rename(&draft, dir.join(format!("{message_id}.eml"))).await?;
    // The rename itself is on the disk only once the folder is.
    fs::File::open(dir).await?.sync_all().await
}
