## Lists, single rows and what was done


# 各页的标题
page-vacancies = Vacancies
page-vacancy-new = Post a vacancy
page-vacancy-edit = Edit the vacancy
page-vacancy-copy = Post a copy
page-worker-new = Register a worker
page-worker-edit = Edit { $name }
page-employers = Employers
page-employer-new = Enter an employer
page-employer-edit = Edit the employer
page-training = Classes and enrolments
page-class-new = Enter a class
page-class-edit = Edit the class
page-imports = Imports
page-introduction = Introduction of { $name }
page-outbox = Mail
page-exports = Exports
page-history = Whole timeline
page-own-vacancies = Our vacancies
page-own-import = Post vacancies by sheet
page-sign-up = Register an employer
page-sign-up-done = Received
page-password = Set the password
page-password-done = The password is set
page-stations = Stations
page-station-new = New station
page-station-edit = Edit the station
page-accounts = Accounts
page-account-edit = Change account
page-account-new = New account
page-parameters = Parameters
page-audit = Audit
page-health = Health

# 按钮和链接
go-new-worker = Register a worker
go-new-vacancy = Post a vacancy
go-new-employer = Enter an employer
go-new-class = Enter a class
go-new-station = New station
go-new-account = New account
go-import = Import a sheet
go-export = Export
go-edit = Edit
go-copy = Post a copy
go-close = Close
go-reopen = Reopen
go-extend = Extend
go-review = Review
go-approve = Approve
go-reject = Reject
go-reverify = Verify again
go-retry = Send again
go-candidates = Who fits
go-call = Call
go-remind = Remind
go-submit = Send to the station
go-open = Open
go-print = Print
go-compare = Compare
go-enrol = Enrol
go-attend = Attends
go-pass = Passed
go-fail = Failed
go-certify = Certified
go-leave = Left
go-unmerge = Undo the merge
go-disable = Disable
go-send-password = Send a link to set the password
go-withdraw = Withdraw
go-see-all = See all
go-see-jobs = See jobs
go-home = Back to the start
go-back = Back
go-template = Get an empty sheet

# 表头
col-title = Title
col-code = Ref
col-employer = Employer
col-kind = Kind
col-form = Form
col-region = Place
col-headcount = Head-count
col-left = Left
col-introduced = Introduced
col-valid-until = Until
col-posted = Posted
col-credit-code = Credit code
col-contact = Contact
col-vacancies = Vacancies
col-hired = Hired
col-verified = Verified
col-programme = Programme
col-starts = Begins
col-ends = Ends
col-place = Place
col-enrolled = Enrolled
col-file = File
col-rows = Rows
col-created = Created
col-updated = Updated
col-unchanged = Unchanged
col-set-aside = Set aside
col-rejected = Rejected
col-warned = Notes
col-row = Row
col-result = Result
col-now = Now
col-then = Becomes
col-to = To
col-tries = Tries
col-next-try = Next try
col-fault = Reason
col-at = Time
col-actor = Who
col-object = Object
col-fields = Fields
col-station = Station
col-parent = Parent
col-regions = Regions
col-mailbox = Mailbox
col-account = Account
col-role = Role
col-last-login = Last sign-in
col-value = Value
col-meaning = Meaning
col-part = Part

# 岗位和班的项目
fact-place = Where
fact-lodging = Lodging
fact-meals = Meals
fact-asked = Asked
fact-preferred = Preferred
fact-places = Places
fact-occupation = Occupation
fact-kind = Kind
fact-form = Form
fact-benefits = Also
fact-shift = Shifts
fact-pay = Pay
fact-contract = Contract
fact-probation = Probation
fact-insurance = Insurance
fact-start = Start
fact-until = Open until
fact-verified = Employer checked
fact-employer = Employer
fact-source = Source
fact-hazards = Hazards
fact-days = Days
fact-seats = Seats
fact-fee = Fee
fact-provider = Provider
fact-certificates = Certificates
fact-state = State
fact-status = Status
fact-code = Ref
fact-consent = Consent
fact-stations = Served by
fact-contact = Contact
fact-past = So far
fact-mail = Mail

# 短句
say-lodging = lodging included
say-no-lodging = no lodging
say-meals = meals included
say-no-meals = no meals
say-couple-room = couple rooms
say-not-said = not stated
say-any-schooling = any schooling
say-schooling = { $what } or more
say-age-from = from { $n } years
say-age-to = up to { $n } years
say-age = { $from }–{ $to } years
say-no-experience = no experience needed
say-experience = { $n ->
    [one] 1 year
   *[other] { $n } years
 } of experience
say-certificates = { $what } needed
say-places-left = { $n ->
    [one] 1 place
   *[other] { $n } places
 } left
say-places-of = { $left } of { $all }
say-posted = posted { $day }
say-hires-itself = hires for itself
say-agency = through an agency
say-by-station = posted by the station
say-valid-until = open until { $day }
say-verified = verified { $day }
say-begins = begins { $day }
say-from-to = { $from } to { $to }
say-seats-left = { $n ->
    [one] 1 seat
   *[other] { $n } seats
 } left
say-seats-of = { $left } / { $all }
say-verified-by = { $day }, { $by }
say-not-verified = not yet
say-free = free
say-fee = fee { $yuan } yuan
say-opens-class = opens: { $what }
say-contract = { $n ->
    [one] 1 month
   *[other] { $n } months
 }
say-probation = { $n } months at { $yuan } yuan
say-years-old = { $sex }, { $n }
say-wage-floor = from { $yuan } yuan a month
say-from-day = from { $day }
say-introduced = { $n ->
    [one] 1 person
   *[other] { $n } people
 } introduced
say-introduced-already = introduced already
say-waiting = waiting, day { $n }
say-waiting-you = waits for your answer, day { $n }
say-only-family-name = Only the family name for now; name and number follow once you accept
say-invitation = { $name }: please come to an interview on { $when }, { $place }; ask for { $contact }.
say-range = { $from }–{ $to } of { $all }
say-shown = { $shown } of { $all } shown
say-today = { $day }: { $overdue } overdue, { $today } today, { $week } this week
say-next-task = The next one is due { $day }.
say-relaxed = { $filter } from { $old } to { $new }
say-relaxed-away = without { $filter } (was { $old })
say-back-to-jobs = Back to the jobs
say-sort-relevance = closest to your wish
say-sort-newest = newest
say-sort-wage = highest wage
say-sort-near = nearest
say-anywhere = anywhere
say-any-wage = any
say-from-yuan = ¥{ $yuan }
say-points = +{ $n }
say-twin-name-birth = same name and birth date
say-twin-name-phone = same name and phone
say-twin-similar = similar name, same birth date and village
say-no-number = B has no number, so you decide.
say-both-kept = both kept

# 办好以后的话
said-saved = Saved.
said-registered = Registered.
said-introduced = { $n ->
    [one] 1 person
   *[other] { $n } people
 } introduced.
said-asked = { $n ->
    [one] 1 person has
   *[other] { $n } people have
 } not consented yet: call first.
said-some-failed = { $n ->
    [one] 1 was
   *[other] { $n } were
 } not introduced: { $why }
said-posted = Posted and open.
said-in-review = Handed in; the station looks and posts it.
said-draft = Kept as a draft.
said-closed = Closed.
said-reopened = Open again.
said-approved = Approved; a letter to set the password is on its way.
said-rejected = Not approved; the reason is recorded.
said-call-noted = The call is noted.
said-consent = Consent is recorded.
said-consent-withdrawn = Withdrawn with effect at once.
said-merged = Merged; it can be undone.
said-apart = Remembered: not the same.
said-unmerged = The merge is undone.
said-written = { $n ->
    [one] 1 row
   *[other] { $n } rows
 } written.
said-dropped = Dropped; nothing was changed.
said-resolved = The row is settled.
said-retried = It will be sent again.
said-enrolled = Enrolled.
said-state = Now: { $state }.
said-password-sent = The letter to set the password is on its way.
said-account-disabled = Disabled.
said-sign-up = The station looks within a working day and then mails you a link to set a password.
said-password = You can sign in now.
said-interest-withdrawn = Taken back; we will not call.

# 经过里的话
log-registered = registered
log-imported = imported from a sheet
log-changed = { $field }: { $old } → { $new }
log-set = { $field }: { $new }
log-cleared = { $field }: removed { $old }
log-merged = merged another record, { $who }
log-unmerged = undid the merge: { $who } stands for itself again
log-linked = linked to this station
log-revealed = saw the full number: { $why }
log-introduced = introduced for { $vacancy }
log-consented = consent: { $scope } ({ $how })
log-consent-withdrawn = consent withdrawn: { $scope }
log-called = called: { $outcome }
log-mailed = mail “{ $kind }” { $state }
log-enrolled = enrolled: { $class }
log-placed = hired: { $vacancy }
log-system = system

# 参数和运行

# Overruling the law check
overrule-why = Why it may be posted
overrule = Post it all the same

# Reviews and interests on the desk
number-missing = One of the records has no number, so the program does not decide.
interest-person = Name, phone, ID number or code (R-7K2M)
interest-link = It is this person
interest-register = Register as a new person
interest-close = Done
import-rows = Rows to look at
mapped-known = heading known
mapped-remembered = remembered from this station
worker-household-head = Head
mapped-unknown = heading not recognised: please say what it means
empty-sheets = No sheet yet? Take an empty one, fill it in and send it:
mapped-not-kept = known, not kept: finding work does not need it
map-not-kept = Leave this column out
import-all = All
import-changes = What would change
col-instead = What to write
outcome-kept-created = New, with a warning
outcome-kept-updated = Would change
outcome-kept-unchanged = Unchanged, with a warning
outcome-kept-set-aside = Set aside
outcome-kept-rejected = Rejected
outcome-resolved-new = Registered as a new person
outcome-resolved-same = Put to the person on record
outcome-resolved-skip = Left out
state-import-queued = Queued
state-import-running = Running
state-import-preview = Waiting for your check
state-import-done = Written
state-import-failed = Could not be read
state-import-dropped = Dropped
said-remapped = Remembered. The sheet is being read again with it.
log-distinct = not the same person as { $who }
log-introduction = introduction for { $vacancy }: { $state }
log-call-again = call again on { $day }
log-sealed = ID number or phone changed
worker-village = Village
worker-household = Household
worker-employment = Work
worker-school-status = School status
worker-disability = Disability certificate
worker-origin-text = Home as written
worker-statement-on = Said on
worker-employment-months = Months at work
worker-village-county = County
worker-months = Months
vacancy-pay = Pay
vacancy-requirements = Requirements
vacancy-preferences = Preferred
vacancy-probation = Probation
vacancy-source = Source
vacancy-platform = Platform work
vacancy-barred-for = Barred for
vacancy-state = State
stale-who = Changed meanwhile: { $what }
find-vacancies = Find by title or employer
find-employers = Find by employer
find-classes = Find by class or occupation
close-why = Why it closes (optional)
interest-who = Which person on record
interest-nobody = Nobody found. Try another spelling, or register them.
interest-no-match = Nobody on record has this phone. Look by name, or register them.
said-linked = Linked.
page-of = { $shown } on this page, { $total } in all
twin-elsewhere = Another station keeps somebody alike: { $why }
fact-told-employer = Employer may be told
see-list = See the list
interest-introduce = Introduce for this vacancy
