"""Runs of the load program, one by one, each with a limit and on a database that holds nothing."""

import json
import os
import shutil
import signal
import subprocess
import time

import daemon as daemons
from second import Second, Unmeasured

# Between two heartbeats of a service, in seconds.
INTERVAL = 10
# One heartbeat a call is measured up to so many a second: with more, the client takes the processor from the daemon.
MOST_SINGLE = 5_000

# Services that each have a connection to the back end, and threads of its library.
MOST_DIRECT = 2_000

# How heartbeats are sent, and what the load program is told; beside is as calls, with a second daemon on the database.
CALLS, SINGLE, DATAGRAMS, DIRECT, BESIDE = "calls", "single", "datagrams", "direct", "beside"
WORDS = {
    CALLS: ["--batch", "1000", "--connections", "4", "--lists", "3", "--restart"],
    SINGLE: ["--batch", "1", "--connections", "32", "--lists", "0"],
    DATAGRAMS: ["--datagrams", "--lists", "0"],
    DIRECT: ["--direct", "--lists", "0"],
    BESIDE: ["--batch", "1000", "--connections", "4", "--lists", "0"],
}
TITLES = {
    CALLS: "HTTP, calls of 1,000", SINGLE: "HTTP, one a call", DATAGRAMS: "datagrams",
    DIRECT: "by each service, into the back end itself",
    BESIDE: "HTTP, calls of 1,000, beside a second daemon",
}


class Bench:
    """Where runs are made, and how long each of them measures."""

    def __init__(self, directory, programs, backend, seconds):
        self.directory = directory
        self.programs = programs
        self.backend = backend
        self.seconds = seconds
        self.temporary = f"{directory}/t"
        os.mkdir(self.temporary)

    def run(self, services, way, down_time):
        """Measures one way of one size.

        What it answers has figures by name, and failures: where there are any, figures may be missing or not be what
        they should. What the load program does not say is nowhere made up.
        """
        killed = max(1, min(services // 1_000, 1_000)) if way == CALLS else 0
        # As long as the load program takes for it: until the last of those who die was noticed.
        beating = max(self.seconds, 2 * INTERVAL + down_time + 3) if killed else self.seconds
        words = [
            "--services", str(services), "--interval", str(INTERVAL), "--down-time", str(down_time), "--seconds",
            str(self.seconds), "--kill", str(killed), *WORDS[way],
        ]
        result = {
            "services": services, "way": way, "down_time": down_time, "killed": killed, "options": words, "figures": {},
            "failures": [],
        }
        began = time.monotonic()
        # To register all, to list them and to start again takes longer the more there are.
        limit = 180 + beating + services // 400
        try:
            self._run(result, words + self.backend.fresh(), limit)
        except Exception as error:
            result["failures"].append(f"{type(error).__name__}: {error}")
        result["took"] = round(time.monotonic() - began, 1)
        return result

    def _run(self, result, words, limit):
        second = None
        if result["way"] == BESIDE:
            second = Second(self.backend.release, self.directory, INTERVAL, result["down_time"])
        try:
            self._load(result, words, limit, second)
        finally:
            if second is not None:
                second.stop()
            # Of a daemon that was killed everything is still there.
            shutil.rmtree(self.temporary)
            os.mkdir(self.temporary)

    def _load(self, result, words, limit, second):
        file, log = f"{self.directory}/load.json", f"{self.directory}/load.log"
        for path in (file, log):
            if os.path.exists(path):
                os.remove(path)
        command = [f"{self.programs}/rollcall-load", "--daemon", f"{self.programs}/rollcalld", "--json", file, *words]
        failures = result["failures"]
        deadline = time.monotonic() + limit
        with open(log, "wb") as output:
            process = subprocess.Popen(
                command, env=daemons.ENVIRONMENT | self.backend.environment | {"TMPDIR": self.temporary}, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True,
            )
        try:
            if second is not None:
                try:
                    result["figures"] |= second.watch(process, result["services"], self.seconds, deadline)
                except Unmeasured as error:
                    failures.append(str(error))
            process.wait(max(0, deadline - time.monotonic()))
            reason = f"rollcall-load ended with {process.returncode}"
        except subprocess.TimeoutExpired:
            reason = f"rollcall-load was not done after {limit} s, and was killed"
        finally:
            _end_session(process)
        said = []
        if os.path.exists(file):
            figures, said = read(file)
            result["figures"] |= figures
            failures += said
        # Where it says itself what is not as it must be, that is the reason of its status.
        if process.returncode != 0 and not said:
            failures.append(f"{reason}: {_last_line(log)}")
        elif not os.path.exists(file):
            failures.append("rollcall-load wrote no figures")


def read(file):
    """The figures of a run by name, as the load program wrote them, and what was not as it must be."""
    with open(file, encoding="utf-8") as text:
        document = json.load(text)
    figures = {
        one["quantity"]: {"value": one["value"], "unit": one["unit"], "note": one.get("note")} for one in document["figures"]
    }
    return figures, document["failures"]


def _end_session(process):
    """Ends what is left of the session that we began for it: its daemon is in a process group of its own."""
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            with open(f"/proc/{entry.name}/stat", "rb") as file:
                # The name is in brackets and may hold anything.
                session = int(file.read().rpartition(b")")[2].split()[3])
            if session == process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            pass
    process.wait()


def _last_line(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
