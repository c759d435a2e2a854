"""Kills the commands of an upgrade with SIGKILL, a migration anywhere and a contraction at each of its statements; ../upgrade
starts it.
"""

import random
import subprocess

import daemon as daemons
import program
import server as servers
import relay as relays

MIGRATIONS = 20
# So long a command may take, in seconds.
PATIENCE = 120
# More statements than a contraction has.
MOST_STATEMENTS = 500

# One sum over all that moves, whatever the order. Text that is absent is not the empty text.
CHECKSUM = (
    "SELECT count(*), sum(crc32(concat_ws('|', {key}, report_count, ifnull(last_seen_up, '-'), ifnull(last_sequence, '-'), "
    "never_heard, ifnull(last_daemon, '-'), last_flush))) FROM rollcall.{table}"
)


class Upgrade:
    """A database of the release before, expanded, that is put back as often as it is needed."""

    def __init__(self, server, arguments):
        self.server = server
        self.relay = relays.Relay(server.port)
        self.old = daemons.Release(arguments.old, daemons.url(server))
        self.new = daemons.Release(arguments.new, daemons.url(server))
        self.killed = f"mariadb://root@127.0.0.1:{self.relay.port}/rollcall"
        self.problems = []
        server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
        self.old.succeed("expand")
        server.run(
            "INSERT INTO rollcall.services (uuid, host, `binary`, topic, zone, created_at, state_since, report_count, last_seen_up, "
            "last_sequence, never_heard, last_daemon, last_flush) SELECT uuid(), concat('c', seq), 'nova-compute', 'compute', "
            "'nova', 1, 1, seq * 3, if(seq % 7, seq * 1000, NULL), if(seq % 5, seq, NULL), seq % 11 = 0, if(seq % 3, 'one', NULL), "
            f"seq % 13 FROM rollcall.seq_1_to_{arguments.services}"
        )
        self.new.succeed("expand")
        self.before = server.run(CHECKSUM.format(key="id", table="services"))

    def save(self):
        self._copy("rollcall", "saved")

    def restore(self):
        self._copy("saved", "rollcall")

    def _copy(self, source, target):
        """Makes a database anew with the tables and rows of another."""
        self.server.run(f"DROP DATABASE IF EXISTS {target}")
        self.server.run(f"CREATE DATABASE {target} CHARACTER SET utf8mb4")
        for (table,) in self.server.run(f"SHOW TABLES FROM {source}"):
            self.server.run(f"CREATE TABLE {target}.{table} LIKE {source}.{table}")
            self.server.run(f"INSERT INTO {target}.{table} SELECT * FROM {source}.{table}")

    def kill(self, verb, kill_at, is_late):
        """Runs a command and kills it at that statement; answers whether it was killed, and how many it had."""
        # It cannot begin before it is watched: nothing is passed on until the process is known.
        with self.relay.lock:
            process = subprocess.Popen(
                [self.new.program, "db", verb, "--database-url", self.killed],
                env=daemons.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )
            self.relay.watch(process, kill_at, is_late)
        try:
            said = process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        if not self.relay.has_killed and process.returncode != 0:
            self.problems.append(f"{verb} ended with {process.returncode}: {said}")
        return self.relay.has_killed, self.relay.commands

    def finish(self, verb, words):
        """What was killed is gone on with, and then all is there and the same."""
        status, said, _ = self.new.command(verb)
        if status != 0:
            self.problems.append(f"{words}: {verb} ended with {status}: {said}")
        found = self.server.run(CHECKSUM.format(key="service_id", table="service_heartbeats"))
        if found != self.before:
            self.problems.append(f"{words}: {found} are there, and were {self.before}")

    def migrate(self):
        self.save()
        _, total = self.kill("migrate", 0, False)
        for _ in range(MIGRATIONS):
            self.restore()
            point = random.randint(1, total)
            has_been_killed, _ = self.kill("migrate", point, random.random() < 0.5)
            if not has_been_killed:
                self.problems.append(f"the migration had no statement {point}")
            self.finish("migrate", f"migration killed at statement {point}")
        print(f"migration killed at {MIGRATIONS} random ones of its {total} statements: gone on with, checksums equal",
              flush=True)

    def contract(self):
        self.save()
        points = 0
        for point in range(2, 2 * MOST_STATEMENTS):
            # Each statement twice: before the server has it, and before its answer is here.
            kill_at, is_late = divmod(point, 2)
            self.restore()
            has_been_killed, _ = self.kill("contract", kill_at, is_late == 1)
            if not has_been_killed:
                break
            points = kill_at
            self.finish("contract", f"contraction killed at statement {kill_at}")
            self.new.succeed("check")
        print(f"contraction killed at each of its {points} statements: gone on with, nothing lost", flush=True)


def kill(server, arguments):
    upgrade = Upgrade(server, arguments)
    try:
        upgrade.migrate()
        upgrade.contract()
    finally:
        upgrade.relay.end()
    return upgrade.problems


def main():
    arguments = program.arguments(["old", "new"], ["services"])
    servers.run(arguments.directory, lambda server: kill(server, arguments))


main()
