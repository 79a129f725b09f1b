## 工作站的页


# 工作台
register-worker = 登记务工人员
import-sheet = 导入表格
post-for-employer = 代发岗位
export = 导出
task-kinds = 事项分类
by-task = 按事情
no-tasks = 没有要办的事了。
tasks-caption = 要办的事，按期限排，急的在前

# 表头
col-due = 期限
col-act = 办什么
col-about = 谁、哪个岗位
col-came = 来的日子
col-until = 要在
col-next = 下一步
col-name = 姓名
col-age = 年龄
col-origin = 户籍
col-wishes = 想做、会做
col-certificates = 证书
col-wage-floor = 最低工资
col-status = 状态
col-household = 户
col-last-contact = 上次联系
col-score = 分
col-vacancy = 岗位
col-wage = 工资
col-places = 剩 / 共
col-why = 为什么
col-stuck = 卡在哪
col-change = 最小的改变
col-opens = 多出岗位
col-class = 班
col-days = 开班
col-seats = 余位
col-which = 打开哪些
col-day = 日期
col-state = 到哪一步
col-mail = 邮件
col-rank = 名次
col-village = 村
col-priority = 优先分
col-column = 列
col-heading = 您的表头
col-goes-to = 对应到
col-field = 项目

# 找人
found-people = 找到的人
nobody-found = 没有找到。换个写法，或登记新人。
find = 找
find-worker-knows = 认得：证号、手机号、姓名、拼音（yxl）、一句话。查人会留记录。
search-degraded = 搜索正在重建。
search-degraded-what = 现在直接查登记库：姓名、证号、手机号照常，不会漏人；一句话、拼音、分类计数，还有引号、+、- 要等一会。登记、推荐、导入都不受影响。
people = { $n } 人
narrow-down = 缩小范围
sort = 排法
filter = 筛选

# 一个人
edit = 修改
note-call = 记一次电话
record-consent = 记下同意
fits-n = 合适岗位 { $n }
near-n = 差一点 { $n }
training-n = 培训 { $n }
introductions-n = 推荐 { $n }
timeline = 经过
basic-facts = 基本情况
see-numbers = 看完整号码
see-numbers-note = 会记下您的名字、时间和原因，本人可以查到。
see-numbers-why = 为什么要看
worked-before = 做过
see-phone = 看手机号
see-id = 看证号
household = 一家人
opened-lately = 最近打开的人
fits-caption = 合适岗位：{ $n } 个
rules-note = 规则 { $rules } 版；不看性别、民族、婚育、户口、健康
no-fits = 现在没有合适的。看看下面差一点的，或问本人还愿做什么。
introduce-picked-vacancies = 推荐到勾选的岗位
near-caption = 差一点的：{ $n } 个，改一处，或两处一起改，就合适
no-near = 没有差一点的岗位。
training-caption = 培训：真能打开的岗位
enrol = 报名
class-is-full = 满了
no-training = 现在没有能多打开岗位的班。
introductions = 推荐
open-it = 打开
no-introductions = 还没有推荐过。
whole-timeline = 看全部经过
not-asked = 没问过：{""}

# 谁合适
who-fits = { $title }：谁合适
see-vacancy = 看岗位
edit-vacancy = 修改岗位
candidates-caption = 合适的人：{ $n } 人
priority-note = {""}　优先分来自政策，单列
no-candidates = 现在没有合适的人。可以放宽要求，或等下一批登记。
places-note = 还剩 { $left } 个名额，已有 { $waiting } 人在等答复
introduce-picked = 推荐勾选的人
see-more-people = 再看一些人
introduced-n = 已推荐 { $n } 人
introduced-people = 已推荐的人
employer = 单位

# 导入
import = 导入
check-import = 核对：{ $file }
import-step-1 = 选文件
import-step-2 = 核对
import-step-3 = 写入
import-reading = 正在读表
import-writing = 正在写入
of-rows = { $done } / { $all } 行
reloads-itself = 这一页自己会更新，可以先去忙别的。
set-aside-n = 待核 { $n } 行
set-aside-what = 可能和已有的人是同一个，由您决定；不会自己变成新人。
row-n = 第 { $n } 行
same-as = 和谁是同一人
resolve-same = 是同一人，更新
resolve-new = 是新人，登记
resolve-skip = 不导这一行
mapping-caption = 列对应
goes-to = { $heading } 对应到
remap = 按新对应再核一遍
remap-note = 改过的对应会记住，下次同样的表头不用再选。
write-rows = 写入 { $rows } 行
get-report = 下载错误表（标好错格）
drop-import = 不导了
write-note = 每一行只算一次。错误表改好可以再导，已写入的不会重复。

# 查重
no-duplicates = 没有要比对的了。
same-person = 是不是同一个人？
pair-of = 第 { $at } 对，共 { $of } 对
next-pair = 先看下一对
pair-caption = 并排比对：{ $n } 项不一样，黄底标出
side-a = 甲
side-b = 乙
apart = 不是同一人，记住
decide-later = 打电话问过再定
grounds = 依据（可不写）
merge-note = 留下的那条照旧，另一条收在它下面，随时可以拆开，两边的记录都不丢。
maybe-known = 可能已经登记过
maybe-known-next = 是同一个人就用那一个；不是就接着保存。
quick-typing = 怎么填得快
quick-typing-how = 先填证件号码，出生日期、性别、户籍县自动得出。没有证号也能存，写明原因。

# Words about a person
due-all = 全部
years-old = { $n } 岁
opted-out = 本人不愿意参加匹配。
fact-phone = 手机
fact-id-number = 证号
merged-records = 合并进来的记录
unmerge = 拆开
said-introduced-posts = 推荐到 { $n } 个岗位了。
refused-n = { $n } 个没有推荐成：
merge-into-a = 是同一人，留甲
merge-into-b = 是同一人，留乙
recorded-on = { $day } 登记
fits-best = 最合适的 { $n } 个岗位，后面还有
candidates-best = 最合适的 { $n } 人，后面还有

# 保存的查找
page-searches = 保存的查找
no-searches = 还没有保存的查找。
saved-search-keep = 保存这个查找
saved-search-name = 叫什么
saved-search-hint = 比如“会焊工的人”。本站的人都看得到，有新的每天写进汇总信。
saved-search-save = 保存
saved-search-what = 有新的人、新的岗位，每天写进本站的汇总信；信里只写 王* 和编号。停用后信里不再写，随时可以再启用。
saved-search-stopped = 停用了
saved-search-stop = 停用
saved-search-resume = 再启用
saved-search-delete = 删除
said-search-saved = 存好了，有新的每天写进汇总信。
col-search = 查找
col-asked = 找什么
col-saved-by = 谁存的
col-saved-on = 哪天存的
col-new = 新的
operators = 怎样找得更准
operators-phrase = "二保焊"：引号里的字要连在一起。
operators-must = +深圳：一定要有这个词。
operators-must-not = -夜班：不要有这个词。

occupation-unsure = 职业没有认准，匹配时会漏人。
occupation-maybe = 是下面哪一种？点一下就定。
occupation-other = 都不是，自己填
unsure-n = 职业没有认准，请选（{ $n } 个岗位）
unsure-what = 岗位已经导入。选定职业，匹配才不漏人。
said-occupation = 职业已选定。
