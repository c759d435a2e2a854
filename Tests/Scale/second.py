"""A second daemon over the database of the one that is measured: what it costs to see what that one hears."""

import http.client
import time

import daemon as daemons
import processes

# Of the time that heartbeats are sent for, the part in which it is measured: it knows all of them a moment later.
PART = 0.8


class Unmeasured(Exception):
    """Why its cost is not known."""


class Second:
    def __init__(self, release, directory, interval, down_time):
        self.daemon = daemons.Daemon(
            "second", directory, "--report-interval", f"{interval}s", "--service-down-time", f"{down_time}s"
        )
        self.daemon.start(release)

    def stop(self):
        self.daemon.stop()

    def watch(self, process, services, seconds, deadline):
        """Measures it once it knows all services, while the load program's process runs; answers figures by name."""
        while self._sample()["services"] < services:
            self._pause(process, deadline, "the second daemon did not know all services before heartbeats were over")
        before = self._sample()
        while time.monotonic() < before["time"] + seconds * PART:
            self._pause(process, deadline, "heartbeats were over too soon for the second daemon to be measured")
        after = self._sample()
        grown = {key: after[key] - before[key] for key in before}
        if not (grown["observed"] > 0 and grown["looks"] > 0):
            raise Unmeasured("the second daemon saw no heartbeat")
        note = f'{grown["observed"]:.0f} in {grown["looks"]:.0f} looks'
        return {
            "CPU of a second daemon per heartbeat observed": _figure(grown["cpu"] / grown["observed"] * 1e6, "us", note),
            "CPU of a second daemon": _figure(grown["cpu"] / grown["time"] * 100, "% of a core", None),
            "a second daemon's look": _figure(grown["look_seconds"] / grown["looks"] * 1e3, "ms", "on average"),
        }

    def _pause(self, process, deadline, otherwise):
        time.sleep(0.2)
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unmeasured(otherwise)

    def _sample(self):
        """What it counted and used so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=60)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Unmeasured(f"the second daemon does not answer: {error!r}") from error
        finally:
            connection.close()
        return {
            "services": _total(text, "rollcall_services"), "observed": _total(text, "rollcall_heartbeats_observed_total"),
            "looks": _total(text, "rollcall_observation_duration_seconds_count"),
            "look_seconds": _total(text, "rollcall_observation_duration_seconds_sum"),
            "cpu": processes.cpu_seconds(self.daemon.process.pid), "time": time.monotonic(),
        }


def _figure(value, unit, note):
    return {"value": value, "unit": unit, "note": note}


def _total(text, name):
    """Of all series of that name."""
    return sum(
        float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith((name + " ", name + "{"))
    )
