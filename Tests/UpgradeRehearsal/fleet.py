"""Services that beat over HTTP, in calls of 1,000, at whichever daemon answers."""

import http.client
import threading
import time

import api

# So long a call is tried at one daemon after the other.
PATIENCE = 30.0


class Fleet(threading.Thread):
    """A share of the services, spread evenly over the interval, until it is ended."""

    def __init__(self, first, count, interval, daemons):
        super().__init__(daemon=True)
        self.interval = interval
        # Its own daemon first.
        self.daemons = daemons
        self.client = None
        self.calls = api.Calls(range(first, first + count))
        self.accepted = 0
        self.repeated = 0
        self.slowest = 0.0
        self.problems = []
        self.is_over = False
        self.is_given_up = False

    def register(self):
        for number in self.calls:
            self._send(number)
        self.calls.round += 1

    def run(self):
        pause = self.interval / len(self.calls)
        due = time.monotonic()
        while not self.is_over:
            for number in self.calls:
                if self.is_given_up:
                    return
                due += pause
                delay = due - time.monotonic()
                if delay > 0:
                    time.sleep(delay)
                self._send(number)
            self.calls.round += 1

    def end(self):
        """Ends after the round that is under way."""
        self.is_over = True
        self.join()

    def give_up(self):
        """Ends at once, and with what is under way."""
        self.is_given_up = True
        self.end()

    def _send(self, number):
        body, count = self.calls.body(number)
        began = time.monotonic()
        tries = 0
        while time.monotonic() - began < PATIENCE and not self.is_given_up:
            tries += 1
            try:
                if self.client is None:
                    self.client = api.Client(self.daemons[0].port, timeout=10)
                status, text = self.client.send(body)
            except (OSError, http.client.HTTPException):
                # It ended, or is not there yet: another one, at once.
                self.client = None
                self.daemons.append(self.daemons.pop(0))
                time.sleep(0.05)
                continue
            if status == 503:
                time.sleep(0.1)
                continue
            accepted, problem = self.calls.problem(status, text, count)
            self.accepted += accepted
            # An answer that was lost may have been an acceptance, and who is sent elsewhere was counted all the same.
            self.repeated += count * (tries - 1)
            self.slowest = max(self.slowest, time.monotonic() - began)
            if problem is not None:
                self.problems.append(problem)
            return
        if not self.is_given_up:
            self.problems.append(f"round {self.calls.round}: nobody took it within {PATIENCE} s")
