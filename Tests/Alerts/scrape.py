#!/usr/bin/env python3
"""Runs a daemon, asks it one thing of each kind, and keeps what a scrape of it shows.

    PYTHONPATH=Tests/Harness Tests/Alerts/scrape.py --programs .build/debug --directory EMPTY --metrics metrics.txt
"""

import base64
import pathlib
import urllib.request

from daemon import Daemon, Release
from program import arguments


def call(daemon, method, path):
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read().decode()


def settings(directory):
    """With a webhook, whose metrics are there only then; nobody takes its messages."""
    secret = directory / "hook.secret"
    secret.write_text("whsec_" + base64.b64encode(bytes(32)).decode() + "\n", encoding="utf-8")
    hooks = directory / "webhooks.yaml"
    hooks.write_text(
        f"webhooks: [{{name: nobody, url: 'http://127.0.0.1:1/', secret_file: {secret}}}]\n", encoding="utf-8"
    )
    hooks.chmod(0o600)
    file = directory / "rollcalld.yaml"
    file.write_text(f"monitor: {{webhooks_file: {hooks}}}\n", encoding="utf-8")
    return str(file)


def main():
    given = arguments(["programs", "metrics"])
    directory = pathlib.Path(given.directory).absolute()
    daemon = Daemon("scraped", given.directory, "--config", settings(directory))
    daemon.start(Release(given.programs, f"sqlite://{directory}/rollcall.sqlite"))
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
