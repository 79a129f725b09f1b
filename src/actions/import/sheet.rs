//! A file as rows of data with known columns: parsed in the confined child, header found, headings mapped.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::heading::{self, NOT_KEPT, SheetKind};
use crate::domain::sheet_row::Layout;
#[cfg(not(test))]
use crate::sheets::child::{Parsing, Program, spawn};
use crate::sheets::{Header, Limits, Row, SheetError, find_header};

/// Rows looked at to find the header.
const HEAD: usize = 30;

/// One column of a sheet and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// 0-based column.
    pub column: usize,
    /// The heading as written.
    pub heading: String,
    /// The heading as the dictionary knows it.
    pub key: String,
    /// The field; `-` is known and not kept, none is unknown.
    pub field: Option<String>,
    /// A clerk of the station chose the field.
    pub remembered: bool,
}

/// The rows of data of a file, one after the other.
pub struct Sheet {
    source: Source,
    head: VecDeque<Row>,
    header: Header,
    /// Its columns.
    pub columns: Arc<Columns>,
}

/// The columns of a sheet.
pub struct Columns {
    /// Which column is which.
    pub layout: Layout,
    /// Columns with heading and field, for the page and the returned sheet.
    pub mapping: Vec<Mapped>,
}

enum Source {
    #[cfg(not(test))]
    Child(Box<Parsing>),
    #[cfg(test)]
    Memory(std::vec::IntoIter<Row>),
}

impl Source {
    #[cfg(not(test))]
    async fn open(bytes: &Bytes) -> Result<Self, SheetError> {
        let parsing = spawn(&parser()?, std::io::Cursor::new(bytes.clone()), &Limits::default()).await?;
        Ok(Self::Child(Box::new(parsing)))
    }

    /// Tests of this crate run inside a program that is no parser, on files of their own.
    #[cfg(test)]
    #[expect(clippy::unused_async, reason = "called as the child's opening is")]
    async fn open(bytes: &Bytes) -> Result<Self, SheetError> {
        let mut rows = Vec::new();
        crate::sheets::read(bytes, &Limits::default(), &mut |item| {
            if let crate::sheets::Item::Row(row) = item {
                rows.push(row);
            }
            Ok(())
        })?;
        Ok(Self::Memory(rows.into_iter()))
    }

    #[cfg_attr(test, expect(clippy::unused_async, reason = "called as the child is"))]
    async fn next(&mut self) -> Result<Option<Row>, SheetError> {
        match self {
            #[cfg(not(test))]
            Self::Child(parsing) => parsing.next().await,
            #[cfg(test)]
            Self::Memory(rows) => Ok(rows.next()),
        }
    }
}

/// This program with its hidden command; a test program beside it asks the real one.
#[cfg(not(test))]
fn parser() -> Result<Program, SheetError> {
    let own = std::env::current_exe()?;
    let named = |path: &std::path::PathBuf| path.file_stem().is_some_and(|stem| stem == "shanhai");
    let beside = own.ancestors().skip(1).take(2).map(|folder| folder.join("shanhai"));
    let path = std::iter::once(own.clone()).chain(beside.filter(|path| path.is_file())).find(named);
    // An operator may have given it another name.
    let path = path.unwrap_or(own);
    Ok(Program { path, args: vec!["parse-sheet".into()] })
}

impl Sheet {
    /// Opens a file and finds its header; `memory` holds the headings that clerks of the station have put right.
    pub async fn open(bytes: &Bytes, kind: SheetKind, memory: &HashMap<String, String>) -> Result<Self, SheetError> {
        let mut source = Source::open(bytes).await?;
        let mut head = VecDeque::new();
        while head.len() < HEAD
            && let Some(row) = source.next().await?
        {
            head.push_back(row);
        }
        let dictionary = heading::dictionary(kind);
        let known = |heading: &str| memory.contains_key(heading) || dictionary.field(heading).is_some();
        let header = find_header(head.make_contiguous(), &known).ok_or(SheetError::Empty)?;
        let mapping: Vec<Mapped> = header
            .headings
            .iter()
            .map(|h| {
                let remembered = memory.get(&h.key);
                let field = remembered.map(String::as_str).or_else(|| dictionary.field(&h.key));
                Mapped {
                    column: h.column,
                    heading: h.text.clone(),
                    key: h.key.clone(),
                    field: field.map(str::to_owned),
                    remembered: remembered.is_some(),
                }
            })
            .collect();
        let layout = Layout::new(mapping.iter().filter_map(|m| {
            let field = dictionary.known_field(m.field.as_deref()?)?;
            (field != NOT_KEPT).then_some((m.column, field))
        }));
        Ok(Self { source, head, header, columns: Arc::new(Columns { layout, mapping }) })
    }

    /// The next row of data; titles, notes and totals are passed over.
    pub async fn next(&mut self) -> Result<Option<Row>, SheetError> {
        loop {
            let row = match self.head.pop_front() {
                Some(row) => row,
                None => match self.source.next().await? {
                    Some(row) => row,
                    None => return Ok(None),
                },
            };
            if self.header.is_data(&row) {
                return Ok(Some(row));
            }
        }
    }
}
