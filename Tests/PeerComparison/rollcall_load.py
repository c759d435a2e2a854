"""Rollcall itself beside its peers: its load program drives a daemon on the embedded database."""

import json
import os
import subprocess

import exchange
import reports

# Seconds between two heartbeats where all fall silent, and their down time.
INTERVAL, DOWN_TIME = 2, 5
LISTS = 20


def measure(directory, services, seconds):
    programs = os.environ["ROLLCALL_BIN"]
    version = subprocess.run(
        [f"{programs}/rollcalld", "--version"], check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    report = reports.Report("rollcall", version)

    def load(*words):
        """Runs the load program; answers its figures by name."""
        file = f"{directory}/load.json"
        command = [
            f"{programs}/rollcall-load", "--daemon", f"{programs}/rollcalld", "--json", file, *map(str, words),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(file, encoding="utf-8") as figures:
            return {figure["quantity"]: figure["value"] for figure in json.load(figures)["figures"]}

    length = max(1, seconds / exchange.ROUNDS)
    for batch, words in ((1, "one per call"), (100, "100 in a batch")):
        for connections in exchange.CONNECTIONS:
            costs = [
                load(
                    "--services", services, "--connections", connections, "--batch", batch, "--flat-out", "--seconds", length,
                    "--lists", 0,
                )["CPU of the daemon per heartbeat"]
                for _ in range(exchange.ROUNDS)
            ]
            note = "flushes to the database included"
            report.add(f"server CPU per renewal, {words}", costs, "µs", services, connections, note)
    lists = [
        load("--services", services, "--seconds", 1, "--lists", LISTS) for _ in range(exchange.ROUNDS)
    ]
    note = "records and states of all, as JSON"
    report.add("list, GET /v1/services: time", [one["list of all services"] for one in lists], "ms", services, 1, note)
    costs = [one["CPU of the daemon per list"] for one in lists]
    report.add("list, GET /v1/services: server CPU", costs, "ms", services, 1, note)
    deaths = [
        load(
            "--services", services * 3, "--interval", INTERVAL, "--down-time", DOWN_TIME, "--kill", services, "--seconds", 1,
            "--lists", 0,
        )
        for _ in range(exchange.ROUNDS)
    ]
    # Each counts from its own deadline. Twice as many go on beating: were more than half silent, the brake would hold them.
    note = f"a third of {services * 3:,}; lifetime {DOWN_TIME} s; recorded, and told to a watcher"
    for words, percentile in (("half of them", "p50"), ("last", "longest")):
        late = [one[f"a death is told, after its deadline, {percentile}"] for one in deaths]
        report.add(f"mass expiry, {words} told gone after its deadline", late, "ms", services, note=note)
