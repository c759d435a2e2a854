"""Services that beat for as long as nobody silences them."""

import threading

BINARIES = (("nova-compute", "compute"), ("neutron-agent", "network"), ("cinder-volume", "volume"))
# Seconds, longer than any test: services that are many beat once and stay up.
ONCE = 3600
# With this interval, one that beats once is down a second later.
SHORT = 0.3


def many(count, start=0):
    """Heartbeats of so many services, spread over topics and zones."""
    beats = []
    for number in range(start, start + count):
        binary, topic = BINARIES[0] if number % 10 < 7 else BINARIES[1 + number % 2]
        beats.append({
            "host": f"node{number:05}.dc{number % 3}", "binary": binary, "topic": topic, "zone": f"az{number % 4 + 1}",
            "version": 7, "report_interval": ONCE,
        })
    return beats


class Beats:
    """A thread that beats for services by their host and binary."""

    INTERVAL = 0.15

    def __init__(self, daemon, services):
        self.daemon = daemon
        self._services = {(one["host"], one["binary"]): one for one in services}
        self._silent = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._send()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def silence(self, *services):
        with self._lock:
            self._silent.update(services)

    def revive(self, *services):
        with self._lock:
            self._silent.difference_update(services)

    def end(self):
        self._over.set()
        self._thread.join()

    def _send(self):
        with self._lock:
            beats = [one for name, one in self._services.items() if name not in self._silent]
        self.daemon.beat(beats)

    def _run(self):
        while not self._over.wait(self.INTERVAL):
            try:
                self._send()
            except (OSError, RuntimeError):
                # The daemon is away, or its database: a test wants it so.
                pass
