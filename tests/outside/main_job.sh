#!/usr/bin/env bash
# The main job from outside: from a county's sheets to a letter in the station's box, by command line and HTTP alone.
#   tests/outside/main_job.sh [SAMPLES]     SAMPLES: folder of the sample files, default ../shared/samples
# SHANHAI names the program (default: target/debug/shanhai), KILLED_ROWS the size of the import that is killed.
# Prints each check; stops with status 1 at the first difference.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ ${1:-} == --list ]]; then
    # `check WHAT …` at each place below; a check in a loop counts once.
    sed -nE 's/^ *check ["'\'']?([^"'\'']*)["'\'']?.*/\1: test/p' "${BASH_SOURCE[0]}"
    exit 0
fi

samples=${1:-../shared/samples}
[[ -f $samples/register-national.csv ]] || { echo "no sample files in $samples: give their folder as the argument"; echo '0 passed, 1 failed'; exit 1; }
samples=$(realpath "$samples")
if [[ -z ${SHANHAI:-} ]]; then
    cargo build -q --bin shanhai
    SHANHAI=$PWD/target/debug/shanhai
fi
work=$(mktemp -d)
server=
clean() { [[ -z $server ]] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"; }
trap clean EXIT
for name in $(compgen -e | grep '^SHANHAI_' || true); do unset "$name"; done
cd "$work"
export SHANHAI_DATA_DIR=$work/data SHANHAI_LOG=warn

passed=0
check() { # WHAT EXPECTED ACTUAL
    if [[ $2 == "$3" ]]; then
        passed=$((passed + 1))
        printf 'ok    %s: %s\n' "$1" "$3"
    else
        printf 'DIFF  %s\n  expected %s\n  found    %s\n' "$1" "$2" "$3"
        [[ ! -f $work/log ]] || tail -n 5 "$work/log"
        printf '%d passed, 1 failed\n' "$passed"
        exit 1
    fi
}
say() { printf '\n-- %s\n' "$*"; }
# Evaluates a Python expression over the JSON on stdin, called d.
j() { python3 -c 'import json, sys
d = json.load(sys.stdin)
v = eval(sys.argv[1])
print(v if isinstance(v, str) else json.dumps(v, ensure_ascii=False))' "$1"; }
run() { "$SHANHAI" "$@"; }
import() { run import "$@" --json 2>"$work/err" | tail -n 1 || { cat "$work/err"; echo '{}'; }; }
# Some members of the JSON on stdin, one behind the other.
pick() { j "' '.join(str(d.get(k)) for k in '$*'.split())"; }
counts() { j '" ".join(f"{k}={d.get(k)}" for k in ["rows", "created", "updated", "unchanged", "set_aside", "rejected"])'; }

say 'the sheets, in the order of EXPECTED.md'
stations=$(import stations "$samples/stations.csv")
check 'stations created' 20 "$(j 'd.get("created")' <<<"$stations")"
employers=$(import employers "$samples/employers.csv" --station GZ-HQ)
check 'employers created and rejected' '55 5' "$(pick created rejected <<<"$employers")"
training=$(import training "$samples/training.xlsx" --station GZ-HQ)
check 'classes created' 21 "$(j 'd.get("created")' <<<"$training")"
dry=$(import vacancies "$samples/recruitment-list.xlsx" --station GZ-HQ --dry-run)
check 'a dry run counts vacancies and writes none' '79 79' "$(pick rows created <<<"$dry")"
vacancies=$(import vacancies "$samples/recruitment-list.xlsx" --station GZ-HQ --open --allow-findings)
check 'vacancies' '79 79' "$(pick rows created <<<"$vacancies")"
workers=$(import workers "$samples/register-national.csv" --station GZ-HQ --report "$work/errors.xlsx")
check 'the register' 'rows=886 created=828 updated=0 unchanged=13 set_aside=10 rejected=35' "$(counts <<<"$workers")"
check 'warnings of the register' 48 "$(j 'd.get("warnings")' <<<"$workers")"
check 'the error sheet is a workbook' PK "$(head -c 2 "$work/errors.xlsx")"

say 'the same again changes nothing'
check 'stations again' 'created=0 updated=0' "$(import stations "$samples/stations.csv" | counts | grep -oE 'created=[0-9]+ updated=[0-9]+')"
check 'employers again' 'created=0 updated=0' "$(import employers "$samples/employers.csv" --station GZ-HQ | counts | grep -oE 'created=[0-9]+ updated=[0-9]+')"
check 'classes again' 'created=0 updated=0' "$(import training "$samples/training.xlsx" --station GZ-HQ | counts | grep -oE 'created=[0-9]+ updated=[0-9]+')"
check 'vacancies again' 'created=0 updated=0' "$(import vacancies "$samples/recruitment-list.xlsx" --station GZ-HQ --open --allow-findings | counts | grep -oE 'created=[0-9]+ updated=[0-9]+')"
check 'the register again' 'rows=886 created=0 updated=0 unchanged=841 set_aside=10 rejected=35' "$(import workers "$samples/register-national.csv" --station GZ-HQ | counts)"

say 'what the rules say of wages'
wages=$(run check-wage 0.6-0.8万/月 4-8千/月 5500 200元/天 4500-6000元/月 22元/小时 面议 底薪3500+提成，综合6000-8000元 5K-7K 6000元以上 |
    python3 -c 'import json, sys
print(" ".join("-".join(str(v) for v in (d["min"], d["max"], d["period"])) for d in map(json.loads, sys.stdin)))')
check 'wages as read' '6000-8000-month 4000-8000-month 5500-5500-month 200-200-day 4500-6000-month 22-22-hour None-None-None 6000-8000-month 5000-7000-month 6000-None-month' "$wages"

say 'the server'
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
base=http://127.0.0.1:$port
start() {
    "$SHANHAI" serve --listen "127.0.0.1:$port" >>"$work/log" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        [[ $(curl -s -o /dev/null -w '%{http_code}' "$base/readyz") != 200 ]] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
    done
    cat "$work/log"
    return 1
}
account() { # NAME OPTION…: a token
    local name=$1
    shift
    run account add "$name" "$@" <<<'山海相连-一个长密码' >/dev/null
    run account token "$name"
}
clerk=$(account clerk1 --role clerk --station GZ-HQ)
ready=0
start || ready=1
check 'the server is ready' 0 "$ready"
# api TOKEN METHOD PATH [BODY]: status on the first line, then the body
api() {
    local token=$1 method=$2 path=$3
    curl -s -X "$method" "$base/api/v1$path" ${token:+-H "Authorization: Bearer $token"} -w '\n%{http_code}' \
        ${4:+-H 'Content-Type: application/json' -d "$4"} | python3 -c 'import sys
body, _, status = sys.stdin.read().rpartition("\n")
print(status)
print(body)'
}
status() { head -n 1; }
body() { tail -n +2; }
check 'alive' 200 "$(curl -s -o /dev/null -w '%{http_code}' "$base/healthz")"
check 'metrics are plain text' 200 "$(curl -s -o /dev/null -w '%{http_code}' "$base/metrics")"

say 'what was imported is found'
check 'people in the register' 828 "$(api "$clerk" GET '/workers?limit=1' | body | j 'd["total"]')"
check 'open vacancies, without a key' 79 "$(api '' GET '/vacancies?limit=1' | body | j 'd["total"]')"
check 'classes, without a key' 21 "$(api '' GET '/classes?limit=1' | body | j 'd["total"]')"
check 'a page of cooks or carers is not empty' True "$(api '' GET '/vacancies?q=%E6%8A%A4%E7%90%86%E5%91%98' | body | j 'str(d["total"] > 0)')"
check 'nobody sees people without a key' 401 "$(api '' GET '/workers' | status)"
check 'a number in an address is refused' 400 "$(api "$clerk" GET '/workers?q=520527199202089972' | status)"

say 'the law check of what was imported'
api "$clerk" GET '/vacancies?limit=79' | body >"$work/vacancies.json"
for id in $(j '" ".join(v["id"] for v in d["items"])' <"$work/vacancies.json"); do
    api "$clerk" GET "/vacancies/$id" | body
    echo
done | grep . >"$work/rows.jsonl"
planted=$(python3 - "$work/rows.jsonl" <<'PY'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
words = {"只招女工": 2, "未婚优先": 2, "限汉族": 2, "不要河南人": 1, "需无乙肝": 1, "本地户口优先": 1,
         "年龄18-35岁，形象气质佳": 1, "需交服装押金200元": 1, "扣押身份证一周": 1, "限男性，18-45岁": 1}
bad = []
for word, count in words.items():
    hit = [r for r in rows if word in json.dumps({k: v for k, v in r.items() if k != "findings"}, ensure_ascii=False)]
    if len(hit) != count or not all(r.get("findings") for r in hit):
        bad.append(f"{word}: {len(hit)} rows, {sum(bool(r.get('findings')) for r in hit)} with findings")
print("; ".join(bad) or "each with a finding")
PY
)
check 'unlawful wording' 'each with a finding' "$planted"

say 'who fits where'
run match recommend --for workers --top 5 --out "$work/recommend.csv" >/dev/null 2>&1
check 'columns of the recommendations' 'worker,vacancy,rank,score' "$(head -n 1 "$work/recommend.csv" | tr -d '\r')"
read -r worker vacancy pairs < <(python3 - "$work/recommend.csv" "$work/rows.jsonl" <<'PY'
import csv, json, sys
places = {json.loads(line)["id"]: json.loads(line)["places_left"] for line in open(sys.argv[2])}
rows = [r for r in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")) if places.get(r["vacancy"], 0) > 1]
best = min(rows, key=lambda r: (int(r["rank"]), -int(r["score"]), r["worker"]))
print(best["worker"], best["vacancy"], len(rows))
PY
)
check 'people of the register have recommendations' True "$( ((pairs > 100)) && echo True || echo "$pairs")"
matches=$(api "$clerk" GET "/workers/$worker/matches?limit=20" | body)
check 'the page says the same as the sheet' True "$(j "str(any(m['vacancy']['id'] == '$vacancy' for m in d['items']))" <<<"$matches")"
check 'each match has its reasons' True "$(j 'str(all(m["reasons"] for m in d["items"]))' <<<"$matches")"
check 'wishes that nobody asked for yet are marked' True "$(j 'str(all(m["asked"] for m in d["items"]))' <<<"$matches")"
fit=$(api "$clerk" GET "/workers/$worker/fit/$vacancy" | body)
check 'the pair taken apart fits' True "$(j 'str(d["eligible"])' <<<"$fit")"
check 'the score is the sum of its points' True "$(j 'str(d["score"] == sum(p["points"] for p in d["parts"]))' <<<"$fit")"
check 'the vacancy has candidates' 200 "$(api "$clerk" GET "/vacancies/$vacancy/candidates" | status)"

say 'an introduction: asked, consented, answered'
employer=$(api "$clerk" GET "/vacancies/$vacancy" | body | j 'd["employer"]["id"]')
code=$(api "$clerk" GET "/employers/$employer" | body | j 'd.get("credit_code")')
if [[ $code == null ]]; then
    # Known by name only: the station fills in the code, as it would after a telephone call.
    code=$(python3 - <<'PY'
chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"
front = "91440101MA5995511"
total = sum(chars.index(c) * pow(3, i, 31) for i, c in enumerate(front))
print(front + chars[(31 - total % 31) % 31])
PY
    )
    etag=$(curl -s -D - -o /dev/null -H "Authorization: Bearer $clerk" "$base/api/v1/employers/$employer" | tr -d '\r' | sed -n 's/^etag: //Ip')
    check 'the employer gets its credit code' 200 "$(curl -s -o /dev/null -w '%{http_code}' -X PATCH -H "Authorization: Bearer $clerk" -H "If-Match: $etag" -H 'Content-Type: application/json' -d "{\"credit_code\": \"$code\"}" "$base/api/v1/employers/$employer")"
fi
firm=$(account firm1 --role employer --employer "$code")
made=$(api "$clerk" POST /introductions "{\"worker\": \"$worker\", \"vacancy\": \"$vacancy\"}")
check 'introduced' 201 "$(status <<<"$made")"
introduction=$(body <<<"$made" | j 'd["id"]')
check 'without consent she is to be asked first' asked "$(body <<<"$made" | j 'd["state"]')"
check 'the employer knows nothing yet' 0 "$(api "$firm" GET /introductions | body | j 'd["total"]')"
check 'her consent is recorded' proposed "$(api "$clerk" POST "/introductions/$introduction/consent" '{"how": "call"}' | body | j 'd["state"]')"
check 'now the employer is told' 1 "$(api "$firm" GET /introductions | body | j 'd["total"]')"
check 'a second time is a conflict' 409 "$(api "$clerk" POST /introductions "{\"worker\": \"$worker\", \"vacancy\": \"$vacancy\"}" | status)"
check 'the employer accepts' accepted "$(api "$firm" POST "/introductions/$introduction/accept" '{}' | body | j 'd["state"]')"
day=$(TZ=Asia/Shanghai date -d '+3 days' +%F)
check 'the employer invites' interview "$(api "$firm" POST "/introductions/$introduction/interview" "{\"at\": \"${day}T10:00:00+08:00\", \"place\": \"广州市白云区一号门\", \"contact\": \"人事\"}" | body | j 'd["state"]')"
check 'the employer hires' placed "$(api "$firm" POST "/introductions/$introduction/place" "{\"from\": \"$day\", \"wage\": 5500, \"period\": \"month\"}" | body | j 'd["state"]')"
check 'she is at work' True "$(api "$clerk" GET "/workers/$worker" | body | j 'str(d["employment"] is not None)')"

say 'the letters'
mail_kinds() {
    python3 - "$work/data/mail" <<'PY'
import email, email.policy, pathlib, sys
kinds = set()
for path in pathlib.Path(sys.argv[1]).rglob("*.eml"):
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    kinds.add(letter["X-Shanhai-Event"].split()[0])
print(" ".join(sorted(kinds & {"introduction", "placement"})))
PY
}
for _ in $(seq 100); do [[ $(mail_kinds) != 'introduction placement' ]] || break; sleep 0.2; done
check 'letters of the introduction and the placement' 'introduction placement' "$(mail_kinds)"
person=$(api "$clerk" POST "/workers/$worker/reveal" '{"fields": ["id_number", "phone"], "reason": "核对邮件里没有号码"}' | body)
told=$(api "$clerk" GET "/workers/$worker" | body | j 'd["name"]')
PERSON=$person NAME=$told python3 - "$work/data/mail" >"$work/mail.txt" <<'PY'
import email, email.policy, json, os, pathlib, sys
secrets = [v for v in json.loads(os.environ["PERSON"]).values() if v] + [os.environ["NAME"]]
ids, faults = [], []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.eml")):
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    ids.append(letter["Message-ID"])
    kinds = {part.get_content_type() for part in letter.walk()}
    if not {"text/plain", "text/html"} <= kinds or not letter["Message-ID"]:
        faults.append(f"{path.name}: {kinds}")
    text = str(letter["Subject"]) + "".join(p.get_content() for p in letter.walk() if not p.is_multipart())
    faults += [f"{path.name} names a secret" for s in secrets if s in text]
if len(ids) != len(set(ids)):
    faults.append("a Message-ID twice")
print("; ".join(faults) or "in order")
PY
check 'letters have both parts, an id each, and no number or full name' 'in order' "$(cat "$work/mail.txt")"
check 'the introduction shows its letters' True "$(api "$clerk" GET "/introductions/$introduction" | body | j 'str(len(d["mail"]) >= 2 and len(d["history"]) >= 4)')"

say 'two clicks on the last place'
post="{\"title\": \"包装工\", \"employer\": \"$employer\", \"kind\": \"market\", \"employment_form\": \"full_time\", \"headcount\": 1, \"region\": \"440111\", \"address\": \"一号门\", \"wage\": {\"min\": 5000, \"max\": 6000, \"period\": \"month\"}, \"description\": \"包装。包吃住。\", \"contact\": \"020-55500001\"}"
last=$(api "$clerk" POST '/vacancies?open=true' "$post" | body)
last=$(j 'd["id"]' <<<"$last")
pair=() clicks=()
for other in $(api "$clerk" GET '/workers?limit=40&status=looking' | body | j '" ".join(w["id"] for w in d["items"])') \
    $(api "$clerk" GET '/workers?limit=60&sort=newest' | body | j '" ".join(w["id"] for w in d["items"])'); do
    answer=$(api "$clerk" POST /introductions "{\"worker\": \"$other\", \"vacancy\": \"$last\", \"consent\": {\"how\": \"call\"}}")
    [[ $(status <<<"$answer") == 201 ]] && pair+=("$(body <<<"$answer" | j 'd["id"]')")
    ((${#pair[@]} < 2)) || break
done
check 'two people are put forward for one place' 2 "${#pair[@]}"
for one in "${pair[@]}"; do
    api "$clerk" POST "/introductions/$one/accept" '{}' >"$work/click-$one" &
    clicks+=($!)
done
wait "${clicks[@]}"
check 'one wins, the other reads why' '200 409' "$(for one in "${pair[@]}"; do status <"$work/click-$one"; done | sort | xargs)"
check 'and the reason is the full vacancy' vacancy.full "$(for one in "${pair[@]}"; do [[ $(status <"$work/click-$one") != 409 ]] || body <"$work/click-$one" | j 'd["code"]'; done)"

say 'the end of the day'
check 'the index says what the database says' 0 "$(run index check >"$work/index.txt" 2>&1 && echo 0 || cat "$work/index.txt")"
kill -TERM "$server"
stopped=0
wait "$server" || stopped=$?
server=
check 'the server stops in order' 0 "$stopped"
check 'the store is consistent' 0 "$(run check >"$work/check.txt" 2>&1 && echo 0 || cat "$work/check.txt")"

say "an import of ${KILLED_ROWS:=100000} rows, killed and started again"
export SHANHAI_DATA_DIR=$work/killed
run import stations "$samples/stations.csv" >/dev/null
python3 - "$samples/register-national.csv" "$work/big.csv" "$KILLED_ROWS" <<'PY'
import csv, sys
with open(sys.argv[1], encoding="gb18030", newline="") as file:
    rows = csv.reader(file)
    head, plain = next(rows), next(rows)
at = {name: i for i, name in enumerate(head)}
weights, checks = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], "10X98765432"
names = "子丑寅卯辰巳午未申酉戌亥山海江河林木春夏秋冬"
counties = ["520502", "520521", "520524", "520525", "520526", "520527", "520422", "520424", "520425", "522722"]
with open(sys.argv[2], "w", encoding="utf-8", newline="") as file:
    out = csv.writer(file)
    out.writerow(head)
    for n in range(int(sys.argv[3])):
        day = n // 40
        birth = f"{1966 + day // 336 % 40}{1 + day // 28 % 12:02}{1 + day % 28:02}"
        sequence = 996 + n % 4
        front = f"{counties[n // 4 % 10]}{birth}{sequence}"
        number = front + checks[sum(int(c) * w for c, w in zip(front, weights)) % 11]
        row = list(plain)
        put = {"姓名": "石" + names[n % 22] + names[n // 22 % 22], "性别": "男" if sequence % 2 else "女", "出生日期": birth,
               "证件号码": number, "联系电话": f"146{n:08}", "成员联系电话": f"146{n:08}", "户主证件号码": number,
               "户编号": f"18{n:08}", "人口编号": f"18{n:08}01", "与户主关系": "户主"}
        for name, value in put.items():
            if name in at:
                row[at[name]] = value
        out.writerow(row)
PY
"$SHANHAI" import workers "$work/big.csv" --station GZ-HQ >"$work/killed.log" 2>&1 &
killed=$!
sleep "${KILLED_AFTER:-8}"
kill -9 "$killed" 2>/dev/null || echo 'the import was done before it was killed: the rest checks a second import'
wait "$killed" 2>/dev/null || true
half=$(run import workers "$work/big.csv" --station GZ-HQ --json 2>"$work/err" | tail -n 1)
check 'the same command again takes every row' "$KILLED_ROWS 0 0" "$(j 'd["created"] + d["unchanged"] + d["updated"]' <<<"$half") $(pick set_aside rejected <<<"$half")"
again=$(run import workers "$work/big.csv" --station GZ-HQ --json 2>"$work/err" | tail -n 1)
check 'and once more changes nothing' "0 0 $KILLED_ROWS" "$(pick created updated unchanged <<<"$again")"
run jobs run >/dev/null 2>"$work/err"
check 'nobody is there twice, everything is consistent' 0 "$(run check >"$work/check.txt" 2>&1 && echo 0 || cat "$work/check.txt")"

printf '\n%d passed, 0 failed\n' "$passed"
