//! A step of an introduction under way: what it checks, writes and tells while the rows are held.

use super::*;

/// A step under way, with everything it reads under the locks.
pub(super) struct Doing<'a> {
    pub(super) office: &'a Office,
    pub(super) actor: &'a Actor,
    pub(super) tx: &'a mut Tx,
    pub(super) post: &'a Post,
    pub(super) record: &'a Record,
    pub(super) case: &'a Case,
}

impl Doing<'_> {
    /// Does a step that leads on.
    pub(super) async fn go_on(&mut self, step: &Step) -> Result<Introduction> {
        let old = &self.case.introduction;
        let to = old.state.after(step.act()).ok_or_else(|| Error::conflict("introduction.state"))?;
        if to.takes_place() {
            self.may_go_on(to).await?;
        }
        let mut new = Introduction { state: to, updated_at: self.office.now(), ..old.clone() };
        let mut note = None;
        match step {
            Step::Consent(given) => {
                let line = consent(self.office, self.actor, self.record.person.id, given);
                people::add_consents(self.tx, &[line]).await?;
                return self.tell().await;
            }
            Step::Decline(reason, text) | Step::Withdraw(reason, text) => {
                new.reason = Some(*reason);
                new.note.clone_from(text);
                note = Some(reason.code().to_owned());
            }
            Step::Interview(interview) => new.interview = Some(interview.clone()),
            Step::Place(agreed) => {
                new.placement = Some(self.employ(agreed).await?);
                self.close_others().await?;
                self.tell_placement(&new).await?;
            }
            Step::NoShow => new.reason = Some(Reason::NoShow),
            Step::Accept | Step::Reopen => {}
        }
        new.due = due(self.office, to, new.interview.as_ref());
        self.save(&new, step.act(), note).await?;
        Ok(new)
    }

    /// Tells the employer of one who has agreed to that.
    pub(super) async fn tell(&mut self) -> Result<Introduction> {
        let to = IntroductionState::Proposed;
        self.may_go_on(to).await?;
        let due = due(self.office, to, None);
        let new = Introduction { state: to, due, updated_at: self.office.now(), ..self.case.introduction.clone() };
        self.save(&new, IntroductionAct::Consent, None).await?;
        notify(self.office, self.tx, &proposed(&new, self.post)).await?;
        Ok(new)
    }

    /// Places, person and law once more, now under the locks.
    async fn may_go_on(&mut self, to: IntroductionState) -> Result<()> {
        let old = &self.case.introduction;
        let places = cases::places(self.tx, self.post.id).await?;
        // What is accepted or placed needs a place, not an advert that still runs: an answer may come after its last day.
        if !places.may_move(old.state, to) {
            return Err(Error::conflict("vacancy.full"));
        }
        if to == IntroductionState::Proposed
            && let Some(code) =
                closed_for(self.post.state, places.left(), self.post.vacancy.valid_until, self.office.today())
        {
            return Err(Error::conflict(code));
        }
        if let Some(code) =
            refuses(self.record).or_else(|| barred(&self.record.person.worker, &self.post.vacancy, self.office.today()))
        {
            return Err(Error::conflict(code));
        }
        if to.takes_place() && self.record.consent(ConsentScope::Employer) != Some(true) {
            return Err(Error::conflict("consent.missing"));
        }
        Ok(())
    }

    /// Makes the employment of a placement and ends the one before.
    async fn employ(&mut self, agreed: &Placement) -> Result<Placed> {
        let mut ended = Vec::new();
        for job in self.record.jobs.iter().filter(|j| j.to.is_none()) {
            people::update_job(self.tx, &Job { to: agreed.from, ..job.clone() }).await?;
            ended.push(job.id);
        }
        let pay = crate::domain::vacancy::Pay { min: agreed.wage, period: agreed.period, ..Default::default() };
        let place = self.post.vacancy.address.clone().or_else(|| {
            let code = crate::domain::region::RegionCode::parse(self.post.vacancy.region.as_deref()?)?;
            crate::domain::region::full_name(code)
        });
        let job = Job {
            id: self.office.id(),
            worker: self.record.person.id,
            employer: Some(self.post.employer),
            facts: Employment {
                employer: Some(self.post.employer_facts.name.clone()),
                place,
                wage: pay.monthly().0.map(|fen| fen as f64 / 100.0),
                from: agreed.from,
                to: None,
                industry: self.post.employer_facts.industry.clone(),
                channel: Some("劳务协作推荐".to_owned()),
                organised: Some(agreed.organised),
                months: None,
            },
            occupation: self.post.vacancy.occupation.clone(),
            source: "placement".into(),
            to: None,
            introduction: Some(self.case.introduction.id),
        };
        people::add_jobs(self.tx, &[job], self.office.now()).await?;
        Ok(Placed { agreed: agreed.clone(), ended })
    }

    /// Closes the person's other open introductions, with a note.
    async fn close_others(&mut self) -> Result<()> {
        let own = &self.case.introduction;
        for other in cases::of_worker(self.tx, self.record.person.id).await? {
            let i = &other.introduction;
            if i.id == own.id || !i.state.is_open() {
                continue;
            }
            let note = format!("已在别处录用（{}）", own.reference);
            let closed = Introduction {
                state: IntroductionState::Withdrawn,
                reason: Some(Reason::OtherJob),
                note: Some(note.clone()),
                due: None,
                updated_at: self.office.now(),
                ..i.clone()
            };
            if !cases::update(self.tx, &closed).await? {
                return Err(Error::Busy("an introduction of the same person is being changed".into()));
            }
            let act = Some(IntroductionAct::Withdraw);
            let step = event(self.office, self.actor, i.id, act, Some(i.state), closed.state, Some(note));
            cases::add_event(self.tx, &step).await?;
            timeline(self.office, self.tx, self.actor, &closed, &other.vacancy_reference, "introduction.withdraw")
                .await?;
        }
        Ok(())
    }

    async fn tell_placement(&mut self, new: &Introduction) -> Result<()> {
        let mut stations: Vec<Uuid> = self.record.links.iter().map(|l| l.station).collect();
        stations.extend(self.post.station.or(new.station));
        stations.sort_unstable();
        stations.dedup();
        let tells: Vec<Tell> = stations
            .into_iter()
            .map(|s| Tell { introduction: Some(new.id), ..Tell::new(NoticeKind::Placement, To::Station(s), new.id) })
            .collect();
        notify(self.office, self.tx, &tells).await?;
        Ok(())
    }

    /// Undoes the last step.
    pub(super) async fn reopen(&mut self) -> Result<Introduction> {
        let old = &self.case.introduction;
        let last = cases::events(self.tx, old.id).await?.pop().ok_or(Error::NotFound)?;
        let back = last.act.and_then(|act| old.state.before(act, last.from));
        let to = back.ok_or_else(|| Error::conflict("introduction.state"))?;
        let oldest = self.office.now() - crate::actions::outbox::hours(24 * REOPEN_DAYS);
        if last.at < oldest {
            return Err(Error::conflict("introduction.reopen_late"));
        }
        let mut new = Introduction {
            state: to,
            reason: None,
            note: None,
            updated_at: self.office.now(),
            due: due(self.office, to, old.interview.as_ref()),
            ..old.clone()
        };
        if old.state == IntroductionState::Placed {
            let placed = new.placement.take().unwrap_or_default();
            people::remove_job_of(self.tx, old.id).await?;
            for job in self.record.jobs.iter().filter(|j| placed.ended.contains(&j.id)) {
                people::update_job(self.tx, &Job { to: None, ..job.clone() }).await?;
            }
        } else if !old.state.is_open() {
            // Open again: it needs what a new one would need.
            if to.takes_place() {
                self.may_go_on(to).await?;
            } else if let Some(code) = refuses(self.record) {
                return Err(Error::conflict(code));
            }
            room_for_one_more(self.office, self.tx, self.post, self.case.introduction.worker).await?;
        }
        if old.state == IntroductionState::Interview {
            new.interview = None;
        }
        self.save(&new, IntroductionAct::Reopen, None).await?;
        Ok(new)
    }

    async fn save(&mut self, new: &Introduction, act: IntroductionAct, note: Option<String>) -> Result<()> {
        let old = &self.case.introduction;
        match cases::update(self.tx, new).await {
            Ok(true) => {}
            Ok(false) => return Err(Error::conflict("introduction.state")),
            Err(store::Error::Duplicate) => return Err(Error::conflict("introduction.exists")),
            Err(other) => return Err(other.into()),
        }
        let step = event(self.office, self.actor, old.id, Some(act), Some(old.state), new.state, note);
        Ok(cases::add_event(self.tx, &step).await?)
    }
}
