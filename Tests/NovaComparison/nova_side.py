"""Heartbeats of Nova, by its own code: run in the virtual environment that Nova is installed in.

What nova-conductor does for a heartbeat that reaches it, and for its own: the driver's timer call increments the
record's report count and saves it, straight into the database. Nothing of Nova is replaced or written anew here. The
caller speaks over standard input and output, one JSON value a line.
"""

import argparse
import inspect
import json
import sys
import time

from nova import monkey_patch

# As nova.cmd.conductor does.
monkey_patch.patch(backend="threading")

# ruff: noqa: E402
import sqlalchemy as sa
from oslo_log import log as logging
from oslo_utils import timeutils
from oslo_utils import uuidutils

from nova import config
from nova import context as nova_context
from nova import objects
from nova import servicegroup
from nova import version
import nova.conf
from nova.db.main import api as database
from nova.db.main import models
from nova.objects import service as service_object

BATCH = 5000


class Timers:
    """Where the driver leaves what is to be called once every report_interval."""

    def __init__(self):
        self.calls = []

    def add_timer_args(self, interval, callback, args=None, kwargs=None, initial_delay=None, **_):
        self.calls.append(lambda: callback(*(args or []), **(kwargs or {})))


class Program:
    """What the driver sees of a running program: its record, and where timers are kept."""

    def __init__(self, record, timers):
        self.service_ref = record
        self.tg = timers
        self.report_interval = nova.conf.CONF.report_interval
        self.model_disconnected = False


@database.pick_context_manager_writer
def fill(context, numbers):
    """Makes records as Service.create does, many in one statement."""
    now = timeutils.utcnow()
    context.session.execute(
        sa.insert(models.Service),
        [
            {
                "uuid": uuidutils.generate_uuid(), "host": f"compute-{number:06}", "binary": "nova-compute",
                "topic": "compute", "report_count": 0, "disabled": False, "forced_down": False,
                "version": service_object.SERVICE_VERSION, "created_at": now, "last_seen_up": now,
            }
            for number in numbers
        ],
    )


def join(context, numbers):
    """Loads the records of these as a starting program does, and has each join its group; answers their timer calls."""
    groups = servicegroup.API()
    timers = Timers()
    programs = []
    for number in numbers:
        record = objects.Service.get_by_host_and_binary(context, f"compute-{number:06}", "nova-compute")
        program = Program(record, timers)
        groups.join(record.host, record.topic, program)
        programs.append(program)
    driver = groups._driver
    print(f"{version.version_string()} {inspect.getsourcefile(type(driver))}", file=sys.stderr)
    return programs, timers.calls, f"{type(driver).__module__}.{type(driver).__qualname__}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config-file", required=True)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--services", type=int, required=True)
    parser.add_argument("--beats", type=int, required=True)
    arguments = parser.parse_args()
    # Only the driver's reports are used, so there is no message queue to connect to.
    config.parse_args(["nova-conductor", "--config-file", arguments.config_file], init_rpc=False)
    logging.setup(nova.conf.CONF, "nova")
    objects.register_all()
    # As nova.cmd.conductor does: the minimum version is read once.
    objects.Service.enable_min_version_cache()
    context = nova_context.get_admin_context()

    end = arguments.first + arguments.services
    for first in range(arguments.first, end, BATCH):
        fill(context, range(first, min(first + BATCH, end)))
    # Those who beat are spread over the whole table.
    count = min(arguments.beats, arguments.services)
    numbers = [arguments.first + index * arguments.services // count for index in range(count)]
    programs, calls, driver = join(context, numbers)
    # Connections, caches and the minimum version come with the first ones.
    for call in calls[:200]:
        call()

    answer({"driver": driver, "version": version.version_string()})
    for line in sys.stdin:
        order = json.loads(line)
        before = sum(program.service_ref.report_count for program in programs)
        began = time.monotonic()
        done = 0
        while done < order["beats"] and time.monotonic() - began < order["seconds"]:
            calls[done % len(calls)]()
            done += 1
        # The driver only logs what went wrong, and remembers it here.
        answer({
            "beats": done,
            "reported": sum(program.service_ref.report_count for program in programs) - before,
            "failed": sum(1 for program in programs if program.model_disconnected),
        })


def answer(value):
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
