"""What the page costs, and how soon it shows what happened."""

import threading
import time

import large
import look
from beats import SHORT
from rollcalld import milliseconds
from tab import Tab

KILLS = 100
# Seconds over which the processor's time is counted.
WINDOW = 20
RATE = 10


def run(report, browser, daemon, address):
    living, _ = large.fill(daemon)
    _loading(report, browser, address)
    tab = Tab(browser, address, before=look.WATCHER)
    try:
        tab.wait(f"{look.IS_CURRENT} && {look.FIGURES}.down === {large.DOWN}", 30)
        _processor(report, tab, daemon, living)
        _kills(report, tab, daemon, living)
    finally:
        tab.close()


def _loading(report, browser, address):
    """Several visits, each with an empty cache."""
    paints, snapshots = [], []
    for _ in range(5):
        tab = Tab(browser, address, before="""addEventListener("DOMContentLoaded", () => {
            const watch = new MutationObserver(() => {
                if (!document.querySelector(".figure.up .number")?.textContent.startsWith("9,")) return;
                window.shownAt ??= performance.now();
            });
            watch.observe(document.body, { childList: true, subtree: true, characterData: true });
        });""")
        tab.wait("window.shownAt && performance.getEntriesByName('first-contentful-paint').length", 30)
        paints.append(tab.value("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        snapshots.append(tab.value("window.shownAt"))
        tab.close()
    report.note(
        f"first contentful paint after {median(paints):.0f} ms, all of 10,000 services shown after"
        f" {median(snapshots):.0f} ms (median of 5)"
    )


def _processor(report, tab, daemon, living):
    for rate in (0, RATE):
        over = threading.Event()
        thread = threading.Thread(target=_transitions, args=(daemon, living, rate, over), daemon=True)
        thread.start()
        time.sleep(3)
        before, used = tab.metrics(), _renderers(tab)
        time.sleep(WINDOW)
        after, used = tab.metrics(), _renderers(tab) - used
        over.set()
        thread.join()
        busy = {name: (after[name] - before[name]) / WINDOW * 100 for name in (
            "TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration",
        )}
        report.note(
            f"at {rate} transitions a second with 10,000 services the renderer takes {used / WINDOW * 100:.1f} % of a"
            f" processor; the page's thread is busy {busy['TaskDuration']:.1f} % of the time (script"
            f" {busy['ScriptDuration']:.1f} %, layout {busy['LayoutDuration']:.1f} %, style"
            f" {busy['RecalcStyleDuration']:.1f} %), heap {after['JSHeapUsedSize'] / 1e6:.0f} MB, {after['Nodes']:.0f} nodes"
        )


def _renderers(tab):
    """Seconds of processor time that the processes of pages have used, all their threads."""
    processes = tab.browser.call("SystemInfo.getProcessInfo")["processInfo"]
    return sum(one["cpuTime"] for one in processes if one["type"] == "renderer")


def _transitions(daemon, living, rate, over):
    """So many changes of state a second: one that beats with a short interval falls, and is up with its next beat."""
    number = 0
    began = time.monotonic()
    some = living[::50][:20]
    while rate and not over.wait(max(0, began + number * 2 / rate - time.monotonic())):
        daemon.beat([{**some[number % len(some)], "report_interval": SHORT}])
        number += 1


def _kills(report, tab, daemon, living):
    """One service after the other falls silent; how long after its record the page shows it."""
    late = []
    for one in living[5000:5000 + KILLS]:
        daemon.beat([{**one, "report_interval": SHORT}])
        key = f"{one['host']} {one['binary']} down"
        if not tab.wait(f"window.seenAt[{key!r}]"):
            report.check(f"{key} was shown", False)
            continue
        at = milliseconds(daemon.history(one["host"], one["binary"])[0]["at"])
        late.append(tab.value(f"window.seenAt[{key!r}]") - at)
    late.sort()
    report.note(
        f"shown after the daemon's record: p50 {late[len(late) // 2]:.0f} ms, p99 {late[int(len(late) * 0.99)]:.0f} ms,"
        f" max {late[-1]:.0f} ms ({len(late)} kills among 10,000 services)"
    )


def median(values):
    return sorted(values)[len(values) // 2]
