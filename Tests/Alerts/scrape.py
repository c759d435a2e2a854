#!/usr/bin/env python3
"""Runs a daemon, asks it one thing of each kind, and keeps what a scrape of it shows.

    PYTHONPATH=Tests/Harness Tests/Alerts/scrape.py --programs .build/debug --directory EMPTY --metrics metrics.txt
"""

import pathlib
import urllib.request

from daemon import Daemon, Release
from program import arguments


def call(daemon, method, path):
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read().decode()


def main():
    given = arguments(["programs", "metrics"])
    daemon = Daemon("scraped", given.directory)
    daemon.start(Release(given.programs, f"sqlite://{pathlib.Path(given.directory).absolute()}/rollcall.sqlite"))
    try:
        call(daemon, "PUT", "/v1/services/host/worker/heartbeat")
        call(daemon, "GET", "/v1/services")
        # The first one is a request itself, which the second one shows.
        call(daemon, "GET", "/metrics")
        pathlib.Path(given.metrics).write_text(call(daemon, "GET", "/metrics"), encoding="utf-8")
    finally:
        daemon.stop()


if __name__ == "__main__":
    main()
