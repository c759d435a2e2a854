"""What it costs the server to keep two shapes of a table in step: by a trigger, and by the daemon that writes both; ../upgrade
starts it.
"""

import time

import daemon as daemons
import fleet as fleets
import program
import server as servers

# How long each way is measured, in seconds, once its fleet beats evenly.
SECONDS = 60
COLUMNS = ("report_count", "last_seen_up", "last_sequence", "never_heard", "last_daemon", "last_flush")


def trigger():
    """One-way, from the old shape to the new: whatever changes in a record's heartbeat is written there as well."""
    new = ", ".join(f"NEW.{column}" for column in COLUMNS)
    return (
        "CREATE TRIGGER rollcall.services_heartbeats AFTER UPDATE ON rollcall.services FOR EACH ROW "
        f"INSERT INTO rollcall.service_heartbeats (service_id, number, {', '.join(COLUMNS)}) "
        f"VALUES (NEW.id, NEW.incarnation_number, {new}) ON DUPLICATE KEY UPDATE number = NEW.incarnation_number, "
        + ", ".join(f"{column} = NEW.{column}" for column in COLUMNS)
    )


class Measurement:
    def __init__(self, server, arguments):
        self.server = server
        self.arguments = arguments
        self.old = daemons.Release(arguments.old, daemons.url(server))
        self.new = daemons.Release(arguments.new, daemons.url(server))
        self.daemon = daemons.Daemon("one", arguments.directory)
        self.fleet = fleets.Fleet(0, arguments.services, arguments.interval, [self.daemon])
        self.problems = []
        server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")

    def measure(self, words):
        """CPU time of the server for each heartbeat, in microseconds, while the daemon runs that runs now."""
        time.sleep(2 * self.arguments.interval)
        accepted = self.fleet.accepted
        before = servers.Usage(self.server, self.daemon.process.pid)
        time.sleep(SECONDS)
        used = servers.Usage(self.server, self.daemon.process.pid).since(before)
        beats = self.fleet.accepted - accepted
        if beats == 0 or None in used.values():
            raise RuntimeError(f"{words}: {beats} heartbeats were accepted, and the server counted {used}")
        print(f"| {words} | {beats:,} | {used['server_cpu'] / beats * 1e6:.1f} | {used['rows'] / beats:.2f} "
              f"| {used['redo'] / beats:.0f} |", flush=True)

    def same(self):
        """Whether both shapes say the same in the end."""
        differ = " OR ".join(f"NOT (s.{column} <=> h.{column})" for column in COLUMNS)
        found = self.server.run(
            "SELECT count(*) FROM rollcall.services AS s LEFT JOIN rollcall.service_heartbeats AS h ON h.service_id = s.id "
            f"WHERE s.`binary` = 'nova-compute' AND (h.service_id IS NULL OR {differ})"
        )[0][0]
        if found:
            self.problems.append(f"{found} services differ between the shapes")

    def run(self):
        self.old.succeed("expand")
        self.daemon.start(self.old)
        self.fleet.register()
        self.fleet.start()
        print("| heartbeats are written | measured | CPU of mariadbd, us each | rows written each | redo, bytes each |")
        print("|---|---|---|---|---|", flush=True)
        self.measure("to the wide record (release 1)")
        self.new.succeed("expand")
        self.server.run(trigger())
        self.measure("to the wide record, and by a trigger to the narrow one (release 1)")
        self.server.run("DROP TRIGGER rollcall.services_heartbeats")
        self.daemon.replace(self.new)
        self.new.succeed("migrate")
        self.measure("to both by the daemon (release 2, phase both)")
        self.fleet.end()
        self.daemon.stop()
        self.same()
        self.daemon.start(self.new)
        self.fleet = fleets.Fleet(0, self.arguments.services, self.arguments.interval, [self.daemon])
        # Their numbers go on: a sequence that was used says nothing new.
        self.fleet.calls.round = 1_000_000
        self.fleet.start()
        self.new.succeed("contract")
        self.measure("to the narrow one (release 2, phase new)")
        self.fleet.end()

    def end(self):
        if self.fleet.is_alive():
            self.fleet.give_up()
        self.daemon.stop()


def measure(server, arguments):
    measurement = Measurement(server, arguments)
    try:
        measurement.run()
    finally:
        measurement.end()
    return measurement.problems + measurement.fleet.problems[:5]


def main():
    arguments = program.arguments(["old", "new"], ["services", "interval"])
    servers.run(arguments.directory, lambda server: measure(server, arguments))


main()
