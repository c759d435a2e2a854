"""The page under somebody's hands: search, filters, keys alone, small and dark screens."""

import look
from story import ZONE, text

FOCUS = "document.activeElement.id"
ACTIVE = text("#grid .row.active .host")
TOLD = "document.getElementById(grid.getAttribute('aria-activedescendant')).ariaRowIndex"
# Where the Tab key comes by, in the order they are read.
PARTS = ["skip", "keys", "figures", "search", "grid", "topics", "zones"]
STOP = """(() => {
    const one = document.activeElement;
    return one === document.body ? "" : `${one.closest("[id]").id} ${one.getAttribute("aria-label") ?? one.innerText}`;
})()"""


def run(story):
    _narrows(story)
    _walks(story)
    _stops(story)
    _reads(story)


def _narrows(story):
    tab = story.tab
    tab.press("/")
    story.becomes("/ goes to the search", f"{FOCUS} === 'search'")
    tab.type("web1 az2")
    only = f"{look.ROWS}.length === 5 && {look.ROWS}.every(one => one.startsWith('web1'))"
    story.becomes("the search finds words of host and zone together", only, look.ROWS)
    counted = "document.querySelector('#counted').textContent"
    story.becomes("and says how many there are", f"{counted}.startsWith('5 of')", counted)
    tab.press("Escape")
    story.becomes("Escape clears it", f"{look.ROWS}.length > 20", look.ROWS)
    tab.value(f"[...document.querySelectorAll('#zones button')].find(one => one.ariaLabel.startsWith('{ZONE}')).click()")
    only = f"{look.ROWS}.length === 8 && {look.ROWS}.every(one => one.startsWith('brk'))"
    story.becomes("a zone's totals are a filter", only, look.ROWS)
    address = tab.value("location.hash")
    story.check("which stands in the address", address == f"#zone={ZONE}", address)
    tab.click("#chips .clear")
    tab.wait(f"{look.ROWS}.length > 20")
    tab.click("#grid .head .host button")
    tab.click("#grid .head .host button")
    story.becomes("a column's name sorts, and again the other way", f"{look.ROWS}[0].startsWith('web19')", look.ROWS)
    tab.click("#grid .head .state button")


def _walks(story):
    tab = story.tab
    tab.call("Page.reload")
    tab.wait(look.IS_CURRENT)
    tab.press("Tab")
    story.becomes("the first stop of the Tab key is the way to the table", f"{FOCUS} === 'skip'")
    tab.press("Enter")
    story.becomes("Enter goes there", f"{FOCUS} === 'grid'")
    tab.press("ArrowDown", 3)
    name, told = tab.value(ACTIVE), tab.value(TOLD)
    story.check("the arrow keys go from row to row, and say which", told == "5", (name, told))
    tab.press("Enter")
    opened = f"{text('#detail .evidence li')}.includes('heard')"
    story.becomes("Enter opens the service with its explanation", opened, text("#detail"))
    title = tab.value(text("#detailtitle .host"))
    story.check("which is the one that was chosen", title == name, title)
    story.check("and has the focus", tab.value(FOCUS) == "detailtitle", tab.value(FOCUS))
    picture = tab.value("document.querySelector('#detail svg').getAttribute('aria-label')")
    story.check("its timeline says in words what it draws", "up" in picture, picture)
    story.picture("service-light")
    tab.press("Escape")
    back = f"{FOCUS} === 'grid' && document.querySelector('#detail').hidden && {ACTIVE} === '{name}'"
    story.becomes("Escape goes back to the row", back)


def _stops(story):
    """Everything that the Tab key comes to, once around."""
    tab = story.tab
    tab.value("document.getElementById('skip').focus()")
    stops = []
    while (stop := tab.value(STOP)) and stop not in stops and len(stops) < 100:
        stops.append(stop)
        tab.press("Tab")
    found = [part for part in dict.fromkeys(stop.split(" ")[0] for stop in stops) if part in PARTS]
    story.check("the Tab key comes to all parts, in the order they are read", found == PARTS, stops)


def _reads(story):
    tab = story.tab
    tab.value("location.hash = '#service=api1/api'")
    story.becomes("a service's workers are listed", f"{text('#detail .workers')}.includes('two')", text("#detail"))
    for scheme in ("light", "dark"):
        tab.look(scheme=scheme)
        poor = tab.value(look.CONTRAST)
        story.check(f"every text has the contrast of WCAG AA, {scheme}", not poor, poor)
        story.picture(f"workers-{scheme}")
    tab.look()
    tab.press("Escape")
    nameless = tab.value(look.NAMELESS)
    story.check("everything that can be pressed has a name", not nameless, nameless)
    tab.look(360, 740)
    width = "document.documentElement.scrollWidth"
    story.becomes("on a small phone nothing sticks out", f"{width} <= 360", width)
    story.picture("phone-light")
    tab.look()
