//! Plain machine-written CSV: named columns in, rows out, with the line numbers that a fault is told with.

use std::io::{Read, Write};

/// What is wrong with a table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The first line does not name the columns.
    #[error("line 1: the columns must be {0}")]
    Columns(String),
    /// A line cannot be read.
    #[error("line {line}: {why}")]
    Line {
        /// Line, from 1.
        line: u64,
        /// Why.
        why: String,
    },
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

fn fault(error: csv::Error) -> TableError {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(e) => TableError::Io(e),
        csv::ErrorKind::Utf8 { .. } => TableError::Line { line, why: "the text is not UTF-8".into() },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            TableError::Line { line, why: format!("{len} columns instead of {expected_len}") }
        }
        other => TableError::Line { line, why: format!("{other:?}") },
    }
}

/// A line longer than this is no line of a table, and is not read into memory to its end.
const LONGEST: usize = 1 << 20;

/// Refuses to go on in a line that has no end; line feeds within quotes end none.
struct Lines<R> {
    inner: R,
    since: usize,
    quoted: bool,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let read = &buffer[..count];
        if self.quoted || read.contains(&b'"') {
            for byte in read {
                self.quoted ^= *byte == b'"';
                self.since = if *byte == b'\n' && !self.quoted { 0 } else { self.since + 1 };
                if self.since > LONGEST {
                    break;
                }
            }
        } else {
            self.since = match read.iter().rposition(|byte| *byte == b'\n') {
                Some(place) => count - place - 1,
                None => self.since + count,
            };
        }
        // Without a line feed a piece of the buffer's size may be over at once: what is handed on is checked by its end.
        if self.since > LONGEST {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "longer than a million characters"));
        }
        Ok(count)
    }
}

/// Hands each row to `row` with its line; the first line must name exactly these columns (a BOM before it is passed over).
pub fn read_rows<R: Read, E: From<TableError>>(
    reader: R,
    columns: &[&str],
    mut row: impl FnMut(u64, &[&str]) -> Result<(), E>,
) -> Result<(), E> {
    // Ending lines at the line feed alone keeps the reader's line numbers right; the carriage return is taken off below.
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(1 << 16)
        .from_reader(Lines { inner: reader, since: 0, quoted: false });
    let mut record = csv::StringRecord::new();
    let names = || TableError::Columns(columns.join(","));
    let mut next = |record: &mut csv::StringRecord| {
        csv.read_record(record).map_err(|error| match fault(error) {
            TableError::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                TableError::Line { line: csv.position().line(), why: e.to_string() }
            }
            other => other,
        })
    };
    if !next(&mut record)? {
        return Err(names().into());
    }
    let headed = record.iter().map(|c| c.trim_start_matches('\u{feff}').trim()).eq(columns.iter().copied());
    if !headed {
        return Err(names().into());
    }
    while next(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let mut cells: Vec<&str> = record.iter().collect();
        if let Some(last) = cells.last_mut() {
            *last = last.trim_end_matches('\r');
        }
        row(line, &cells)?;
    }
    Ok(())
}

/// Writes rows under named columns.
#[derive(Debug)]
pub struct TableWriter<W: Write>(csv::Writer<W>);

impl<W: Write> TableWriter<W> {
    /// Writes the first line.
    pub fn new(writer: W, columns: &[&str]) -> Result<Self, TableError> {
        let mut csv = csv::Writer::from_writer(writer);
        csv.write_record(columns).map_err(fault)?;
        Ok(Self(csv))
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[&str]) -> Result<(), TableError> {
        self.0.write_record(cells).map_err(fault)
    }

    /// Sees that everything is written.
    pub fn finish(mut self) -> Result<(), TableError> {
        Ok(self.0.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(u64, Vec<String>)>, TableError> {
        let mut rows = Vec::new();
        read_rows(text.as_bytes(), &["a", "b"], |line, cells| {
            rows.push((line, cells.iter().map(ToString::to_string).collect()));
            Ok::<_, TableError>(())
        })?;
        Ok(rows)
    }

    #[test]
    fn rows_come_with_their_lines_through_quotes_commas_and_a_bom() {
        let rows = read("\u{feff}a,b\n\"x, \"\"y\"\"\",1\r\n\"two\nlines\",2\nz,3\n").unwrap();
        let lines: Vec<u64> = rows.iter().map(|r| r.0).collect();
        assert_eq!(lines, [2, 3, 5]);
        assert_eq!(rows[0].1, ["x, \"y\"", "1"]);
    }

    #[test]
    fn a_bad_table_is_told_with_its_line() {
        assert_eq!(read("").unwrap_err().to_string(), "line 1: the columns must be a,b");
        assert_eq!(read("b,a\n").unwrap_err().to_string(), "line 1: the columns must be a,b");
        assert_eq!(read("a,b\n1,2\n1,2,3\n").unwrap_err().to_string(), "line 3: 3 columns instead of 2");
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        let endless = |start: &str, piece: &'static [u8]| {
            let head = std::io::Cursor::new(format!("a,b\n1,2\n{start}").into_bytes());
            struct Endless(&'static [u8], u64);
            impl Read for Endless {
                fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                    self.1 += buffer.len() as u64;
                    assert!(self.1 < 64 << 20, "it reads on and on");
                    buffer.iter_mut().zip(self.0.iter().cycle()).for_each(|(byte, one)| *byte = *one);
                    Ok(buffer.len())
                }
            }
            let mut lines = 0;
            let done = read_rows(head.chain(Endless(piece, 0)), &["a", "b"], |_, _| {
                lines += 1;
                Ok::<_, TableError>(())
            });
            (done.unwrap_err().to_string(), lines)
        };
        assert_eq!(endless("", b"xyz"), ("line 3: longer than a million characters".to_owned(), 1));
        assert_eq!(endless("\"", b"xyz\n").1, 1, "a quote that never closes");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut out = Vec::new();
        let mut table = TableWriter::new(&mut out, &["a", "b"]).unwrap();
        table.row(&["x, \"y\"", "两\n行"]).unwrap();
        table.finish().unwrap();
        assert_eq!(read(std::str::from_utf8(&out).unwrap()).unwrap()[0].1, ["x, \"y\"", "两\n行"]);
    }
}
