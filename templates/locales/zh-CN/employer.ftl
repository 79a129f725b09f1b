## 用人单位的页

# 推荐来的人
nobody-waits = 现在没有要您答复的人。
to-do-n = 要办的 { $n }
state-n = { $state } { $n }
late-lead = { $n } 人过了答复期限。
late-text = 先答复他们，人可能去别家。
outcomes = 每个人办得怎样：
pick-nobody = 先勾上要答复的人。
history-invitation = 经过和面试通知
all-vacancies = 全部岗位
list-comma = 、
who-is-this = 这个人
history-n = 经过
show-phone = 看手机号
show-phone-note = 看的时间和您的名字会记下。
phone-none = 没有留手机号，请问工作站。
phone-shown = 手机号
introduced-by = { $station }推荐，{ $day }
introduced-on = { $day }推荐
answer-by = 请在 { $day }前答复
interview-line = 面试：{ $what }
reason-line = 原因：{ $what }
placed-line = { $day }上班，{ $wage }
offer-ages = { $least }–{ $most } 岁
offer-experience = 做过{ $what } { $years } 年
offer-skills = 会{ $what }
offer-certificates = 有{ $what }
offer-from = { $day }后能来
offer-none = 没有写做过什么，可以约来看看。
offer-withdrawn = 本人收回了同意，姓名和情况不再给您看。要接着办，请问工作站。
ask-for-nobody = { $name }：请于 { $when } 到 { $place } 面试。
invitation-for = 岗位：{ $vacancy }（{ $employer }）。有疑问打工作站电话{ $phone }。
the-station = 工作站

# 本单位
page-own-entry = 本单位
own-fixed = 名称、类型和信用代码由工作站核过，要改请打电话。
own-verified = { $day }核过

# 用表格发岗位
sheet-fault-row = 第 { $row } 行
sheet-faults = 要看的行：没有收下的，和收下但要改的
sheet-more = 还有 { $n } 行，改好这些再传一次就看到。
no-own-vacancies = 还没有发过岗位。先发布一个，工作站看过就招人。

# Forms of vacancy and employer
vacancy-region-hint = 写上市名，例如 广州市白云区
