"""Measures the peers one after the other and prints what they cost as a table; ../peers starts it."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys

import exchange
from figures import digits, machine

# What each peer needs: programs and files of Debian's packages, and which Python has its library.
NEEDS = {
    "rollcall": ([], None),
    "etcd": (["etcd"], None),
    "zookeeper": (["java", "/usr/share/java/zookeeper.jar"], None),
    "memcached": (["memcached"], None),
    "redis": (["redis-server"], None),
    "nova": (["/usr/sbin/mariadbd", "memcached"], "nova"),
    "tooz-memcached": (["memcached"], "tooz"),
    "tooz-zookeeper": (["java", "/usr/share/java/zookeeper.jar"], "tooz"),
    "tooz-etcd": (["etcd"], "tooz"),
}
# Quantities of which Rollcall's own is shown beside a peer's, by how they begin.
COMPARED = ("server CPU per renewal", "list,", "mass expiry, last")
# However slow it is, a peer takes no longer, in seconds.
LIMIT = 600


def measure(peer, arguments):
    """Runs one peer; answers what was measured, and what was not as a reason, or None."""
    programs, library = NEEDS[peer]
    for name in programs:
        if not (shutil.which(name) or os.path.exists(name)):
            return [], f"{name} is not installed"
    python = {"nova": arguments.nova, "tooz": arguments.tooz, None: sys.executable}[library]
    if not python:
        return [], f"{library} is not installed"
    directory = f"{arguments.directory}/{peer}"
    os.mkdir(directory)
    # Nothing of another installation of OpenStack.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    with open(f"{directory}/errors", "wb") as errors:
        process = subprocess.Popen(
            [
                python, "-B", os.path.join(os.path.dirname(__file__), "measure.py"), "--peer", peer,
                "--directory", directory, "--services", str(arguments.services),
                # A cost is measured at several numbers of connections, which share the time.
                "--seconds", str(arguments.seconds / len(exchange.CONNECTIONS)),
            ],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
            # A group of its own, with its servers in it.
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(timeout=LIMIT)
            reason = None
        except subprocess.TimeoutExpired:
            said, reason = stop(process), f"it took longer than {LIMIT} s"
        except BaseException:
            stop(process)
            raise
    if process.returncode < 0:
        kill(process)
    measured = [json.loads(line) for line in said.splitlines() if line.startswith('{"peer"')]
    if reason is None and process.returncode != 0:
        reason = last_line(f"{directory}/errors") or f"it ended with {process.returncode}"
    if reason is not None and measured:
        reason += f" (after {len(measured)} measurements)"
    return measured, reason


def stop(process):
    """Has it end its servers and itself; answers what it had said."""
    process.terminate()
    try:
        return process.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        kill(process)
        return process.communicate()[0]


def kill(process):
    """Ends whatever is left of its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def last_line(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    return lines[-1][:300] if lines else None


def show(place, measurements, not_measured):
    print(
        f'{place["cpu"]}, {place["cores"]} cores, Linux {place["kernel"]}, {place["date"]}.\n'
        "A value is the median of rounds, its spread from the least to the most. Server CPU is user and system time of\n"
        "the server's process alone; client CPU that of the process in which the peer's own library runs. What is less than\n"
        "nothing late was gone early, where a server rounds its clock. So many gone a second counts from the last look that\n"
        "saw all of them there: where all are gone in the next, it is a least.\n"
    )
    print("| peer | version | what | value | unit | spread | N / connections |")
    print("|---|---|---|---|---|---|---|")
    for one in measurements:
        spread = f'{digits(one["low"])} to {digits(one["high"])}' if one["rounds"] > 1 else "one round"
        count = f'{one["count"]:,}' + (f' / {one["connections"]:,}' if one["connections"] else "")
        print(
            f'| {one["peer"]} | {one["version"]} | {one["quantity"]} | {digits(one["value"])} | {one["unit"]} | {spread} '
            f"| {count} |"
        )
    beside(measurements)
    for one in not_measured:
        print(f'\n{one["peer"]}: not measured: {one["reason"]}')


def alike(one):
    """What a quantity is compared by: a renewal by how it is sent and over how many connections, the others by their kind."""
    quantity = one["quantity"]
    if quantity.startswith("server CPU per renewal"):
        many = "one per call" not in quantity
        return ("many in a call" if many else "one per call", min(one["connections"] or 1, 32))
    if quantity.startswith("list,"):
        return ("list", quantity.rpartition(": ")[2])
    return ("last of a mass expiry", "")


def beside(measurements):
    """The peers' values as multiples of ours, of the same run."""
    ours = {
        alike(one): one["value"]
        for one in measurements if one["peer"] == "rollcall" and one["quantity"].startswith(COMPARED)
    }
    peers = [
        one for one in measurements
        if one["peer"] != "rollcall" and one["quantity"].startswith(COMPARED) and ours.get(alike(one))
    ]
    if peers:
        print("\n| peer | what | N / connections | its value as a multiple of Rollcall's |\n|---|---|---|---|")
    for one in peers:
        count = f'{one["count"]:,}' + (f' / {one["connections"]:,}' if one["connections"] else "")
        print(f'| {one["peer"]} | {one["quantity"]} | {count} | {digits(one["value"] / ours[alike(one)])} |')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", required=True)
    parser.add_argument("--services", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--json", default="")
    parser.add_argument("--nova", default="")
    parser.add_argument("--tooz", default="")
    parser.add_argument("peers", nargs="+", choices=list(NEEDS))
    arguments = parser.parse_args()
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    place = machine()
    measurements, not_measured = [], []
    for peer in arguments.peers:
        print(f"{peer} ...", file=sys.stderr, flush=True)
        measured, reason = measure(peer, arguments)
        measurements += measured
        if reason is not None:
            not_measured.append({"peer": peer, "reason": reason})
    show(place, measurements, not_measured)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(
                {"machine": place, "measurements": measurements, "not_measured": not_measured}, file, indent=2,
                ensure_ascii=False,
            )
            file.write("\n")
    sys.exit(0 if measurements else 1)


main()
