"""Runs both sides on one server, one after the other, and prints the table; ../compare-nova starts it."""

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import fleet as fleets
import server as servers
import table as tables

INTERVAL = 10
# Rounds before the count begins: connections, prepared statements and the buffer pool are as they stay.
WARM_UP_ROUNDS = 2
# And at most so many until the log stands still.
MOST_SETTLING_ROUNDS = 30
# So late, or so slow to be answered, a call of the fleet shows that the rate was not kept.
PATIENCE = 5.0
NOVA_SECONDS = 180


def say(words):
    print(words, file=sys.stderr, flush=True)


class Rollcall:
    """A release daemon on the server, and its fleet."""

    def __init__(self, program, server, directory, services):
        url = f"mariadb://root@localhost/rollcall?socket={server.socket}"
        server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
        # Settings of another daemon must not reach ours.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ROLLCALL_")}
        subprocess.run(
            [program, "db", "expand", "--database-url", url], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        self.server = server
        self.log = f"{directory}/rollcalld.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [
                    program, "--listen-http", "127.0.0.1:0", "--database-url", url, "--daemon-id", "comparison",
                    "--log-format", "json",
                ],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        try:
            self.fleet = fleets.Fleet(self._port(), services, INTERVAL)
        except BaseException:
            servers.end(self.process)
            raise

    def _port(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with open(self.log, encoding="utf-8") as log:
                for line in log:
                    # A line that is still being written is read the next time.
                    if '"ready"' in line and line.endswith("\n"):
                        return int(json.loads(line)["metadata"]["http"].rpartition(":")[2])
            time.sleep(0.05)
        with open(self.log, encoding="utf-8") as log:
            raise RuntimeError(f"rollcalld was not ready: {log.read()[-2000:]}")

    def measure(self, seconds):
        fleet, server = self.fleet, self.server
        fleet.register()
        fleet.beat(WARM_UP_ROUNDS * INTERVAL)
        start = self._settled()
        before = servers.Usage(server, self.process.pid)
        due, accepted = fleet.beat(seconds)
        usage = servers.Usage(server, self.process.pid).since(before)
        usage.update(due=due, beats=accepted, latest=fleet.latest, slowest=fleet.slowest)
        said = server.listen(lambda: fleet.beat(2))
        usage["said"] = summary(said, 2, "a second")
        usage["accepted"] = fleet.accepted
        usage["written"] = self._written(fleet.accepted)
        usage["counts"] = fleet.counts()
        usage["changes"] = fleet.state_changes(start)
        usage["problems"] = fleet.problems
        return usage

    def _settled(self):
        """The newest revision, once nothing was recorded for a round.

        Those who registered first may have been silent for long by the time the last one has, and what became of that is
        recorded behind their backs.
        """
        seen = self.fleet.revision()
        for _ in range(MOST_SETTLING_ROUNDS):
            self.fleet.beat(INTERVAL)
            now = self.fleet.revision()
            if now == seen:
                return now
            seen = now
        raise RuntimeError(f"changes were still being recorded after {MOST_SETTLING_ROUNDS} rounds, at revision {seen}")

    def _written(self, accepted):
        """How many heartbeats the table counts, once what was accepted is flushed: at most ten seconds later."""
        deadline = time.monotonic() + 10
        while True:
            counted = self.server.run(
                "SELECT sum(report_count) FROM rollcall.service_heartbeats JOIN rollcall.services ON id = service_id "
                "WHERE topic = 'compute'"
            )
            if int(counted[0][0]) >= accepted or time.monotonic() > deadline:
                return int(counted[0][0])
            time.sleep(0.05)

    def end(self):
        servers.end(self.process)


class Nova:
    """Nova's own code on the same server, in a process of its own."""

    def __init__(self, server, directory, services, beats):
        self.server = server
        self.beats = beats
        self.services = services
        server.run("CREATE DATABASE nova CHARACTER SET utf8mb3")
        self.configuration = f"{directory}/nova.conf"
        self.log = f"{directory}/nova.log"
        connection = f"mysql+pymysql://root@localhost/nova?unix_socket={server.socket}&charset=utf8"
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(f"[DEFAULT]\nstate_path = {directory}\n[database]\nconnection = {connection}\n")
        # Nothing of another installation.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        with open(self.log, "wb") as log:
            subprocess.run(
                [
                    os.path.join(os.path.dirname(sys.executable), "nova-manage"), "--config-file", self.configuration,
                    "db", "sync", "--local_cell",
                ],
                env=self.environment, check=True, stdout=log, stderr=log,
            )

    @contextlib.contextmanager
    def running(self):
        """Its records made, and its programs joined: gives the process, what it says first, and how to let them beat."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [
                    sys.executable, "-B", os.path.join(os.path.dirname(__file__), "nova_side.py"), "--config-file",
                    self.configuration, "--services", str(self.services), "--beats", str(self.beats),
                ],
                env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )

        def order(beats, seconds):
            process.stdin.write(json.dumps({"beats": beats, "seconds": seconds}) + "\n")
            process.stdin.flush()
            return self._answer(process)

        try:
            yield process, self._answer(process), order
        finally:
            process.stdin.close()
            servers.end(process)

    def measure(self):
        server = self.server
        with self.running() as (process, opening, order):
            if not server.rest():
                say("warning: the server is busy while Nova's heartbeats are measured")
            rows = int(server.run("SELECT count(*) FROM nova.services WHERE deleted = 0")[0][0])
            before_count = self._report_count()
            before = servers.Usage(server, process.pid)
            result = order(self.beats, NOVA_SECONDS)
            usage = servers.Usage(server, process.pid).since(before)
            usage.update(result, driver=opening["driver"], version=opening["version"], service_rows=rows)
            usage["written"] = self._report_count() - before_count
            usage["said"] = summary(server.listen(lambda: order(1, 30)), 1, "a heartbeat")
            return usage

    def _report_count(self):
        return int(self.server.run("SELECT sum(report_count) FROM nova.services")[0][0])

    def _answer(self, process):
        line = process.stdout.readline()
        if not line:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                raise RuntimeError(f"Nova's side ended: {log.read()[-3000:]}")
        return json.loads(line)


def summary(said, count, unit):
    """What the server was told, each statement with how often, in the order of first use."""
    texts = Counter()
    for _, kind, text in said:
        if kind not in ("Query", "Execute"):
            continue
        text = re.sub(r"'\[\[.*?\]\]'", "'[[…]]'", " ".join(text.split()))
        text = re.sub(r"^SELECT [^()]{80,}? FROM", "SELECT … FROM", text)
        text = re.sub(r"\b\d{6,}\b", "…", text)
        text = re.sub(r"'\d{4}-\d\d-\d\d [^']*'|'[0-9a-f]{8}-[0-9a-f-]{27}'", "'…'", text)
        texts[text[:150] + ("…" if len(text) > 150 else "")] += 1
    return [f"{number / count:6.1f} {unit}: {text}" for text, number in texts.items()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rollcalld", required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--services", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--nova-heartbeats", type=int, required=True)
    arguments = parser.parse_args()
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))

    place = f"{arguments.directory}/m"
    os.mkdir(place)
    server = servers.Server(place)
    try:
        say(f"Rollcall: {arguments.services:,} services for {arguments.seconds} s ...")
        rollcall = Rollcall(arguments.rollcalld, server, arguments.directory, arguments.services)
        try:
            ours = rollcall.measure(arguments.seconds)
        finally:
            rollcall.end()
        say(f"Nova: {arguments.nova_heartbeats:,} heartbeats ...")
        server.rest()
        nova = Nova(server, arguments.directory, arguments.services, arguments.nova_heartbeats)
        theirs = nova.measure()
    finally:
        server.end()
    problems = tables.problems(ours, theirs, arguments.services, PATIENCE)
    problems += tables.show(ours, theirs, arguments.services, INTERVAL)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
