//! Who fits where: conditions, scores, rankings and assignments as pure functions.
