"""Runs every command that the guides show, and holds what it prints against what they say.

    python3 -B Tests/Guides/run.py --programs DIRECTORY --directory EMPTY [--stay] [GUIDE.md …]

A guide has its commands in blocks of the kind `console`: lines that begin with `$ ` (and `> `, where one goes on), each
followed by what it prints, where … stands for anything. Each guide has a host of its own (fixture.py), and one shell. After
`console` may stand

    while node1, az2 are silent    those beat no more, all others do; `while all beat` ends it
    not-run: REASON                it is read, counted and told, and not run

A question is asked again until its answer is the one expected, at most for twenty seconds. A command of which a guide shows
nothing prints nothing, and succeeds. The exit status is 0 when all held.
"""

import argparse
import concurrent.futures
import os
import pathlib
import signal
import sys
import threading
import time

import guide as guides
from database import URLS
from fixture import Fixture, is_question
from session import Ended, Session

ROOT = pathlib.Path(__file__).resolve().parents[2]
# For a command to end, and for a question's answer to become the one expected, in seconds.
PATIENCE = 30
ANSWER = 20

# Set when the guides that are under way are to end.
over = threading.Event()


class Mismatch(Exception):
    """A command that did not do what its guide says."""


def perform(fixture, session, command):
    """Runs one command, a question until it is answered as expected."""
    text = fixture.here(command.text)
    deadline = time.monotonic() + ANSWER
    while True:
        printed, status = session.run(text, PATIENCE)
        shown = [fixture.there(line) for line in printed]
        if guides.matches(command.expected, shown) and (status == 0 or command.expected):
            return
        if not is_question(command.text) or time.monotonic() > deadline:
            raise Mismatch("\n".join([
                f"line {command.line}: $ {command.text}", "  the guide says:", *(f"    {line}" for line in command.expected),
                f"  it printed, with status {status}:", *(f"    {line}" for line in shown),
            ]))
        time.sleep(0.05)


def try_guide(path, programs, directory):
    """How many commands held, the blocks that are not run, and what did not hold."""
    held, problems = 0, []
    try:
        blocks = guides.blocks(path)
    except guides.Unreadable as error:
        return 0, [], [str(error)]
    idle = [block for block in blocks if block.reason]
    texts = [command.text for block in blocks if not block.reason for command in block.commands]
    has_database = any(url in text for text in texts for url in URLS)
    if not texts:
        return 0, idle, []
    os.mkdir(directory)
    fixture = session = None
    try:
        fixture = Fixture(programs, str(directory), has_database)
        session = Session(str(directory), fixture.environment)
        for block in blocks:
            if block.reason:
                continue
            if block.silent is not None:
                fixture.silence(block.silent)
            for command in block.commands:
                if over.is_set():
                    raise Ended("ended from without")
                perform(fixture, session, command)
                held += 1
    except (Mismatch, Ended, RuntimeError) as error:
        # What follows builds upon it.
        problems.append(str(error))
    finally:
        if session is not None:
            session.end()
        if fixture is not None:
            fixture.end()
    return held, idle, problems


def stay(programs, directory):
    """The fleet of the guides for whoever wants to try their commands by hand, until it is interrupted."""
    fixture = Fixture(programs, str(directory), has_database=False)
    try:
        variables = " ".join(f"{name}={fixture.environment[name]}" for name in ("ROLLCALL_ENDPOINT", "HOME"))
        print(f"the fleet beats; Ctrl-C ends it\n\n    export {variables} PATH={programs}:$PATH\n", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        fixture.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True, help="the directory with rollcalld and rollcall")
    parser.add_argument("--directory", required=True, help="an empty one, with a short name: sockets are in it")
    parser.add_argument("--stay", action="store_true", help="only start the fleet of the guides, until Ctrl-C")
    parser.add_argument("guides", nargs="*", type=pathlib.Path, help="these alone")
    given = parser.parse_args()
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    paths = [path.resolve() for path in given.guides] or sorted(ROOT.glob("Sources/**/*.docc/**/*.md"))
    programs = os.path.abspath(given.programs)
    directory = pathlib.Path(given.directory).resolve()
    if given.stay:
        return stay(programs, directory)
    begun = time.monotonic()
    commands = failed = 0
    unrun = []
    # Two at a time: each waits for its fleet most of the time.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(try_guide, path, programs, directory / str(number)) for number, path in enumerate(paths)]
        try:
            for path, one in zip(paths, tries):
                held, idle, problems = one.result()
                commands += held
                unrun += [(path, block) for block in idle]
                for problem in problems:
                    failed += 1
                    print(f"FAILED {path.stem}: {problem}")
                if held and not problems:
                    print(f"ok {path.stem}: {held} commands")
                sys.stdout.flush()
        except BaseException:
            over.set()
            pool.shutdown(cancel_futures=True)
            raise
    for path, block in unrun:
        print(f"not run {path.stem}, line {block.line}: {len(block.commands)} commands: {block.reason}")
    skipped = sum(len(block.commands) for _, block in unrun)
    print(f"{commands} commands of {len(paths)} guides in {time.monotonic() - begun:.0f} s; {skipped} not run, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
