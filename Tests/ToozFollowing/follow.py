"""Members of a tooz group come, leave and are killed, and are seen so by rollcalld; ../follow-tooz starts it."""

import argparse
import os
import signal
import subprocess
import sys
import time

import api
import daemon as daemons
import program
import server as servers
import zookeeper

GROUP = "agents"
BINARY = "agent"
# The members' session timeout, in seconds.
SESSION = 4
# What the server, which looks at sessions once a tick, and the follower may add.
ALLOWANCE = 1.5


class Member:
    """A process that joins the group."""

    def __init__(self, port, name):
        self.name = name
        url = f"kazoo://127.0.0.1:{port}?timeout={SESSION}"
        self.process = subprocess.Popen(
            [
                sys.executable, "-B", os.path.join(os.path.dirname(__file__), "member.py"), "--url", url, "--group", GROUP,
                "--member", name,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        if self.process.stdout.readline() != "joined\n":
            raise RuntimeError(f"{name} did not join")


class Watch:
    def __init__(self, port):
        self.client = api.Client(port)
        self.problems = []

    def state(self, name):
        for service in self.client.get(f"/v1/services?host={name}&binary={BINARY}")["services"]:
            return service["state"], service["state_reason"]
        return None, None

    def expect(self, name, state, limit, words):
        """Waits until the service is in that state, and says how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < limit:
            found, reason = self.state(name)
            if found == state:
                print(f"{name} {words}: {state} ({reason}) after {time.monotonic() - began:.2f} s", flush=True)
                return
            time.sleep(0.02)
        self.problems.append(f"{name} {words}: not {state} after {limit} s, but {self.state(name)}")


def follow(server, arguments):
    server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
    release = daemons.Release(arguments.programs, daemons.url(server))
    release.command("expand")
    ensemble = zookeeper.ZooKeeper(f"{arguments.directory}/zookeeper")
    daemon = daemons.Daemon("here", arguments.directory)
    daemon.start(release)
    follower = subprocess.Popen(
        [
            release.program, "follow-tooz", "--hosts", f"127.0.0.1:{ensemble.port}", "--group", GROUP, "--binary", BINARY,
            "--endpoint", f"http://127.0.0.1:{daemon.port}",
        ],
        env=daemons.ENVIRONMENT, stdin=subprocess.DEVNULL,
    )
    members = []
    try:
        watch = Watch(daemon.port)
        members = [Member(ensemble.port, f"host-{number}") for number in range(3)]
        for member in members:
            watch.expect(member.name, "up", 10, "joined")
        killed, left, stays = members
        killed.process.send_signal(signal.SIGKILL)
        watch.expect(killed.name, "down", SESSION + ALLOWANCE, f"was killed, session timeout {SESSION} s")
        left.process.stdin.close()
        watch.expect(left.name, "down", ALLOWANCE, "left")
        members.append(Member(ensemble.port, killed.name))
        watch.expect(killed.name, "up", 10, "joined again")
        watch.expect(stays.name, "up", 1, "was there all the time")
        changes = [change for change in watch.client.state_changes(0) if change.startswith(f"{stays.name} ")]
        if any(" to down" in change for change in changes):
            watch.problems.append(f"{stays.name} was called down: {changes}")
        return watch.problems
    finally:
        for member in members:
            member.process.kill()
            member.process.wait()
        servers.end(follower)
        daemon.stop()
        ensemble.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True)
    parser.add_argument("--directory", required=True)
    arguments = parser.parse_args()
    program.run(arguments.directory, lambda server: follow(server, arguments))


main()
