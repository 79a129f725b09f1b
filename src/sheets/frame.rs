//! The form in which the parser's process hands items to its parent: kind, length, payload.
//!
//! The reader trusts nothing: a parser that was taken over by a hostile file can send what it likes.
use std::io::{self, Write};

use super::{Cell, CellKind, Item, Row, SheetError};

/// Longest payload, in bytes; a row is refused as too large before it gets near.
pub(super) const LONGEST: u32 = 8 << 20;

/// Kind (1 byte) and length of the payload (4 bytes).
pub(super) const HEAD: usize = 5;

/// One message of the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Item(Item),
    /// Reading ended early.
    Failed(SheetError),
    /// All rows were sent; without it the parser died.
    End,
}

/// Writes one message; `buffer` is kept by the caller so that rows share it.
pub(super) fn write(frame: &Frame, buffer: &mut Vec<u8>, out: &mut impl Write) -> Result<(), SheetError> {
    buffer.clear();
    let kind = match frame {
        Frame::Item(Item::Row(row)) => {
            row_payload(row, buffer);
            b'R'
        }
        Frame::Item(Item::Sheet(info)) => {
            serde_json::to_writer(&mut *buffer, info).map_err(io::Error::from)?;
            b'S'
        }
        Frame::Failed(error) => {
            serde_json::to_writer(&mut *buffer, error).map_err(io::Error::from)?;
            b'F'
        }
        Frame::End => b'E',
    };
    let length = u32::try_from(buffer.len()).ok().filter(|length| *length <= LONGEST).ok_or(SheetError::TooLarge)?;
    out.write_all(&[kind])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(buffer)?;
    Ok(())
}

/// Takes a head apart into kind and length; none if it cannot be one.
pub(super) fn head(bytes: [u8; HEAD]) -> Option<(u8, usize)> {
    let [kind, length @ ..] = bytes;
    let length = u32::from_le_bytes(length);
    (length <= LONGEST).then_some((kind, length as usize))
}

/// Reads a payload; none if it is not what its kind says.
pub(super) fn parse(kind: u8, payload: &[u8]) -> Option<Frame> {
    match kind {
        b'R' => parse_row(payload).map(|row| Frame::Item(Item::Row(row))),
        b'S' => serde_json::from_slice(payload).ok().map(|info| Frame::Item(Item::Sheet(info))),
        b'F' => serde_json::from_slice(payload).ok().map(Frame::Failed),
        b'E' => payload.is_empty().then_some(Frame::End),
        _ => None,
    }
}

fn row_payload(row: &Row, out: &mut Vec<u8>) {
    out.extend(row.number.to_le_bytes());
    for cell in &row.cells {
        out.push(cell.kind as u8);
        out.extend((cell.text.len() as u32).to_le_bytes());
        out.extend(cell.text.as_bytes());
    }
}

fn parse_row(payload: &[u8]) -> Option<Row> {
    let (number, mut rest) = payload.split_first_chunk()?;
    let mut cells = Vec::new();
    while let Some((kind, tail)) = rest.split_first() {
        let kind = [CellKind::Text, CellKind::Number, CellKind::Date, CellKind::Bool, CellKind::Error]
            .into_iter()
            .find(|known| *known as u8 == *kind)?;
        let (length, tail) = tail.split_first_chunk()?;
        let (text, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        cells.push(Cell { text: std::str::from_utf8(text).ok()?.to_owned(), kind });
        rest = tail;
    }
    Some(Row { number: u32::from_le_bytes(*number), cells })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(frame: &Frame) -> Option<Frame> {
        let (mut buffer, mut out) = (Vec::new(), Vec::new());
        write(frame, &mut buffer, &mut out).ok()?;
        let (first, payload) = out.split_first_chunk::<HEAD>()?;
        let (kind, length) = head(*first)?;
        (length == payload.len()).then(|| parse(kind, payload))?
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_was_sent(number: u32, texts in prop::collection::vec(".{0,20}", 0..20)) {
            let cells = texts.into_iter().map(|text| Cell { text, kind: CellKind::Date }).collect();
            let frame = Frame::Item(Item::Row(Row { number, cells }));
            prop_assert_eq!(back(&frame), Some(frame));
        }

        #[test]
        fn arbitrary_bytes_are_refused_without_a_panic(kind: u8, payload: Vec<u8>) {
            if let Some(Frame::Item(Item::Row(row))) = parse(kind, &payload) {
                prop_assert!(row.cells.len() * 5 + 4 <= payload.len());
            }
        }
    }

    #[test]
    fn errors_keep_their_place_on_the_way() {
        let frame = Frame::Failed(SheetError::CellTooLong { row: 7, column: 2 });
        assert_eq!(back(&frame), Some(frame));
        assert_eq!(back(&Frame::End), Some(Frame::End));
    }
}
