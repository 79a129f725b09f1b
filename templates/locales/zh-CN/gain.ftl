# 差一点、改了会怎样、培训怎么排
near-people = 差一点的人：{ $n } 个，改一两处就合适
tell-them = 对本人说：{ $what }
and-more = 还有 { $n } 个
go-what-if = 改了会怎样
what-if-ask = 改了会怎样
page-what-if-worker = { $name }：改一处，能多几个岗位
page-what-if-vacancy = { $title }：改一处，能多几个人
what-if-one = 只改一处
what-if-two = 两处一起改才行（单改一处不行的）
what-if-nothing = 没有这样的改法。
what-if-vacancy = 改一处，多几个人合适
what-if-small = 少于 { $n } 人不写数
what-if-no-change = 这个岗位没有能放宽的。
what-if-wage = 工资加到 { $yuan } 元
what-if-typical = 通常月收入加到 { $yuan } 元
what-if-lodging = 包住
what-if-region = 上班地点放宽到{ $place }
what-if-drop = 不限：{ $what }
what-if-elsewhere = 其他县
col-what-if = 如果
col-closes = 少掉岗位
col-fit-now = 现在合适
col-fit-more = 多出
col-from-counties = 哪些县的人

# 培训怎么排
page-training-plan = 办哪个班，能多送几个人上岗
page-class-seats = { $name }：该叫谁来
training-plan-how = 按现在开着的岗位算：每个班叫哪些人来学，全部人一起重新安排时，上岗的人增加最多。一个岗位只算一次。
training-plans = 每班最多叫 { $n } 人
people-to-call = 该叫的人
class-plan-best = 叫这 { $seats } 人，能多 { $placed } 人上岗。没有更好的叫法。
class-plan-bound = 叫这 { $seats } 人，能多 { $placed } 人上岗。怎么叫都不会超过 { $most } 人。
no-training-plan = 现在没有哪个班能多送人上岗。
n-seats = { $n } 人
enrol-picked = 给勾选的人报名
say-not-enrolled = 有人没报上：
go-training-plan = 办哪个班合算
go-class-seats = 该叫谁来
col-helped = 用得上的人
col-to-seat = 叫几人
col-more-placed = 多上岗
col-then-goes = 学完去
col-opens-too = 还能去

# 订单班
class-vacancies = 同一订单的其他岗位
class-vacancies-hint = 编号，G- 开头，几个用分号隔开
said-passed-introduced = 结业了，已推荐到订单岗位。没同意告知单位的，先打电话问本人。
said-passed-not-introduced = 结业了。订单岗位推荐不上，请到本人页面另选岗位。
fact-kept = 订单班
kept-places = 留 { $n } 个名额给订单班的学员
code-vacancy-kept = 剩下的名额留给订单班的学员。看看别的岗位。
noun-training = 培训
did-plan = 看该叫谁来
did-nearly = 看谁差一点
