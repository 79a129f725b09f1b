"""Measures the release program as its operator would run it; needs python3, and OR-Tools in a place of its own."""

import csv
import http.client
import itertools
import json
import math
import os
import pathlib
import platform
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROWS, ANCHORS = int(sys.argv[1]), sys.argv[2]
SEARCH_ROWS = [int(n) for n in sys.argv[3:]] or [ROWS]
SIZES = [size for size in (10_000, 100_000, 1_000_000) if size <= max(ROWS, *SEARCH_ROWS)]
TOP = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = TOP / "target/release/shanhai"
PEER = TOP / "target/bench-tools/bin/python"
# How long solving may take beside OR-Tools; the last ones are made to be hard, without a goal.
SHAPES = {"generated": 0.10, "skewed": 0.10, "balanced": 0.5, "plentiful": 0.5, "equal": 0, "lonely": 0, "classes": 0, "product": 0, "worker": 0}
WEIGHTS, CHECKS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], "10X98765432"
COUNTIES = ["520502", "520521", "520524", "520525", "520526", "520527", "520422", "520424", "520425", "522722"]
NAMES = "子丑寅卯辰巳午未申酉戌亥山海江河林木春夏秋冬"
HEAD = ["姓名", "性别", "出生日期", "证件号码", "成员联系电话", "户编号", "与户主关系", "文化程度", "劳动技能", "健康状况", "户类型", "乡", "村"]
TITLES = ["缝纫工", "电子装配工", "保洁员", "养老护理员", "焊工", "叉车司机", "快递员", "餐厅服务员", "保安员", "木工"]
DISTRICTS = ["广州市天河区", "广州市白云区", "广州市番禺区", "广州市花都区", "佛山市", "东莞市", "贵阳市南明区", "安顺市紫云县"]
VACANCIES = 10_000
# Seconds that one figure over all pairs may take.
LIMIT = 400
PAGES = [("list of vacancies", "/vacancies"), ("list of a city with lodging", "/vacancies?region=440100&lodging=true"),
         ("search by words", "/vacancies?q=缝纫工"), ("search with another wage each time", "/vacancies?q=缝纫工&min_wage=NNN"), ("the list through the API", "/api/v1/vacancies"), ("list of classes", "/classes")]
BEGIN, END = "<!-- benches/run writes this: -->", "<!-- up to here -->"
table = []


def id_number(n):
    """The n-th made-up number and its birth date; they end in 996 to 999, which are given to nobody."""
    day = n // 40
    birth = f"{1966 + day // 336 % 40}{1 + day // 28 % 12:02}{1 + day % 28:02}"
    front = f"{COUNTIES[n // 4 % 10]}{birth}{996 + n % 4}"
    return front + CHECKS[sum(int(c) * w for c, w in zip(front, WEIGHTS)) % 11], birth


def people(path):
    """A register in the national form."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for n in range(ROWS):
            number, birth = id_number(n)
            out.writerow(["石" + NAMES[n % 22] + NAMES[n // 22 % 22], "男" if n % 2 else "女", birth, number,
                          f"146{n:08}", f"18{n:08}", "户主", ["小学", "初中", "高中"][n % 3], "普通劳动力", "健康",
                          "脱贫户" if n % 3 else "一般农户", f"{n % 50}镇", f"{n % 300}村"])


def vacancies(path):
    """Open vacancies of a thousand employers."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["岗位名称", "用人单位", "工作地点", "招聘人数", "最低月薪", "最高月薪", "最小年龄", "最大年龄", "福利", "描述"])
        for n in range(VACANCIES):
            title = TITLES[n * n % 97 % len(TITLES)]
            out.writerow([f"{title}（{n // 1000}号车间）", f"广州市第{n % 1000}服饰有限公司", DISTRICTS[n * n % 89 % len(DISTRICTS)],
                          1 + n % 30, 3000 + n % 40 * 100, 5000 + n % 40 * 100, 18, 45 + n % 10, ["包吃住", "包住", ""][n % 3],
                          f"招聘{title}，每月15日发工资，编号{n}"])


def seekers(path):
    """People who have said what they want, so that matching has all of its conditions to look at."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["姓名", "证件号码", "文化程度", "劳动技能", "求职意向", "期望月薪", "意向地区", "求职意愿"])
        for n in range(ROWS):
            name = "赵" + NAMES[n % len(NAMES)] + NAMES[n // len(NAMES) % len(NAMES)]
            out.writerow([name, id_number(n)[0], ["小学", "初中", "高中"][n % 3], "普通劳动力", TITLES[n * n % 101 % len(TITLES)],
                          3000 + n * 7 % 30 * 100, ["广东省", "广州市", "贵州省", "广东省、贵州省"][n * n % 103 % 4], "在找"])


def drive(folder):
    """Everybody's best twenty and the best assignment, over all pairs by the product's own conditions."""
    seekers(folder / "seekers.csv")
    town = folder / "drive"
    run("--data-dir", town, "import", "workers", folder / "seekers.csv")
    run("--data-dir", town, "import", "vacancies", "--open", "--allow-findings", folder / "vacancies.csv")
    cpu, peak, done = run("--data-dir", town, "match", "recommend", "--for", "workers", "--top", "20", "--out", folder / "top.csv")
    row(f"best 20 of {VACANCIES:,} vacancies for everyone of {ROWS:,}", f"{done.get('seconds', 0):.1f} s, {cpu:.1f} s CPU with reading and writing",
        f"{peak:.0f} MB", "≤ 1.0 s")
    outs = [folder / "one.csv", folder / "two.csv"]
    for out in outs:
        cpu, peak, done = run("--data-dir", town, "match", "assign", "--out", out)
        assert done["optimal"] and done["objective"] == done["bound"], done
    assert outs[0].read_bytes() == outs[1].read_bytes(), "a second run differs"
    row(f"batch over all pairs of {ROWS:,} × {VACANCIES:,}, {done['assigned']:,} placed, proved", f"{done['seconds_solve']:.1f} s solving, {peak:.0f} MB",
        f"{done['seconds_read']:.1f} s reading", "≤ 3 s")


def anchored(*args, limit=None):
    """A figure of the bench program, in its own process so that its memory is its own; none past the limit of seconds."""
    try:
        done = subprocess.run([ANCHORS, *map(str, args)], stdout=subprocess.PIPE, check=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def given(folder):
    """Batches on given edges beside OR-Tools' min-cost flow: the same files, the same total, proved."""
    for workers in [1_000, *SIZES]:
        for shape, goal in SHAPES.items():
            # A million workers take OR-Tools gigabytes and minutes: the shapes of every day, and one with fewer edges.
            if workers > 100_000 and shape not in ("generated", "skewed", "plentiful"):
                continue
            each = 38 if goal == 0.10 else 8 if workers > 100_000 else 20
            count = anchored("edges", shape, workers, each, folder)["edges"]
            beside(folder, f"batch, {shape}, {workers:,} workers, {count:,} edges", goal)


def beside(folder, what, goal, objective=None):
    """One row: `match solve` on the edges in the folder, beside OR-Tools."""
    cpu, peak, done = run("match", "solve", "--edges", folder / "edges.csv", "--quotas", folder / "quotas.csv", "--out", folder / "a.csv")
    assert done["optimal"] and done["objective"] == done["bound"], done
    out = subprocess.run([PEER, TOP / "benches/ortools_flow.py", folder / "edges.csv", folder / "quotas.csv"], stdout=subprocess.PIPE, check=True).stdout
    peer = json.loads(out)
    assert peer["objective"] == done["objective"] and objective in (None, done["objective"]), (what, peer, done)
    took, solved = max(done["seconds_solve"], 0.001), max(peer["seconds_solve"], 0.001)
    row(f"{what}, proved", f"{took:.2f} s solving, {peak:.0f} MB, {done['seconds_read']:.2f} s reading",
        f"{took / solved:.2f} × time and {peak / peer['mb']:.2f} × memory of OR-Tools ({solved:.2f} s, {peer['mb']:.0f} MB), same total",
        f"≤ {goal:.2f} ×, ≤ 0.17 × memory" if goal else "≤ 0.17 × memory")


def through(folder):
    """The product's own pairs written out by `match edges`, solved from the files and by OR-Tools: the same total."""
    people, town = min(ROWS, 10_000), folder / "small"
    for name, count in [("seekers", people), ("vacancies", people // 10)]:
        head, *lines = (folder / f"{name}.csv").read_text("utf-8-sig").splitlines(keepends=True)
        # Neighbours in the file are alike: some of everywhere.
        some = random.Random(7).sample(lines, count)
        (folder / f"{name}-small.csv").write_text("".join([head, *some]), "utf-8-sig")
    run("--data-dir", town, "import", "workers", folder / "seekers-small.csv")
    run("--data-dir", town, "import", "vacancies", "--open", "--allow-findings", folder / "vacancies-small.csv")
    _, _, batch = run("--data-dir", town, "match", "assign", "--out", folder / "a.csv")
    run("--data-dir", town, "match", "edges", "--out", folder / "edges.csv", "--quotas", folder / "quotas.csv")
    beside(folder, f"batch, the product's pairs through `match edges`, {people:,} × {people // 10:,}", 0.5, batch["objective"])


def everything():
    """All pairs by the product's own conditions, people and posts with a register's skew in memory; the growth as a picture."""
    goals = {"everyone": {100_000: "≤ 1.0 s", 1_000_000: "≤ 60 s, ≤ 700 MB"}, "batch": {100_000: "≤ 3 s", 1_000_000: "≤ 120 s, ≤ 600 MB above the columns"}, "even": {100_000: "≤ 12 s"}}
    names = {"everyone": "best 20 for everyone", "batch": "batch over all pairs, proved", "even": "as many places as people, proved"}
    grown = {}
    for people in SIZES:
        for what, name in names.items():
            if what == "even" and people > 100_000:
                continue
            figure = anchored(what, people, limit=LIMIT)
            if figure is None:
                row(f"{name}, {people:,} × {people // 10:,} in memory", f"not within {LIMIT} s", "", goals[what].get(people, ""))
                continue
            assert what == "everyone" or figure["optimal"], figure
            row(f"{name}, {people:,} × {people // 10:,} in memory", f"{figure['wall']:.1f} s, {figure['cpu']:.1f} s CPU",
                f"{figure['peak']:.0f} MB, {figure['above']:.0f} above the columns", goals[what].get(people, ""))
            grown.setdefault(name, []).append((people, figure["cpu"], figure["peak"]))
    for people in SIZES:
        one = anchored("one", people, limit=LIMIT)
        if one is None:
            row(f"one person beside {people // 10:,} posts", f"not within {LIMIT} s with {people:,} people made", "", "≤ 5 ms")
            continue
        row(f"one person beside {people // 10:,} posts", f"{one['person_ms']:.2f} ms", f"one post beside {people:,} people: {one['post_ms']:.1f} ms", "≤ 5 ms")
        row(f"a post of {people // 10:,} closes: {one['lists']:,} lists of {people:,} made right", f"{one['vacancy_change_ms']:.1f} ms", f"a person changes: {one['person_change_ms']:.2f} ms")
    if len(SIZES) > 1:
        (TOP / "docs/pictures/growth.svg").write_text(growth(grown))


def growth(grown):
    """A picture of time and memory by size, both axes by powers of ten."""
    colours = ["#1d6f5c", "#b4512d", "#3b5b92"]
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 330" font-family="sans-serif" font-size="12">',
             '<rect width="820" height="330" fill="#fff"/>']
    for panel, (title, unit, at, low, high) in enumerate([("CPU seconds", "s", 1, -2, 3), ("most memory", "MB", 2, 1, 4)]):
        left, top, width, height = 60 + panel * 400, 40, 320, 210

        def place(people, value):
            across = (math.log10(people) - 4) / 2 * width
            return left + across, top + height - (math.log10(max(value, 10.0**low)) - low) / (high - low) * height

        parts.append(f'<text x="{left}" y="22" font-weight="bold">{title}</text>')
        for power in range(low, high + 1):
            _, y = place(10_000, 10.0**power)
            parts.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
                         f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g} {unit}</text>')
        for people in (10_000, 100_000, 1_000_000):
            x, _ = place(people, 1)
            parts.append(f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="middle">{people:,}</text>')
        for colour, points in zip(colours, grown.values()):
            line = [place(point[0], point[at]) for point in points]
            parts.append(f'<polyline points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in line)}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts.extend(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.5" fill="{colour}"/>' for x, y in line)
    for turn, (colour, name) in enumerate(zip(colours, grown)):
        parts.append(f'<rect x="{60 + turn * 250}" y="296" width="12" height="12" fill="{colour}"/><text x="{78 + turn * 250}" y="307">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


# A process counts the memory of the one that started it until it is a program of its own: a small one starts it.
SMALL = "import os, sys\npid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)\n_, status, used = os.wait4(pid, 0)\n" \
    "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\nsys.exit(os.waitstatus_to_exitcode(status))"


def run(*command):
    """CPU seconds, peak memory in MB and the JSON summary of a command."""
    out = subprocess.run([sys.executable, "-I", "-S", "-c", SMALL, PROGRAM, "--json", *map(str, command)],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    *_, done, used = out.splitlines()
    cpu, peak = map(float, used.split())
    return cpu, peak, json.loads(done)


def bare_insert(source, folder):
    """The anchor of the import: the same columns read and inserted, and nothing else; CPU seconds and seconds."""
    start, began = time.process_time(), time.perf_counter()
    db = sqlite3.connect(folder / "bare.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"CREATE TABLE w ({', '.join(f'c{i} TEXT' for i in range(len(HEAD)))})")
    with open(source, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        with db:
            db.executemany(f"INSERT INTO w VALUES ({', '.join('?' * len(HEAD))})", rows)
    db.close()
    return time.process_time() - start, time.perf_counter() - began


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serving(*command):
    """A server that is ready, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([PROGRAM, *map(str, command), "--listen", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    while True:
        try:
            if json.load(urllib.request.urlopen(f"{base}/readyz"))["matching"] == "ok":
                return server, base
        except OSError:
            assert server.poll() is None, command
        time.sleep(0.2)


def asked(pid, base, path, seconds=2.0):
    """Requests a CPU second over one kept connection, median of three turns, and the size of an answer."""
    host = urllib.parse.urlsplit(base).netloc
    connection = http.client.HTTPConnection(host)
    path, turn = urllib.parse.quote(path, safe="/?=&"), itertools.count(3000)

    def get():
        connection.request("GET", path.replace("NNN", str(next(turn))))
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return len(body)

    size = max(get() for _ in range(20))
    figures = []
    for _ in range(3):
        before, count, end = cpu_of(pid), 0, time.monotonic() + seconds
        while time.monotonic() < end:
            get()
            count += 1
        figures.append(count / max(cpu_of(pid) - before, 0.01))
    return sorted(figures)[1], size


def search():
    """Searches of people beside raw tantivy; the index's building by the way."""
    for rows in SEARCH_ROWS:
        out = subprocess.run([ANCHORS, "search", str(rows)], stdout=subprocess.PIPE, check=True).stdout
        for figure in map(json.loads, out.splitlines()):
            if figure["what"] == "build":
                row(f"index of {rows:,} made-up people, 2 threads", f"{figure['wall']:.1f} s, {figure['cpu']:.1f} s CPU", "",
                    "≤ 15 s" if rows == 1_000_000 else "")
            else:
                counted = "with 5 facets" if figure["facets"] else "without facets"
                by_hand = f"; {figure['hand_ratio']:.2f} × the text as a phrase ({figure['hand_total']:,} hits)" if figure["words"] else ""
                row(f"{figure['case']}, {rows:,} people, {counted}", f"{figure['ours_ms']:.2f} ms CPU, {figure['total']:,} hits",
                    f"{figure['ratio']:.2f} × raw tantivy, same query ({figure['raw_ms']:.2f} ms, {figure['raw_total']:,} hits){by_hand}",
                    "≤ 1.5 ×" if figure["facets"] else "")


def pages(folder):
    """Public pages over many open vacancies, beside a plain hyper server that sends as many bytes."""
    vacancies(folder / "vacancies.csv")
    data = folder / "town"
    cpu, _, done = run("--data-dir", data, "import", "vacancies", "--open", "--allow-findings", folder / "vacancies.csv")
    assert done["created"] == VACANCIES, done
    row(f"import of {VACANCIES:,} vacancies with their law check", f"{cpu:.1f} s CPU")
    server, base = serving("--data-dir", data, "serve")
    with urllib.request.urlopen(base + "/api/v1/vacancies") as answer:
        total = json.load(answer)["total"]
    assert total == VACANCIES, total
    size = 0
    for what, path in PAGES:
        figure, bytes_sent = asked(server.pid, base, path)
        size = size or bytes_sent
        goal = "≥ 1,500" if path == "/vacancies" else ""
        row(what, f"{figure:,.0f} requests a CPU second", f"{bytes_sent / 1000:.1f} kB", goal)
    server.terminate()
    assert server.wait(15) == 0
    plain = subprocess.Popen([ANCHORS, "hyper", str(size)], stdout=subprocess.PIPE)
    base = f"http://127.0.0.1:{json.loads(plain.stdout.readline())['port']}"
    figure, _ = asked(plain.pid, base, "/")
    row("plain hyper, the anchor of the pages", f"{figure:,.0f} requests a CPU second", f"{size / 1000:.1f} kB")
    plain.terminate()
    plain.wait()


def row(what, value, beside="", goal=""):
    table.append((what, value, beside, goal))
    print(f"{what}: {value}  {beside}  {goal}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = folder / "data"
        people(folder / "people.csv")
        bare_cpu, bare = bare_insert(folder / "people.csv", folder)
        cpu, peak, done = run("--data-dir", data, "import", "workers", folder / "people.csv")
        assert done["created"] == ROWS, done
        row(f"import of {ROWS:,} people, everything on", f"{cpu:.1f} s CPU, {peak:.0f} MB, {ROWS / done['seconds']:,.0f} rows a second",
            f"{bare / done['seconds']:.2f} × the rows a second of a bare csv + SQLite insert ({ROWS / bare:,.0f}), {bare_cpu / cpu:.2f} × by CPU ({bare_cpu:.2f} s)",
            "≥ 0.15 ×, < 300 MB")
        cpu, _, done = run("--data-dir", data, "import", "workers", folder / "people.csv")
        assert done["unchanged"] == ROWS, done
        row("the same file again: nothing changes", f"{cpu:.1f} s CPU")
        cpu, peak, _ = run("--data-dir", data, "index", "rebuild")
        row(f"index of {ROWS:,} people from SQL", f"{cpu:.1f} s CPU, {peak:.0f} MB")
        cpu, _, done = run("--data-dir", data, "check")
        row("check of the whole store", f"{cpu:.1f} s CPU", f"{done['faults']} faults")

        server, base = serving("--data-dir", data, "serve")
        memory = next(line for line in pathlib.Path(f"/proc/{server.pid}/status").read_text().splitlines() if "VmRSS" in line)
        row(f"server with {ROWS:,} people", f"{int(memory.split()[1]) / 1024:.0f} MB resident", "", "≤ 400 MB")
        server.terminate()
        assert server.wait(15) == 0

        pages(folder)
        search()
        drive(folder)
        through(folder)
        everything()
        given(folder)
    row("program", f"{PROGRAM.stat().st_size / 1e6:.1f} MB stripped", "", "≤ 35 MB")
    cpu_name = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if "model name" in l), platform.machine())
    text = f"{cpu_name}, {os.cpu_count()} cores, Linux {platform.release()}, {time.strftime('%Y-%m-%d')}\n\n"
    text += "| what | figure | beside | goal |\n| --- | --- | --- | --- |\n"
    text += "".join(f"| {' | '.join(cells)} |\n" for cells in table)
    print(f"\n{text}")
    (TOP / "benches/RESULTS.md").write_text(f"# Figures of `benches/run`\n\n{text}")
    # The same table stands in the README, between its marks.
    readme = TOP / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{text}{END}{after}")


main()
