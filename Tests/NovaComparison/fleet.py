"""Services that beat over HTTP, in calls of 1,000, spread evenly over the interval, on one connection."""

import http.client
import json
import time

CALL = 1000


class Fleet:
    def __init__(self, port, services, interval):
        self.port = port
        self.services = services
        self.interval = interval
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        # What stays the same in each round is made once; %d stands for the number of the round.
        self.bodies = [
            self._body(range(first, min(first + CALL, services))) for first in range(0, services, CALL)
        ]
        self.round = 0
        self.accepted = 0
        self.problems = []
        self.latest = 0.0
        self.slowest = 0.0

    @staticmethod
    def _body(numbers):
        beats = [
            b'{"host":"compute-%06d","binary":"nova-compute","topic":"compute","incarnation":"i-%06d","sequence":@}'
            % (number, number)
            for number in numbers
        ]
        return b'{"heartbeats":[' + b",".join(beats) + b"]}", len(beats)

    def get(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status} {text[:200]!r}")
        return json.loads(text)

    def _send(self, body, count):
        began = time.monotonic()
        self.connection.request(
            "POST", "/v1/heartbeats?reply=brief", body.replace(b"@", b"%d" % self.round),
            {"Content-Type": "application/json"},
        )
        answer = self.connection.getresponse()
        text = answer.read()
        self.slowest = max(self.slowest, time.monotonic() - began)
        reply = json.loads(text) if answer.status == 200 else {}
        accepted = reply.get("accepted", 0)
        self.accepted += accepted
        if accepted != count or reply.get("rejected"):
            self.problems.append(f"round {self.round}: {answer.status}, {accepted} of {count} taken: {text[:200]!r}")

    def register(self):
        """The first heartbeat of each, which makes its record, as fast as they are answered."""
        for body, count in self.bodies:
            self._send(body, count)
        self.round += 1

    def beat(self, seconds):
        """Beats for so long; answers how many heartbeats were due, and how many were accepted.

        A call that cannot be sent when it is due is sent at once, and `latest` says how late that was.
        """
        before = self.accepted
        self.latest = self.slowest = 0.0
        start = time.monotonic()
        pause = self.interval / len(self.bodies)
        due = 0
        calls = max(1, round(seconds / pause))
        for number in range(calls):
            self._wait(start + number * pause)
            body, count = self.bodies[number % len(self.bodies)]
            self._send(body, count)
            due += count
            if number % len(self.bodies) == len(self.bodies) - 1:
                self.round += 1
        # To the end of the last call's share of time. A round that is begun is not gone on with.
        self._wait(start + calls * pause)
        self.round += 1
        return due, self.accepted - before

    def _wait(self, moment):
        delay = moment - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        else:
            self.latest = max(self.latest, -delay)

    def revision(self):
        """The newest revision of the log: that of the services' list."""
        return self.get("/v1/services?limit=1")["revision"]

    def state_changes(self, since):
        """The transitions of kind state after that revision, as text."""
        changes = []
        while True:
            page = self.get(f"/v1/transitions?since={since}&limit=10000")
            rows = page["transitions"]
            changes += [
                f'{row["host"]} {row["binary"]}: {row["from"]} to {row["to"]}, {row["reason"]}'
                for row in rows if row["kind"] == "state"
            ]
            if not rows:
                return changes
            since = page["revision"]

    def counts(self):
        """How many services of the topic are up, down and unknown."""
        groups = [group for group in self.get("/v1/groups")["groups"] if group["topic"] == "compute"]
        return tuple(sum(group[state] for group in groups) for state in ("up", "down", "unknown"))
