"""rollcalld's HTTP interface, as the programs of Tests use it."""

import contextlib
import http.client
import json

# Heartbeats in one call.
CALL = 1000


class Client:
    """Calls of a daemon: heartbeats on one connection, and a question now and then on one of its own."""

    def __init__(self, port, timeout=60):
        self.port = port
        self.timeout = timeout
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def get(self, path):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status} {text[:200]!r}")
        return json.loads(text)

    def send(self, body):
        """Sends a call's heartbeats; answers the status and the text of the reply."""
        self.connection.request("POST", "/v1/heartbeats?reply=brief", body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def revision(self):
        """The newest revision of the log: that of the services' list."""
        return self.get("/v1/services?limit=1")["revision"]

    def state_changes(self, since):
        """The changes of state after that revision, of all but the daemons, as text."""
        changes = []
        while True:
            page = self.get(f"/v1/transitions?since={since}&limit=10000")
            rows = page["transitions"]
            changes += [
                f'{row["host"]} {row["binary"]}: {row["from"]} to {row["to"]}, {row["reason"]}'
                for row in rows if row["kind"] == "state" and row["binary"] != "rollcalld"
            ]
            if not rows:
                return changes
            since = page["revision"]

    def states(self, binary):
        """How many services of that binary are up, down and unknown."""
        services = self.get(f"/v1/services?binary={binary}&fields=state")["services"]
        return tuple(sum(1 for one in services if one["state"] == state) for state in ("up", "down", "unknown"))


class Calls:
    """The heartbeats of services by their numbers, in calls; made once, and sent in each round with the round's number."""

    def __init__(self, numbers):
        self.round = 0
        self.bodies = [self._body(numbers[start:start + CALL]) for start in range(0, len(numbers), CALL)]

    def __len__(self):
        return len(self.bodies)

    def __iter__(self):
        return iter(range(len(self.bodies)))

    def body(self, number):
        """The body of a call, and how many heartbeats are in it."""
        template, count = self.bodies[number]
        return template.replace(b"@", b"%d" % self.round), count

    def problem(self, status, text, count):
        """What a reply says that it should not; None when all were accepted. And how many were."""
        reply = json.loads(text) if status == 200 else {}
        accepted = reply.get("accepted", 0)
        if accepted == count and not reply.get("rejected"):
            return accepted, None
        return accepted, f"round {self.round}: {status}, {accepted} of {count} taken: {text[:300]!r}"

    @staticmethod
    def _body(numbers):
        beats = [
            b'{"host":"compute-%06d","binary":"nova-compute","topic":"compute","incarnation":"i-%06d","sequence":@}'
            % (number, number)
            for number in numbers
        ]
        return b'{"heartbeats":[' + b",".join(beats) + b"]}", len(beats)
