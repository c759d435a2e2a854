"""Measures the sizes one after the other, each way by itself, and shows what they cost; ../scale starts it."""

import argparse
import json
import math
import signal
import subprocess
import sys

import backends
import figures
import plot
import runs
import table


def ways(services, arguments):
    """How heartbeats of so many services are sent; with the reason where they are not."""
    rate = services // runs.INTERVAL
    yield runs.CALLS, None
    if arguments.calls_only:
        return
    yield runs.SINGLE, (
        f"{rate:,} heartbeats a second, and {runs.MOST_SINGLE:,} calls a second are the most that is asked for"
        if rate > runs.MOST_SINGLE else None
    )
    yield runs.DATAGRAMS, (
        f"more than --datagrams-at-most {arguments.datagrams_at_most}"
        if services > arguments.datagrams_at_most else None
    )
    if arguments.backend == "mariadb":
        yield runs.BESIDE, None
    if arguments.backend in ("memcached", "zookeeper"):
        yield runs.DIRECT, (
            f"more than {runs.MOST_DIRECT:,}: each has a connection of its own, and threads"
            if services > runs.MOST_DIRECT else None
        )


def down_time(services, least, registrations):
    """Longer than it takes to register all, as far as that is known: else those who came first are called down before it
    is their turn to beat, and nobody was wrong."""
    if registrations is None:
        return least
    return max(least, math.ceil(runs.INTERVAL + 1.5 * services / registrations))


def measure(arguments):
    """Makes all runs; answers all of it, which is written into the file after each of them."""
    version = subprocess.run(
        [f"{arguments.programs}/rollcalld", "--version"], check=True, capture_output=True, text=True, timeout=60
    ).stdout.split()[-1]
    backend = backends.made(arguments.backend, arguments.directory, arguments.programs)
    document = {
        "machine": figures.machine(), "version": version, "backend": backend.name, "interval": runs.INTERVAL,
        "seconds": arguments.seconds, "runs": [], "not_measured": [],
    }
    try:
        bench = runs.Bench(arguments.directory, arguments.programs, backend, arguments.seconds)
        registrations = None
        for services in sorted(set(arguments.services)):
            for way, reason in ways(services, arguments):
                if reason is not None:
                    document["not_measured"].append({"services": services, "way": way, "reason": reason})
                    continue
                print(f"{services:,} services, {runs.TITLES[way]} ...", file=sys.stderr, flush=True)
                run = bench.run(services, way, down_time(services, arguments.down_time, registrations))
                for failure in run["failures"]:
                    print(f"failed: {failure}", file=sys.stderr, flush=True)
                document["runs"].append(run)
                save(document, arguments.json)
                if way == runs.CALLS and "registrations a second" in run["figures"]:
                    registrations = run["figures"]["registrations a second"]["value"]
    finally:
        backend.end()
    return document


def save(document, path):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2, ensure_ascii=False)
            file.write("\n")


def main():
    parser = argparse.ArgumentParser()
    for name in ("programs", "directory", "backend", "json", "plot", "from"):
        parser.add_argument(f"--{name}", default="")
    for name in ("seconds", "down-time", "datagrams-at-most"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--services", type=int, nargs="+")
    parser.add_argument("--calls-only", action="store_true")
    arguments = parser.parse_args()
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    source = getattr(arguments, "from")
    if source:
        with open(source, encoding="utf-8") as file:
            document = json.load(file)
    else:
        document = measure(arguments)
    save(document, arguments.json)
    table.show(document)
    if arguments.plot:
        with open(arguments.plot, "w", encoding="utf-8") as file:
            file.write(plot.picture(document))
    sys.exit(1 if any(run["failures"] for run in document["runs"]) else 0)


main()
