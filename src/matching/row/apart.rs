//! Rows taken apart: a person as people with one wish each, a post as posts that each ask one thing.

use super::{Limits, Lists, OpeningRow, SeekerRow};
use crate::matching::vocabulary::NONE;

impl SeekerRow {
    /// The person as people with one wish each, at its place in the list, and with no other list.
    pub fn by_wish(&self) -> Vec<Self> {
        /// From here on all wishes count alike.
        const LATER: usize = 2;
        if self.wanted().is_empty() {
            return vec![self.clone()];
        }
        let alone = |(place, wish): (usize, &u32)| {
            let mut lists = [const { vec![] }; 8];
            lists[0] = vec![NONE; place.min(LATER)];
            lists[0].push(*wish);
            Self { lists: Lists::pack(lists), ..self.clone() }
        };
        self.wanted().iter().enumerate().map(alone).collect()
    }
}

impl OpeningRow {
    /// The post as posts that each ask one of the required certificates and nothing else of the lists.
    pub fn by_certificate(&self) -> Vec<Self> {
        let alone = |one: &u32| Self { lists: Lists::pack([vec![*one], vec![], vec![], vec![]]), ..self.clone() };
        self.certificates().iter().map(alone).collect()
    }

    /// The post as posts that each ask one of the required skills and nothing else of the lists.
    pub fn by_skill(&self) -> Vec<Self> {
        let alone = |one: &u32| Self { lists: Lists::pack([vec![], vec![*one], vec![], vec![]]), ..self.clone() };
        self.skills().iter().map(alone).collect()
    }

    /// The post as posts that each ask or prefer one thing that a person may bring.
    pub fn by_asked(&self) -> Vec<Self> {
        let bare = Self {
            must: Limits::default(),
            nice: Limits::default(),
            lists: Lists::pack([const { vec![] }; 4]),
            ..self.clone()
        };
        let mut all = vec![];
        for asked in [self.must, self.nice] {
            let schooling = Limits { schooling: asked.schooling, ..Limits::default() };
            let experience = Limits { experience: asked.experience, ..Limits::default() };
            all.extend(asked.schooling.map(|_| Self { nice: schooling, ..bare.clone() }));
            all.extend((asked.experience > 0).then(|| Self { nice: experience, ..bare.clone() }));
        }
        let alone = |place: usize, one: u32| {
            let mut lists = [const { vec![] }; 4];
            lists[place].push(one);
            Self { lists: Lists::pack(lists), ..bare.clone() }
        };
        all.extend(self.skills().iter().chain(self.nice_skills()).map(|skill| alone(3, *skill)));
        all.extend(self.nice_certificates().iter().map(|asked| alone(2, *asked)));
        all
    }
}
