# Nearly a match, what a change would bring, and whom to train
near-people = { $n } people nearly fit: one change or two away
tell-them = Say to them: { $what }
and-more = and { $n } more
go-what-if = What would change
what-if-ask = What would change
page-what-if-worker = { $name }: vacancies that a change would open
page-what-if-vacancy = { $title }: people that a change would bring
what-if-one = One change
what-if-two = Two changes that only together open a vacancy
what-if-nothing = There is no such change.
what-if-vacancy = One change, and how many more people fit
what-if-small = fewer than { $n } people are not counted out
what-if-no-change = Nothing of this vacancy could be relaxed.
what-if-wage = Pay up to { $yuan } yuan
what-if-typical = Raise the usual month to { $yuan } yuan
what-if-lodging = Offer lodging
what-if-region = Work anywhere in { $place }
what-if-drop = Do not ask: { $what }
what-if-elsewhere = other counties
col-what-if = If
col-closes = Vacancies lost
col-fit-now = Fit now
col-fit-more = More
col-from-counties = From which counties

# Whom to train
page-training-plan = Which class brings most people into work
page-class-seats = { $name }: whom to call
training-plan-how = Over the vacancies that are open now: whom each class should seat so that most more people are placed when everybody is assigned anew. A place counts once.
training-plans = At most { $n } people a class
people-to-call = People to call
class-plan-best = With these { $seats } people { $placed } more are placed. No other choice places more.
class-plan-bound = With these { $seats } people { $placed } more are placed. No choice places more than { $most }.
no-training-plan = No class would place anybody more now.
n-seats = { $n } seats
enrol-picked = Enrol the picked
say-not-enrolled = Not enrolled:
go-training-plan = Which class pays
go-class-seats = Whom to call
col-helped = Could use it
col-to-seat = To call
col-more-placed = More placed
col-then-goes = Goes to
col-opens-too = Could also go to

# Order classes
class-vacancies = More vacancies of the same order
class-vacancies-hint = Codes beginning with G-, semicolons between them
said-passed-introduced = Passed, and introduced for the vacancy of the order. Who has not agreed that the employer is told is called first.
said-passed-not-introduced = Passed. No introduction for the order was possible: choose another vacancy on the person's page.
fact-kept = Order class
kept-places = { $n } places are kept for people of an order class
code-vacancy-kept = The places left are kept for people of an order class. See other vacancies.
noun-training = Training
did-plan = Looked at whom to call
did-nearly = Looked at who nearly fits
