"""rollcalld of one release or the other, and the operator's commands of it."""

import os
import subprocess
import time

import processes

# Settings of another daemon must not reach ours.
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("ROLLCALL_")}


def url(server, database="rollcall", user="root"):
    """Where that database is, for rollcalld."""
    return f"mariadb://{user}@localhost/{database}?socket={server.socket}"


class Release:
    """The programs of a release, and where its daemons keep their records."""

    def __init__(self, directory, url):
        self.program = f"{directory}/rollcalld"
        self.agent = f"{directory}/rollcall"
        self.url = url

    def command(self, *words):
        """`rollcalld db …`; answers its status and what it said, and how long it took."""
        began = time.monotonic()
        done = subprocess.run(
            [self.program, "db", *words, "--database-url", self.url], env=ENVIRONMENT, capture_output=True, text=True,
            check=False, timeout=600,
        )
        return done.returncode, (done.stdout + done.stderr).strip(), time.monotonic() - began

    def succeed(self, *words):
        """The same where nothing else will do."""
        status, said, _ = self.command(*words)
        if status != 0:
            raise RuntimeError(f"rollcalld db {' '.join(words)} ended with {status}: {said}")


def counted(server, accepted):
    """How many heartbeats of nova-compute the table counts, once what was accepted is flushed: at most ten seconds later."""
    deadline = time.monotonic() + 10
    while True:
        found = int(server.run(
            "SELECT sum(report_count) FROM rollcall.service_heartbeats JOIN rollcall.services ON id = service_id "
            "WHERE `binary` = 'nova-compute'"
        )[0][0])
        if found >= accepted or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


class Daemon:
    """A daemon by its id and its port, of one release after the other."""

    def __init__(self, name, directory, *options):
        self.name = name
        self.directory = directory
        self.options = options
        self.process = None
        self.port = processes.free_port()
        self.starts = 0

    def start(self, release):
        self.release = release
        self.starts += 1
        self.log = f"{self.directory}/{self.name}.{self.starts}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [
                    release.program, "--listen-http", f"127.0.0.1:{self.port}", "--database-url", release.url, "--daemon-id",
                    self.name, "--log-format", "json", *self.options,
                ],
                env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            if any('"ready"' in line for line in self.lines()):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.name} was not ready: {self.said()}")

    def lines(self):
        # A line that is still being written is read the next time.
        with open(self.log, encoding="utf-8") as log:
            return [line for line in log if line.endswith("\n")]

    def said(self):
        return "".join(self.lines())[-2000:]

    def stop(self):
        if self.process is not None:
            processes.end(self.process)

    def replace(self, release):
        self.stop()
        self.start(release)
