//! Advert titles and job wishes without their noise: parts that each name a job, the leading one first.

use super::analysis::{fold, is_single};
use super::words::{self, Words};

/// A title taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title {
    /// Parts that name a job, most telling first; the whole folded title stands last if it differs.
    pub parts: Vec<String>,
    /// Words on the form of employment (兼职, 长期) that were cut out.
    pub form: Vec<String>,
}

/// Takes a title apart with the built-in word lists.
pub fn normalise(text: &str) -> Title {
    normalise_with(words::embedded(), text)
}

fn normalise_with(words: &Words, text: &str) -> Title {
    let whole = fold(text);
    let called = after_hire_word(words, &whole);
    let (outside, inside) = split_brackets(called);
    let mut title = Title::default();
    title.parts = parts_of(words, &outside, &mut title.form);
    if title.parts.is_empty() {
        title.parts = parts_of(words, &inside, &mut title.form);
    }
    if title.parts.len() > 8 {
        title.parts.truncate(8);
    }
    if !whole.is_empty() && !title.parts.contains(&whole) {
        title.parts.push(whole);
    }
    title
}

/// A search text by white space into groups that all are meant, each group into the jobs that it names as alternatives.
/// The frame 其他…岗位 is cut off, 和 and 或 part like a comma; groups that are only noise go unless nothing else is there.
pub fn query_groups(text: &str) -> Vec<Vec<String>> {
    let words = words::embedded();
    let mut pieces = blank_parted(text);
    if let Some(first) = pieces.first_mut() {
        for lead in ["其他", "其它", "各类", "所有", "全部", "我想找", "我要找", "想找", "找"] {
            if let Some(rest) = first.strip_prefix(lead)
                && rest.chars().count() >= 2
            {
                *first = rest.to_string();
            }
        }
    }
    let groups: Vec<Vec<String>> = pieces
        .iter()
        .map(|group| {
            let (outside, inside) = split_brackets(after_hire_word(words, group));
            let mut parts = parts_of(words, &outside, &mut Vec::new());
            if parts.is_empty() {
                parts = parts_of(words, &inside, &mut Vec::new());
            }
            if parts.is_empty() && is_single(group) {
                parts.push(group.clone());
            }
            alternatives(&parts)
        })
        .filter(|group| !group.is_empty())
        .collect();
    let whole = fold(text);
    if groups.is_empty() && whole.chars().any(char::is_alphanumeric) {
        return vec![vec![whole]];
    }
    groups
}

/// Folded pieces between white space; single characters in a row (普 工) are one piece.
fn blank_parted(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut spelling = false;
    for piece in text.split_whitespace().map(fold).filter(|piece| !piece.is_empty()) {
        let single = is_single(&piece);
        match pieces.last_mut() {
            Some(last) if single && spelling => last.push_str(&piece),
            _ => pieces.push(piece),
        }
        spelling = single;
    }
    pieces
}

fn alternatives(parts: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for piece in parts.iter().flat_map(|part| split_at_or(part)) {
        let mut piece = piece;
        for tail in ["岗位", "职位", "人员", "相关", "工作", "类"] {
            if let Some(rest) = piece.strip_suffix(tail)
                && rest.chars().count() >= 2
            {
                piece = rest;
            }
        }
        if !piece.is_empty() && !out.iter().any(|known| known == piece) {
            out.push(piece.to_string());
        }
    }
    out
}

fn split_at_or(part: &str) -> Vec<&str> {
    for word in ["和", "或者", "或", "及"] {
        if let Some((left, right)) = part.split_once(word)
            && left.chars().count() >= 2
            && right.chars().count() >= 2
        {
            let mut pieces = vec![left];
            pieces.extend(split_at_or(right));
            return pieces;
        }
    }
    vec![part]
}

/// What follows a hire word, unless it is itself the job (招聘专员) or the word is part of one (招商).
fn after_hire_word<'a>(words: &Words, text: &'a str) -> &'a str {
    let mut rest = text;
    let mut from = 0;
    while let Some((at, word)) = first_hire_word(words, rest, from) {
        let after = &rest[at + word.len()..];
        let lead = after.trim_start_matches(|ch: char| !ch.is_alphanumeric());
        let letters = lead.chars().filter(|ch| ch.is_alphabetic()).count();
        let is_job = words.job_after_hire.iter().any(|job| lead.starts_with(job.as_str()));
        let is_bare = word.chars().count() == 1
            && (words.bare_call_is_job_before.iter().any(|next| after.starts_with(next.as_str()))
                || is_inside_a_word(&rest[..at]));
        if letters < 2 || is_job || is_bare {
            from = at + word.len();
        } else {
            rest = after;
            from = 0;
        }
    }
    rest
}

/// A bare 招 or 聘 after 应, 返, 外 is part of a word.
fn is_inside_a_word(before: &str) -> bool {
    before.ends_with(['应', '返', '外', '绝', '花', '竞', '解', '受'])
}

fn first_hire_word<'w>(words: &'w Words, text: &str, from: usize) -> Option<(usize, &'w str)> {
    words
        .hire
        .iter()
        .filter_map(|word| text[from..].find(word.as_str()).map(|at| (at + from, word.as_str())))
        .min_by_key(|(at, word)| (*at, std::cmp::Reverse(word.len())))
}

/// The text outside brackets and the text inside them, each piece parted by a blank.
fn split_brackets(text: &str) -> (String, String) {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut depth = 0usize;
    for ch in text.chars() {
        match ch {
            '(' | '[' | '{' | '【' | '《' | '〔' | '「' | '<' | '〖' => {
                depth += 1;
                outside.push(' ');
                inside.push(' ');
            }
            ')' | ']' | '}' | '】' | '》' | '〕' | '」' | '>' | '〗' => {
                depth = depth.saturating_sub(1);
                outside.push(' ');
                inside.push(' ');
            }
            _ if depth > 0 => inside.push(ch),
            _ => outside.push(ch),
        }
    }
    (outside, inside)
}

fn parts_of(words: &Words, text: &str, form: &mut Vec<String>) -> Vec<String> {
    let mut text = text.to_string();
    // No pattern reaches over a blank, so one that matches after a cut has matched before it.
    let stand: Vec<usize> = words.noise_set.matches(&text).into_iter().collect();
    for (noise, is_form) in stand.into_iter().map(|at| &words.noise[at]) {
        if *is_form {
            form.extend(noise.find_iter(&text).map(|found| found.as_str().to_string()));
        }
        text = noise.replace_all(&text, " ").into_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    for part in split(&text) {
        if words.ranks.contains(part) || words.levels.iter().any(|level| level == part) {
            // A bare rank belongs to the stem before it: 招商经理/主管 also means 招商主管.
            if let Some(glued) = parts.last().and_then(|last| glue(words, last, part)) {
                parts.push(glued);
            }
            continue;
        }
        let letters = part.chars().filter(|ch| ch.is_alphabetic()).count();
        let is_call = words.hire.iter().any(|word| word == part);
        let is_lone = part.chars().count() == 1;
        if letters > 0 && !is_call && !is_lone && !parts.iter().any(|p| p == part) {
            parts.push(part.to_string());
        }
    }
    parts
}

fn glue(words: &Words, stem: &str, rank: &str) -> Option<String> {
    let old =
        words.ranks.iter().filter(|r| r.chars().count() >= 2 && stem.ends_with(r.as_str())).max_by_key(|r| r.len())?;
    let stem = stem.strip_suffix(old.as_str()).filter(|stem| !stem.is_empty())?;
    (rank.chars().count() >= 2).then(|| format!("{stem}{rank}"))
}

/// Pieces between everything that is neither letter nor digit; `c++`, `.net` and `x-y` of Latin letters hold together.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut cuts = vec![0];
    for (i, (at, ch)) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map_or(' ', |i| chars[i].1);
        let after = chars.get(i + 1).map_or(' ', |(_, ch)| *ch);
        let keeps = match ch {
            '#' => before.is_ascii_alphabetic(),
            '+' => before == 'c' || (before == '+' && i >= 2 && chars[i - 2].1 == 'c'),
            '.' => after.is_ascii_alphanumeric(),
            '-' => before.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
            _ => ch.is_alphanumeric(),
        };
        if !keeps {
            cuts.push(*at);
            cuts.push(at + ch.len_utf8());
        }
    }
    cuts.push(text.len());
    let mut pieces = Vec::new();
    for pair in cuts.chunks(2) {
        if let [from, to] = pair {
            pieces.push(&text[*from..*to]);
        }
    }
    pieces.into_iter().filter(|piece| !piece.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(text: &str) -> String {
        normalise(text).parts.remove(0)
    }

    #[test]
    fn advert_noise_goes_and_the_job_stays() {
        for (advert, job) in [
            ("睦霖实业|大由海鲜参招聘焊工", "焊工"),
            ("高薪急招电焊工8-10k包吃住五险一金", "电焊工"),
            ("8k续保专员/五险双休/员工餐", "续保专员"),
            ("招聘厂房临时工 3名", "厂房临时工"),
            ("招聘花艺师2名，有2年以上的工作经验", "花艺师"),
            ("早9晚6 月休4-8 6000+延保专员", "延保专员"),
            ("视频剪辑（5k底薪＋绩效）", "视频剪辑"),
            ("招聘专员(J10728)", "招聘专员"),
            ("高级招聘专员", "高级招聘专员"),
            ("招商经理（潍坊）", "招商经理"),
            ("客服(无销售性质)", "客服"),
            ("普 工 两班倒 18-45周岁", "普工"),
            ("薪酬绩效经理", "薪酬绩效经理"),
            ("入库员", "入库员"),
            ("餐厅服务员包吃住", "餐厅服务员"),
            ("急诊护士", "急诊护士"),
            ("旅游顾问", "旅游顾问"),
            ("综合维修工", "综合维修工"),
            ("【急聘】养老护理员", "养老护理员"),
            ("C++开发工程师", "c++开发工程师"),
        ] {
            assert_eq!(first(advert), job, "{advert}");
        }
    }

    #[test]
    fn the_form_of_employment_is_kept_apart() {
        assert_eq!(normalise("服务员 兼职").form, ["兼职"]);
    }

    #[test]
    fn a_bare_rank_is_glued_to_the_stem_before_it() {
        assert_eq!(normalise("招商经理/主管").parts, ["招商经理", "招商主管", "招商经理/主管"]);
    }

    #[test]
    fn search_texts_lose_their_frame() {
        assert_eq!(query_groups("其他建筑岗位"), [["建筑"]]);
        assert_eq!(query_groups("焊工或电工"), [["焊工", "电工"]]);
        assert_eq!(query_groups("找保洁工作"), [["保洁"]]);
        assert_eq!(query_groups("经理"), [["经理"]]);
        assert_eq!(query_groups("包吃住"), [["包吃住"]]);
        assert!(query_groups("！！").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_the_whole_is_never_lost(text in "\\PC{0,60}") {
            let title = normalise(&text);
            let whole = fold(&text);
            prop_assert!(whole.is_empty() || title.parts.contains(&whole));
            query_groups(&text);
        }

        #[test]
        fn adverts_made_of_noise_and_a_job_give_the_job(
            lead in "(急招|诚聘|高薪招聘|)", tail in "(包吃住|五险一金|双休|8-10k|月薪过万|两班倒|3名|)"
        ) {
            prop_assert_eq!(first(&format!("{lead}叉车司机{tail}")), "叉车司机");
        }
    }
}
