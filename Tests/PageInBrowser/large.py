"""Ten thousand services, three hundred of them down."""

import time

import look
from beats import SHORT, many
from tab import Tab

ALL = 10_000
DOWN = 300
# Of them, so many are reported failed, and so many forced down; the others fall silent.
FAILED = 8
FORCED = 4
# The page of a hundred services has about seven hundred elements; those of ten thousand may not have many more.
MOST_NODES = 1500


def fill(daemon):
    """The fleet, of which every thirty-third is down. Answers those that are up, and the names of the others."""
    beats = many(ALL)
    lost = beats[::ALL // DOWN][:DOWN]
    for one in lost[FAILED + FORCED:]:
        one["report_interval"] = SHORT
    for start in range(0, ALL, 5000):
        daemon.beat(beats[start:start + 5000])
    for one in lost[:FAILED]:
        daemon.fail(one["host"], one["binary"])
    for one in lost[FAILED:FAILED + FORCED]:
        uuid = daemon.service(one["host"], one["binary"])["uuid"]
        daemon.call("PATCH", f"/v1/services/{uuid}", {"forced_down": True, "forced_down_reason": "rack 7 has no power"})
    names = {f"{one['host']} {one['binary']}" for one in lost}
    return [one for one in beats if f"{one['host']} {one['binary']}" not in names], names


def run(report, browser, daemon, address, screenshots):
    _, failed = fill(daemon)
    began = time.monotonic()
    tab = Tab(browser, address)
    try:
        shown = tab.wait(f"{look.IS_CURRENT} && {look.FIGURES}.down === {DOWN}", 30)
        report.check("ten thousand services are shown, three hundred of them down", shown, tab.value(look.FIGURES))
        report.note(f"after {time.monotonic() - began:.1f} s")
        nodes = tab.value(look.NODES)
        report.check("with no more elements than a screen needs", nodes < MOST_NODES, nodes)
        _pictures(tab, screenshots)
        _scrolls(report, tab, failed)
        found = tab.complaints()
        report.check("there was no error with them", not found, found)
    finally:
        tab.close()


def _scrolls(report, tab, failed):
    tab.click("#figures .down")
    tab.wait("document.querySelector('#shown').innerText.startsWith('300 of')")
    seen = set()
    step = tab.value("grid.clientHeight")
    bottom = tab.value("grid.scrollHeight")
    for top in range(0, bottom, step):
        tab.value(f"grid.scrollTop = {top}")
        tab.paint()
        seen.update(tab.value(look.ROWS))
    report.check("all that are down are found by scrolling", seen == failed, (len(seen), len(failed)))
    tab.value("grid.focus()")
    tab.press("End")
    last = "document.getElementById(grid.getAttribute('aria-activedescendant'))?.ariaRowIndex"
    report.check("End goes to the last of them", tab.wait(f"{last} === '301'"), tab.value(last))
    tab.click("#figures .down")
    rows = tab.wait(f"grid.getAttribute('aria-rowcount') > {ALL}")
    report.check("the table says how many rows it has", rows, tab.value("grid.getAttribute('aria-rowcount')"))


def _pictures(tab, screenshots):
    if not screenshots:
        return
    for name, size in (("fleet", (1360, 860)), ("fleet-wide", (1920, 1080)), ("fleet-phone", (390, 844))):
        for scheme in ("light", "dark"):
            tab.look(*size, scheme=scheme)
            tab.wait("document.querySelectorAll('#grid .rows .row').length > 8")
            tab.picture(f"{screenshots}/{name}-{scheme}.png")
    tab.look()
