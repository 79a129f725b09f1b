//! The source as the house rules read it: files of a room, their code without comments and texts, their functions.

use std::path::{Path, PathBuf};

/// One source file.
pub struct Source {
    /// Path from the project's top, with `/`.
    pub path: String,
    /// As written.
    pub text: String,
    /// The same length in lines, with comments and literals blanked out.
    pub code: String,
}

impl Source {
    /// The room: first folder or file below `src/`.
    pub fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
}

/// The top of the project.
pub fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, by path.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    walk(&top().join(folder), &mut files);
    files.sort();
    files
        .into_iter()
        .filter(|f| f.extension().is_some_and(|e| e == "rs"))
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("a source file");
            let path = file.strip_prefix(top()).expect("below the top").to_string_lossy().into_owned();
            Source { path, code: code_of(&text), text }
        })
        .collect()
}

/// Every file below a folder.
pub fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// Blanks out comments, string and character literals; lines stay where they are.
pub fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let mut code = String::with_capacity(text.len());
    let mut i = 0;
    let keep_lines = |from: usize, to: usize, code: &mut String| {
        code.extend(chars[from..to.min(chars.len())].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    };
    while i < chars.len() {
        let word_before = i > 0 && (at(i - 1).is_alphanumeric() || at(i - 1) == '_');
        let end = match at(i) {
            '/' if at(i + 1) == '/' => (i..chars.len()).find(|j| at(*j) == '\n').unwrap_or(chars.len()),
            '/' if at(i + 1) == '*' => {
                (i + 2..chars.len()).find(|j| at(*j) == '*' && at(j + 1) == '/').map_or(chars.len(), |j| j + 2)
            }
            'r' if !word_before && (at(i + 1) == '"' || (at(i + 1) == '#' && matches!(at(i + 2), '"' | '#'))) => {
                let hashes = (i + 1..chars.len()).take_while(|j| at(*j) == '#').count();
                let close = |j: &usize| at(*j) == '"' && (1..=hashes).all(|h| at(j + h) == '#');
                (i + 2 + hashes..chars.len()).find(close).map_or(chars.len(), |j| j + 1 + hashes)
            }
            '"' => {
                let mut j = i + 1;
                while j < chars.len() && at(j) != '"' {
                    j += if at(j) == '\\' { 2 } else { 1 };
                }
                j + 1
            }
            '\'' if at(i + 1) == '\\' => (i + 3..chars.len()).find(|j| at(*j) == '\'').map_or(chars.len(), |j| j + 1),
            '\'' if at(i + 2) == '\'' => i + 3,
            c => {
                code.push(c);
                i += 1;
                continue;
            }
        };
        keep_lines(i, end, &mut code);
        i = end;
    }
    code
}

/// Words and marks of code: identifiers whole, everything else one by one, blanks left out.
pub fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in code.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

/// What follows `crate::` in code, groups `crate::{a::b, c}` taken apart.
pub fn crate_paths(code: &str) -> Vec<String> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    for i in 0..tokens.len() {
        if !(tokens[i] == "crate" && tokens.get(i + 1).is_some_and(|t| t == ":")) {
            continue;
        }
        match tokens.get(i + 3).map(String::as_str) {
            Some("{") => {
                let mut depth = 1;
                let mut first = true;
                for token in &tokens[i + 4..] {
                    match token.as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        "," if depth == 1 => first = true,
                        word if first && depth == 1 => {
                            found.push(word.to_owned());
                            first = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            Some(word) => found.push(word.to_owned()),
            None => {}
        }
    }
    found
}

/// A function of a file: name, signature and body as written.
pub struct Function {
    pub name: String,
    pub signature: String,
    pub body: String,
}

/// The functions of a file that stand at the left margin or one step in, as rustfmt lays them.
pub fn functions(source: &Source) -> Vec<Function> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(rest) = line.find("fn ").map(|at| &line[at + 3..]) else { continue };
        let begins = ["pub ", "pub(", "async ", "fn ", "const "].iter().any(|b| line.trim_start().starts_with(b));
        if indent > 4 || !begins {
            continue;
        }
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let margin = " ".repeat(indent);
        let end = (i..lines.len())
            .find(|j| lines[*j] == format!("{margin}}}") || (*j == i && line.ends_with('}')))
            .unwrap_or(i);
        let text = lines[i..=end].join("\n");
        let open = text.find(" {").unwrap_or(text.len());
        found.push(Function { name, signature: text[..open].to_owned(), body: text[open..].to_owned() });
    }
    found
}

#[test]
fn code_is_read_without_comments_and_texts() {
    let code = code_of(
        "let a = \"crate::web\"; // crate::web\nlet b = r#\"crate::\"web\"#; 'x: loop {} let c = '\"'; crate::store::f()",
    );
    assert_eq!(crate_paths(&code), ["store"]);
    assert_eq!(code.lines().count(), 2);
}

#[test]
fn a_group_of_paths_is_taken_apart() {
    assert_eq!(crate_paths("use crate::{domain::{a, b}, store, actions::Office};"), ["domain", "store", "actions"]);
}
