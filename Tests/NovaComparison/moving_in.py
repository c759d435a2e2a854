"""Moves in from a running Nova: its own tables, records and heartbeats; ../import-nova starts it."""

import argparse
import os
import signal
import subprocess
import sys
import time

import compare
import server as servers

# Looks of the follower at Nova, in seconds.
PAUSE = 1
# So long its word may take to arrive.
PATIENCE = 60


class Mover:
    def __init__(self, program, server, directory):
        self.program = program
        self.directory = directory
        self.source = f"mariadb://root@localhost/nova?socket={server.socket}"
        self.target = f"mariadb://root@localhost/rollcall?socket={server.socket}"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ROLLCALL_")}
        self.problems = []

    def words(self, verb, *words):
        return [self.program, "db", verb, *words, "--database-url", self.target]

    def run(self, status, verb, *words):
        began = time.monotonic()
        done = subprocess.run(
            self.words(verb, *words), env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )
        said = (done.stdout + done.stderr).strip().splitlines()
        last = said[-1] if said else ""
        print(f"rollcalld db {verb} {' '.join(word for word in words if '://' not in word)}: {done.returncode}, "
              f"{time.monotonic() - began:.1f} s: {last}")
        if done.returncode != status:
            self.problems.append(f"db {verb} ended with {done.returncode}, not {status}: {last}")
        return last

    def follow(self, port):
        words = ["--from", self.source, "--follow", "--interval", f"{PAUSE}s", "--endpoint", f"http://127.0.0.1:{port}"]
        self.log = f"{self.directory}/follower.log"
        with open(self.log, "wb") as log:
            return subprocess.Popen(
                self.words("import-nova", *words), env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )


def states(fleet):
    """How many imported services are up, down and unknown."""
    services = [one for one in fleet.get("/v1/services")["services"] if one["binary"] == "nova-compute"]
    return tuple(sum(1 for one in services if one["state"] == state) for state in ("up", "down", "unknown"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rollcalld", required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--services", type=int, required=True)
    parser.add_argument("--beating", type=int, required=True)
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    place = f"{arguments.directory}/m"
    os.mkdir(place)
    server = servers.Server(place)
    try:
        problems = move(arguments, server)
    finally:
        server.end()
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


def move(arguments, server):
    beating = min(arguments.beating, arguments.services)
    rollcall = compare.Rollcall(arguments.rollcalld, server, arguments.directory, 1)
    try:
        nova = compare.Nova(server, arguments.directory, arguments.services, beating)
        mover = Mover(arguments.rollcalld, server, arguments.directory)
        with nova.running() as (_, opening, order):
            print(f"Nova {opening['version']}, {opening['driver']}: {arguments.services:,} services")
            mover.run(3, "audit", "--against", mover.source)
            mover.run(0, "import-nova", "--from", mover.source, "--dry-run")
            said = mover.run(0, "import-nova", "--from", mover.source, "--verify")
            if f"{arguments.services} equal, 0 missing, 0 different" not in said:
                mover.problems.append(f"not all is here and the same: {said}")
            mover.run(0, "import-nova", "--from", mover.source, "--verify")
            mover.run(0, "audit", "--against", mover.source)
            follower = mover.follow(rollcall.fleet.port)
            try:
                deadline = time.monotonic() + PATIENCE
                found = None
                while time.monotonic() < deadline and found != (beating, 0, arguments.services - beating):
                    order(beating, 30)
                    time.sleep(PAUSE)
                    found = states(rollcall.fleet)
                print(f"up, down, unknown while {beating:,} beat in Nova: {found}")
                if found != (beating, 0, arguments.services - beating):
                    mover.problems.append(f"{beating} beat in Nova, and up, down, unknown are {found}")
            finally:
                servers.end(follower)
            with open(mover.log, encoding="utf-8") as log:
                said = log.read()
            print(said.strip())
            if follower.returncode != 0 or "caught up" not in said:
                mover.problems.append(f"the follower ended with {follower.returncode}")
            server.run("DELETE FROM nova.services ORDER BY id DESC LIMIT 3")
            mover.run(4, "audit", "--against", mover.source, "--delete")
            mover.run(0, "audit", "--against", mover.source)
        return mover.problems
    finally:
        rollcall.end()


if __name__ == "__main__":
    sys.exit(main())
