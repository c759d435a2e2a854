"""What is measured of a peer, printed as one JSON value a line."""

import json
import statistics
import time

import exchange
import processes


class Report:
    def __init__(self, peer, version):
        self.peer = peer
        self.version = version

    def add(self, quantity, values, unit, count, connections=None, note=""):
        """One quantity: its value in each round; `count` holders were there."""
        print(
            json.dumps({
                "peer": self.peer, "version": self.version, "quantity": quantity, "value": statistics.median(values),
                "unit": unit, "low": min(values), "high": max(values), "rounds": len(values), "count": count,
                "connections": connections, "note": note,
            }),
            flush=True,
        )

    def list(self, quantity, process, action, seconds, count, note=""):
        """Asks for all, again and again: the time and the server's CPU of one answer."""
        times, costs = [], []
        action()
        for _ in range(exchange.ROUNDS):
            before, began, done = processes.cpu_seconds(process.pid), time.monotonic(), 0
            # Clock ticks are 10 ms, so several answers make a round.
            while done == 0 or time.monotonic() - began < seconds / exchange.ROUNDS:
                action()
                done += 1
            times.append((time.monotonic() - began) / done * 1e3)
            costs.append((processes.cpu_seconds(process.pid) - before) / done * 1e3)
        self.add(f"list, {quantity}: time", times, "ms", count, 1, note)
        self.add(f"list, {quantity}: server CPU", costs, "ms", count, 1, note)

    def expiries(self, seen, count, lifetime, note, how="seen"):
        """Of several times that all fell silent: how late the first and the last was seen gone, and how many a second."""
        note = f"{note}; lifetime {lifetime:g} s"
        for words, values, unit in (
            (f"first {how} gone after its deadline", [one.first_late for one in seen], "ms"),
            (f"last {how} gone after its deadline", [one.last_late for one in seen], "ms"),
            (f"{how} gone", [one.rate for one in seen], "/s"),
        ):
            self.add(f"mass expiry, {words}", values, unit, count, note=note)


class Expiry:
    """Holders that fall silent at once, and when they are seen gone.

    The first deadline is a lifetime after the first of the last renewals was sent, the last deadline one after the last of
    them was answered. What a server that rounds its clock calls gone before that is early: less than nothing late.
    """

    def __init__(self, count, oldest, newest, lifetime):
        self.count = count
        self.first_deadline = oldest + lifetime
        self.last_deadline = newest + lifetime
        self.first = self.last = None
        self.all_there = time.monotonic()

    def saw(self, gone):
        """So many are gone by now; answers whether all are."""
        now = time.monotonic()
        if gone == 0:
            self.all_there = now
        elif self.first is None:
            self.first = now
        if gone >= self.count:
            self.last = now
        return self.last is not None

    def wait(self, alive, pause=0.02, limit=120):
        """Asks how many are still there until there is none."""
        end = time.monotonic() + limit
        while not self.saw(self.count - alive()):
            if time.monotonic() > end:
                raise RuntimeError(f"some of {self.count} holders were still there after {limit} s")
            time.sleep(pause)
        return self

    @property
    def first_late(self):
        return (self.first - self.first_deadline) * 1e3

    @property
    def last_late(self):
        return (self.last - self.last_deadline) * 1e3

    @property
    def rate(self):
        """How many a second from the last look that saw all of them: where all are gone in the next, it is a least."""
        return self.count / (self.last - self.all_there)
