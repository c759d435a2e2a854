"""Drives rollcalld with the clients of OpenStack, as they come from PyPI; ../nova-clients starts it."""

import contextlib
import importlib.metadata
import json
import os
import signal
import subprocess
import sys

import api
import daemon as daemons
import openstack
import program
from novaclient import client as novaclient
from keystoneauth1 import noauth, session, token_endpoint

HOSTS = ["compute-000000", "compute-000001"]


class Clients:
    def __init__(self, port):
        self.endpoint = f"http://127.0.0.1:{port}/v2.1"
        self.problems = []

    def expect(self, holds, words):
        if not holds:
            self.problems.append(words)

    def openstack(self, *words, version=None, auth="none"):
        """Runs `openstack …`; shows and answers what it printed."""
        command = [os.path.join(os.path.dirname(sys.executable), "openstack"), "--os-endpoint", self.endpoint]
        command += ["--os-auth-type", auth] + (["--os-token", "T"] if auth == "admin_token" else [])
        if version is not None:
            command += ["--os-compute-api-version", version]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTHONPATH"))}
        done = subprocess.run(
            command + ["compute", "service", *words], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        shown = f"openstack compute service {' '.join(words)}" + (f" at {version}" if version else "") + f" ({auth})"
        print(f"$ {shown}\n{done.stdout}{done.stderr}".rstrip(), flush=True)
        self.expect(done.returncode == 0, f"{shown} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def listed(self, host, **options):
        """The service of that host, as `openstack` lists it."""
        rows = json.loads(self.openstack("list", "--long", "--host", host, "-f", "json", **options) or "[]")
        self.expect(len(rows) == 1, f"{len(rows)} services are listed for {host}")
        return rows[0] if rows else dict.fromkeys(["ID", "Status", "State", "Forced Down", "Disabled Reason"])

    def drive_openstackclient(self):
        host, binary = HOSTS[0], "nova-compute"
        self.openstack("list")
        self.openstack("list", "--long")
        for options in [{}, {"version": "2.11"}, {"version": "2.1"}, {"auth": "admin_token"}]:
            self.openstack("set", "--disable", "--disable-reason", "bad fan", host, binary, **options)
            row = self.listed(host, **options)
            self.expect((row["Status"], row["Disabled Reason"]) == ("disabled", "bad fan"), f"{options}: {row}")
            self.openstack("set", "--disable", host, binary, **options)
            row = self.listed(host, **options)
            self.expect((row["Status"], row["Disabled Reason"]) == ("disabled", None), f"{options}: {row}")
            self.openstack("set", "--enable", host, binary, **options)
            row = self.listed(host, **options)
            self.expect((row["Status"], row["State"]) == ("enabled", "up"), f"{options}: {row}")
            if options.get("version") == "2.1":
                continue
            self.openstack("set", "--down", host, binary, **options)
            row = self.listed(host, **options)
            self.expect((row["State"], row["Forced Down"]) == ("down", True), f"{options}: {row}")
            self.openstack("set", "--up", host, binary, **options)
            row = self.listed(host, **options)
            self.expect((row["State"], row["Forced Down"]) == ("up", False), f"{options}: {row}")

    def drive_sdk(self):
        auth = noauth.NoAuth(endpoint=self.endpoint)
        connection = openstack.connection.Connection(session=session.Session(auth=auth), compute_endpoint_override=self.endpoint)
        services = {service.host: service for service in connection.compute.services(binary="nova-compute")}
        print(f"openstacksdk {importlib.metadata.version('openstacksdk')}: {sorted(services)}")
        self.expect(sorted(services) == HOSTS, f"the SDK lists {sorted(services)}")
        one = services[HOSTS[0]]
        connection.compute.disable_service(one, one.host, one.binary, "by the SDK")
        one = next(connection.compute.services(host=HOSTS[0]))
        self.expect((one.status, one.disabled_reason) == ("disabled", "by the SDK"), f"the SDK sees {one}")
        connection.compute.enable_service(one, one.host, one.binary)
        connection.compute.update_service_forced_down(one, one.host, one.binary, True)
        one = next(connection.compute.services(host=HOSTS[0]))
        self.expect((one.status, one.state, one.is_forced_down) == ("enabled", "down", True), f"the SDK sees {one}")
        connection.compute.update_service_forced_down(one, one.host, one.binary, False)

    def drive_novaclient(self, version):
        auth = token_endpoint.Token(self.endpoint, "T")
        nova = novaclient.Client(version, session=session.Session(auth=auth), endpoint_override=self.endpoint)
        found = nova.services.list(host=HOSTS[0], binary="nova-compute")
        self.expect([one.host for one in found] == HOSTS[:1], f"novaclient at {version} lists {found}")
        print(f"novaclient at {version}: {found[0].to_dict()}", flush=True)
        if float(version[2:]) < 53:
            nova.services.disable_log_reason(HOSTS[0], "nova-compute", "by novaclient")
            state = nova.services.list(host=HOSTS[0])[0]
            nova.services.enable(HOSTS[0], "nova-compute")
            if float(version[2:]) >= 11:
                nova.services.force_down(HOSTS[0], "nova-compute", True)
                self.expect(nova.services.list(host=HOSTS[0])[0].state == "down", f"novaclient at {version}: not down")
                nova.services.force_down(HOSTS[0], "nova-compute", False)
        else:
            nova.services.disable_log_reason(found[0].id, "by novaclient")
            state = nova.services.list(host=HOSTS[0])[0]
            nova.services.enable(found[0].id)
            nova.services.force_down(found[0].id, True)
            self.expect(nova.services.list(host=HOSTS[0])[0].state == "down", f"novaclient at {version}: not down")
            nova.services.force_down(found[0].id, False)
        self.expect(
            (state.status, state.disabled_reason) == ("disabled", "by novaclient"),
            f"novaclient at {version}: {state.to_dict()}",
        )
        last = nova.services.list(host=HOSTS[0])[0]
        self.expect((last.status, last.state) == ("enabled", "up"), f"novaclient at {version}: {last.to_dict()}")


def drive(arguments):
    release = daemons.Release(arguments.programs, f"sqlite://{arguments.directory}/rollcall.sqlite")
    daemon = daemons.Daemon("here", arguments.directory, "--service-down-time", "600s")
    with contextlib.ExitStack() as stack:
        stack.callback(daemon.stop)
        daemon.start(release)
        calls = api.Calls(range(len(HOSTS)))
        body, count = calls.body(0)
        _, problem = calls.problem(*api.Client(daemon.port).send(body), count)
        if problem is not None:
            return [problem]
        clients = Clients(daemon.port)
        # Where novaclient remembers what it has seen.
        os.environ["NOVACLIENT_UUID_CACHE_DIR"] = arguments.directory
        clients.drive_openstackclient()
        clients.drive_sdk()
        for version in ["2.1", "2.11", "2.26", "2.27", "2.52", "2.53", "2.69", "2.75"]:
            clients.drive_novaclient(version)
        clients.openstack("delete", clients.listed(HOSTS[1])["ID"])
        clients.openstack("delete", str(clients.listed(HOSTS[0], version="2.11")["ID"]), version="2.11")
        clients.expect(json.loads(clients.openstack("list", "-f", "json") or "[]") == [], "services are left")
        return clients.problems


def main():
    arguments = program.arguments(["programs"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    problems = drive(arguments)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
