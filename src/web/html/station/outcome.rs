//! What became of several introductions sent at once: carried in the address that the browser is sent to, told on its page.

use uuid::Uuid;

use crate::actions::Error;
use crate::pages::{Note, Tone, code_sentence, text};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;

/// Query parameters of pages that tell it.
pub const INTRODUCED: &[&str] = &["introduced", "refused"];

/// Sends the browser on: how many were introduced, and which were refused with the code why.
pub fn introduced(root: &str, outcomes: impl Iterator<Item = (Uuid, Result<(), Error>)>) -> Answer {
    let (mut done, mut query) = (0_u32, Vec::new());
    for (id, outcome) in outcomes {
        match outcome {
            Ok(()) => done += 1,
            Err(error) => query.push(("refused", format!("{id}~{}", code(error)))),
        }
    }
    query.insert(0, ("introduced", done.to_string()));
    Answer::see_other(format!("{root}?{}", serde_urlencoded::to_string(&query).unwrap_or_default()))
}

/// The code of a refusal: that of the field where only one is wrong.
fn code(error: Error) -> String {
    let fault = Fault::Act(error);
    match fault.fields() {
        [one] => one.code.clone(),
        _ => fault.status().1.to_owned(),
    }
}

fn refusals(ask: &Ask) -> impl Iterator<Item = (Uuid, &str)> {
    let sent = ask.query.iter().filter(|(n, _)| n == "refused");
    sent.filter_map(|(_, v)| v.split_once('~')).filter_map(|(id, code)| Some((id.parse().ok()?, code)))
}

/// Those that were refused, to tick them again.
pub fn refused_ids(ask: &Ask) -> Vec<Uuid> {
    refusals(ask).map(|(id, _)| id).collect()
}

/// How it went, each refusal with its name and reason; none if the page was not reached that way. `said` is the sentence for
/// those that went well.
pub fn introduced_note(ask: &Ask, said: &str, name: impl Fn(Uuid) -> Option<String>) -> Option<Note> {
    let done: u32 = ask.query("introduced")?.parse().ok()?;
    let refused: Vec<String> = refusals(ask)
        .filter_map(|(id, code)| {
            let why = code_sentence(ask.lang, code, &[])?;
            Some(format!("{}{}{why}", name(id)?, text(ask.lang, "colon", &[])))
        })
        .collect();
    let lead = if done > 0 { text(ask.lang, said, &[("n", &done)]) } else { String::new() };
    if refused.is_empty() {
        return Some(Note { tone: Tone::Ok, text: lead, ..Note::default() });
    }
    let told = format!("{} {}", text(ask.lang, "refused-n", &[("n", &refused.len())]), refused.join(" "));
    Some(Note { tone: Tone::Warn, lead, text: told, ..Note::default() })
}
