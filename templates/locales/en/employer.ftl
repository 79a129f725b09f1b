## Pages of employers

# Introduced people
nobody-waits = Nobody waits for your answer.
to-do-n = To do { $n }
state-n = { $state } { $n }
late-lead = { $n ->
    [one] 1 person waits
   *[other] { $n } people wait
} past the day.
late-text = Answer them first; they may go elsewhere.
outcomes = What became of each:
pick-nobody = Tick the people to answer first.
history-invitation = History and invitation
all-vacancies = All vacancies
list-comma = ,{" "}
who-is-this = The person
history-n = History
show-phone = Show phone
show-phone-note = Your name and the time are noted.
phone-none = No phone was left; ask the station.
phone-shown = Phone
introduced-by = by { $station }, { $day }
introduced-on = introduced { $day }
answer-by = please answer by { $day }
interview-line = Interview: { $what }
reason-line = Reason: { $what }
placed-line = starts { $day }, { $wage }
offer-ages = aged { $least }–{ $most }
offer-experience = { $years } years as { $what }
offer-skills = can do { $what }
offer-certificates = holds { $what }
offer-from = can come after { $day }
offer-none = No experience noted; invite to see.
offer-withdrawn = Consent was taken back: name and facts are no longer shown. To go on, ask the station.
ask-for-nobody = { $name }: please come to an interview on { $when }, { $place }.
invitation-for = Vacancy: { $vacancy } ({ $employer }). Questions: call the station{ $phone }.
the-station = the station

# The own entry
page-own-entry = Our entry
own-fixed = Name, kind and credit code were checked by the station; call to change them.
own-verified = checked { $day }

# Vacancies by sheet
sheet-fault-row = Row { $row }
sheet-faults = Rows to look at: not taken, or taken with something to correct
sheet-more = { $n } more rows; correct these and upload again to see them.
no-own-vacancies = No vacancies yet. Post one; the station looks at it and opens it.

# Forms of vacancy and employer
vacancy-region-hint = with the city, for example 广州市白云区
