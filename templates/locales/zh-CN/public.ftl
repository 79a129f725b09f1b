## 给务工人员和用人单位的页


# 找工作
find-work = 找工作
search-label = 想做什么？比如 做饭
where = 在哪里
at-least = 每月至少
what-else = 还要什么
lodging = 包住
meals = 包吃
more-filters = 更多条件
occupation = 职业
employment-form = 用工形式
found-vacancies = 找到 { $n } 个岗位
search-degraded-public = 搜索正在整理，先按最新的给您看。
relaxed = 没有完全符合的，我们放宽了：
did-you-mean = 您要找的是：{""}
no-vacancies = 现在没有。换个词试试，或打电话，有了就告诉您。
sorted-by = 排法：{""}
look-for = 换一样找：{""}
see-more = 再看一些
seen-of = 已看 { $seen } 个，共 { $total } 个
call-for-help = 不会填？打电话
vacancy-shut = 这个岗位不招了。
vacancy-shut-next = 看看别的，或打电话问。
what-work = 做什么，怎么算钱
no-deposit = 不收押金，不扣身份证，不收服装费、培训费。
no-deposit-law = 谁收都违法（劳动合同法第九条）。
leave-phone = 留电话
how-to-apply = 怎么报名
by-phone = 打电话报名
say-code = 打电话时说这个编号：
after-that = 交了以后
after-1 = 工作站两天内打给您，电话是 { $phone }。
after-2 = 您愿意去，我们才告诉单位。
after-3 = 单位答应了，我们送您上车。
ask-by-phone = 打电话问

# 回执
noted = 记下了
receipt = 回执
noted-what = { $who }，问“{ $vacancy }”。
stage-received = 收到了
stage-called = 打过电话
stage-introduced = 推荐了
stage-closed = 办完了
receipt-withdrawn = 已经撤回，您的电话不再用了。
what-next = 接下来
calls-by = { $day }前，工作站打给您。
calls-from = 来电是 { $phone }，请接。
calls-again = 没接到不要紧，我们再打两次。
what-happened = 经过
keep-code = 记住这个号，随时能查：
withdraw-hint = 不想要了，按一下就撤回。
withdraw = 撤回
other-jobs = 再看别的岗位

# 培训班
class-search = 想学什么？比如 月嫂
class-find = 找班
programme = 培训项目
found-classes = 有 { $n } 个班在招人
no-classes = 现在没有在招人的班。打电话问，开班就告诉您。
class-call = 报名打电话
class-shut = 这个班不招人了。
class-shut-next = 看看别的班，或打电话问下一期。
class-opens = 学完能做什么
class-apply = 怎么报名
class-apply-how = 打电话给工作站，说这个编号：

# 登录
login = 登录
login-for = 工作人员和用人单位用。
login-not-needed = 找工作不用登录
session-ended = 太久没动，已经退出。
session-kept = 刚才填的还留着，登录后接着办。
login-trouble = 进不去怎么办
login-trouble-wrong = 账号或密码不对：连错几次要等一会儿，不会锁死。
login-trouble-forgot = 忘了密码：工作人员请安全管理员再发设密码的信；用人单位打工作站电话，请站里再发。
new-employer = 新单位：

# 用人单位
vacancy = 岗位
look = 看
nobody-introduced = 还没有推荐来的人。
post-vacancy = 发布岗位
invitation = 面试通知（可打印、可念）
accept = 愿意要
hired = 面完了，要
start-day = 上班日期
month-wage = 每月工资（元）
contract-months = 合同几个月
hire = 录用
invite = 约面试
when = 哪天几点
where-interview = 在哪里，怎么面
whom-to-ask = 找谁
invite-do = 约
not-fitting = 不合适
why = 为什么
remark = 补充
decline = 婉拒
no-such-reasons = 性别、民族、婚育、户口、残疾不能作理由。
several-at-once = 一次答复勾选的几个人
accept-picked = 勾选的都愿意要
decline-picked = 婉拒勾选的

# Words of posts and classes for workers
places-left = 还招 { $n } 人
seats-left = 还有 { $n } 个名额
months = { $n } 个月
free = 不收费
asked-ages = { $least }到{ $most }岁
asked-age-from = { $least }岁以上
asked-age-to = { $most }岁以下
asked-schooling = { $schooling }以上
asked-years = 做过{ $years }年
sort-relevance = 最合适的
sort-newest = 最新的
sort-wage = 工资高的

# Search, vacancy and receipt, continued
after-1-plain = 工作站两天内打给您。
receipt-find = 查进度：写回执号
stage-withdrawn = 撤回了
fee-yuan = { $yuan } 元
typical-month = 一般一个月 { $yuan } 元
sort-near-place = 离{ $place }近的
insured = 单位给交
not-insured = 不交
