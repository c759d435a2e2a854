"""Nova's servicegroup drivers, by Nova's own code in this process: the records are in MariaDB for both of them, and the
heartbeats there for one, in memcached for the other.

A heartbeat is what the driver's timer calls, one after the other on one connection. The call over the message queue by
which a compute node has nova-conductor do that is not in it.
"""

import os
import sys
import time

sys.path.append(os.path.join(os.path.dirname(__file__), "../NovaComparison"))

# ruff: noqa: E402
import cell
import exchange
import key_servers
import processes
import reports
import server as servers

PEERS = {"db": "nova-database", "mc": "nova-memcached"}
# Records that beat, spread over the whole table, where costs are measured.
BEATING = 1000
# In seconds. Nova makes of a down time that is less than an interval one of two and a half.
SHORT = 4
INTERVAL = 1


def measure(directory, services, seconds):
    os.mkdir(f"{directory}/m")
    server = servers.Server(f"{directory}/m")
    try:
        memcached = key_servers.memcached(f"{directory}/k")
        try:
            nova = cell.Nova(server, directory, range(services), BEATING)
            with open(nova.configuration, "a", encoding="utf-8") as file:
                file.write(
                    f"[DEFAULT]\nlog_file = {directory}/nova-drivers.log\n"
                    "[cache]\nenabled = true\nbackend = dogpile.cache.pymemcache\n"
                    f"memcache_servers = 127.0.0.1:{memcached.port}\n"
                )
            side = Side(nova.configuration, services)
            server.rest(20)
            measure_driver(side, "db", server.process, seconds)
            measure_driver(side, "mc", memcached.process, seconds)
        finally:
            memcached.end()
    finally:
        server.end()


class Side:
    """Nova in this process: its records, and what its drivers are asked."""

    def __init__(self, configuration, services):
        # Imported only here: it makes of threads and locks what Nova wants of them.
        import nova_side

        self.nova = nova_side
        self.services = services
        nova_side.config.parse_args(["nova-conductor", "--config-file", configuration], init_rpc=False)
        nova_side.logging.setup(nova_side.nova.conf.CONF, "nova")
        nova_side.objects.register_all()
        nova_side.objects.Service.enable_min_version_cache()
        self.context = nova_side.nova_context.get_admin_context()
        for first in range(0, services, nova_side.BATCH):
            nova_side.fill(self.context, range(first, min(first + nova_side.BATCH, services)))

    def use(self, driver, down_time):
        """Takes that driver, as a program that is started does, and a service that is silent for so long as down."""
        configuration = self.nova.nova.conf.CONF
        configuration.set_override("servicegroup_driver", driver)
        configuration.set_override("report_interval", INTERVAL)
        configuration.set_override("service_down_time", down_time)
        self.groups = self.nova.servicegroup.API()

    def join(self, numbers):
        return self.nova.join(self.context, numbers)

    def alive(self):
        """Reads all records and asks the driver about each."""
        records = self.nova.objects.ServiceList.get_all(self.context)
        return sum(1 for record in records if self.groups.service_is_up(record))

    def everybody(self):
        """What has each service beat once."""
        timers = self.nova.Timers()
        for record in self.nova.objects.ServiceList.get_all(self.context):
            self.groups.join(record.host, record.topic, self.nova.Program(record, timers))
        return timers.calls

    def touch(self):
        """All heartbeats of the database's driver at once, in one statement: one after the other takes longer than the
        services may be silent."""
        nova = self.nova
        now = nova.timeutils.utcnow()

        @nova.database.pick_context_manager_writer
        def write(context):
            context.session.execute(nova.sa.update(nova.models.Service).values(last_seen_up=now))

        write(self.context)


def measure_driver(side, driver, process, seconds):
    report = reports.Report(PEERS[driver], side.nova.version.version_string())
    side.use(driver, 60)
    count = min(BEATING, side.services)
    programs, calls, _ = side.join([number * side.services // count for number in range(count)])
    place = 0
    client_costs = []

    def beat(span):
        nonlocal place
        before, end, done = processes.cpu_seconds(os.getpid()), time.monotonic() + span, 0
        while time.monotonic() < end:
            calls[place]()
            place = (place + 1) % len(calls)
            done += 1
        client_costs.append((processes.cpu_seconds(os.getpid()) - before) / done * 1e6)
        return done

    costs = exchange.costs(process, beat, seconds)
    # The driver only logs what went wrong, and remembers it here.
    if any(program.model_disconnected for program in programs):
        raise RuntimeError("heartbeats of Nova failed; see its log")
    where = "mariadbd" if driver == "db" else "memcached"
    report.add("server CPU per renewal, one per call", costs, "µs", side.services, 1, f"server: {where}")
    # The first was to warm up.
    report.add("client CPU per renewal", client_costs[1:], "µs", side.services, 1, "Nova's own process")
    everybody = side.everybody() if driver == "mc" else []

    def renew():
        began = time.monotonic()
        for call in everybody:
            call()
        if driver == "db":
            side.touch()
        return began, time.monotonic()

    renew()
    alive = side.alive()
    if alive != side.services:
        raise RuntimeError(f"{alive} of {side.services} services of Nova are up")
    report.list(
        "get_all, then is_up of each", process, side.alive, seconds, side.services,
        "the client's own time is in it" + ("" if driver == "db" else "; CPU of memcached only, MariaDB has the records"),
    )
    seen = []
    for _ in range(exchange.expiries(seconds)):
        side.use(driver, SHORT)
        everybody = side.everybody() if driver == "mc" else []
        seen.append(reports.Expiry(side.services, *renew(), SHORT).wait(side.alive))
    note = "last heartbeats written in one statement; " if driver == "db" else ""
    report.expiries(seen, side.services, SHORT, note + "get_all and is_up again and again")
