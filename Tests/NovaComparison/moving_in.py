"""Moves in from a running Nova of two cells: its own tables, records and heartbeats; ../import-nova starts it."""

import contextlib
import json
import random
import subprocess
import threading
import time

import api
import cell
import daemon as daemons
import processes
import program
import server as servers

CELLS = ("nova_cell1", "nova_cell2")
BINARY = "nova-compute"
# Looks of the follower at Nova, in seconds.
PAUSE = 1
# Between two heartbeats of a service, in seconds.
INTERVAL = 5
DOWN_TIME = 20
# So long a word may take to arrive.
PATIENCE = 120
# Imports that are killed before one is let through.
KILLS = 3
# Records that an operator has forced down in Nova.
FORCED = 10
# Records planted on each side that the other lacks.
ORPHANS = 10


class Mover:
    """Runs the operator's commands, and remembers what did not come out as it should."""

    def __init__(self, server, release, directory):
        self.server = server
        self.release = release
        self.directory = directory
        self.source = daemons.url(server, CELLS[0])
        self.problems = []

    def expect(self, holds, words):
        if not holds:
            self.problems.append(words)

    def run(self, status, verb, *words):
        """Runs `rollcalld db …`, which should end with that status; answers what it said."""
        found, said, took = self.release.command(verb, *words)
        last = said.splitlines()[-1] if said else ""
        shown = " ".join(word for word in words if "://" not in word)
        print(f"rollcalld db {verb} {shown}: {found}, {took:.1f} s: {last[:200]}", flush=True)
        self.expect(found == status, f"db {verb} {shown} ended with {found}, not {status}: {last}")
        return said

    def start(self, name, *words):
        """Starts an import; answers its process and its log."""
        log = f"{self.directory}/{name}.log"
        with open(log, "wb") as file:
            process = subprocess.Popen(
                [self.release.program, "db", *self.words(*words), "--database-url", self.release.url],
                env=daemons.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            )
        return process, log

    def words(self, *words):
        return ["import-nova", "--from", self.source, "--cells", *CELLS, *words]

    def here(self):
        query = f"SELECT count(*) FROM rollcall.services WHERE `binary` = '{BINARY}' AND deleted = 0"
        return int(self.server.run(query)[0][0])

    def kill(self, total):
        """Starts imports and kills them, each when it has come a random part of the way further."""
        for number in range(KILLS):
            before = self.here()
            least = before + random.randrange(1, max(2, (total - before) // (KILLS + 1)))
            process, _ = self.start(f"killed{number}")
            deadline = time.monotonic() + PATIENCE
            while process.poll() is None and self.here() < least and time.monotonic() < deadline:
                time.sleep(0.01)
            process.kill()
            process.wait()
            print(f"import killed with {self.here():,} of {total:,} records here", flush=True)

    def audit(self, status, *words):
        said = self.run(status, "audit", "--against", self.source, "--cells", *CELLS, "--format", "json", *words)
        return json.loads(next(line for line in said.splitlines() if line.startswith("{")))


class Heartbeats(threading.Thread):
    """Lets a cell's services beat, until it is ended."""

    def __init__(self, order, count):
        super().__init__(daemon=True)
        self.order = order
        self.count = count
        self.is_over = threading.Event()
        self.rounds = 0

    def run(self):
        while not self.is_over.is_set():
            began = time.monotonic()
            self.order(self.count, 60)
            self.rounds += 1
            self.is_over.wait(max(0.0, INTERVAL - (time.monotonic() - began)))

    def end(self):
        self.is_over.set()
        self.join()


def move(server, arguments):
    half = arguments.services // 2
    numbers = [range(half), range(half, arguments.services)]
    beating = min(arguments.beating, arguments.services) // 2
    server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
    release = daemons.Release(arguments.programs, daemons.url(server))
    mover = Mover(server, release, arguments.directory)
    mover.run(0, "expand")
    options = ["--report-interval", f"{INTERVAL}s", "--service-down-time", f"{DOWN_TIME}s"]
    daemon = daemons.Daemon("here", arguments.directory, *options)
    with contextlib.ExitStack() as stack:
        stack.callback(daemon.stop)
        daemon.start(release)
        beats = []
        for name, range_of_cell in zip(CELLS, numbers):
            nova = cell.Nova(server, arguments.directory, range_of_cell, beating, name)
            _, opening, order = stack.enter_context(nova.running())
            beats.append(Heartbeats(order, beating))
        print(f"Nova {opening['version']}, {opening['driver']}: {arguments.services:,} services in {len(CELLS)} cells, of "
              f"which {2 * beating:,} beat", flush=True)
        for one in beats:
            one.start()
            stack.callback(one.end)
        # As nova_side.py chooses them.
        moved = [one.start + index * len(one) // beating for one in numbers for index in range(beating)]
        silent = sorted(set(numbers[1]) - set(moved))
        prepare(mover, server, silent[:FORCED], arguments.services)
        follow(mover, daemon, beats, moved, arguments.services)
        find_orphans(mover, server, silent[-ORPHANS:], arguments.services)
        return mover.problems


def hosts(numbers):
    return ", ".join(f"'compute-{number:06}'" for number in numbers)


def prepare(mover, server, forced, total):
    """Imports all of it, with a conflict first, and killed on the way."""
    first, second = CELLS
    server.run(f"UPDATE {first}.services SET disabled = 1, disabled_reason = 'planned work' WHERE id % 50 = 3")
    server.run(f"UPDATE {second}.services SET forced_down = 1 WHERE host IN ({hosts(forced)})")
    server.run(
        f"INSERT INTO {second}.services (uuid, host, `binary`, topic, report_count, disabled, forced_down, version, deleted) "
        f"SELECT uuid(), host, `binary`, topic, 0, 0, 0, version, 0 FROM {first}.services WHERE id = 1"
    )
    said = mover.run(3, *mover.words())
    mover.expect("conflict: compute-000000 nova-compute is in" in said, f"the conflict is not reported: {said[:300]}")
    mover.expect(mover.here() == 0, f"{mover.here()} records were written beside a conflict")
    server.run(f"DELETE FROM {second}.services WHERE host = 'compute-000000'")
    mover.run(0, *mover.words("--dry-run"))
    mover.expect(mover.here() == 0, f"{mover.here()} records were written by a dry run")
    mover.kill(total)
    said = mover.run(0, *mover.words("--verify"))
    mover.expect(f"{total} equal, 0 missing, 0 different" in said, f"not all is here and the same: {said[-300:]}")


def follow(mover, daemon, beats, moved, total):
    """Follows the heartbeats of Nova, and lets the services then beat here themselves."""
    client = api.Client(daemon.port)
    follower, log = mover.start(
        "follower", "--follow", "--interval", f"{PAUSE}s", "--endpoint", f"http://127.0.0.1:{daemon.port}"
    )
    expected = (len(moved), FORCED, total - len(moved) - FORCED)
    try:
        deadline = time.monotonic() + PATIENCE
        found = None
        while time.monotonic() < deadline and found != expected:
            time.sleep(PAUSE)
            found = client.states(BINARY)
        print(f"up, down, unknown while {len(moved):,} beat in Nova: {found}", flush=True)
        mover.expect(found == expected, f"up, down, unknown are {found}, not {expected}")
        settled = client.revision()
        # As long as somebody who is not heard would need to be called down, and more.
        time.sleep(1.5 * DOWN_TIME)
        # The cut-over: here from now on, and no longer there.
        calls = api.Calls(moved)
        beat(client, calls, mover)
        for one in beats:
            one.end()
        end = time.monotonic() + 1.5 * DOWN_TIME
        while time.monotonic() < end:
            beat(client, calls, mover)
            time.sleep(INTERVAL)
    finally:
        processes.end(follower)
    with open(log, encoding="utf-8") as file:
        said = file.read().strip()
    print(said)
    mover.expect(follower.returncode == 0 and "caught up" in said, f"the follower ended with {follower.returncode}")
    changes = client.state_changes(settled)
    print(f"state changes while Nova was followed and at the cut-over: {len(changes)}", flush=True)
    mover.expect(not changes, f"{len(changes)} changes of state, the first of {changes[:1]}")


def beat(client, calls, mover):
    for number in calls:
        body, count = calls.body(number)
        _, problem = calls.problem(*client.send(body), count)
        mover.expect(problem is None, problem)
    calls.round += 1


def find_orphans(mover, server, silent, total):
    """Plants records on each side that the other lacks, and audits."""
    first, second = CELLS
    clean = mover.audit(0)
    mover.expect(clean["equal"] == total, f"{clean['equal']} of {total} are equal")
    server.run(f"DELETE FROM {second}.services WHERE host IN ({hosts(silent)})")
    server.run(
        f"INSERT INTO {first}.services (uuid, host, `binary`, topic, report_count, disabled, forced_down, version, deleted) "
        f"SELECT uuid(), concat('new-', id), `binary`, topic, 0, 0, 0, version, 0 FROM {first}.services LIMIT {ORPHANS}"
    )
    found = mover.audit(3)
    sides = (len(found["orphans"]), len(found["missing"]))
    print(f"orphans found here and there: {sides}", flush=True)
    mover.expect(sides == (ORPHANS, ORPHANS), f"{sides} orphans were found")
    mover.audit(4, "--delete")
    mover.run(0, *mover.words())
    mover.audit(0)


def main():
    arguments = program.arguments(["programs"], ["services", "beating"])
    servers.run(arguments.directory, lambda server: move(server, arguments))


main()
