"""ZooKeeper: a session with one ephemeral node for each holder, on a connection of its own; a ping renews it."""

import re
import resource
import time

import exchange
import reports
import zookeeper
import zookeeper_wire as wire

# Of the server's sample configuration. Sessions last from 2 to 20 of them, and are looked at once in one.
TICK = 2.0
SHORT = 5
LONG = 40
PARENT = b"/holders"
FEW = b"/few"
# Begun at a time.
AT_ONCE = 100
# Files that the processes have open beside the connections, at most.
OTHER_FILES = 200


def measure(directory, services, seconds):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY:
        services = min(services, hard - OTHER_FILES)
    server = zookeeper.ZooKeeper(
        f"{directory}/server", tick=int(TICK * 1000), heap="512m", more="maxClientCnxns=0\nclientPortListenBacklog=1000\n"
    )
    try:
        report = reports.Report("zookeeper", version(server))
        client = asker(server.port)
        for parent in (PARENT, FEW):
            client.create(parent, is_ephemeral=False)
        measure_pings(report, server, seconds)
        seen = []
        for number in range(exchange.expiries(seconds)):
            holders, lifetime = hold(server.port, services)
            if number == 0:
                measure_many(report, server, holders, seconds)
            seen.append(expire(server.port, holders, lifetime))
        report.expiries(seen, services, lifetime, f"a tick of {TICK:g} s, connections open, node asked for its count")
    finally:
        server.end()


def version(server):
    """As the server says, once it serves requests, which is after it answers."""
    deadline = time.monotonic() + 10
    while not (found := re.search(rb"version: ([\d.]+)", server.word(b"srvr"))):
        if time.monotonic() > deadline:
            raise RuntimeError("ZooKeeper serves no requests")
        time.sleep(0.1)
    return found[1].decode()


def asker(port):
    """A session that asks, and lives as long as it does so."""
    client = wire.Session(port, LONG)
    client.begun()
    return client


def measure_pings(report, server, seconds):
    holders, _ = hold(server.port, max(exchange.CONNECTIONS), FEW, LONG)
    # What runs often is compiled, which costs the server CPU while it goes on.
    exchange.drive(holders, seconds * 2)
    for connections in exchange.CONNECTIONS:
        report.add(
            "server CPU per renewal, one per call",
            exchange.costs(server.process, lambda span: exchange.drive(holders[:connections], span), seconds), "µs",
            connections, connections, "ping of a session with one ephemeral node",
        )
        exchange.once(holders)
    for holder in holders:
        holder.connection.close()


def measure_many(report, server, holders, seconds):
    """Pings of all of them, each on its connection, and how they are listed."""
    count = len(holders)
    report.add(
        "server CPU per renewal, one per call",
        exchange.costs(server.process, lambda span: exchange.drive(holders, span), seconds), "µs", count, count,
        "ping of a session with one ephemeral node",
    )
    exchange.once(holders)
    client = asker(server.port)

    def ask():
        if client.children(PARENT) != count:
            raise RuntimeError(f"ZooKeeper does not list {count} nodes")

    # Nobody pings meanwhile.
    report.list("getChildren", server.process, ask, min(seconds, SHORT / 2), count)
    client.connection.close()


def hold(port, count, parent=PARENT, lifetime=SHORT):
    """Sessions, each with its node; answers how to ping them, and how long they live."""
    lanes = []
    for start in range(0, count, AT_ONCE):
        sessions = [wire.Session(port, lifetime) for _ in range(min(AT_ONCE, count - start))]
        lifetime = [session.begun() for session in sessions][0]
        for number, session in enumerate(sessions, start):
            session.begin_create(b"%s/%d-%06d" % (parent, time.monotonic_ns(), number))
        for session in sessions:
            session.reply()
        lanes += [exchange.Lane(session.connection, [wire.PING], wire.Pings()) for session in sessions]
        # Those who came first wait for the last.
        if start % (AT_ONCE * 20) == 0:
            exchange.once(lanes)
    return lanes, lifetime


def expire(port, holders, lifetime):
    client = asker(port)
    began = time.monotonic()
    exchange.once(holders)
    expiry = reports.Expiry(len(holders), began, time.monotonic(), lifetime)
    expiry.wait(lambda: client.child_count(PARENT))
    for session in (client, *holders):
        session.connection.close()
    return expiry
