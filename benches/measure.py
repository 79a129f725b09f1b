"""Measures the release program as its operator would run it; needs python3 alone."""

import csv
import json
import os
import pathlib
import platform
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROWS = int(sys.argv[1])
PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "target/release/shanhai"
WEIGHTS, CHECKS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], "10X98765432"
COUNTIES = ["520502", "520521", "520524", "520525", "520526", "520527", "520422", "520424", "520425", "522722"]
NAMES = "子丑寅卯辰巳午未申酉戌亥山海江河林木春夏秋冬"
HEAD = ["姓名", "性别", "出生日期", "证件号码", "成员联系电话", "户编号", "与户主关系", "文化程度", "劳动技能", "健康状况", "户类型", "乡", "村"]
PAGES = [("list of vacancies", "/vacancies"), ("search by words", "/vacancies?q=缝纫工"), ("list of classes", "/classes"),
         ("health, the anchor of the pages", "/healthz")]
table = []


def people(path):
    """A register in the national form; numbers end in 996 to 999, which are given to nobody."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for n in range(ROWS):
            day = n // 40
            birth = f"{1966 + day // 336 % 40}{1 + day // 28 % 12:02}{1 + day % 28:02}"
            sequence = 996 + n % 4
            front = f"{COUNTIES[n // 4 % 10]}{birth}{sequence}"
            number = front + CHECKS[sum(int(c) * w for c, w in zip(front, WEIGHTS)) % 11]
            out.writerow(["石" + NAMES[n % 22] + NAMES[n // 22 % 22], "男" if sequence % 2 else "女", birth, number,
                          f"146{n:08}", f"18{n:08}", "户主", ["小学", "初中", "高中"][n % 3], "普通劳动力", "健康",
                          "脱贫户" if n % 3 else "一般农户", f"{n % 50}镇", f"{n % 300}村"])


def edges(folder, workers, vacancies, a_worker):
    """A batch with skewed scores, the same in every run."""
    seed = 12345
    with open(folder / "quotas.csv", "w") as file:
        file.write("vacancy,quota\n" + "".join(f"v{j},{1 + j % 9}\n" for j in range(vacancies)))
    with open(folder / "edges.csv", "w") as file:
        file.write("worker,vacancy,score\n")
        for i in range(workers):
            seen = set()
            for _ in range(a_worker):
                seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
                j = int((seed >> 33) / 2**31 * ((seed >> 11) % 1000) / 1000 * vacancies)
                if j not in seen:
                    seen.add(j)
                    file.write(f"w{i},v{j},{1 + (seed >> 40) % 1000}\n")


def run(*command):
    """CPU seconds, peak memory in MB and the JSON summary of a command."""
    process = subprocess.Popen([PROGRAM, "--json", *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, json.loads(out.splitlines()[-1])


def bare_insert(source, folder):
    """The anchor of the import: the same columns read and inserted, and nothing else."""
    start = time.process_time()
    db = sqlite3.connect(folder / "bare.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"CREATE TABLE w ({', '.join(f'c{i} TEXT' for i in range(len(HEAD)))})")
    with open(source, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        with db:
            db.executemany(f"INSERT INTO w VALUES ({', '.join('?' * len(HEAD))})", rows)
    return time.process_time() - start


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


def row(what, value, beside="", goal=""):
    table.append((what, value, beside, goal))
    print(f"{what}: {value}  {beside}  {goal}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = folder / "data"
        people(folder / "people.csv")
        bare = bare_insert(folder / "people.csv", folder)
        cpu, peak, done = run("--data-dir", data, "import", "workers", folder / "people.csv")
        assert done["created"] == ROWS, done
        row(f"import of {ROWS:,} people, everything on", f"{cpu:.1f} s CPU, {peak:.0f} MB",
            f"{bare / cpu:.2f} × a bare csv + SQLite insert ({bare:.2f} s)", "≥ 0.15 ×, < 300 MB")
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

        server, base = serving("--data-dir", folder / "demo", "demo")
        for what, path in PAGES:
            address = base + urllib.parse.quote(path, safe="/?=&")
            urllib.request.urlopen(address).read()
            before, count = cpu_of(server.pid), 300
            for _ in range(count):
                urllib.request.urlopen(address).read()
            goal = "" if path == "/healthz" else "≥ 1,500"
            row(what, f"{count / max(cpu_of(server.pid) - before, 0.01):.0f} requests a CPU second", "", goal)
        server.terminate()
        assert server.wait(15) == 0

        for workers, vacancies in [(10_000, 1_000), (100_000, 10_000)]:
            if workers > ROWS:
                continue
            edges(folder, workers, vacancies, 38)
            cpu, peak, done = run("match", "solve", "--edges", folder / "edges.csv", "--quotas", folder / "quotas.csv", "--out", folder / "a.csv")
            assert done["optimal"] and done["objective"] == done["bound"], done
            row(f"batch of {workers:,} × {vacancies:,}, 38 edges a worker, proved", f"{done['seconds_solve']:.2f} s solving, {peak:.0f} MB",
                f"{done['seconds_read']:.2f} s reading", "")
    row("program", f"{PROGRAM.stat().st_size / 1e6:.1f} MB stripped", "", "≤ 35 MB")
    cpu_name = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if "model name" in l), platform.machine())
    print(f"\n{cpu_name}, {os.cpu_count()} cores, Linux {platform.release()}, {time.strftime('%Y-%m-%d')}\n")
    print("| what | figure | beside | goal |\n| --- | --- | --- | --- |")
    for cells in table:
        print("| " + " | ".join(cells) + " |")


main()
