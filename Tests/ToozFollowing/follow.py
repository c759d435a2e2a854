"""Members of a tooz group come, leave and are killed, and are seen so by rollcalld; ../follow-tooz starts it."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

import api
import daemon as daemons
import processes
import program
import server as servers
import zookeeper

GROUP = "agents"
BINARY = "agent"
# The members' session timeout, in seconds.
SESSION = 4
# So long a member may take to join, in seconds.
PATIENCE = 30
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
        if not select.select([self.process.stdout], [], [], PATIENCE)[0] or self.process.stdout.readline() != "joined\n":
            self.end()
            raise RuntimeError(f"{name} did not join")

    def end(self):
        self.process.kill()
        self.process.wait()


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
    release.succeed("expand")
    with contextlib.ExitStack() as stack:
        ensemble = zookeeper.ZooKeeper(f"{arguments.directory}/zookeeper")
        stack.callback(ensemble.end)
        daemon = daemons.Daemon("here", arguments.directory)
        stack.callback(daemon.stop)
        daemon.start(release)
        follower = subprocess.Popen(
            [
                release.program, "follow-tooz", "--hosts", f"127.0.0.1:{ensemble.port}", "--group", GROUP, "--binary", BINARY,
                "--endpoint", f"http://127.0.0.1:{daemon.port}",
            ],
            env=daemons.ENVIRONMENT, stdin=subprocess.DEVNULL,
        )
        stack.callback(processes.end, follower)

        def join(name):
            member = Member(ensemble.port, name)
            stack.callback(member.end)
            return member

        watch = Watch(daemon.port)
        see_members(watch, join)
        processes.end(follower)
        if follower.returncode != 0:
            watch.problems.append(f"the follower ended with {follower.returncode}")
        return watch.problems


def see_members(watch, join):
    killed, left, stays = members = [join(f"host-{number}") for number in range(3)]
    for member in members:
        watch.expect(member.name, "up", 10, "joined")
    killed.process.send_signal(signal.SIGKILL)
    watch.expect(killed.name, "down", SESSION + ALLOWANCE, f"was killed, session timeout {SESSION} s")
    left.process.stdin.close()
    watch.expect(left.name, "down", ALLOWANCE, "left")
    join(killed.name)
    watch.expect(killed.name, "up", 10, "joined again")
    watch.expect(stays.name, "up", 1, "was there all the time")
    changes = [change for change in watch.client.state_changes(0) if change.startswith(f"{stays.name} ")]
    if any(" to down" in change for change in changes):
        watch.problems.append(f"{stays.name} was called down: {changes}")


def main():
    arguments = program.arguments(["programs"])
    servers.run(arguments.directory, lambda server: follow(server, arguments))


main()
