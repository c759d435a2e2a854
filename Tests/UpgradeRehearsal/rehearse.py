"""An upgrade from the release before to this one, with both on one MariaDB server; ../upgrade starts it."""

import re
import signal
import subprocess
import time

import api
import daemon as daemons
import fleet as fleets
import processes
import program
import server as servers

# Rounds of heartbeats between two steps.
REST_ROUNDS = 2
# Programs under an agent, of each release.
AGENTS = 5


class Rehearsal:
    def __init__(self, server, arguments):
        self.interval = arguments.interval
        self.errors = []
        self.steps = []
        self.server = server
        # Of every statement that takes long, how long it took and waited.
        self.slow_log = f"{arguments.directory}/slow.log"
        for setting in [
            f"slow_query_log_file = '{self.slow_log}'", "log_output = 'FILE'", "long_query_time = 0.02",
            "slow_query_log = ON",
        ]:
            self.server.run(f"SET GLOBAL {setting}")
        self.server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
        # Each release is a user of its own, so that the server tells whose statements are slow.
        for user in ("old", "new"):
            self.server.run(f"CREATE USER {user}@localhost")
            self.server.run(f"GRANT ALL ON *.* TO {user}@localhost")
        self.old = daemons.Release(arguments.old, daemons.url(server, user="old"))
        self.new = daemons.Release(arguments.new, daemons.url(server, user="new"))
        self.daemons = [daemons.Daemon(name, arguments.directory) for name in ("one", "two", "forgotten")]
        half = arguments.services // 2
        one, two, _ = self.daemons
        self.fleets = [
            fleets.Fleet(0, half, self.interval, [one, two]),
            fleets.Fleet(half, arguments.services - half, self.interval, [two, one]),
        ]
        self.agents = []

    def end(self):
        for agent in self.agents:
            processes.end(agent)
        for daemon in self.daemons:
            if daemon.process is not None and daemon.process.poll() is None:
                daemon.process.send_signal(signal.SIGCONT)
            daemon.stop()

    def client(self):
        """Of the first daemon, as it runs now."""
        return api.Client(self.daemons[0].port)

    # What is done

    def step(self, words, action):
        """Does something, lets the fleet beat for a while, and looks whether all are up."""
        program.say(f"{words} ...")
        began = time.monotonic()
        action()
        took = time.monotonic() - began
        time.sleep(REST_ROUNDS * self.interval)
        changes = self.client().state_changes(self.revision)
        self.steps.append((words, took, len(changes)))

    def command(self, release, words, *statuses):
        """Runs rollcalld db; a status that is not expected is an error."""
        status, said, took = release.command(*words)
        program.say(f"    rollcalld db {' '.join(words)}: {status}, {took:.1f} s, {said.splitlines()[-1] if said else ''}")
        if status not in statuses:
            self.errors.append(f"rollcalld db {' '.join(words)} ended with {status}: {said}")
        return said

    def agent(self, release, number):
        """A program under an agent of that release; it beats at both daemons."""
        environment = dict(daemons.ENVIRONMENT)
        ports = [daemon.port for daemon in self.daemons[:2]]
        environment["ROLLCALL_ENDPOINT"] = ",".join(f"http://127.0.0.1:{port}" for port in ports)
        words = [
            release.agent, "agent", "--binary", "worker", "--host", f"agent-{number}", "--interval", "5s",
            "--", "/bin/sleep", "100000",
        ]
        process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL)
        self.agents.append(process)

    def rehearse(self):
        one, two, forgotten = self.daemons
        self.command(self.old, ["expand"], 0)
        for daemon in self.daemons:
            daemon.start(self.old)
        for fleet in self.fleets:
            fleet.register()
        for fleet in self.fleets:
            fleet.start()
        for number in range(AGENTS):
            self.agent(self.old, number)
        self.settle()
        self.step("expanded by release 2", lambda: self.command(self.new, ["expand"], 0))
        self.step("daemon one is replaced by release 2", lambda: one.replace(self.new))
        self.command(self.new, ["check"], 3)
        self.step("daemon one is rolled back to release 1", lambda: one.replace(self.old))
        self.step("daemon one is replaced by release 2 again", lambda: one.replace(self.new))
        for number in range(AGENTS, 2 * AGENTS):
            self.agent(self.new, number)
        self.step("migrated", lambda: self.command(self.new, ["migrate"], 0))
        said = self.command(self.new, ["contract"], 1)
        if "of release 1" not in said:
            self.errors.append(f"the contraction did not name the daemon that holds it back: {said}")
        self.step("daemon two is replaced by release 2", lambda: two.replace(self.new))
        forgotten.process.send_signal(signal.SIGSTOP)
        self.step("contracted, forced, with a stopped daemon of release 1", self.contract)
        self.step("the stopped daemon goes on", self.resume)

    def settle(self):
        seen = None
        while True:
            time.sleep(self.interval)
            now = self.client().revision()
            if now == seen:
                break
            seen = now
        self.revision = seen

    def contract(self):
        self.command(self.new, ["contract"], 1)
        self.command(self.new, ["contract", "--force"], 0)
        self.command(self.new, ["check"], 0)

    def resume(self):
        forgotten = self.daemons[2]
        forgotten.process.send_signal(signal.SIGCONT)
        try:
            status = forgotten.process.wait(60)
        except subprocess.TimeoutExpired:
            self.errors.append("the daemon of release 1 goes on behind the fence")
            return
        said = forgotten.said()
        if "fenced" not in said:
            self.errors.append(f"the daemon of release 1 ended with {status} and did not speak of the fence: {said}")

    # What came of it

    def report(self):
        for fleet in self.fleets:
            fleet.end()
        accepted = sum(fleet.accepted for fleet in self.fleets)
        repeated = sum(fleet.repeated for fleet in self.fleets)
        written = daemons.counted(self.server, accepted)
        changes = self.client().state_changes(self.revision)
        slowest = max(fleet.slowest for fleet in self.fleets)
        problems = [problem for fleet in self.fleets for problem in fleet.problems]
        print("| step | took | state changes so far |")
        print("|---|---|---|")
        for words, took, count in self.steps:
            print(f"| {words} | {took:.1f} s | {count} |")
        print()
        print(f"Heartbeats accepted: {accepted:,}; counted in the database: {written:,}; in calls that were repeated at "
              f"another daemon, which may count twice: {repeated:,}.")
        print(f"State changes: {len(changes)}. Slowest call: {slowest * 1000:.0f} ms.")
        for user, words in [("old", "the release before"), ("new", "this release")]:
            longest, waited = self.statements(user)
            print(f"Longest statement of {words}: {longest[0] * 1000:.0f} ms, {longest[1]}")
            print(f"Longest wait of {words} for a lock: {waited[0] * 1000:.0f} ms, {waited[1]}")
        if written < accepted - repeated or written > accepted + repeated:
            self.errors.append(f"{accepted} heartbeats were accepted and {written} are counted")
        if changes:
            self.errors.append(f"{len(changes)} changes of state, the first of {changes[0]}")
        self.errors += problems[:5]

    def statements(self, user):
        """The longest statement of a user, and its longest wait for a lock, of those that the server found slow."""
        longest = waited = (0.0, "none over 20 ms")
        with open(self.slow_log, encoding="utf-8", errors="replace") as log:
            text = log.read()
        for part in re.split(r"^# User@Host", text, flags=re.MULTILINE)[1:]:
            times = re.search(r"Query_time: ([\d.]+)\s+Lock_time: ([\d.]+)", part)
            words = [line for line in part.splitlines()[1:] if not line.startswith(("#", "SET timestamp", "use "))]
            statement = " ".join(words)[:100]
            if times is None or not part.startswith(f": {user}["):
                continue
            longest = max(longest, (float(times[1]), statement))
            waited = max(waited, (float(times[2]), statement))
        return longest, waited


def rehearse(server, arguments):
    rehearsal = Rehearsal(server, arguments)
    try:
        rehearsal.rehearse()
        rehearsal.report()
    finally:
        rehearsal.end()
    return rehearsal.errors


def main():
    arguments = program.arguments(["old", "new"], ["services", "interval"])
    servers.run(arguments.directory, lambda server: rehearse(server, arguments))


main()
