//! Conditions of the person alone: status, opting out, labour capacity, the age of the law.

use super::{Held, Pair};
use crate::domain::worker::{Statement, Status, age_on};
use crate::matching::change::Change;
use crate::matching::sentence::{Arg, Say};

/// Matching takes `looking` and `unknown`, and `employed` only with `wants_change`.
pub fn status(pair: &Pair) -> Held {
    match pair.seeker.status {
        Status::Looking => Held::YES,
        Status::Unknown => Held::ASK,
        Status::Employed => Held::by_fact(pair.seeker.wants_change),
        Status::NotSeeking | Status::Away | Status::Training | Status::Closed => Held::NO,
    }
}

pub fn say_status(pair: &Pair, held: Held) -> Say {
    match (held.ok, pair.seeker.status) {
        (true, Status::Unknown) => Say::plain("status.ask"),
        (true, Status::Employed) => Say::plain("status.change"),
        (true, _) => Say::plain("status.yes"),
        (false, status) => Say::with("status.no", [Arg::code(status)]),
    }
}

pub fn change_status(pair: &Pair) -> Vec<Vec<Change>> {
    match pair.seeker.status {
        Status::Employed => vec![vec![Change::WantsChange]],
        Status::NotSeeking | Status::Away => vec![vec![Change::Statement(Statement::Looking)]],
        Status::Looking | Status::Unknown | Status::Training | Status::Closed => vec![],
    }
}

/// Opting out always wins.
pub fn opted_out(pair: &Pair) -> Held {
    Held::by_fact(!pair.seeker.opted_out)
}

pub fn say_opted_out(_: &Pair, held: Held) -> Say {
    Say::plain(if held.ok { "opted_out.yes" } else { "opted_out.no" })
}

/// 丧失劳动力 and 无劳动力 are never matched.
pub fn no_capacity(pair: &Pair) -> Held {
    pair.seeker.capacity.map_or(Held::ASK, |capacity| Held::by_fact(capacity.can_work()))
}

pub fn say_no_capacity(pair: &Pair, _: Held) -> Say {
    match pair.seeker.capacity {
        None => Say::plain("no_capacity.ask"),
        Some(capacity) if capacity.can_work() => Say::plain("no_capacity.yes"),
        Some(capacity) => Say::with("no_capacity.no", [Arg::code(capacity)]),
    }
}

/// Labour Law art. 15: nobody under 16; who knows no birth date cannot say so.
pub fn under_16(pair: &Pair) -> Held {
    pair.seeker.birth.map_or(Held::UNASKED, |birth| Held::by_fact(age_on(birth, pair.today) >= 16))
}

pub fn say_under_16(_: &Pair, held: Held) -> Say {
    Say::plain(match (held.ok, held.known) {
        (true, _) => "under_16.yes",
        (false, true) => "under_16.no",
        (false, false) => "under_16.unasked",
    })
}
