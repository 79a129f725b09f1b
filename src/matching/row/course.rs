//! One class as matching keeps it.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::training::Course;
use crate::matching::vocabulary::{NONE, Vocabulary};

/// A class.
#[derive(Debug, Clone)]
pub struct CourseRow {
    /// The class.
    pub id: Uuid,
    /// Occupation it leads to, or [`NONE`].
    pub occupation: u32,
    /// First day.
    pub starts: Option<Date>,
    /// Last day.
    pub ends: Option<Date>,
    /// Seats not taken.
    pub seats_left: u32,
    /// Certificates a graduate holds, as held ones.
    pub certificates: Vec<u32>,
    /// Skills a graduate has, sorted.
    pub skills: Vec<u32>,
}

impl CourseRow {
    /// Packs a class.
    pub fn pack(course: &Course, words: &mut Vocabulary) -> Self {
        let class = &course.class;
        let mut skills: Vec<u32> = class.skills.iter().map(|s| words.skill(s)).collect();
        skills.sort_unstable();
        Self {
            id: course.id,
            occupation: class.occupation.as_ref().map_or(NONE, |code| words.occupation(code)),
            starts: class.starts,
            ends: class.ends,
            seats_left: course.seats_left,
            certificates: class
                .certificates
                .iter()
                .map(|name| words.held_certificate(&crate::matching::change::certificate(name)))
                .collect(),
            skills,
        }
    }
}
