"""Services that beat over HTTP, in calls of 1,000, spread evenly over the interval, on one connection."""

import time

import api


class Fleet:
    def __init__(self, port, services, interval):
        self.port = port
        self.interval = interval
        self.client = api.Client(port)
        self.calls = api.Calls(range(services))
        self.accepted = 0
        self.problems = []
        self.latest = 0.0
        self.slowest = 0.0

    def _send(self, number):
        body, count = self.calls.body(number)
        began = time.monotonic()
        status, text = self.client.send(body)
        self.slowest = max(self.slowest, time.monotonic() - began)
        accepted, problem = self.calls.problem(status, text, count)
        self.accepted += accepted
        if problem is not None:
            self.problems.append(problem)
        return count

    def register(self):
        """The first heartbeat of each, which makes its record, as fast as they are answered."""
        for number in self.calls:
            self._send(number)
        self.calls.round += 1

    def beat(self, seconds):
        """Beats for so long; answers how many heartbeats were due, and how many were accepted.

        A call that cannot be sent when it is due is sent at once, and `latest` says how late that was.
        """
        before = self.accepted
        self.latest = self.slowest = 0.0
        start = time.monotonic()
        pause = self.interval / len(self.calls)
        due = 0
        count = max(1, round(seconds / pause))
        for number in range(count):
            self._wait(start + number * pause)
            due += self._send(number % len(self.calls))
            if number % len(self.calls) == len(self.calls) - 1:
                self.calls.round += 1
        # To the end of the last call's share of time. A round that is begun is not gone on with.
        self._wait(start + count * pause)
        self.calls.round += 1
        return due, self.accepted - before

    def _wait(self, moment):
        delay = moment - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        else:
            self.latest = max(self.latest, -delay)
