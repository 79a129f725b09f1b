//! Looking into a zip archive before anything in it is unpacked.
use std::io::{Cursor, Read};

use aho_corasick::AhoCorasick;
use zip::ZipArchive;

use super::{Kind, Limits, SheetError};

/// Entries up to this size are never called a bomb by their ratio alone.
const SMALL_ENTRY: u64 = 8 << 20;

/// Says which workbook an archive holds, after checking what it would unpack to.
pub(super) fn kind(bytes: &[u8], limits: &Limits) -> Result<Kind, SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Damaged)?;
    if archive.len() > limits.entries {
        return Err(SheetError::Bomb);
    }
    let mut unpacked = 0_u64;
    let mut found = None;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| SheetError::Damaged)?;
        if entry.encrypted() {
            return Err(SheetError::Encrypted);
        }
        unpacked = unpacked.saturating_add(entry.size());
        let swells = entry.size() > SMALL_ENTRY && entry.size() / entry.compressed_size().max(1) > limits.ratio;
        if swells || unpacked > limits.unpacked_bytes {
            return Err(SheetError::Bomb);
        }
        let name = String::from_utf8_lossy(entry.name_raw()).to_lowercase().replace('\\', "/");
        match name.as_str() {
            "xl/workbook.bin" => return Err(SheetError::Foreign),
            "mimetype" => found = found.or(Some(Kind::Ods)),
            path if path.starts_with("xl/") => found = Some(Kind::Xlsx),
            _ => {}
        }
    }
    if archive.has_overlapping_files().map_err(|_| SheetError::Damaged)? {
        return Err(SheetError::Bomb);
    }
    if found == Some(Kind::Ods) && !is_spreadsheet(&mut archive) {
        return Err(SheetError::Foreign);
    }
    found.ok_or(SheetError::Foreign)
}

fn is_spreadsheet(archive: &mut ZipArchive<Cursor<&[u8]>>) -> bool {
    let mut mimetype = String::new();
    archive.by_name("mimetype").is_ok_and(|entry| {
        entry.take(100).read_to_string(&mut mimetype).is_ok()
            && mimetype.starts_with("application/vnd.oasis.opendocument.spreadsheet")
    })
}

/// Unpacks every XML part of an XLSX once and throws it away; says whether any sheet has merged cells.
///
/// What really comes out is counted, since the sizes that an archive declares can lie. It costs a twentieth of
/// parsing, and spares the second parsing for merged areas in the sheets that have none, which are the long ones.
pub(super) fn has_merged_cells(bytes: &[u8], limits: &Limits) -> Result<bool, SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Damaged)?;
    let tag = AhoCorasick::new(["mergeCells"]).map_err(|_| SheetError::Damaged)?;
    let mut left = limits.unpacked_bytes;
    let mut found = false;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| SheetError::Damaged)?;
        if !entry.name_raw().to_ascii_lowercase().ends_with(b".xml") {
            continue;
        }
        let mut unpacked = entry.take(left + 1);
        for place in tag.stream_find_iter(&mut unpacked) {
            found |= place.is_ok();
            place.map_err(|_| SheetError::Damaged)?;
        }
        left = unpacked.limit().checked_sub(1).ok_or(SheetError::Bomb)?;
    }
    Ok(found)
}
