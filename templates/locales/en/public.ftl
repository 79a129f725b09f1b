## Pages for workers and employers


# 找工作
find-work = Find work
search-label = What work? For example cooking
where = Where
at-least = At least a month
what-else = What else
lodging = Lodging
meals = Meals
more-filters = More filters
occupation = Occupation
employment-form = Form of work
found-vacancies = { $n ->
    [one] 1 job
   *[other] { $n } jobs
 } found
search-degraded-public = Search is being tidied up; here are the newest first.
relaxed = Nothing fits fully, so we relaxed:{" "}
did-you-mean = Did you mean:{" "}
no-vacancies = None right now. Try another word, or call and we will tell you.
sorted-by = Sort:{" "}
look-for = Look for:{" "}
see-more = See more
seen-of = { $seen } of { $total } seen
call-for-help = Need help? Call
vacancy-shut = This vacancy is closed.
vacancy-shut-next = See others, or call.
what-work = The work and the pay
no-deposit = No deposit, no keeping of ID cards, no fees for clothing or training.{" "}
no-deposit-law = Asking for them is unlawful (Labour Contract Law, article 9).
leave-phone = Leave your number
how-to-apply = How to apply
by-phone = Apply by phone
say-code = Say this code on the phone:
after-that = After that
after-1 = The station calls you within two days from { $phone }.
after-2 = Only if you want to go do we tell the employer.
after-3 = Once the employer agrees, we see you off.
ask-by-phone = Ask by phone

# 回执
noted = Noted
receipt = Receipt
noted-what = { $who }, about “{ $vacancy }”.
stage-received = Received
stage-called = Called
stage-introduced = Introduced
stage-closed = Closed
receipt-withdrawn = Taken back; your number is not used any more.
what-next = What comes next
calls-by = The station calls you by { $day }.
calls-from = The call comes from { $phone }.
calls-again = If you miss it, we call twice more.
what-happened = What happened
keep-code = Keep this code to look again:
withdraw-hint = Changed your mind? Take it back here.
withdraw = Take back
other-jobs = See other jobs

# 培训班
class-search = What to learn? For example nursing
class-find = Find
programme = Programme
found-classes = { $n ->
    [one] 1 class
   *[other] { $n } classes
 } open
no-classes = No class is open now. Call and we will tell you.
class-call = Call to enrol
class-shut = This class is closed.
class-shut-next = See other classes, or ask about the next one.
class-opens = What it opens
class-apply = How to enrol
class-apply-how = Call the station and say this code:

# 登录
login = Sign in
login-for = For staff and employers.{" "}
login-not-needed = Finding work needs no sign-in
session-ended = You were away for long and were signed out.
session-kept = What you typed is kept; sign in and go on.
login-trouble = Cannot get in?
login-trouble-wrong = Wrong name or password: after several tries you wait a while; you are not locked out.
login-trouble-forgot = Forgotten password: staff ask the security officer to send the letter again; employers call the station, which sends it.
new-employer = New employer:{" "}

# 用人单位
vacancy = Vacancy
look = Show
nobody-introduced = Nobody has been introduced yet.
post-vacancy = Post a vacancy
invitation = Invitation (to print or read out)
accept = Accept
hired = Interviewed, hire
start-day = First day
month-wage = Monthly wage (yuan)
contract-months = Contract in months
hire = Hire
invite = Interview
when = When
where-interview = Where and how
whom-to-ask = Whom to ask for
invite-do = Invite
not-fitting = Not fitting
why = Why
remark = Remark
decline = Decline
no-such-reasons = Sex, ethnicity, marriage, household registration and disability are no reasons.
several-at-once = Answer for the picked people at once
accept-picked = Accept the picked
decline-picked = Decline the picked

# Words of posts and classes for workers
places-left = { $n ->
    [one] 1 place left
   *[other] { $n } places left
}
seats-left = { $n ->
    [one] 1 seat left
   *[other] { $n } seats left
}
months = { $n ->
    [one] 1 month
   *[other] { $n } months
}
free = free
asked-ages = aged { $least } to { $most }
asked-age-from = { $least } or older
asked-age-to = up to { $most } years old
asked-schooling = { $schooling } or more
asked-years = { $years } years of practice
sort-relevance = best match
sort-newest = newest
sort-wage = best paid

# Search, vacancy and receipt, continued
after-1-plain = The station calls you within two days.
receipt-find = Look again: your receipt code
stage-withdrawn = Taken back
fee-yuan = ¥{ $yuan }
typical-month = usually ¥{ $yuan } a month
sort-near-place = near { $place }
insured = paid by the employer
not-insured = not paid
