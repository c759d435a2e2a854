"""A small fleet and a page that looks at it: what the chapters of its story share."""

import json

import look
from beats import Beats
from tab import Tab

# A name that would do something, were it taken for HTML.
HOSTILE = "<img src=x onerror=alert(1)>&\"'"
VICTIM = ("web07", "nova-compute")
ZONE = "az9"


def fleet():
    """Heartbeats of twenty computes in two zones, eight in a third, one with a bad name, and one with two workers."""
    compute = {"binary": "nova-compute", "topic": "compute"}
    beats = [{**compute, "host": f"web{number:02}", "zone": f"az{number % 2 + 1}"} for number in range(20)]
    beats += [{**compute, "host": f"brk{number}", "zone": ZONE} for number in range(8)]
    beats.append({"host": HOSTILE, "binary": "<b>bold", "topic": "t<i>", "zone": "az1"})
    for worker in ("one", "two"):
        api = {"host": "api1", "binary": "api", "topic": "api", "zone": "az1"}
        beats.append({**api, "worker": worker, "incarnation": worker})
    return beats


# With the daemon's own record, and the two workers as one.
SERVICES = len(fleet())


class Story:
    """The page, the daemon behind it and the fleet that beats; what the page shows is asked for, and checked."""

    def __init__(self, report, browser, daemon, address, screenshots):
        self.report = report
        self.daemon = daemon
        self.screenshots = screenshots
        self.beats = Beats(daemon, fleet())
        self.tab = Tab(browser, address, before=look.WATCHER)

    def end(self):
        self.beats.end()
        self.tab.close()

    def check(self, sentence, holds, instead=None):
        return self.report.check(sentence, holds, instead)

    def becomes(self, sentence, expression, instead="document.activeElement.outerHTML.slice(0, 200)", patience=15):
        """Whether an expression becomes true on the page; and what another one is where it does not."""
        holds = self.tab.wait(expression, patience)
        return self.check(sentence, holds, None if holds else self.tab.value(instead))

    def picture(self, name):
        if self.screenshots:
            self.tab.picture(f"{self.screenshots}/{name}.png")


def text(selector):
    """What a person reads there."""
    return f"(document.querySelector({json.dumps(selector)})?.innerText ?? '')"


def is_listed(service, state):
    """Whether the list of who is down or unknown names it so."""
    name = json.dumps(" ".join(service))
    return f"[...document.querySelectorAll('#troubles a[data-state={state}] .who')].some(one => one.innerText === {name})"
