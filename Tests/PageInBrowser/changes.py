"""What happens to services is shown, without a reload."""

import json

import look
from rollcalld import milliseconds
from story import HOSTILE, VICTIM, is_listed, text

TROUBLES = text("#troubles")


def run(story):
    _loads(story)
    _falls(story)
    _edits(story)
    _hostile(story)


def _loads(story):
    story.becomes("the page loads and is live", look.IS_CURRENT, text("#live"))
    said = story.daemon.totals()
    story.tab.wait(f"{look.FIGURES}.up === {said['up']}")
    shown = story.tab.value(look.FIGURES)
    story.check("its totals are those of /v1/groups", {key: shown[key] for key in said} == said, (shown, said))
    for part in ("topic", "zone"):
        sums = {}
        for group in story.daemon.groups():
            numbers = sums.setdefault(group[part], [0, 0, 0])
            for index, state in enumerate(("down", "unknown", "up")):
                numbers[index] += group[state]
        shown = story.tab.value(look.breakdown(f"{part}s"))
        story.check(f"its totals by {part} are those of /v1/groups", shown == sums, (shown, sums))
    story.picture("small-light")


def _falls(story):
    story.beats.silence(VICTIM)
    story.becomes("a service that falls silent is shown as down without a reload", is_listed(VICTIM, "down"), TROUBLES)
    row = story.tab.value(text("#troubles a"))
    story.check("with its reason", "heartbeats missed" in row, row)
    at = milliseconds(story.daemon.history(*VICTIM)[0]["at"])
    late = story.tab.value("window.seenAt")[f"{VICTIM[0]} {VICTIM[1]} down"] - at
    story.check("soon after the daemon recorded it", 0 <= late < 5000, late)
    story.report.note(f"shown {late:.0f} ms after the daemon's record")
    spoken = f"document.querySelector('#announcer').textContent.includes({json.dumps(VICTIM[0])})"
    story.becomes("and is said aloud", spoken)
    story.beats.revive(VICTIM)
    story.becomes("it is shown as up when it is heard again", f"!{is_listed(VICTIM, 'down')}", TROUBLES)


def _edits(story):
    path = f"/v1/services/{story.daemon.service('web03', 'nova-compute')['uuid']}"
    story.daemon.call("PATCH", path, {"status": "disabled", "disabled_reason": "new disk"})
    story.becomes("one that is disabled is counted as such", f"{look.FIGURES}.disabled === 1", look.FIGURES)
    story.daemon.call("PATCH", path, {"forced_down": True, "forced_down_reason": "smoke"})
    why = text("#troubles .why")
    story.becomes("one that is forced down is shown with whose reason", f"{why}.includes('smoke')", TROUBLES)
    story.daemon.call("PATCH", path, {"forced_down": False, "status": "enabled"})
    story.becomes("and not when both are over", f"{look.FIGURES}.down + {look.FIGURES}.disabled === 0", look.FIGURES)


def _hostile(story):
    hosts = "[...document.querySelectorAll('#grid .host')].map(one => one.innerText)"
    story.becomes("a name that looks like HTML is shown as text", f"{hosts}.includes({json.dumps(HOSTILE)})", hosts)
    strangers = story.tab.value("document.querySelectorAll('main img, main b b, #topics i, #grid i').length")
    story.check("and is nothing else", strangers == 0, strangers)
