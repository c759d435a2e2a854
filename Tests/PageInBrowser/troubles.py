"""Trouble behind the page: the brake, a lost database, a daemon that is killed."""

import look
from story import SERVICES, VICTIM, ZONE, is_listed, text

AGES = "[...document.querySelectorAll('.asof:not(#healthasof)')].map(one => one.innerText)"
BANNER = text("#banner")
HIDDEN = "document.querySelector('#banner').hidden"


def run(story):
    _brakes(story)
    _doubts(story)
    _loses(story)
    found = story.tab.complaints()
    story.check("all the while there was no error and nothing against the content security policy", not found, found)


def _brakes(story):
    victims = [(f"brk{number}", "nova-compute") for number in range(7)]
    brakes = text("#brakes")
    story.beats.silence(*victims)
    story.becomes("a brake that holds is shown with where", f"{brakes}.includes('compute/{ZONE}')", text("#attention"))
    said = story.tab.value(brakes)
    story.check("and with how to release it", f"rollcall brake release compute/{ZONE}" in said, said)
    story.becomes("and who is held is unknown", f"{look.FIGURES}.unknown === 7", look.FIGURES)
    story.picture("brake-light")
    story.beats.revive(*victims)
    story.becomes("until they are heard again", f"{brakes} === '' && {look.FIGURES}.unknown === 0", brakes)


def _doubts(story):
    """The daemon lives, and does not see what it stands on."""
    lock = story.daemon.lock_database()
    try:
        lost = f"{BANNER}.includes('lost its database')"
        story.becomes("when the daemon loses its database, a banner says so", lost, BANNER)
        story.beats.silence(VICTIM)
        unknown = is_listed(VICTIM, "unknown")
        story.becomes("and who is not heard any more is unknown, not down", unknown, text("#troubles"), 30)
        story.beats.revive(VICTIM)
        story.becomes("and the database's health is shown", f"{text('#health')}.includes('lost')", text("#health"))
        story.picture("doubt-light")
    finally:
        lock.close()
    back = f"{look.IS_CURRENT} && {HIDDEN} && {look.FIGURES}.up === {SERVICES}"
    story.becomes("and all is well when it has it again", back, BANNER, 30)


def _loses(story):
    tab = story.tab
    tab.value("window.stayed = true")
    story.daemon.kill()
    story.becomes("when the daemon is killed, a banner says so", f"!{HIDDEN}", BANNER)
    said = tab.value(BANNER)
    story.check("and what is shown then", "Shown is what was known at" in said, said)
    ages = tab.value(AGES)
    story.check("and everything is marked with its age", all(age.startswith("as of") for age in ages), ages)
    title = "document.title"
    story.becomes("the title as well", f"{title}.startsWith('not up to date')", title)
    poor = tab.value(look.CONTRAST)
    story.check("what is old can be read all the same", not poor, poor)
    story.picture("lost-light")
    story.daemon.start()
    story.becomes("when it is back, the page is live again", f"{look.IS_CURRENT} && {HIDDEN}", BANNER, 30)
    story.check("without a reload", tab.value("window.stayed === true"))
    story.becomes("and shows everybody up", f"{look.FIGURES}.up === {SERVICES}", look.FIGURES, 30)
