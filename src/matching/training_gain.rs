//! Which classes really open posts to a person: those whose certificates and skills are all that is missing.

use std::cmp::Reverse;

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Columns;
use super::condition::ability::{missing_certificates, missing_skills};
use super::condition::{Pair, bit_of, failing};
use super::row::{CourseRow, OpeningRow};
use super::vocabulary::{Kinship, Vocabulary};

/// What a class opens to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// The class.
    pub class: Uuid,
    /// Posts that it opens, by id.
    pub vacancies: Vec<Uuid>,
}

impl Gain {
    /// How many posts it opens.
    pub fn opens(&self) -> usize {
        self.vacancies.len()
    }
}

/// True if a person may still join the class.
pub fn joinable(course: &CourseRow, today: Date) -> bool {
    course.seats_left > 0 && course.starts.is_none_or(|starts| starts > today)
}

/// True if the class teaches anything that the post asks.
pub fn teaches(course: &CourseRow, words: &Vocabulary, opening: &OpeningRow) -> bool {
    let granted = |asked: &u32| course.certificates.iter().any(|held| words.covers(*held, *asked));
    opening.certificates().iter().any(granted)
        || opening.skills().iter().any(|skill| course.skills.binary_search(skill).is_ok())
}

/// True if the class supplies all that is missing, in time.
pub fn supplies(course: &CourseRow, pair: &Pair, fails: u32) -> bool {
    let (certificates, skills) = (bit_of("certificates"), bit_of("skills"));
    // Who was never asked for a wish and takes a class of the post's family thereby says it.
    let leads_there = pair.words.kinship(course.occupation, pair.opening.occupation) >= Kinship::Relative;
    let wish = if pair.seeker.wanted().is_empty() && leads_there { bit_of("occupation") } else { 0 };
    let learnt = fails & (certificates | skills);
    let in_time = match (course.ends, pair.opening.latest_start) {
        (Some(ends), Some(latest)) => ends <= latest,
        _ => true,
    };
    learnt != 0
        && fails & !(certificates | skills | wish) == 0
        && in_time
        && missing_certificates(pair).all(|asked| {
            let mut granted = course.certificates.iter();
            granted.any(|held| pair.words.covers(*held, asked))
        })
        && (fails & skills == 0 || missing_skills(pair).all(|skill| course.skills.binary_search(&skill).is_ok()))
}

/// Classes with seats that have not begun, ranked by the posts that they open to this person: most first, then the
/// earlier one, then by id. Classes that open nothing are left out.
pub fn classes_for(columns: &Columns, worker: Uuid, today: Date) -> Vec<Gain> {
    let Some((_, seeker)) = columns.seekers.find(worker) else {
        return vec![];
    };
    let courses: Vec<&CourseRow> =
        columns.courses.iter().map(|(_, row)| row).filter(|row| joinable(row, today)).collect();
    let mut opened: Vec<Vec<Uuid>> = vec![vec![]; courses.len()];
    for (slot, opening) in columns.openings.iter() {
        let pair = Pair::new(columns, seeker, slot, opening, today);
        let fails = failing(&pair);
        if fails == 0 {
            continue;
        }
        for (course, list) in courses.iter().zip(&mut opened) {
            if supplies(course, &pair, fails) {
                list.push(opening.id);
            }
        }
    }
    let mut gains: Vec<(&CourseRow, Gain)> = courses
        .into_iter()
        .zip(opened)
        .filter(|(_, vacancies)| !vacancies.is_empty())
        .map(|(course, mut vacancies)| {
            vacancies.sort_unstable();
            let class = course.id;
            (course, Gain { class, vacancies })
        })
        .collect();
    gains.sort_by_key(|(course, gain)| (Reverse(gain.opens()), course.starts, course.id));
    gains.into_iter().map(|(_, gain)| gain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::training::Course;
    use crate::domain::vacancy::Opening;
    use crate::matching::sample::{columns, course, opening, seeker, today};
    use jiff::civil::date;

    fn welder_post(id: u128) -> Opening {
        let mut post = opening(id);
        post.vacancy.requirements.certificates = vec!["初级证".into()];
        post
    }

    fn class(id: u128, certificate: &str) -> Course {
        let mut class = course(id);
        class.class.certificates = vec![certificate.into()];
        class
    }

    /// Classes and what they open to the sample person.
    fn gains(posts: &[Opening], classes: &[Course]) -> Vec<(u128, usize)> {
        let mut columns = columns();
        columns.upsert_seeker(&seeker(1));
        for post in posts {
            columns.upsert_opening(post);
        }
        for class in classes {
            columns.upsert_course(class);
        }
        let list = classes_for(&columns, Uuid::from_u128(1), today());
        list.iter().map(|g| (g.class.as_u128(), g.opens())).collect()
    }

    #[test]
    fn a_class_opens_the_posts_that_miss_only_its_certificate() {
        let mut dear = welder_post(12);
        dear.vacancy.pay.max = Some(400_000);
        let posts = [opening(10), welder_post(11), dear, welder_post(13)];
        let classes = [class(30, "高级证"), class(31, "电工证"), class(32, "初级证")];
        assert_eq!(gains(&posts, &classes), [(30, 2), (32, 2)]);
    }

    #[test]
    fn a_class_that_is_full_begun_or_too_late_opens_nothing() {
        let (mut full, mut begun, mut late) = (class(30, "初级证"), class(31, "初级证"), class(32, "初级证"));
        full.seats_left = 0;
        begun.class.starts = Some(today());
        late.class.ends = Some(date(2026, 12, 21));
        assert_eq!(gains(&[welder_post(11)], &[full, begun, late]), []);
    }

    #[test]
    fn certificate_and_skill_must_both_come_from_the_class() {
        let mut post = welder_post(11);
        post.vacancy.requirements.skills = vec!["焊接".into()];
        let (half, mut whole) = (class(30, "初级证"), class(31, "初级证"));
        whole.class.skills = vec!["焊 接".into()];
        assert_eq!(gains(&[post], &[half, whole]), [(31, 1)]);
    }

    #[test]
    fn a_person_never_asked_says_the_wish_by_taking_the_class() {
        let mut columns = columns();
        let mut person = seeker(1);
        person.worker.occupations_wanted.clear();
        person.worker.experience.clear();
        person.last_occupation = None;
        columns.upsert_seeker(&person);
        columns.upsert_opening(&welder_post(11));
        let (aimless, mut cooking) = (class(30, "初级证"), class(31, "初级证"));
        cooking.class.occupation = Some("4-03-02-05".into());
        columns.upsert_course(&aimless);
        columns.upsert_course(&cooking);
        let list = classes_for(&columns, person.id, today());
        assert_eq!(list.iter().map(|g| g.class.as_u128()).collect::<Vec<_>>(), [31]);
    }
}
