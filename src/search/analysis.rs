//! Chinese text analysis: folding, the 1+2-gram tokenizer, and highlighting in characters.

use std::collections::HashSet;
use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;

/// The name under which the tokenizer is registered in an index.
pub const TOKENIZER: &str = "cjk12";

/// One folded character and the bytes of the source that it came from.
#[derive(Clone, Copy)]
struct Piece {
    ch: char,
    from: usize,
    to: usize,
}

/// Whether the character is Han (or a mark that stands in Han runs).
pub fn is_han(ch: char) -> bool {
    matches!(ch, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}'
        | '\u{f900}'..='\u{faff}' | '々' | '〇')
}

fn is_word(ch: char) -> bool {
    matches!(ch, '+' | '#' | '.') || (ch.is_alphanumeric() && !is_han(ch))
}

/// Whether white space parts single Han characters (普 工, 保洁 员), not words: the run before or after it is one long.
fn is_spelt_out(before: &[Piece], after: &str) -> bool {
    let mut back = before.iter().rev().map(|piece| is_han(piece.ch));
    let behind = back.next() == Some(true);
    behind && (back.next() != Some(true) || !after.starts_with(is_han))
}

/// Folds into `pieces`: NFKC, lower case, no white space inside a word that is spelt out in single Han characters.
fn fold_into(text: &str, pieces: &mut Vec<Piece>) {
    pieces.clear();
    let mut gap = None;
    for (from, ch) in text.char_indices() {
        let to = from + ch.len_utf8();
        if ch.is_whitespace() || ch == '\u{200b}' || ch == '\u{feff}' {
            gap.get_or_insert(Piece { ch: ' ', from, to });
            continue;
        }
        let mut push = |ch: char| {
            if let Some(space) = gap.take()
                && !(is_han(ch) && is_spelt_out(pieces, &text[to..]))
            {
                pieces.push(space);
            }
            pieces.push(Piece { ch, from, to });
        };
        if ch.is_ascii() {
            push(ch.to_ascii_lowercase());
        } else if matches!(ch, '\u{4e00}'..='\u{9fff}') {
            push(ch);
        } else {
            for ch in std::iter::once(ch).nfkc() {
                ch.to_lowercase().for_each(&mut push);
            }
        }
    }
}

/// NFKC, lower case, white space runs as one blank and none inside a word spelt out in single Han characters.
pub fn fold(text: &str) -> String {
    let mut pieces = Vec::with_capacity(text.len());
    fold_into(text, &mut pieces);
    let folded: String = pieces.iter().map(|piece| piece.ch).collect();
    folded.trim().to_string()
}

/// Each Han run gives its 1-grams and 2-grams, each run of letters, digits and `+#.` one token.
#[derive(Clone, Default)]
pub struct Cjk12 {
    pieces: Vec<Piece>,
}

/// The tokens of one text.
pub struct Cjk12Stream<'a> {
    pieces: &'a [Piece],
    next: usize,
    /// A bigram that starts at `next - 1` is due.
    pair: bool,
    position: usize,
    token: Token,
}

impl Tokenizer for Cjk12 {
    type TokenStream<'a> = Cjk12Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cjk12Stream<'a> {
        fold_into(text, &mut self.pieces);
        Cjk12Stream { pieces: &self.pieces, next: 0, pair: false, position: 0, token: Token::default() }
    }
}

impl Cjk12Stream<'_> {
    fn emit(&mut self, range: Range<usize>, position: usize) -> bool {
        self.token.text.clear();
        self.token.text.extend(self.pieces[range.clone()].iter().map(|piece| piece.ch));
        self.token.offset_from = self.pieces[range.start].from;
        self.token.offset_to = self.pieces[range.end - 1].to;
        self.token.position = position;
        true
    }
}

impl TokenStream for Cjk12Stream<'_> {
    fn advance(&mut self) -> bool {
        if self.pair {
            self.pair = false;
            return self.emit(self.next - 1..self.next + 1, self.position - 1);
        }
        while let Some(piece) = self.pieces.get(self.next) {
            let start = self.next;
            if is_han(piece.ch) {
                self.next += 1;
                self.position += 1;
                self.pair = self.pieces.get(self.next).is_some_and(|next| is_han(next.ch));
                return self.emit(start..self.next, self.position - 1);
            }
            if is_word(piece.ch) {
                let len = self.pieces[start..].iter().take_while(|p| is_word(p.ch)).count();
                self.next += len;
                self.position += 1;
                // A full stop at the end is punctuation, one in front (.net) is part of the word.
                let end = (start..self.next).rev().find(|i| self.pieces[*i].ch != '.');
                if let Some(end) = end {
                    return self.emit(start..end + 1, self.position - 1);
                }
                continue;
            }
            self.next += 1;
            self.position += 1;
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// A token with its position among the text's characters and words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gram {
    pub text: String,
    pub position: usize,
    /// Byte range in the source text.
    pub bytes: Range<usize>,
}

/// The tokens of a text in order.
pub fn grams(text: &str) -> Vec<Gram> {
    let mut tokenizer = Cjk12::default();
    let mut stream = tokenizer.token_stream(text);
    let mut grams = Vec::new();
    while stream.advance() {
        let token = stream.token();
        grams.push(Gram {
            text: token.text.clone(),
            position: token.position,
            bytes: token.offset_from..token.offset_to,
        });
    }
    grams
}

/// The longest cover of a text without overlapping single characters: bigrams and words, a lone Han character by itself.
pub fn phrase(text: &str) -> Vec<Gram> {
    let grams = grams(text);
    let covered: HashSet<usize> =
        grams.iter().filter(|gram| is_pair(&gram.text)).flat_map(|gram| [gram.position, gram.position + 1]).collect();
    grams
        .into_iter()
        .filter(|gram| is_pair(&gram.text) || !is_single(&gram.text) || !covered.contains(&gram.position))
        .collect()
}

/// One Han character.
pub fn is_single(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_han) && chars.next().is_none()
}

/// Two Han characters.
pub fn is_pair(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_han) && chars.next().is_some_and(is_han) && chars.next().is_none()
}

/// Character spans of `text` that share bigrams or words with `wanted`, merged, in order.
pub fn highlight(text: &str, wanted: &HashSet<String>) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for gram in grams(text).into_iter().filter(|gram| wanted.contains(&gram.text)) {
        let start = text[..gram.bytes.start].chars().count();
        let end = start + text[gram.bytes].chars().count();
        match spans.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => spans.push(start..end),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        grams(text).into_iter().map(|gram| gram.text).collect()
    }

    #[test]
    fn han_runs_give_one_and_two_grams_and_latin_runs_one_token() {
        assert_eq!(texts("焊工ＣＮＣ"), ["焊", "焊工", "工", "cnc"]);
        assert_eq!(texts("普 工"), ["普", "普工", "工"]);
        assert_eq!(fold("保洁 员 保安　电 工"), "保洁员 保安电工");
        assert_eq!(fold("保安 保洁"), "保安 保洁");
        assert_eq!(texts("C++、.NET."), ["c++", ".net"]);
        assert_eq!(texts("买买提·艾力"), ["买", "买买", "买", "买提", "提", "艾", "艾力", "力"]);
        assert_eq!(texts("…"), Vec::<String>::new());
    }

    #[test]
    fn a_phrase_is_covered_by_pairs_and_words() {
        let cover: Vec<String> = phrase("养老护工A1 男").into_iter().map(|gram| gram.text).collect();
        assert_eq!(cover, ["养老", "老护", "护工", "a1", "男"]);
    }

    #[test]
    fn spans_are_counted_in_characters_of_the_source() {
        let wanted = HashSet::from(["护理".to_string(), "理员".to_string()]);
        assert_eq!(highlight("𠮷村护理 员（护理）", &wanted), [2..6, 7..9]);
        assert_eq!(highlight("焊工", &wanted), Vec::<Range<usize>>::new());
    }

    proptest! {
        #[test]
        fn offsets_lie_on_character_borders_and_positions_never_fall(text in "\\PC{0,40}") {
            let mut last = 0;
            for gram in grams(&text) {
                prop_assert!(text.get(gram.bytes.clone()).is_some());
                prop_assert!(gram.position >= last);
                last = gram.position;
            }
        }

        #[test]
        fn folding_twice_is_folding_once(text in "[一-龥a-zA-ZＡ-Ｚ0-9 　]{0,30}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
