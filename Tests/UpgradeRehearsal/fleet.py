"""Services that beat over HTTP, in calls of 1,000, at whichever daemon answers."""

import http.client
import json
import threading
import time

CALL = 1000
# So long a call is tried at one daemon after the other.
PATIENCE = 30.0


class Fleet(threading.Thread):
    """A share of the services, spread evenly over the interval, until it is ended."""

    def __init__(self, first, count, interval, daemons):
        super().__init__(daemon=True)
        self.interval = interval
        # Its own daemon first.
        self.daemons = daemons
        self.connection = None
        self.bodies = [
            self._body(range(start, min(start + CALL, first + count))) for start in range(first, first + count, CALL)
        ]
        self.round = 0
        self.accepted = 0
        self.repeated = 0
        self.slowest = 0.0
        self.problems = []
        self.is_over = False

    @staticmethod
    def _body(numbers):
        beats = [
            b'{"host":"compute-%06d","binary":"nova-compute","topic":"compute","incarnation":"i-%06d","sequence":@}'
            % (number, number)
            for number in numbers
        ]
        return b'{"heartbeats":[' + b",".join(beats) + b"]}", len(beats)

    def register(self):
        for body, count in self.bodies:
            self._send(body, count)
        self.round += 1

    def run(self):
        pause = self.interval / len(self.bodies)
        due = time.monotonic()
        while not self.is_over:
            for body, count in self.bodies:
                due += pause
                delay = due - time.monotonic()
                if delay > 0:
                    time.sleep(delay)
                self._send(body, count)
            self.round += 1

    def end(self):
        """Ends after the round that is under way."""
        self.is_over = True
        self.join()

    def _send(self, body, count):
        began = time.monotonic()
        tries = 0
        while time.monotonic() - began < PATIENCE:
            tries += 1
            try:
                status, text = self._post(body.replace(b"@", b"%d" % self.round))
            except (OSError, http.client.HTTPException):
                # It ended, or is not there yet: another one, at once.
                self.connection = None
                self.daemons.append(self.daemons.pop(0))
                time.sleep(0.05)
                continue
            reply = json.loads(text) if status == 200 else {}
            if status == 503:
                time.sleep(0.1)
                continue
            self.accepted += reply.get("accepted", 0)
            if tries > 1:
                # An answer that was lost may have been an acceptance.
                self.repeated += count
            self.slowest = max(self.slowest, time.monotonic() - began)
            if reply.get("accepted", 0) != count or reply.get("rejected"):
                self.problems.append(f"round {self.round}: {status}, {text[:300]!r}")
            return
        self.problems.append(f"round {self.round}: nobody took it within {PATIENCE} s")

    def _post(self, body):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.daemons[0].port, timeout=10)
        self.connection.request("POST", "/v1/heartbeats?reply=brief", body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"GET {path}: {answer.status} {text[:200]!r}")
    return json.loads(text)


def state_changes(port, since):
    """The transitions of kind state after that revision, as text."""
    changes = []
    while True:
        page = get(port, f"/v1/transitions?since={since}&limit=10000")
        rows = page["transitions"]
        changes += [
            f'{row["host"]} {row["binary"]}: {row["from"]} to {row["to"]}, {row["reason"]}'
            for row in rows if row["kind"] == "state" and row["binary"] != "rollcalld"
        ]
        if not rows:
            return changes
        since = page["revision"]
