//! Finding the header row between titles and notes, and telling data from total and note rows after it.
use unicode_normalization::UnicodeNormalization;

use super::{CellKind, REASON_HEADING, Row};

/// A column with a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 0-based column.
    pub column: usize,
    /// The heading as the person sees it.
    pub text: String,
    /// What the dictionary knows it by: with its note in brackets if it is known so, else without.
    pub key: String,
}

/// The header of a sheet, of one or two rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Row number of its first row.
    pub first_row: u32,
    /// Row number of its last row; data begins after it.
    pub last_row: u32,
    /// Columns with a heading, in order; columns that an import must ignore are left out.
    pub headings: Vec<Heading>,
    /// How many different headings the dictionary knows; 0 if the header was only guessed.
    pub known: usize,
}

impl Header {
    /// Whether a row is data: after the header, no total or note, and not the header printed again.
    pub fn is_data(&self, row: &Row) -> bool {
        let again = || self.headings.len() > 1 && self.headings.iter().all(|h| row.text(h.column).trim() == h.text);
        row.number > self.last_row && !is_note(row) && !again()
    }
}

/// A heading without what people add to it: spaces, line breaks, asterisks, notes in brackets; NFKC.
pub fn normalise_heading(text: &str) -> String {
    let plain = plain(text);
    let mut depth = 0_usize;
    let mut bare = String::with_capacity(plain.len());
    for letter in plain.chars() {
        match letter {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    match bare.trim_end_matches(':') {
        "" => plain,
        bare => bare.nfc().collect(),
    }
}

/// NFKC without spaces, line breaks, asterisks and an ending colon; notes in brackets stay.
fn plain(text: &str) -> String {
    let folded = text.nfkc().filter(|letter| !letter.is_whitespace() && !letter.is_control());
    // Taking a letter out can bring two together that compose.
    let kept: String = folded.filter(|letter| !matches!(letter, '*' | '※' | '\u{feff}' | '\u{200b}')).nfc().collect();
    kept.trim_end_matches(':').to_owned()
}

/// Finds the header among the first rows (about 30) of a sheet.
///
/// `known` says whether the caller's dictionary has a normalised heading. The row with the most known headings
/// wins, together with the row below it if that completes it. If the dictionary knows none, the first wide row
/// of different texts is taken, with `known` 0. None if no row looks like a header.
pub fn find_header(rows: &[Row], known: &dyn Fn(&str) -> bool) -> Option<Header> {
    let mut best: Option<Header> = None;
    for (at, row) in rows.iter().enumerate() {
        let one = header(row, None, known);
        let two = rows
            .get(at + 1)
            .filter(|below| below.number == row.number + 1 && completes(row, below, known))
            .map(|below| header(row, Some(below), known))
            .filter(|two| two.known > one.known);
        let found = two.unwrap_or(one);
        let is_header = found.known >= 2 || (found.known == 1 && different(row) <= 2);
        if is_header && best.as_ref().is_none_or(|best| found.known > best.known) {
            best = Some(found);
        }
    }
    best.or_else(|| {
        let widest = rows.iter().map(different).max()?;
        let guessed = rows.iter().find(|row| {
            let texts = row.cells.iter().filter(|cell| !cell.is_blank());
            different(row) * 2 > widest && texts.clone().all(|cell| is_wording(&cell.text, cell.kind)) && !is_note(row)
        })?;
        (widest > 1).then(|| header(guessed, None, known))
    })
}

/// Whether a row says something about the sheet instead of being data: totals, signatures, remarks, examples.
pub fn is_note(row: &Row) -> bool {
    const TOTALS: [&str; 5] = ["合计", "总计", "小计", "共计", "累计"];
    const SIGNED: [&str; 16] = [
        "制表",
        "填表",
        "填报",
        "审核",
        "复核",
        "审批",
        "经办",
        "负责人",
        "单位负责人",
        "分管领导",
        "报送",
        "联系人",
        "注",
        "备注",
        "说明",
        "备注说明",
    ];
    let Some(first) = row.cells.iter().find(|cell| !cell.is_blank()) else {
        return true;
    };
    let text: String = first.text.nfkc().filter(|letter| !letter.is_whitespace()).collect();
    let is_total = TOTALS.iter().any(|total| {
        let rest = text.strip_prefix(total);
        rest.is_some_and(|rest| rest.chars().next().is_none_or(|next| !next.is_alphabetic()))
            || (text.ends_with(total) && text.chars().count() <= 20)
    });
    // 制表人: 填报日期: 审核单位(盖章): 注: 注1: … a label, then a colon.
    let label = text.split(':').next().unwrap_or_default();
    let is_signed = label.len() < text.len()
        && label.chars().count() <= 12
        && SIGNED.iter().any(|word| {
            let rest = label.strip_prefix(word);
            rest.is_some_and(|rest| {
                let rest = normalise_heading(rest);
                let rest = rest.trim_matches(|letter: char| letter.is_ascii_digit() || letter == '(' || letter == ')');
                matches!(rest, "" | "人" | "单位" | "日期" | "时间" | "部门" | "说明" | "签字" | "盖章" | "人签字")
            })
        });
    is_total || is_signed || label == "示例" || text.starts_with("填表说明")
}

/// Whether the row below can be the second line of a header: wording that is mostly known or repeated from above.
fn completes(above: &Row, below: &Row, known: &dyn Fn(&str) -> bool) -> bool {
    let (mut fits, mut filled) = (0, 0);
    for (column, cell) in below.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
        if !is_wording(&cell.text, cell.kind) {
            return false;
        }
        filled += 1;
        let repeated = plain(&cell.text) == plain(above.text(column));
        fits += usize::from(repeated || key(&cell.text, known).1);
    }
    filled > 0 && fits * 2 >= filled
}

fn header(row: &Row, below: Option<&Row>, known: &dyn Fn(&str) -> bool) -> Header {
    let width = row.cells.len().max(below.map_or(0, |below| below.cells.len()));
    let mut headings = Vec::new();
    let mut keys = std::collections::BTreeSet::new();
    for column in 0..width {
        let upper = row.text(column).trim();
        let lower = below.map_or("", |below| below.text(column).trim());
        let joined = format!("{upper}{lower}");
        let candidates: &[&str] = match (upper, lower) {
            ("", "") => continue,
            ("", lower) => &[lower],
            (upper, "") => &[upper],
            (upper, lower) if upper == lower => &[upper],
            (upper, lower) => &[lower, &joined, upper],
        };
        let (text, (key, is_known)) = candidates
            .iter()
            .map(|text| (*text, key(text, known)))
            .find(|(_, (_, is_known))| *is_known)
            .unwrap_or_else(|| (candidates[0], key(candidates[0], known)));
        // The reason column of a returned sheet and masked columns of an export are for people only.
        if key == REASON_HEADING || plain(text).ends_with("(掩码)") {
            continue;
        }
        if is_known {
            keys.insert(key.clone());
        }
        headings.push(Heading { column, text: text.to_owned(), key });
    }
    let last_row = below.map_or(row.number, |below| below.number);
    Header { first_row: row.number, last_row, headings, known: keys.len() }
}

/// The key of a heading, and whether the dictionary has it.
fn key(text: &str, known: &dyn Fn(&str) -> bool) -> (String, bool) {
    let full = plain(text);
    if known(&full) {
        return (full, true);
    }
    let bare = normalise_heading(text);
    let is_known = known(&bare);
    (bare, is_known)
}

/// Number of different texts in a row; a title merged over ten columns is one.
fn different(row: &Row) -> usize {
    let texts = row.cells.iter().filter(|cell| !cell.is_blank()).map(|cell| cell.text.trim());
    texts.collect::<std::collections::BTreeSet<_>>().len()
}

/// Whether a cell could be a heading: short text that is no number.
fn is_wording(text: &str, kind: CellKind) -> bool {
    kind == CellKind::Text
        && text.chars().count() <= 40
        && !text.chars().all(|letter| letter.is_numeric() || letter.is_whitespace() || letter.is_ascii_punctuation())
}

#[cfg(test)]
mod tests {
    use super::super::testing::row;
    use super::*;
    use proptest::prelude::*;

    fn known(heading: &str) -> bool {
        [
            "序号",
            "用人单位",
            "招聘岗位",
            "招聘人数",
            "姓名",
            "性别",
            "省",
            "市",
            "县",
            "公益性岗位(月数)",
            "务工时间",
            "证件号码",
        ]
        .contains(&heading)
    }

    fn keys(header: &Header) -> Vec<(usize, &str)> {
        header.headings.iter().map(|heading| (heading.column, heading.key.as_str())).collect()
    }

    #[test]
    fn headings_lose_what_people_add_to_them() {
        for (typed, bare) in [
            ("* 姓 名", "姓名"),
            ("务工\n时间（月）", "务工时间"),
            ("证件号码【必填】：", "证件号码"),
            ("ＩＤ", "ID"),
            ("（备注）", "(备注)"),
            ("a(b", "a"),
        ] {
            assert_eq!(normalise_heading(typed), bare);
        }
    }

    #[test]
    fn title_and_note_rows_before_the_header_are_passed_over() {
        let title = row(1, &["2026年春季招聘岗位信息表"; 4]);
        let rows = [
            title,
            row(2, &["填报单位：某区", "", "", "填报日期：2月18日"]),
            row(4, &["序号", "用人单位", "招聘岗位", "招聘人数"]),
            row(5, &["1", "甲厂", "普工", "3"]),
        ];
        let header = find_header(&rows, &known).expect("a header");
        assert_eq!((header.first_row, header.last_row, header.known), (4, 4, 4));
        assert_eq!(keys(&header), [(0, "序号"), (1, "用人单位"), (2, "招聘岗位"), (3, "招聘人数")]);
        let data: Vec<bool> = rows.iter().map(|row| header.is_data(row)).collect();
        assert_eq!(data, [false, false, false, true]);
    }

    #[test]
    fn a_header_of_two_lines_is_read_as_one() {
        // Merged in a workbook the upper text is repeated, in a CSV its other cells are empty.
        for (upper, lower) in [
            (["姓名", "性别", "户籍", "户籍", "户籍"], ["姓名", "性别", "省", "市", "县"]),
            (["姓名", "性别", "户籍", "", ""], ["", "", "省", "市", "县"]),
        ] {
            let rows = [row(2, &upper), row(3, &lower), row(4, &["张三", "男", "贵州省", "毕节市", "大方县"])];
            let header = find_header(&rows, &known).expect("a header");
            assert_eq!((header.first_row, header.last_row), (2, 3));
            assert_eq!(keys(&header), [(0, "姓名"), (1, "性别"), (2, "省"), (3, "市"), (4, "县")]);
        }
    }

    #[test]
    fn a_data_row_is_never_taken_for_the_second_line() {
        let rows = [row(1, &["姓名", "性别", "去向"]), row(2, &["张三", "男", "省"])];
        assert_eq!(find_header(&rows, &known).map(|header| header.last_row), Some(1));
    }

    #[test]
    fn a_note_in_brackets_counts_only_if_the_dictionary_has_it() {
        let rows = [row(1, &["公益性岗位（月数）", "务工时间（月）", "证件号码（掩码）", "退回原因"])];
        let header = find_header(&rows, &known).expect("a header");
        assert_eq!(keys(&header), [(0, "公益性岗位(月数)"), (1, "务工时间")]);
    }

    #[test]
    fn an_unknown_header_is_guessed_and_says_so() {
        let rows = [row(1, &["名单"]), row(2, &["甲", "乙", "丙"]), row(3, &["x", "y", "7"])];
        let header = find_header(&rows, &known).expect("a header");
        assert_eq!((header.first_row, header.known), (2, 0));
        assert_eq!(find_header(&[row(1, &["1", "2"])], &known), None);
        assert_eq!(find_header(&[], &known), None);
    }

    #[test]
    fn totals_signatures_remarks_and_examples_are_no_data() {
        for text in [
            "合计",
            "合 计：",
            "总计(人)",
            "甲厂小计",
            "制表人：李四",
            "填报单位（盖章）：某局",
            "审核人:",
            "注：以上为准",
            "注1：年龄",
            "填表说明",
            "示例：张三",
            "备注说明: 略",
            "单位负责人： 王",
            "",
        ] {
            assert!(is_note(&row(9, &["", text, "x"][..if text.is_empty() { 1 } else { 3 }])), "{text}");
        }
        for text in [
            "合计划",
            "注塑工",
            "1",
            "张三",
            "说明员",
            "联系人甲：乙",
            "总计财务有限公司",
            "示例家政有限公司",
            "08:30",
            "备注册",
        ] {
            assert!(!is_note(&row(9, &[text])), "{text}");
        }
    }

    #[test]
    fn a_header_printed_again_is_no_data() {
        let rows = [row(1, &["姓名", "性别"]), row(2, &["张三", "男"]), row(50, &["姓名", "性别"])];
        let header = find_header(&rows, &known).expect("a header");
        assert!(!header.is_data(&rows[2]));
        assert!(header.is_data(&rows[1]));
    }

    proptest! {
        #[test]
        fn normalising_twice_is_normalising_once(text in "\\PC{0,20}") {
            let once = normalise_heading(&text);
            prop_assert_eq!(normalise_heading(&once), once);
        }
    }
}
