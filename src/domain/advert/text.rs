//! An advert's text reduced to what the rules read, with the way back to the original characters.

use unicode_normalization::UnicodeNormalization;

/// Text without blanks and ornaments inside words; each character knows its place in the original.
pub struct Plain {
    pub chars: Vec<char>,
    /// Index in the original, in characters, of each of `chars`.
    origin: Vec<usize>,
}

impl Plain {
    /// The original span `[start, end)` of a span of reduced characters, without marks at its ends.
    pub fn original_span(&self, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
        while start < end && !self.chars[start].is_alphanumeric() {
            start += 1;
        }
        while end > start && !self.chars[end - 1].is_alphanumeric() {
            end -= 1;
        }
        (start < end).then(|| (self.origin[start], self.origin[end - 1] + 1))
    }
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
            plain.origin.push(at);
        }
    }
    plain
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
    fn blanks_and_ornaments_inside_words_vanish_and_positions_lead_back() {
        let plain = normalise("只 招-女*工，１８~３５岁");
        assert_eq!(plain.chars.iter().collect::<String>(), "只招女工,18~35岁");
        assert_eq!(plain.original_span(0, 5), Some((0, 7)));
        assert_eq!(plain.original_span(4, 5), None);
    }
}
