"""What was checked, as sentences."""

import sys


class Report:
    """Counts what did not hold."""

    def __init__(self):
        self.failed = 0

    def check(self, sentence, holds, instead=None):
        """Says whether it holds, and what was there instead."""
        if holds:
            print(f"ok {sentence}", flush=True)
            return True
        self.failed += 1
        print(f"FAILED {sentence}" + (f" (instead: {instead!r})" if instead is not None else ""), flush=True)
        return False

    def note(self, sentence):
        print(f"   {sentence}", flush=True)

    def broke(self, sentence, error):
        """A check that could not be made has not held."""
        self.failed += 1
        print(f"FAILED {sentence}: {error}", file=sys.stdout, flush=True)
