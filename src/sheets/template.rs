//! Empty import sheets: drop-down lists, notes, required marks and one example row.
use rust_xlsxwriter::{Color, DataValidation, DataValidationErrorStyle, Format, Formula, Note, Workbook, XlsxError};

use super::stream::sheet_name;
use super::write::display_width;
use super::{SheetError, column_letters};

/// Rows that have drop-down lists.
const ROWS: u32 = 5_000;

/// A list in the sheet itself may have 255 letters with its commas; longer ones go to a sheet of their own.
const LONGEST_LIST: usize = 255;

/// One column of an import sheet.
#[derive(Clone, Debug, Default)]
pub struct TemplateColumn {
    /// The heading as an import knows it.
    pub heading: String,
    /// Marked with an asterisk and coloured.
    pub required: bool,
    /// What to write here; shown when the mouse is over the heading.
    pub note: String,
    /// Values to choose from; others are warned of, not refused, since the import has the last word.
    pub choices: Vec<String>,
    /// The value in the example row.
    pub example: String,
}

/// Makes an import sheet. The example row begins with 示例, which an import passes over.
pub fn template(name: &str, columns: &[TemplateColumn]) -> Result<Vec<u8>, SheetError> {
    build(name, columns).map_err(|error| SheetError::Io(error.to_string()))
}

fn build(name: &str, columns: &[TemplateColumn]) -> Result<Vec<u8>, XlsxError> {
    // Text everywhere, so that Excel never makes 5.2E+17 of a number.
    let text = Format::new().set_num_format("@");
    let plain = text.clone().set_bold().set_background_color(Color::RGB(0x00E3_ECE7));
    let required = text.clone().set_bold().set_background_color(Color::RGB(0x00F7_D9D0));
    let example = text.clone().set_italic().set_font_color(Color::RGB(0x0080_8080));

    let mut book = Workbook::new();
    book.add_worksheet().set_name(sheet_name(name))?;
    let lists = book.add_worksheet().set_name("选项")?;
    lists.set_hidden(true);
    for (at, column) in (0_u16..).zip(columns).filter(|(_, column)| is_long(&column.choices)) {
        for (row, choice) in (0_u32..).zip(&column.choices) {
            lists.write_string(row, at, choice)?;
        }
    }
    let sheet = book.worksheet_from_index(0)?;
    sheet.set_freeze_panes(1, 0)?;
    let first_example = columns.iter().position(|column| !column.example.is_empty());
    for (at, column) in (0_u16..).zip(columns) {
        sheet.set_column_format(at, &text)?;
        let width = display_width(&column.heading).max(display_width(&column.example)) + 4;
        sheet.set_column_width(at, width.clamp(10, 40))?;
        if column.required {
            sheet.write_string_with_format(0, at, format!("*{}", column.heading), &required)?;
        } else {
            sheet.write_string_with_format(0, at, &column.heading, &plain)?;
        }
        if !column.note.is_empty() {
            sheet.insert_note(0, at, &Note::new(&column.note).add_author_prefix(false))?;
        }
        let mark = if first_example == Some(usize::from(at)) { "示例：" } else { "" };
        sheet.write_string_with_format(1, at, format!("{mark}{}", column.example), &example)?;
        if !column.choices.is_empty() {
            let list = if is_long(&column.choices) {
                let letters = column_letters(usize::from(at));
                let range = format!("='选项'!${letters}$1:${letters}${}", column.choices.len());
                DataValidation::new().allow_list_formula(Formula::new(range))
            } else {
                DataValidation::new().allow_list_strings(&column.choices)?
            };
            sheet.add_data_validation(1, at, ROWS, at, &list.set_error_style(DataValidationErrorStyle::Warning))?;
        }
    }
    book.save_to_buffer()
}

/// Whether a list does not fit into the sheet itself; a comma in a value would split it there.
fn is_long(choices: &[String]) -> bool {
    let letters: usize = choices.iter().map(|choice| choice.encode_utf16().count() + 1).sum();
    letters > LONGEST_LIST || choices.iter().any(|choice| choice.contains(','))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{part, rows};
    use super::super::{find_header, is_note};
    use super::*;

    fn columns() -> Vec<TemplateColumn> {
        let column = |heading: &str, example: &str, choices: Vec<String>| TemplateColumn {
            heading: heading.to_owned(),
            example: example.to_owned(),
            choices,
            ..TemplateColumn::default()
        };
        let counties = (0..80).map(|number| format!("贵州省第{number}县")).collect();
        let mut columns = vec![
            column("姓名", "张三", vec![]),
            column("性别", "男", vec!["男".into(), "女".into()]),
            column("户籍地", "贵州省第1县", counties),
        ];
        columns[0].required = true;
        columns[0].note = "与身份证一致".to_owned();
        columns
    }

    #[test]
    fn a_template_has_lists_notes_marks_and_an_example_that_is_no_data() {
        let bytes = template("人员", &columns()).expect("a template");
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("<formula1>\"男,女\"</formula1>"));
        assert!(sheet.contains("<formula1>'选项'!$C$1:$C$80</formula1>"));
        assert!(part(&bytes, "xl/workbook.xml").contains(r#"state="hidden""#));
        assert!(part(&bytes, "xl/comments1.xml").contains("与身份证一致"));

        let (info, read) = rows(&bytes).expect("a good file");
        assert_eq!(info.name, "人员");
        assert_eq!(read[0].text(0), "*姓名");
        let header = find_header(&read, &|heading| ["姓名", "性别", "户籍地"].contains(&heading)).expect("a header");
        assert_eq!(header.known, 3);
        assert_eq!(read.len(), 2);
        assert!(is_note(&read[1]));
    }

    #[test]
    fn a_value_with_a_comma_goes_to_the_list_sheet() {
        assert!(is_long(&["a,b".to_owned()]));
        assert!(!is_long(&["a".to_owned()]));
    }
}
