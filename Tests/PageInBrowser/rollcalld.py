"""A daemon of our own, and calls of it."""

import datetime
import http.client
import json
import os
import re
import sqlite3
import subprocess
import time
import urllib.parse

# Settings of another daemon must not reach ours.
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("ROLLCALL_")}
PATIENCE = 30
SETTINGS = {
    "ROLLCALL_LIVENESS_REPORT_INTERVAL": "300ms",
    "ROLLCALL_LIVENESS_SERVICE_DOWN_TIME": "900ms",
    # So that a test sees a brake end by itself.
    "ROLLCALL_BRAKE_MAX_HOLD": "20s",
}


class Daemon:
    """A process with its database; it keeps its port when it is started again."""

    def __init__(self, program, directory, token=None, **settings):
        self.program = program
        self.directory = directory
        self.token = token
        self.settings = settings
        self.port = 0
        self.starts = 0
        self.process = None
        self.start()

    @property
    def page(self):
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self):
        self.starts += 1
        log = f"{self.directory}/{self.starts}.log"
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                [
                    self.program, "--listen-http", f"127.0.0.1:{self.port}", "--database-url",
                    f"sqlite://{self.directory}/rollcall.sqlite", "--daemon-id", "alpha",
                ],
                env={**ENVIRONMENT, **SETTINGS, **self.settings}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with open(log, encoding="utf-8") as lines:
                found = re.search(r"ready .*http=http://127\.0\.0\.1:(\d+)", lines.read())
            if found:
                self.port = int(found[1])
                return
            time.sleep(0.02)
        with open(log, encoding="utf-8") as lines:
            said = lines.read()[-2000:]
        self.end()
        raise RuntimeError(f"the daemon was not ready: {said}")

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def lock_database(self):
        """Keeps the daemon from its database until what this answers is closed."""
        lock = sqlite3.connect(f"{self.directory}/rollcall.sqlite", isolation_level=None, timeout=PATIENCE)
        lock.execute("BEGIN EXCLUSIVE")
        return lock

    def call(self, method, path, body=None):
        """The answer's JSON; None where it has none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]!r}")
        return json.loads(text) if text else None

    def get(self, path):
        return self.call("GET", path)

    def beat(self, heartbeats):
        reply = self.call("POST", "/v1/heartbeats?reply=brief", {"heartbeats": heartbeats})
        if reply["rejected"]:
            raise RuntimeError(f"rejected: {reply['rejected'][:3]}")

    def fail(self, host, binary):
        """What an agent says when the check of its service fails."""
        self.call("DELETE", f"/v1/services/{quoted(host)}/{quoted(binary)}/heartbeat?reason=failed")

    def service(self, host, binary):
        return self.get(f"/v1/services?host={quoted(host)}&binary={quoted(binary)}")["services"][0]

    def groups(self):
        return self.get("/v1/groups")["groups"]

    def totals(self):
        return {state: sum(group[state] for group in self.groups()) for state in ("up", "down", "unknown")}

    def history(self, host, binary):
        return self.get(f"/v1/services/{self.service(host, binary)['uuid']}/history")["transitions"]


def milliseconds(instant):
    """Since 1970, of a time as the daemon writes it."""
    return datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp() * 1000


def quoted(text):
    return urllib.parse.quote(text, safe="")
