"""etcd: a lease with one key for each holder, kept alive over streams of gRPC, which is what its own client does."""

import re
import subprocess
import time

import etcd_wire as wire
import exchange
import key_servers
import reports

# Long enough not to matter where costs are measured, and short where expiry is, in seconds.
LONG = 600
SHORT = 5
PREFIX = b"/holders/"
# The first byte after those of the prefix ends its range.
END = b"/holders0"


def grant(client, leases, lifetime):
    """Makes leases of these ids, each with a key."""
    client.call(wire.GRANT, [wire.message(_1=lifetime, _2=lease) for lease in leases])
    client.call(wire.PUT, [wire.message(_1=PREFIX + b"%08d" % lease, _2=b"1", _3=lease) for lease in leases])


class Stream(exchange.Lane):
    """A stream of its own connection on which some of the leases are kept alive."""

    def __init__(self, port, leases, lifetime, at_once=1):
        self.client = wire.Connection(port)
        stream = self.client.open(wire.KEEP_ALIVE)
        # The lifetime is the last field of a reply, and zero and so not there when the lease is gone.
        self.end = wire.message(_3=lifetime)
        super().__init__(
            self.client.connection, [wire.said(stream, wire.message(_1=lease)) for lease in leases], self._count, at_once
        )

    def _count(self, data):
        replies = self.client.take(data)
        for _, reply in replies:
            if not reply.endswith(self.end):
                raise RuntimeError("etcd did not renew a lease")
        return len(replies)


def measure(directory, services, seconds):
    text = subprocess.run(["etcd", "--version"], capture_output=True, text=True, check=True).stdout
    report = reports.Report("etcd", re.search(r"Version: (\S+)", text)[1])
    server = key_servers.etcd(f"{directory}/server")
    try:
        client = wire.Connection(server.port)
        leases = range(1, services + 1)
        grant(client, leases, LONG)
        for at_once in (1, exchange.BATCH):
            for connections in exchange.CONNECTIONS:
                streams = [Stream(server.port, leases[n::connections], LONG, at_once) for n in range(connections)]
                report.add(
                    "server CPU per renewal, " + ("one per call" if at_once == 1 else f"{at_once} under way on a stream"),
                    exchange.costs(server.process, lambda span: exchange.drive(streams, span), seconds), "µs", services,
                    connections, "LeaseKeepAlive, one stream a connection",
                )
                for stream in streams:
                    stream.connection.close()
        everything = wire.message(_1=PREFIX, _2=END)
        report.list("Range of a prefix", server.process, lambda: ask(client, everything, services), seconds, services)
        client.call(wire.REVOKE, [wire.message(_1=lease) for lease in leases])
        seen = [expire(server.port, client, number, services) for number in range(1, exchange.expiries(seconds) + 1)]
        report.expiries(seen, services, SHORT, "told by a watch")
    finally:
        server.end()


def ask(client, question, services):
    count = sum(1 for number, _ in wire.read(client.call(wire.RANGE, [question])[0]) if number == 2)
    if count != services:
        raise RuntimeError(f"etcd lists {count} of {services} keys")


def expire(port, client, number, services):
    """Leases that are renewed once more and then no longer; a watch says which keys are gone."""
    # A lease keeps the lifetime that it was granted with, so those that are made first are kept alive meanwhile.
    leases, step = range(number * 1_000_000, number * 1_000_000 + services), 2000
    streams = []
    for start in range(0, services, step):
        part = leases[start:start + step]
        grant(client, part, SHORT)
        streams.append(Stream(port, part, SHORT, len(part)))
        exchange.once(streams)
    watch = wire.Connection(port)
    watch.connection.sendall(wire.said(watch.open(wire.WATCH), wire.message(_1=wire.message(_1=PREFIX, _2=END))))
    while not watch.receive():
        pass
    # So that it is known until when none was gone.
    watch.connection.settimeout(0.02)
    began = time.monotonic()
    exchange.once(streams)
    expiry = reports.Expiry(services, began, time.monotonic(), SHORT)
    gone, end = 0, time.monotonic() + 120
    while not expiry.saw(gone):
        if time.monotonic() > end:
            raise RuntimeError("leases did not expire")
        try:
            replies = watch.receive()
        except TimeoutError:
            continue
        gone += sum(1 for _, reply in replies for number, _ in wire.read(reply) if number == 11)
    for stream in streams:
        stream.connection.close()
    watch.connection.close()
    return expiry
