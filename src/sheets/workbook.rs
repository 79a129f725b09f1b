//! Reading workbooks: XLSX cell by cell, XLS and ODS in one piece, merged cells filled.
use std::io::Cursor;

use calamine::{
    Data, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};

use super::read::Each;
use super::{Cell, Item, Kind, Limits, Row, SheetError, SheetInfo, archive};

/// Streams an XLSX workbook; never through calamine's range, which allocates the whole rectangle.
pub(super) fn read_xlsx(bytes: &[u8], limits: &Limits, each: &mut Each<'_>) -> Result<(), SheetError> {
    let has_merged = archive::has_merged_cells(bytes, limits)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_error(&error))?;
    for name in names(&book) {
        let mut merged = Vec::new();
        if has_merged {
            merged = book.merge_cells_by_sheet_name(&name).map_err(|error| xlsx_error(&error))?;
        }
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(xlsx_error(&error)),
        };
        let mut rows = Rows::new(Kind::Xlsx, name, merged, limits, each);
        while let Some(cell) = cells.next_cell().map_err(|error| xlsx_error(&error))? {
            let (row, column) = cell.get_position();
            rows.cell(row, column, cell.get_value().clone().into())?;
        }
        if rows.finish()? {
            return Ok(());
        }
    }
    Err(SheetError::Empty)
}

/// Reads an XLS workbook in one piece.
pub(super) fn read_xls(bytes: &[u8], limits: &Limits, each: &mut Each<'_>) -> Result<(), SheetError> {
    let damaged = |error: &XlsError| match error {
        XlsError::Password => SheetError::Encrypted,
        _ => SheetError::Damaged,
    };
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    for name in names(&book) {
        let range = book.worksheet_range(&name).map_err(|error| damaged(&error))?;
        let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| damaged(&error))?;
        if range_rows(Kind::Xls, name, &range, merged, limits, each)? {
            return Ok(());
        }
    }
    Err(SheetError::Empty)
}

/// Reads an ODS workbook in one piece.
pub(super) fn read_ods(bytes: &[u8], limits: &Limits, each: &mut Each<'_>) -> Result<(), SheetError> {
    let damaged = |error: &OdsError| match error {
        OdsError::Password => SheetError::Encrypted,
        _ => SheetError::Damaged,
    };
    let mut book = Ods::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    for name in names(&book) {
        let range = book.worksheet_range(&name).map_err(|error| damaged(&error))?;
        if range_rows(Kind::Ods, name, &range, Vec::new(), limits, each)? {
            return Ok(());
        }
    }
    Err(SheetError::Empty)
}

fn range_rows(
    kind: Kind,
    name: String,
    range: &Range<Data>,
    merged: Vec<Dimensions>,
    limits: &Limits,
    each: &mut Each<'_>,
) -> Result<bool, SheetError> {
    if range.height() > limits.rows_in_one_piece {
        return Err(SheetError::TooManyRowsForFormat);
    }
    let (top, left) = range.start().unwrap_or_default();
    let mut rows = Rows::new(kind, name, merged, limits, each);
    for (row, column, data) in range.used_cells() {
        rows.cell(top + row as u32, left + column as u32, data.clone())?;
    }
    rows.finish()
}

fn names<B: Reader<Cursor<T>>, T: AsRef<[u8]>>(book: &B) -> Vec<String> {
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let (seen, hidden): (Vec<_>, Vec<_>) = sheets.partition(|sheet| sheet.visible == SheetVisible::Visible);
    seen.into_iter().chain(hidden).map(|sheet| sheet.name.clone()).collect()
}

fn xlsx_error(error: &XlsxError) -> SheetError {
    match error {
        XlsxError::Password => SheetError::Encrypted,
        _ => SheetError::Damaged,
    }
}

/// Gathers cells into rows and hands over each row as soon as the next one begins.
struct Rows<'a, 'b> {
    info: Option<SheetInfo>,
    limits: &'a Limits,
    each: &'a mut Each<'b>,
    merged: Merged,
    current: u32,
    cells: Vec<Cell>,
}

impl<'a, 'b> Rows<'a, 'b> {
    fn new(kind: Kind, name: String, merged: Vec<Dimensions>, limits: &'a Limits, each: &'a mut Each<'b>) -> Self {
        let info = Some(SheetInfo { kind, name, encoding: String::new() });
        let merged = Merged::new(merged, limits.columns);
        Self { info, limits, each, merged, current: 0, cells: Vec::new() }
    }

    fn cell(&mut self, row: u32, column: u32, data: Data) -> Result<(), SheetError> {
        if row != self.current {
            // Rows of a sheet only go down; a file that jumps back was made to confuse.
            if row < self.current {
                return Err(SheetError::Damaged);
            }
            self.flush()?;
            self.current = row;
        }
        if data == Data::Empty {
            return Ok(());
        }
        let number = row.saturating_add(1);
        let cell = Cell::from_data(data).map_err(|_| SheetError::CellTooLong { row: number, column })?;
        if cell.is_blank() {
            return Ok(());
        }
        let column = column as usize;
        if column >= self.limits.columns {
            return Err(SheetError::TooManyColumns { row: number });
        }
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, Cell::default);
        }
        self.cells[column] = cell;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SheetError> {
        // A row that only a merged area reaches into is blank to the person.
        if self.cells.is_empty() {
            return Ok(());
        }
        let width = self.cells.len();
        let mut cells = std::mem::replace(&mut self.cells, Vec::with_capacity(width));
        self.merged.fill(self.current, &mut cells);
        if let Some(info) = self.info.take() {
            (self.each)(Item::Sheet(info))?;
        }
        (self.each)(Item::Row(Row { number: self.current.saturating_add(1), cells }))
    }

    /// Hands over the last row; false if the sheet had none.
    fn finish(mut self) -> Result<bool, SheetError> {
        self.flush()?;
        Ok(self.info.is_none())
    }
}

/// The merged areas of a sheet, walked down together with its rows.
struct Merged {
    /// Areas not reached yet, the next one last.
    ahead: Vec<Dimensions>,
    /// Areas that the current row is in, with the value of their first cell.
    open: Vec<(Dimensions, Cell)>,
    columns: usize,
}

impl Merged {
    fn new(mut areas: Vec<Dimensions>, columns: usize) -> Self {
        areas.sort_unstable_by_key(|area| std::cmp::Reverse(area.start));
        Self { ahead: areas, open: Vec::new(), columns }
    }

    fn fill(&mut self, row: u32, cells: &mut Vec<Cell>) {
        self.open.retain(|(area, _)| area.end.0 >= row);
        while let Some(area) = self.ahead.pop_if(|area| area.start.0 <= row) {
            // The value stands in the first cell; if that row was blank, there is nothing to repeat.
            let first = cells.get(area.start.1 as usize).filter(|cell| area.start.0 == row && !cell.is_blank());
            // Areas of a sheet never overlap; a file where they do wants to cost time.
            let overlaps = |(open, _): &(Dimensions, Cell)| open.start.1 <= area.end.1 && area.start.1 <= open.end.1;
            if let Some(value) = first.cloned()
                && !self.open.iter().any(overlaps)
            {
                self.open.push((area, value));
            }
        }
        for (area, value) in &self.open {
            // A title is often merged over the whole sheet's width: only columns that are read are filled.
            let end = (area.end.1 as usize + 1).min(self.columns);
            let start = (area.start.1 as usize).min(end);
            if start < end && cells.len() < end {
                cells.resize_with(end, Cell::default);
            }
            for cell in cells[start..end].iter_mut().filter(|cell| cell.is_blank()) {
                cell.clone_from(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{one_sheet, rows, texts, xls, xlsx, zip};
    use super::super::{CellKind, Kind, SheetError};

    fn first(bytes: &[u8]) -> Vec<String> {
        texts(bytes).remove(0).1
    }

    #[test]
    fn cells_of_every_type_read_as_seen() {
        let bytes = one_sheet(
            r#"<row r="3"><c r="B3" t="inlineStr"><is><t>张三</t></is></c><c r="C3"><v>30</v></c>
            <c r="D3" s="1"><v>46071</v></c><c r="E3" t="b"><v>1</v></c><c r="F3" t="e"><v>#N/A</v></c>
            <c r="G3"><v>522524199002029970</v></c><c r="H3" t="str"><f>A1</f><v>'00123</v></c><c r="I3"/></row>"#,
        );
        let (info, rows) = rows(&bytes).expect("a good file");
        assert_eq!((info.kind, info.name.as_str()), (Kind::Xlsx, "岗位"));
        assert_eq!(rows[0].number, 3);
        let texts: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["", "张三", "30", "2026-02-18", "TRUE", "", "5.22524E+17", "00123"]);
        assert_eq!(rows[0].cells[5].kind, CellKind::Error);
        assert_eq!(rows[0].cells[3].kind, CellKind::Date);
    }

    #[test]
    fn a_merged_value_is_repeated_over_its_area_and_no_further() {
        let bytes = xlsx(&[(
            "s",
            "visible",
            r#"<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>标题</t></is></c></row>
            <row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>甲厂</t></is></c></row>
            <row r="3"><c r="A3"><v>2</v></c></row><row r="4"><c r="A4"><v>3</v></c></row></sheetData>
            <mergeCells count="3"><mergeCell ref="B2:B3"/><mergeCell ref="A1:XFD1"/><mergeCell ref="A7:B9"/></mergeCells>"#,
        )]);
        let read = texts(&bytes);
        assert_eq!(read[0].1, vec!["标题"; 300]);
        assert_eq!(read[1].1, ["1", "甲厂"]);
        assert_eq!(read[2].1, ["2", "甲厂"]);
        assert_eq!(read[3].1, ["3"]);
    }

    #[test]
    fn the_first_filled_visible_sheet_is_read() {
        let cell =
            |text: &str| format!(r#"<sheetData><row><c t="inlineStr"><is><t>{text}</t></is></c></row></sheetData>"#);
        let (hidden, seen) = (cell("选项"), cell("姓名"));
        let bytes = xlsx(&[("h", "hidden", &hidden), ("e", "visible", "<sheetData/>"), ("s", "visible", &seen)]);
        assert_eq!(first(&bytes), ["姓名"]);
        let bytes = xlsx(&[("h", "hidden", &hidden), ("e", "visible", "<sheetData/>")]);
        assert_eq!(first(&bytes), ["选项"]);
        assert_eq!(rows(&xlsx(&[("e", "visible", "<sheetData/>")])), Err(SheetError::Empty));
    }

    #[test]
    fn rows_that_jump_back_are_damage() {
        let bytes = one_sheet(r#"<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>"#);
        assert_eq!(rows(&bytes), Err(SheetError::Damaged));
    }

    #[test]
    fn far_empty_cells_do_no_harm_and_far_filled_ones_are_refused() {
        let far = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="2"/></row>"#;
        assert_eq!(first(&one_sheet(far)), ["1"]);
        let far = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
        let bytes = one_sheet(far);
        assert!(bytes.len() < 2_000);
        assert_eq!(rows(&bytes), Err(SheetError::TooManyColumns { row: 1_048_576 }));
    }

    #[test]
    fn an_overlong_cell_is_refused_with_its_place() {
        let long = format!(r#"<row r="2"><c r="C2" t="inlineStr"><is><t>{}</t></is></c></row>"#, "x".repeat(40_000));
        assert_eq!(rows(&one_sheet(&long)), Err(SheetError::CellTooLong { row: 2, column: 2 }));
    }

    #[test]
    fn overlapping_merged_areas_cost_no_time() {
        let rows: String = (1..=2_000)
            .map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>"#))
            .collect::<Vec<_>>()
            .concat();
        let merged = r#"<mergeCell ref="A1:XFD1048576"/>"#.repeat(20_000);
        let body = format!("<sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells>");
        let read = texts(&xlsx(&[("s", "visible", &body)]));
        assert_eq!((read.len(), read[1].1[0].as_str(), read[1].1[299].as_str()), (2_000, "2", "1"));
    }

    /// Row, column and format of an XLS cell, before its value.
    fn at(row: u16, column: u16) -> Vec<u8> {
        [row, column, 0].iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    #[test]
    fn an_xls_sheet_reads_with_merged_cells_filled() {
        let label = |row, column, text: &str| {
            let letters: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let length = (letters.len() as u16 / 2).to_le_bytes();
            (0x0204, [at(row, column), length.to_vec(), vec![1], letters].concat())
        };
        let number = |row, column, number: f64| (0x0203, [at(row, column), number.to_le_bytes().to_vec()].concat());
        let merged = [1, 2, 3, 0, 0].iter().flat_map(|number: &u16| number.to_le_bytes()).collect();
        let bytes =
            xls(&[label(2, 0, "甲厂"), number(2, 1, 30.0), number(3, 1, 522_524_199_002_029_970.0), (0x00e5, merged)]);
        let (info, _) = rows(&bytes).expect("a good file");
        assert_eq!((info.kind, info.name.as_str()), (Kind::Xls, "s"));
        let cells = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        assert_eq!(texts(&bytes), [(3, cells(["甲厂", "30"])), (4, cells(["甲厂", "5.22524E+17"]))]);
    }

    fn ods(table: &str) -> Vec<u8> {
        let content = format!(
            r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>
            <table:table table:name="人员">{table}</table:table></office:spreadsheet></office:body></office:document-content>"#
        );
        let mime = b"application/vnd.oasis.opendocument.spreadsheet";
        let manifest = b"<manifest:manifest/>";
        zip([("mimetype", &mime[..]), ("META-INF/manifest.xml", manifest), ("content.xml", content.as_bytes())])
    }

    #[test]
    fn an_ods_sheet_reads_with_its_row_numbers() {
        let bytes = ods(concat!(
            r#"<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>"#,
            r#"<table:table-row><table:table-cell office:value-type="string"><text:p>张三</text:p></table:table-cell>"#,
            r#"<table:table-cell office:value-type="float" office:value="30"><text:p>30</text:p></table:table-cell>"#,
            r#"<table:table-cell office:value-type="date" office:date-value="2026-02-18"><text:p>x</text:p></table:table-cell>"#,
            "</table:table-row>",
        ));
        let (info, read) = rows(&bytes).expect("a good file");
        assert_eq!((info.kind, info.name.as_str()), (Kind::Ods, "人员"));
        assert_eq!(read[0].number, 3);
        let texts: Vec<&str> = read[0].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["张三", "30", "2026-02-18"]);
    }

    #[test]
    fn an_ods_sheet_over_the_limit_is_refused() {
        let row =
            r#"<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>"#;
        assert_eq!(texts(&ods(&row.repeat(20_000))).len(), 20_000);
        assert_eq!(rows(&ods(&row.repeat(20_001))), Err(SheetError::TooManyRowsForFormat));
    }
}
