//! Rows taken apart: a person as people with one wish or one thing to bring each, a post as posts that each ask one thing.

use super::{Limits, Lists, OpeningRow, SeekerRow};
use crate::matching::vocabulary::NONE;

impl SeekerRow {
    /// The person with nothing of the lists but these numbers of one of them.
    fn with(&self, list: usize, numbers: Vec<u32>) -> Self {
        let mut lists = [const { vec![] }; 8];
        lists[list] = numbers;
        Self { lists: Lists::pack(lists), ..self.clone() }
    }

    /// The person as people with one wish each, at its place in the list, and with no other list.
    pub fn by_wish(&self) -> Vec<Self> {
        /// From here on all wishes count alike.
        const LATER: usize = 2;
        if self.wanted().is_empty() {
            return vec![self.clone()];
        }
        let alone = |(place, wish): (usize, &u32)| {
            let mut wishes = vec![NONE; place.min(LATER)];
            wishes.push(*wish);
            self.with(0, wishes)
        };
        self.wanted().iter().enumerate().map(alone).collect()
    }

    /// The person as people with one skill each.
    pub fn by_skill(&self) -> Vec<Self> {
        if self.skills().is_empty() {
            return vec![self.with(2, vec![])];
        }
        self.skills().iter().map(|skill| self.with(2, vec![*skill])).collect()
    }

    /// The person as people with one certificate each.
    pub fn by_certificate(&self) -> Vec<Self> {
        if self.lists.get(3).is_empty() {
            return vec![self.with(3, vec![])];
        }
        self.certificates().map(|(held, expiry)| self.with(3, vec![held, expiry])).collect()
    }

    /// The person as people who each bring one thing that a post may ask or prefer: schooling, past work, a skill, a
    /// certificate; one brings nothing.
    pub fn by_brought(&self) -> Vec<Self> {
        let bare = Self { schooling: None, ..self.with(0, vec![]) };
        let mut all = vec![bare.clone()];
        all.extend(self.schooling.map(|_| Self { schooling: self.schooling, ..bare.clone() }));
        let spells = self.lists.get(1);
        all.extend((!spells.is_empty()).then(|| bare.with(1, spells.to_vec())));
        all.extend(self.skills().iter().map(|skill| bare.with(2, vec![*skill])));
        all.extend(self.certificates().map(|(held, expiry)| bare.with(3, vec![held, expiry])));
        all
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
