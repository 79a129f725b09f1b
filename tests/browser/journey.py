"""The pages as people meet them: Chromium walks the demo as every role, and axe-core looks at each kind of page.

Usage: journey.py [--list]. SHANHAI names the program (default: target/debug/shanhai).
"""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "shanhai-demo"
ROLES = ["clerk", "head", "city", "village", "leader", "employer", "admin", "auditor", "security"]
# Bodies of pages for workers and employers stay below this; station pages may be larger.
LIGHT = 30_000
# Pages walked at most in one walk; a kind of page is its path with ids and codes taken out.
MOST = 60
CASES = []


def case(function):
    CASES.append(function)
    return function


def kind(path):
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", path)
    return re.sub(r"/[A-Z]-[2-9A-Z]{4,}", "/{ref}", path)


class Demo:
    """The demo on a free port in a folder of its own."""

    def __init__(self):
        program = os.environ.get("SHANHAI")
        if not program:
            subprocess.run(["cargo", "build", "-q", "--bin", "shanhai"], cwd=TOP, check=True)
            program = TOP / "target/debug/shanhai"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.folder = tempfile.TemporaryDirectory()
        env = {k: v for k, v in os.environ.items() if not k.startswith("SHANHAI_")}
        self.log = open(pathlib.Path(self.folder.name) / "log", "w")
        self.process = subprocess.Popen(
            [program, "demo", "--listen", f"127.0.0.1:{port}", "--data-dir", f"{self.folder.name}/data"],
            env=env, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder.name)
        until = time.monotonic() + 300
        while True:
            try:
                with urllib.request.urlopen(f"{self.base}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > until:
                self.log.flush()
                sys.exit("the demo does not start:\n" + open(self.log.name).read()[-2000:])
            time.sleep(0.3)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.folder.cleanup()


class Visitor:
    """One browser context: one person with their cookies."""

    def __init__(self, browser, demo, width=1280, locale="zh-CN", **options):
        self.demo, self.faults, self.sizes = demo, [], {}
        self.context = browser.new_context(viewport={"width": width, "height": 800}, locale=locale, **options)
        self.page = self.context.new_page()
        self.page.on("request", self.asked)
        self.page.on("dialog", lambda dialog: (self.faults.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("console", lambda m: m.type == "error" and "status of" not in m.text and self.faults.append(f"console: {m.text}"))

    def asked(self, request):
        if not request.url.startswith(self.demo.base) and not request.url.startswith("data:"):
            self.faults.append(f"a request to elsewhere: {request.url}")

    def open(self, path):
        answer = self.page.goto(self.demo.base + path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.sizes[kind(urllib.parse.urlsplit(path).path)] = len(answer.body())
        return answer

    def sign_in(self, name):
        self.open("/login")
        self.page.fill("input[name=account]", name)
        self.page.fill("input[type=password]", PASSWORD)
        self.page.click("main form button")
        assert "/login" not in self.page.url, f"{name} cannot sign in"

    def links(self):
        hrefs = self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        here = self.page.url.removeprefix(self.demo.base) or "/"
        for href in hrefs:
            url = urllib.parse.urljoin(here, href)
            if url.startswith("/") and not url.startswith("//"):
                yield url.split("#")[0]

    def walk(self, start, look):
        """Opens each kind of page once, from links alone, and looks at it."""
        queue, seen = [start], set()
        while queue and len(seen) < MOST:
            path = queue.pop(0)
            parts = urllib.parse.urlsplit(path)
            name = kind(parts.path) + ("?" if parts.query else "")
            if name in seen or parts.path in ("/logout", "/lang") or parts.path.startswith("/api/"):
                continue
            seen.add(name)
            try:
                answer = self.open(path)
            except Exception as error:  # a download is no page
                if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                    raise
                continue
            if answer.status >= 400:
                self.faults.append(f"{path} answers {answer.status}")
            elif answer.headers.get("content-type", "").startswith("text/html"):
                look(path)
                queue.extend(self.links())
        return seen

    def close(self):
        self.context.close()
        assert not self.faults, "\n  ".join(["faults:", *self.faults[:20]])


def checked(visitor, axe):
    """What holds on every page."""

    def look(path):
        page = visitor.page
        for violation in axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]:
            where = violation["nodes"][0]["html"][:120]
            visitor.faults.append(f"{path}: axe {violation['id']}: {violation['help']}: {where}")
        if page.locator("script").count():
            visitor.faults.append(f"{path} has a script")
        if not page.title().strip() or not page.locator("html").get_attribute("lang"):
            visitor.faults.append(f"{path} has no title or no language")
        if page.locator("h1").count() != 1:
            visitor.faults.append(f"{path} has {page.locator('h1').count()} first headings")

    return look


@case
def a_worker_walks_every_public_page(browser, demo, axe):
    visitor = Visitor(browser, demo)
    seen = visitor.walk("/", checked(visitor, axe))
    assert len(seen) >= 5, seen
    heavy = {k: n for k, n in visitor.sizes.items() if n > LIGHT}
    visitor.close()
    assert not heavy, f"over {LIGHT} bytes: {heavy}"


@case
def public_pages_fit_a_telephone_of_320_points(browser, demo, axe):
    visitor = Visitor(browser, demo, width=320)

    def look(path):
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            visitor.faults.append(f"{path} is {width} wide")

    visitor.walk("/", look)
    visitor.close()


@case
def public_pages_speak_english_when_asked(browser, demo, axe):
    visitor = Visitor(browser, demo, locale="en-GB")

    def look(path):
        if visitor.page.locator("html").get_attribute("lang") != "en":
            visitor.faults.append(f"{path} is not in English")

    visitor.walk("/", look)
    visitor.close()


@case
def a_worker_finds_work_and_leaves_an_interest_without_script(browser, demo, axe):
    visitor = Visitor(browser, demo, java_script_enabled=False)
    page = visitor.page
    visitor.open("/")
    page.fill("input[name=q]", "护理员")
    page.click("form[role=search] button")
    first = page.locator("main a[href*='/vacancies/']").first
    first.click()
    page.fill("input[name=name]", "石小山")
    page.fill("input[name=phone]", "14612349876")
    page.check("input[name=consent]")
    page.locator("form:has(input[name=consent]) button").first.click()
    assert "14612349876" not in page.url and "14612349876" not in page.content()
    assert re.search(r"H-[2-9A-Z]{6,}", page.content()), "no receipt code"
    visitor.close()


@case
def a_head_starts_a_batch_run_changes_it_compares_and_adopts(browser, demo, axe):
    visitor = Visitor(browser, demo)
    visitor.sign_in("head")
    page, look = visitor.page, checked(visitor, axe)

    def ended():
        # The page of a run reloads itself until there is a result.
        page.wait_for_selector("#map", timeout=120_000)
        return page.url.removeprefix(demo.base)

    visitor.open("/station/match-runs/new")
    page.fill("textarea[name=pin]", "nobody")
    page.click("main form .bar .btn")
    look("a refused form")
    assert page.input_value("textarea[name=pin]") == "nobody"
    page.fill("textarea[name=pin]", "")
    page.click("main form .bar .btn")
    look("a run under way")
    first = ended()
    look(first)
    page.click("#map ~ tbody td.num a >> nth=0")
    look("the people of a post")
    page.locator("select[name^='do-']").first.select_option("out")
    page.click("button[value=again]")
    second = ended()
    page.click(f"a[href$='/compare/{first.rsplit('/', 1)[1]}']")
    look("two runs compared")
    for by in ("employer", "village"):
        visitor.open(f"{second}/print/{by}")
        look(f"sheets by {by}")
        assert "*" in page.inner_text("section.sheet >> nth=0")
    visitor.open(second)
    page.locator("input[name=vacancy]").first.check()
    page.click("button[value=picked]")
    look("an adoption")
    assert page.locator("main a[href^='/station/introductions/']").count() > 0
    visitor.close()


def walk_as(role):
    def walk(browser, demo, axe):
        visitor = Visitor(browser, demo)
        visitor.sign_in(role)
        start = visitor.page.url.removeprefix(demo.base)
        seen = visitor.walk(start, checked(visitor, axe))
        heavy = {k: n for k, n in visitor.sizes.items() if role == "employer" and n > LIGHT}
        visitor.close()
        assert seen and not heavy, f"over {LIGHT} bytes: {heavy}"

    walk.__name__ = f"{role}_walks_every_page_of_the_role"
    return walk


for name in ROLES:
    case(walk_as(name))


def main():
    if "--list" in sys.argv:
        for one in CASES:
            print(f"{one.__name__}: test")
        return 0
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    demo, passed, failed = Demo(), 0, 0
    with sync_playwright() as playwright:
        # The system's browser; as root it runs without its own sandbox, and it only ever sees the demo.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for one in CASES:
            try:
                one(browser, demo, Axe())
                passed += 1
                print(f"ok    {one.__name__}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL  {one.__name__}\n{traceback.format_exc()}", flush=True)
        browser.close()
    demo.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
