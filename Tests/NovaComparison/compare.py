"""Runs both sides on one server, one after the other, and prints the table; ../compare-nova starts it."""

import re
import time
from collections import Counter

import api
import cell
import daemon as daemons
import fleet as fleets
import program
import server as servers
import table as tables

INTERVAL = 10
# Rounds before the count begins: connections, prepared statements and the buffer pool are as they stay.
WARM_UP_ROUNDS = 2
# And at most so many until the log stands still.
MOST_SETTLING_ROUNDS = 30
# So late, or so slow to be answered, a call of the fleet shows that the rate was not kept.
PATIENCE = 5.0
NOVA_SECONDS = 180


def measure_rollcall(server, arguments):
    """Heartbeats at a release daemon on the server."""
    server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
    release = daemons.Release(arguments.programs, daemons.url(server))
    release.succeed("expand")
    daemon = daemons.Daemon("comparison", arguments.directory)
    daemon.start(release)
    try:
        return measured(server, daemon, arguments)
    finally:
        daemon.stop()


def measured(server, daemon, arguments):
    fleet = fleets.Fleet(daemon.port, arguments.services, INTERVAL)
    client = api.Client(daemon.port)
    fleet.register()
    fleet.beat(WARM_UP_ROUNDS * INTERVAL)
    start = settled(fleet, client)
    before = servers.Usage(server, daemon.process.pid)
    due, accepted = fleet.beat(arguments.seconds)
    usage = servers.Usage(server, daemon.process.pid).since(before)
    usage.update(due=due, beats=accepted, latest=fleet.latest, slowest=fleet.slowest)
    said = server.listen(lambda: fleet.beat(2))
    usage["said"] = summary(said, 2, "a second")
    usage["accepted"] = fleet.accepted
    usage["written"] = daemons.counted(server, fleet.accepted)
    usage["counts"] = client.states("nova-compute")
    usage["changes"] = client.state_changes(start)
    usage["problems"] = fleet.problems
    return usage


def settled(fleet, client):
    """The newest revision, once nothing was recorded for a round.

    Those who registered first may have been silent for long by the time the last one has, and what became of that is
    recorded behind their backs.
    """
    seen = client.revision()
    for _ in range(MOST_SETTLING_ROUNDS):
        fleet.beat(INTERVAL)
        now = client.revision()
        if now == seen:
            return now
        seen = now
    raise RuntimeError(f"changes were still being recorded after {MOST_SETTLING_ROUNDS} rounds, at revision {seen}")


def measure_nova(server, arguments):
    """Heartbeats of Nova's own driver, one after the other."""
    nova = cell.Nova(server, arguments.directory, range(arguments.services), arguments.nova_heartbeats)
    with nova.running() as (process, opening, order):
        if not server.rest():
            program.say("warning: the server is busy while Nova's heartbeats are measured")
        rows = int(server.run("SELECT count(*) FROM nova.services WHERE deleted = 0")[0][0])
        before_count = nova.report_count()
        before = servers.Usage(server, process.pid)
        result = order(nova.beats, NOVA_SECONDS)
        usage = servers.Usage(server, process.pid).since(before)
        usage.update(result, driver=opening["driver"], version=opening["version"], service_rows=rows)
        usage["written"] = nova.report_count() - before_count
        usage["said"] = summary(server.listen(lambda: order(1, 30)), 1, "a heartbeat")
        return usage


def summary(said, count, unit):
    """What the server was told, each statement with how often, in the order of first use."""
    texts = Counter()
    for _, kind, text in said:
        if kind not in ("Query", "Execute"):
            continue
        text = re.sub(r"'\[\[.*?\]\]'", "'[[…]]'", " ".join(text.split()))
        text = re.sub(r"^SELECT [^()]{80,}? FROM", "SELECT … FROM", text)
        text = re.sub(r"\b\d{6,}\b", "…", text)
        text = re.sub(r"'\d{4}-\d\d-\d\d [^']*'|'[0-9a-f]{8}-[0-9a-f-]{27}'", "'…'", text)
        texts[text[:150] + ("…" if len(text) > 150 else "")] += 1
    return [f"{number / count:6.1f} {unit}: {text}" for text, number in texts.items()]


def compare(server, arguments):
    program.say(f"Rollcall: {arguments.services:,} services for {arguments.seconds} s ...")
    ours = measure_rollcall(server, arguments)
    program.say(f"Nova: {arguments.nova_heartbeats:,} heartbeats ...")
    server.rest()
    theirs = measure_nova(server, arguments)
    problems = tables.problems(ours, theirs, arguments.services, PATIENCE)
    return problems + tables.show(ours, theirs, arguments.services, INTERVAL)


def main():
    arguments = program.arguments(["programs"], ["services", "seconds", "nova-heartbeats"])
    servers.run(arguments.directory, lambda server: compare(server, arguments))


main()
