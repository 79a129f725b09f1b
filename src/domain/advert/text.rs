//! An advert's text reduced to what the rules read, with the way back to the original characters.

use unicode_normalization::UnicodeNormalization;

/// Text without blanks and ornaments inside words; each character knows its place in the original.
pub struct Plain {
    pub chars: Vec<char>,
    /// Span in the original, in characters, of each of `chars`.
    origin: Vec<(usize, usize)>,
}

impl Plain {
    /// The original span `[start, end)` of a span of reduced characters, without marks at its ends.
    pub fn original_span(&self, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
        while start < end && !is_word(self.chars[start]) {
            start += 1;
        }
        while end > start && !is_word(self.chars[end - 1]) {
            end -= 1;
        }
        (start < end).then(|| (self.origin[start].0, self.origin[end - 1].1))
    }

    /// 女/性/优/先 is one word in disguise; 男/女 is a choice and stays.
    fn without_dividing_slashes(self) -> Plain {
        let slash = |i: Option<usize>| i.and_then(|i| self.chars.get(i)) == Some(&'/');
        let (chars, origin) = (0..self.chars.len())
            .filter(|&i| !(slash(Some(i)) && (slash(i.checked_sub(2)) || slash(Some(i + 2)))))
            .map(|i| (self.chars[i], self.origin[i]))
            .unzip();
        Plain { chars, origin }
    }

    /// The same text with each of these spans, in order and apart, read as the one character `FOLDED`.
    pub fn folded(&self, spans: &[std::ops::Range<usize>]) -> Plain {
        let mut folded =
            Plain { chars: Vec::with_capacity(self.chars.len()), origin: Vec::with_capacity(self.chars.len()) };
        let mut at = 0;
        for span in spans {
            folded.chars.extend(&self.chars[at..span.start]);
            folded.origin.extend(&self.origin[at..span.start]);
            folded.chars.push(FOLDED);
            folded.origin.push((self.origin[span.start].0, self.origin[span.end - 1].1));
            at = span.end;
        }
        folded.chars.extend(&self.chars[at..]);
        folded.origin.extend(&self.origin[at..]);
        folded
    }
}

/// Stands for any word of a folded class; private use, so no text loses it by chance.
pub const FOLDED: char = '\u{e000}';

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == FOLDED
}

/// NFKC and lower case; keeps letters, digits and the marks that end a clause or join numbers.
pub fn normalise(text: &str) -> Plain {
    let folded: Vec<(char, usize)> = text
        .chars()
        .enumerate()
        .flat_map(|(at, c)| {
            // ① and ² are bullets of a list; NFKC would make them figures.
            std::iter::once(if is_list_mark(c) { '、' } else { c })
                .nfkc()
                .flat_map(char::to_lowercase)
                .map(move |c| (c, at))
                .collect::<Vec<_>>()
        })
        .filter(|(c, _)| *c == '\n' || !(c.is_whitespace() || c.is_control() || is_invisible(*c)))
        .collect();
    let mut plain = Plain { chars: Vec::with_capacity(folded.len()), origin: Vec::with_capacity(folded.len()) };
    for (i, &(c, at)) in folded.iter().enumerate() {
        let digit = |j: Option<usize>| j.and_then(|j| folded.get(j)).is_some_and(|(c, _)| c.is_ascii_digit());
        let after_digit = digit(i.checked_sub(1));
        let c = match c {
            '×' => 'x',
            // "1.男" is the first point of a list, "1.5" a number.
            '.' if after_digit && !digit(Some(i + 1)) => '、',
            c => c,
        };
        let keep = match c {
            ',' | '。' | ';' | '!' | '?' | '、' | '\n' | '(' | ')' | '/' | ':' | '<' | '>' | '≤' | '≥' | '%' => {
                true
            }
            '-' | '~' | '–' | '—' | '―' => digit(Some(i + 1)),
            '.' => after_digit,
            _ => c.is_alphanumeric(),
        };
        if keep {
            plain.chars.push(c);
            plain.origin.push((at, at + 1));
        }
    }
    plain.without_dividing_slashes()
}

fn is_list_mark(c: char) -> bool {
    matches!(c, '①'..='⓿' | '¹' | '²' | '³')
}

/// Zero-width characters that hide a word from a plain search.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_word_leads_back_to_all_its_characters() {
        let plain = normalise("不要 河 南 人、广西人");
        let folded = plain.folded(&[2..4, 6..8]);
        assert_eq!(folded.chars, ['不', '要', FOLDED, '人', '、', FOLDED, '人']);
        assert_eq!(folded.original_span(2, 3), Some((3, 6)));
        assert_eq!(folded.original_span(0, 4), Some((0, 8)));
        assert_eq!(folded.original_span(5, 6), Some((9, 11)));
    }

    #[test]
    fn blanks_and_ornaments_inside_words_vanish_and_positions_lead_back() {
        let plain = normalise("只 招-女*工，１８~３５岁");
        assert_eq!(plain.chars.iter().collect::<String>(), "只招女工,18~35岁");
        assert_eq!(plain.original_span(0, 5), Some((0, 7)));
        assert_eq!(plain.original_span(4, 5), None);
    }
}
