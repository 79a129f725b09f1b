//! Opening a file by its content and streaming the rows of its first filled sheet.
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Row, SheetError, archive, delimited, workbook};

/// Bounds on what a file may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest file, in bytes.
    pub file_bytes: usize,
    /// Sum of all unpacked archive entries, in bytes.
    pub unpacked_bytes: u64,
    /// Archive entries.
    pub entries: usize,
    /// Unpacked bytes for one packed byte, looked at in entries above 8 MiB.
    pub ratio: u64,
    /// Columns with a filled cell.
    pub columns: usize,
    /// Rows of an XLS or ODS sheet, which are read in one piece.
    pub rows_in_one_piece: usize,
    /// Address space of the child, in bytes.
    pub memory_bytes: u64,
    /// Processor time of the child, in seconds.
    pub cpu_seconds: u64,
    /// Time that the parent waits for the child in all; its own work between two rows does not count.
    pub wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            unpacked_bytes: 1 << 30,
            entries: 10_000,
            ratio: 200,
            columns: 300,
            rows_in_one_piece: 20_000,
            memory_bytes: 1 << 30,
            cpu_seconds: 60,
            wait: Duration::from_mins(3),
        }
    }
}

/// The kinds of file that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text with `,`, `;` or tab between the cells.
    Csv,
    /// Excel 2007 and later, with or without macros (which are never looked at).
    Xlsx,
    /// Excel 97 to 2003.
    Xls,
    /// OpenDocument.
    Ods,
}

/// What is known of the sheet before its first row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetInfo {
    /// Kind by content.
    pub kind: Kind,
    /// Name of the sheet; empty for CSV.
    pub name: String,
    /// Encoding of the text, e.g. `gb18030`; empty for workbooks, which have one of their own.
    pub encoding: String,
}

/// What [`read`] hands over: the sheet once, then its rows in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// The sheet that was found.
    Sheet(SheetInfo),
    /// A row with at least one filled cell.
    Row(Row),
}

/// Takes an item; an error ends the reading and is handed back.
pub(super) type Each<'a> = dyn FnMut(Item) -> Result<(), SheetError> + 'a;

/// Streams the rows of the first sheet with a filled cell, visible sheets before hidden ones.
///
/// The kind is decided by the content. Blank rows are left out, their numbers are not. Give it bytes of a
/// stranger only inside [`super::child`]: the workbook parser may ask for more memory than there is.
pub fn read(bytes: &[u8], limits: &Limits, each: &mut Each<'_>) -> Result<(), SheetError> {
    if bytes.is_empty() {
        return Err(SheetError::Empty);
    }
    if bytes.len() > limits.file_bytes {
        return Err(SheetError::TooLarge);
    }
    match kind(bytes, limits)? {
        Kind::Csv => delimited::read(bytes, limits, each),
        Kind::Xlsx => workbook::read_xlsx(bytes, limits, each),
        Kind::Xls => workbook::read_xls(bytes, limits, each),
        Kind::Ods => workbook::read_ods(bytes, limits, each),
    }
}

fn kind(bytes: &[u8], limits: &Limits) -> Result<Kind, SheetError> {
    /// First bytes of files that people take for sheets.
    const FOREIGN: [&[u8]; 13] = [
        b"%PDF",
        b"MZ",
        b"\x7fELF",
        b"\xff\xd8\xff",
        b"\x89PNG",
        b"GIF8",
        b"Rar!",
        b"7z\xbc\xaf",
        b"\x1f\x8b",
        b"BM",
        b"{\\rtf",
        b"SQLite format",
        b"\xca\xfe\xba\xbe",
    ];
    if bytes.starts_with(b"PK") {
        return archive::kind(bytes, limits);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound(bytes);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A web page or XML saved as .xls is common, and is no sheet either.
    let is_markup = text.trim_ascii_start().first() == Some(&b'<');
    let is_binary = !delimited::has_utf16_mark(bytes) && {
        let head = &text[..text.len().min(64 << 10)];
        let controls = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
        controls * 20 > head.len()
    };
    // A sheet may begin with the letters BM or MZ; a program or picture has control bytes in its first lines.
    let begins_foreign = FOREIGN.iter().any(|first| text.starts_with(first))
        && (text[0] == b'%' || text[0] == b'{' || text.iter().take(512).any(|byte| *byte < 9));
    if is_markup || is_binary || begins_foreign { Err(SheetError::Foreign) } else { Ok(Kind::Csv) }
}

/// Tells a compound file by the names in its directory, which are UTF-16.
fn compound(bytes: &[u8]) -> Result<Kind, SheetError> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // Directory entries are 128 bytes long and aligned in the file.
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&wide))
    };
    if has("EncryptedPackage") {
        Err(SheetError::Encrypted)
    } else if has("Workbook") || has("Book") {
        Ok(Kind::Xls)
    } else {
        Err(SheetError::Foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{one_sheet, rows, zip};
    use super::*;

    fn refused(bytes: &[u8]) -> &'static str {
        rows(bytes).map_or_else(|error| error.code(), |_| "read")
    }

    /// A compound file's header and one directory entry of this name.
    fn compound_file(name: &str) -> Vec<u8> {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.resize(1024, 0);
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(2048, 0);
        bytes
    }

    #[test]
    fn foreign_files_are_told_by_their_content() {
        let exe = [b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec(), vec![0; 500]].concat();
        let docx = zip([("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", b"<w/>")]);
        let odt = zip([("mimetype", &b"application/vnd.oasis.opendocument.text"[..]), ("content.xml", b"<c/>")]);
        for bytes in [
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj".to_vec(),
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".to_vec(),
            b"<html><table><tr><td>1</td></tr></table></html>".to_vec(),
            exe,
            docx,
            odt,
            compound_file("WordDocument"),
        ] {
            assert_eq!(refused(&bytes), "sheet.foreign", "{:?}", &bytes[..8]);
        }
        assert_eq!(refused(b"BMI,MZ\n1,2\n"), "read");
        assert_eq!(refused(b"MZ,BMI\n1,2\n"), "read");
    }

    #[test]
    fn empty_oversized_and_locked_files_have_codes_of_their_own() {
        assert_eq!(refused(b""), "sheet.empty");
        assert_eq!(refused(b"\xef\xbb\xbf"), "sheet.empty");
        assert_eq!(refused(b"\n\n , \n"), "sheet.empty");
        assert_eq!(refused(&compound_file("EncryptedPackage")), "sheet.encrypted");
        let limits = Limits { file_bytes: 3, ..Limits::default() };
        assert_eq!(read(b"a,b\n", &limits, &mut |_| Ok(())), Err(SheetError::TooLarge));
    }

    #[test]
    fn broken_workbooks_are_damaged() {
        let good = one_sheet(&"<row><c><v>1</v></c></row>".repeat(2_000));
        assert_eq!(refused(&good), "read");
        for length in [5, 100, good.len() / 2, good.len() - 10] {
            assert_eq!(refused(&good[..length]), "sheet.damaged", "{length} bytes");
        }
        assert_eq!(refused(&compound_file("Workbook")), "sheet.damaged");
        assert_eq!(refused(&one_sheet("<row><c><v>1</v>")), "sheet.damaged");
    }

    #[test]
    fn a_workbook_with_macros_gives_its_data() {
        let sheet = one_sheet("<row><c><v>1</v></c></row>");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(sheet.as_slice())).expect("a zip");
        let parts: Vec<(String, Vec<u8>)> = (0..archive.len())
            .map(|at| {
                let mut entry = archive.by_index(at).expect("an entry");
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut entry, &mut bytes).expect("bytes");
                (entry.name().expect("a name").into_owned(), bytes)
            })
            .chain([("xl/vbaProject.bin".to_owned(), b"not a macro".to_vec())])
            .collect();
        assert_eq!(refused(&zip(parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))), "read");
    }

    #[test]
    fn bombs_are_refused_before_they_unpack() {
        let names: Vec<String> = (0..65_000).map(|at| format!("xl/{at}")).collect();
        assert_eq!(refused(&zip(names.iter().map(|name| (name.as_str(), &b""[..])))), "sheet.bomb");

        let mut swollen = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        swollen.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).expect("an entry");
        let spaces = vec![b' '; 1 << 20];
        for _ in 0..1024 {
            std::io::Write::write_all(&mut swollen, &spaces).expect("memory");
        }
        let swollen = swollen.finish().expect("memory").into_inner();
        assert!(swollen.len() < 2 << 20);
        assert_eq!(refused(&swollen), "sheet.bomb");
    }

    #[test]
    fn an_archive_that_lies_about_its_sizes_is_refused() {
        let sheet = "<row><c><v>1</v></c></row>".repeat(100_000);
        let mut bytes = one_sheet(&sheet);
        let limits = Limits { unpacked_bytes: 1_000_000, ..Limits::default() };
        let before = read(&bytes, &limits, &mut |_| Ok(()));
        assert_eq!(before, Err(SheetError::Bomb));
        // The sheet's true size stands in the central directory and, in other bytes, nowhere else.
        let size = (sheet.len() + "<worksheet><sheetData></sheetData></worksheet>".len()) as u32;
        let mut lies = 0;
        for at in 0..bytes.len() - 4 {
            if bytes[at..at + 4] == size.to_le_bytes() {
                bytes[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
                lies += 1;
            }
        }
        assert!(lies > 0);
        let after = read(&bytes, &limits, &mut |_| Ok(()));
        assert!(matches!(after, Err(SheetError::Bomb | SheetError::Damaged)), "{after:?}");
    }

    #[test]
    fn overlapping_entries_are_a_bomb() {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).expect("an entry");
        std::io::Write::write_all(&mut zip, b"<workbook/>").expect("memory");
        zip.shallow_copy_file("xl/workbook.xml", "xl/again.xml").expect("a second name");
        assert_eq!(refused(&zip.finish().expect("memory").into_inner()), "sheet.bomb");
    }
}
