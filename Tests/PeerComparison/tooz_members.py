"""tooz: members of a group, by tooz's own code, over memcached, ZooKeeper and etcd.

A heartbeat is a call of the member's heartbeat(), one after the other. Over memcached it waits for no answer, so the server
reads several at a time; over ZooKeeper it is a read, and kazoo pings by itself besides.
"""

import importlib.metadata
import json
import os
import subprocess
import sys

import exchange
import key_servers
import processes
import reports
import zookeeper

from tooz import coordination

# More take a thread or two and a connection each, and each that joins writes or reads the whole group.
MOST_MEMBERS = 100
# In seconds: of a session, a lease or a key.
LIFETIME = 5
GROUP = b"holders"


def start(kind, directory):
    if kind == "zookeeper":
        server = zookeeper.ZooKeeper(directory, tick=2000, more="maxClientCnxns=0\n")
        return server, f"kazoo://127.0.0.1:{server.port}?timeout={LIFETIME}"
    if kind == "etcd":
        server = key_servers.etcd(directory)
        return server, f"etcd3+http://127.0.0.1:{server.port}?timeout={LIFETIME}&api_version=v3"
    server = key_servers.memcached(directory)
    return server, f"memcached://127.0.0.1:{server.port}?timeout={LIFETIME}"


class Holders:
    """Members of the group, all in a process of their own, which can be killed."""

    def __init__(self, url, count):
        self.process = subprocess.Popen(
            [sys.executable, "-B", os.path.join(os.path.dirname(__file__), "tooz_holders.py"), url, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self._answer()

    def beat(self, seconds):
        """Lets them beat for so long, and each once at least; answers how many heartbeats there were."""
        self.process.stdin.write(json.dumps(seconds) + "\n")
        self.process.stdin.flush()
        self.oldest, self.newest, done = self._answer()
        return done

    def kill(self):
        self.process.kill()
        self.process.wait()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the members ended")
        return json.loads(line)


def measure(kind, directory, services, seconds):
    report = reports.Report(f"tooz-{kind}", importlib.metadata.version("tooz"))
    server, url = start(kind, f"{directory}/server")
    try:
        count = min(services, MOST_MEMBERS)
        watcher = coordination.get_coordinator(url, b"watcher")
        watcher.start()
        watcher.create_group(GROUP).get()

        def alive():
            return len(watcher.get_members(GROUP).get())

        measure_group(kind, report, server, url, count, seconds, alive)
        watcher.stop()
    finally:
        server.end()


def measure_group(kind, report, server, url, count, seconds, alive):
    seen = []
    for number in range(exchange.expiries(seconds)):
        holders = Holders(url, count)
        try:
            if number == 0:
                measure_heartbeats(kind, report, server, holders, count, seconds, alive)

                def ask():
                    if alive() != count:
                        raise RuntimeError(f"not all of {count} members are there")

                holders.beat(0)
                # Nobody beats meanwhile.
                span = min(seconds, LIFETIME / 2)
                report.list("get_members", server.process, ask, span, count, "tooz's own time is in it")
            holders.beat(0)
        finally:
            holders.kill()
        seen.append(reports.Expiry(count, holders.oldest, holders.newest, LIFETIME).wait(alive))
    report.expiries(seen, count, LIFETIME, "process killed, get_members again and again")


def measure_heartbeats(kind, report, server, holders, count, seconds, alive):
    client_costs = []

    def beat(span):
        before = processes.cpu_seconds(holders.process.pid)
        done = holders.beat(span)
        client_costs.append((processes.cpu_seconds(holders.process.pid) - before) / done * 1e6)
        return done

    costs = exchange.costs(server.process, beat, seconds)
    report.add("server CPU per renewal, one per call", costs, "µs", count, count, f"heartbeat(); server: {kind}")
    report.add("client CPU per renewal", client_costs[1:], "µs", count, count, "tooz's own process")
