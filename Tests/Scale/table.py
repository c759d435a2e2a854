"""The table: what was measured in rows, the sizes in columns."""

import dataclasses
import re

from figures import digits
from runs import BESIDE, CALLS, DATAGRAMS, DIRECT, SINGLE, TITLES

UNITS = {"us": "µs", "services": "", "datagrams": ""}
NOTHING = "–"
# Beside what comes from a run that failed.
DOUBT = "†"


@dataclasses.dataclass
class Row:
    """A quantity: the run that it comes from, and what the load program calls it."""

    words: str
    way: str
    name: str
    # A number of things: it has no fraction.
    is_count: bool = False

    def figure(self, run):
        return run["figures"].get(self.name)


class HeartbeatsInACall(Row):
    """As the note of the rate says: 2500 in 100 calls."""

    def figure(self, run):
        rate = run["figures"].get(self.name)
        found = rate and re.fullmatch(r"(\d+) in (\d+) calls", rate["note"] or "")
        if not found or int(found[2]) == 0:
            return None
        return {"value": int(found[1]) / int(found[2]), "unit": ""}


class Setting(Row):
    """What the run was told, and nothing that was measured."""

    def figure(self, run):
        return {"value": run[self.name], "unit": {"down_time": "s"}.get(self.name, "")}


DAEMON = "CPU of the daemon per heartbeat"
BACK_END = "CPU of the back end per heartbeat"
TOLD = "a death is told, after its deadline"

ROWS = [
    Row("heartbeats a second", CALLS, "heartbeats a second"),
    HeartbeatsInACall("heartbeats in a call, on average, of at most 1,000", CALLS, "heartbeats a second"),
    Row(f"{DAEMON}: {TITLES[CALLS]}", CALLS, DAEMON),
    Row(f"{DAEMON}: {TITLES[SINGLE]}", SINGLE, DAEMON),
    Row(f"{DAEMON}: {TITLES[DATAGRAMS]}", DATAGRAMS, DAEMON),
    Row(f"{DAEMON}: {TITLES[DIRECT]}", DIRECT, DAEMON),
    Row(f"{BACK_END}: {TITLES[DIRECT]}", DIRECT, BACK_END),
    Row("datagrams lost", DATAGRAMS, "datagrams lost", is_count=True),
    Row(f"{BACK_END}: {TITLES[CALLS]}", CALLS, BACK_END),
    Row(f"{BACK_END}: {TITLES[SINGLE]}", SINGLE, BACK_END),
    Row(f"{BACK_END}: {TITLES[DATAGRAMS]}", DATAGRAMS, BACK_END),
    Row(f"{BACK_END}: {TITLES[BESIDE]}", BESIDE, BACK_END),
    Row(f"{DAEMON}: {TITLES[BESIDE]}", BESIDE, DAEMON),
    Row("CPU of that second daemon per heartbeat it observes", BESIDE, "CPU of a second daemon per heartbeat observed"),
    Row("its look at the database", BESIDE, "a second daemon's look"),
    Row(f"CPU of the daemon: {TITLES[CALLS]}", CALLS, "CPU of the daemon"),
    Row("answer to a call of heartbeats, p99", CALLS, "answer to a call of heartbeats, p99"),
    Row("memory per service", CALLS, "memory per service"),
    Row("memory, empty", CALLS, "memory, empty"),
    Row("memory, all registered", CALLS, "memory, all registered"),
    Row("memory at most, while all beat", CALLS, "memory at most"),
    Row("registrations a second", CALLS, "registrations a second"),
    Row("CPU of the daemon per registration", CALLS, "CPU of the daemon per registration"),
    Row("CPU of the daemon per list of all", CALLS, "CPU of the daemon per list"),
    Row("a list of all takes", CALLS, "list of all services"),
    Row("CPU of the daemon per unchanged list", CALLS, "CPU of the daemon per unchanged list"),
    Setting("services that die", CALLS, "killed", is_count=True),
    Setting("down time", CALLS, "down_time", is_count=True),
    Row("T_D, after the deadline: p50", CALLS, f"{TOLD}, p50"),
    Row("T_D, after the deadline: p99", CALLS, f"{TOLD}, p99"),
    Row("T_D, after the deadline: longest", CALLS, f"{TOLD}, longest"),
    *(Row(f"false downs: {TITLES[way]}", way, "false downs", is_count=True) for way in (CALLS, SINGLE, DATAGRAMS, BESIDE)),
    Row("ready after a crash", CALLS, "ready after a crash"),
    Row("down right after it", CALLS, "down right after it", is_count=True),
    Row("memory after it", CALLS, "memory after a crash"),
]


def show(document):
    place, measured = document["machine"], document["runs"]
    print(
        f'{place["cpu"]}, {place["cores"]} cores, Linux {place["kernel"]}, {place["date"]}.\n'
        f'rollcalld {document["version"]} on {document["backend"]}; a heartbeat of each service every '
        f'{document["interval"]} s, measured for {document["seconds"]} s,\n'
        "or until the last death was told. CPU is user and system time of the process; where the back end is embedded, its\n"
        "cost is in the daemon's. T_D is how long after its deadline a death is told to a watcher.\n"
    )
    sizes = sorted({run["services"] for run in measured})
    if not sizes:
        print("Nothing was measured.")
    else:
        print("| | unit | " + " | ".join(f"{size:,}" for size in sizes) + " |")
        print("|---|---|" + "---:|" * len(sizes))
    by_key = {(run["services"], run["way"]): run for run in measured}
    # A way that no size went has no rows, and an embedded back end none of its own.
    for row in ROWS:
        own = [by_key.get((size, row.way)) for size in sizes]
        if not any(own) or (row.name == BACK_END and not any(run and row.figure(run) for run in own)):
            continue
        found = [row.figure(run) if run else None for run in own]
        unit = next((figure["unit"] for figure in found if figure), "")
        cells = [_cell(row, run, figure) for run, figure in zip(own, found)]
        print(f"| {row.words} | {UNITS.get(unit, unit)} | " + " | ".join(cells) + " |")
    if any(run["failures"] for run in measured):
        print(f"\n{DOUBT}: of a run that failed.")
    for run in measured:
        for failure in run["failures"]:
            print(f'\n{run["services"]:,} services, {TITLES[run["way"]]}: failed: {failure}')
    for one in document["not_measured"]:
        print(f'\n{one["services"]:,} services, {TITLES[one["way"]]}: not measured: {one["reason"]}')


def _cell(row, run, figure):
    if figure is None:
        return NOTHING
    text = f'{figure["value"]:,.0f}' if row.is_count else digits(figure["value"])
    return text + (DOUBT if run["failures"] and not isinstance(row, Setting) else "")
