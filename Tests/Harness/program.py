"""What the programs that need a server have in common."""

import argparse
import os
import signal
import sys

import server as servers


def say(words):
    print(words, file=sys.stderr, flush=True)


def arguments(texts, numbers=()):
    """What the program was given: a directory for itself, these texts and these whole numbers, each of them required."""
    parser = argparse.ArgumentParser()
    for name in ("directory", *texts):
        parser.add_argument(f"--{name}", required=True)
    for name in numbers:
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


def run(directory, action):
    """Gives `action` a server of its own and ends the process: with 1 when it answers problems, which are printed."""
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    os.umask(0o077)
    place = f"{directory}/m"
    os.mkdir(place)
    server = servers.Server(place)
    try:
        problems = action(server)
    finally:
        server.end()
    for problem in problems:
        say(f"error: {problem}")
    sys.exit(1 if problems else 0)
