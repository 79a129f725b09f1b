## Pages of the stations


# 工作台
register-worker = Register a worker
import-sheet = Import a sheet
post-for-employer = Post a vacancy
export = Export
task-kinds = Kinds of tasks
by-task = By task
no-tasks = Nothing to do.
tasks-caption = Things to do, most urgent first

# 表头
col-due = Due
col-act = Task
col-about = Who, which vacancy
col-came = Came
col-until = By
col-next = Next
col-name = Name
col-age = Age
col-origin = Origin
col-wishes = Wishes and skills
col-certificates = Certificates
col-wage-floor = Least wage
col-status = Status
col-household = Household
col-last-contact = Last contact
col-score = Score
col-vacancy = Vacancy
col-wage = Wage
col-places = Left / all
col-why = Why
col-stuck = What is in the way
col-change = Smallest change
col-opens = Vacancies opened
col-class = Class
col-days = Days
col-seats = Seats
col-which = Which
col-day = Day
col-state = State
col-mail = Mail
col-rank = Rank
col-village = Village
col-priority = Priority
col-column = Column
col-heading = Your heading
col-goes-to = Goes to
col-field = Field

# 找人
found-people = People found
nobody-found = Nobody found. Try other words, or register the person.
find = Find
find-worker-knows = Understands ID number, phone, name, pinyin (yxl), free words. Look-ups are recorded.
search-degraded = Search is being rebuilt.
search-degraded-what = The register is asked directly: names, ID numbers and phones work and nobody is missed; free words, pinyin, counts, quotes, + and - come back in a while. Registering, introducing and importing work as ever.
people = { $n ->
    [one] 1 person
   *[other] { $n } people
 }
narrow-down = Narrow down
sort = Sort
filter = Filter

# 一个人
edit = Edit
note-call = Note a call
record-consent = Record consent
fits-n = { $n ->
    [one] 1 fitting vacancy
   *[other] { $n } fitting vacancies
 }
near-n = { $n } nearly
training-n = { $n ->
    [one] 1 class
   *[other] { $n } classes
 }
introductions-n = { $n ->
    [one] 1 introduction
   *[other] { $n } introductions
 }
timeline = Timeline
basic-facts = Facts
see-numbers = See the full numbers
see-numbers-note = Your name, the time and the reason are recorded; the person can ask to see them.
see-numbers-why = Why
worked-before = Worked before
see-phone = See the phone
see-id = See the ID number
household = Household
opened-lately = Opened lately
fits-caption = { $n ->
    [one] 1 fitting vacancy
   *[other] { $n } fitting vacancies
 }
rules-note = Rules { $rules }; sex, ethnicity, marriage, household registration and health do not count
no-fits = Nothing fits now. See what nearly fits below, or ask what else the person would do.
introduce-picked-vacancies = Introduce to the picked vacancies
near-caption = { $n } nearly fit: one change away, or two together
no-near = No vacancy nearly fits.
training-caption = Training: what it really opens
enrol = Enrol
class-is-full = Full
no-training = No class opens more vacancies now.
introductions = Introductions
open-it = Open
no-introductions = No introductions yet.
whole-timeline = Whole timeline
not-asked = Not asked yet:{" "}

# 谁合适
who-fits = { $title }: who fits
see-vacancy = See the vacancy
edit-vacancy = Edit
candidates-caption = { $n ->
    [one] 1 person fits
   *[other] { $n } people fit
 }
priority-note = ; priority comes from policy and stands apart
no-candidates = Nobody fits now. Relax what is asked, or wait for the next registrations.
places-note = { $left } places left, { $waiting } waiting for an answer
introduce-picked = Introduce the picked
see-more-people = See more people
introduced-n = { $n ->
    [one] 1 person
   *[other] { $n } people
 } introduced
introduced-people = Introduced people
employer = Employer

# 导入
import = Import
check-import = Check { $file }
import-step-1 = Choose file
import-step-2 = Check
import-step-3 = Write
import-reading = Reading the sheet
import-writing = Writing
of-rows = { $done } of { $all } rows
reloads-itself = This page updates itself; you can do something else meanwhile.
set-aside-n = { $n ->
    [one] 1 row
   *[other] { $n } rows
 } set aside
set-aside-what = They may be people who are in the register; you decide. None becomes a new person by itself.
row-n = Row { $n }
same-as = The same as
resolve-same = Same person, update
resolve-new = New person, register
resolve-skip = Skip this row
mapping-caption = Columns
goes-to = { $heading } goes to
remap = Check again with these columns
remap-note = Changes are remembered for the same headings next time.
write-rows = Write { $rows } rows
get-report = Get the error sheet (faulty cells marked)
drop-import = Drop
write-note = Every row is counted once. The corrected error sheet can be imported again; nothing is written twice.

# 查重
no-duplicates = No pairs are left.
same-person = Are they the same person?
pair-of = Pair { $at } of { $of }
next-pair = Next pair
pair-caption = Side by side: { $n ->
    [one] 1 field differs
   *[other] { $n } fields differ
 }, marked yellow
side-a = A
side-b = B
apart = Not the same: remember
decide-later = Decide after a call
grounds = Grounds (optional)
merge-note = The record that stays is unchanged; the other is kept below it and can be taken apart at any time. Nothing is lost.
maybe-known = May be registered already
maybe-known-next = If it is the same person, use that one; else save.
quick-typing = Quick typing
quick-typing-how = Type the ID number first: birth date, sex and county follow. Without a number, give the reason and save.

# Words about a person
due-all = All
years-old = { $n } years old
opted-out = This person does not want to be matched.
fact-phone = Phone
fact-id-number = ID number
merged-records = Records merged into this one
unmerge = Take apart
said-introduced-posts = Introduced for { $n } vacancies.
refused-n = { $n } could not be introduced:
merge-into-a = Same person: keep A
merge-into-b = Same person: keep B
recorded-on = recorded { $day }
fits-best = The { $n } vacancies that fit best; there are more
candidates-best = The { $n } people who fit best; there are more

# Saved searches
page-searches = Saved searches
no-searches = No search is saved yet.
saved-search-keep = Save this search
saved-search-name = Name
saved-search-hint = Such as “people who weld”. Everybody of the station sees it; what is new stands in the daily digest.
saved-search-save = Save
saved-search-what = New people and vacancies stand in the daily digest of your station, people as 王* and code only. A stopped search is left out until it is resumed.
saved-search-stopped = stopped
saved-search-stop = Stop
saved-search-resume = Resume
saved-search-delete = Delete
said-search-saved = Saved. What is new stands in the daily digest.
col-search = Search
col-asked = What is asked
col-saved-by = Saved by
col-saved-on = Saved on
col-new = New
operators = How to search more exactly
operators-phrase = "二保焊": the words in quotes must stand together.
operators-must = +深圳: this word must be there.
operators-must-not = -夜班: this word must not be there.

occupation-unsure = The occupation is not certain: matching will miss people.
occupation-maybe = Which of these is it? One press says so.
occupation-other = None of these: fill in
unsure-n = Occupation to choose ({ $n } vacancies)
unsure-what = The vacancies are imported. Until the occupation is chosen, matching misses people.
said-occupation = The occupation is chosen.
