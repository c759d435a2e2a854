"""The page that a daemon serves, in a real browser: what somebody sees and does, checked against what the daemon says.

    python3 -B page.py --rollcalld PROGRAM --directory EMPTY [--screenshots DIRECTORY] [--measure]

Each line is a sentence that held (ok) or did not (FAILED); the exit status is 0 when all held.
"""

import argparse
import contextlib
import os
import signal
import sys

import browser as browsers
import changes
import guarded
import hands
import large
import measure
import troubles
from report import Report
from rollcalld import Daemon
from story import Story


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rollcalld", required=True, help="the daemon's program")
    parser.add_argument("--directory", required=True, help="an empty one, for databases, logs and the browser's profile")
    parser.add_argument("--screenshots", help="where pictures of the page go")
    parser.add_argument("--measure", action="store_true", help="measure, too: minutes instead of seconds")
    return parser.parse_args()


def place(directory, name):
    path = f"{directory}/{name}"
    os.mkdir(path)
    return path


def live(story):
    try:
        for chapter in (changes, hands, troubles):
            chapter.run(story)
    finally:
        story.end()


@contextlib.contextmanager
def daemon_of(program, directory):
    daemon = Daemon(program, directory)
    try:
        yield daemon
    finally:
        daemon.end()


def main():
    given = arguments()
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    if browsers.program() is None:
        sys.exit("error: there is no Chromium on this machine (apt-get install chromium-headless-shell)")
    os.umask(0o077)
    directory = os.path.abspath(given.directory)
    if given.screenshots:
        os.makedirs(given.screenshots, exist_ok=True)
    report = Report()
    browser = browsers.Browser(place(directory, "browser"))

    def scene(name, action):
        try:
            with daemon_of(given.rollcalld, place(directory, name)) as daemon:
                action(daemon, daemon.page)
        except (RuntimeError, OSError, KeyError, TypeError) as error:
            report.broke(f"the scene {name} came to its end", error)

    try:
        scene("live", lambda daemon, address: live(Story(report, browser, daemon, address, given.screenshots)))
        scene("large", lambda daemon, address: large.run(report, browser, daemon, address, given.screenshots))
        try:
            guarded.run(report, browser, given.rollcalld, place(directory, "guarded"), given.screenshots)
        except (RuntimeError, OSError) as error:
            report.broke("the scene guarded came to its end", error)
        if given.measure:
            scene("measure", lambda daemon, address: measure.run(report, browser, daemon, address))
    finally:
        browser.end()
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
