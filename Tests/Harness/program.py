"""What the programs have in common."""

import argparse
import sys


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
