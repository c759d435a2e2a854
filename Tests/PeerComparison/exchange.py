"""Requests over connections of our own to a server, one per call or in batches, and what the server used meanwhile.

Only CPU time of the server's process is counted: what the kernel does on its behalf is in it, what the client and the
kernel on the client's behalf do is not.
"""

import select
import socket
import time

import processes

# A server that does not answer for so long, in seconds, is not measured.
PATIENCE = 10
ROUNDS = 5
# Requests that are sent together where they are sent in batches.
BATCH = 100
# The connections that a cost is measured at.
CONNECTIONS = (1, 4, 32)


def expiries(seconds):
    """How often all fall silent: once where there is no time for more."""
    return 3 if seconds >= 2 else 1


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Lane:
    """A connection, the requests that are sent on it over and over, and what counts the replies in what comes back."""

    def __init__(self, connection, requests, count, at_once=1):
        self.connection = connection
        self.count = count
        self.batches = [
            (b"".join(requests[start:start + at_once]), len(requests[start:start + at_once]))
            for start in range(0, len(requests), at_once)
        ]
        self.next = 0
        self.due = 0

    def send(self):
        text, self.due = self.batches[self.next]
        self.next = (self.next + 1) % len(self.batches)
        self.connection.sendall(text)


def drive(lanes, seconds):
    """Keeps one request, or one batch, under way on each lane for so long; answers how many were replied to."""
    lane_of = {lane.connection.fileno(): lane for lane in lanes}
    done = 0
    with select.epoll() as poller:
        for number, lane in lane_of.items():
            poller.register(number, select.EPOLLIN)
            lane.send()
        waiting = len(lanes)
        end = time.monotonic() + seconds
        while waiting:
            ready = poller.poll(PATIENCE)
            if not ready:
                raise RuntimeError(f"no reply for {PATIENCE} s")
            for number, _ in ready:
                lane = lane_of[number]
                data = lane.connection.recv(1 << 18)
                if not data:
                    raise RuntimeError("the server closed a connection")
                count = lane.count(data)
                done += count
                lane.due -= count
                if lane.due == 0:
                    if time.monotonic() < end:
                        lane.send()
                    else:
                        waiting -= 1
    return done


def once(lanes):
    """Sends what is next on each lane and waits until all are replied to."""
    return drive(lanes, 0)


def costs(process, action, seconds):
    """What the server used for one of what `action` does for so many seconds, in µs, in each round; `action` answers how
    many it did. The server is warm: a quarter of the time is spent before the first round."""
    action(seconds / 4)
    values = []
    for _ in range(ROUNDS):
        before = processes.cpu_seconds(process.pid)
        done = action(seconds / ROUNDS)
        values.append((processes.cpu_seconds(process.pid) - before) / done * 1e6)
    return values


def same(reply):
    """Counts replies that are all the same text."""
    rest = b""

    def count(data):
        nonlocal rest
        data = rest + data
        number = len(data) // len(reply)
        rest = data[number * len(reply):]
        if data != reply * number + rest or not reply.startswith(rest):
            raise RuntimeError(f"unexpected reply {data[:200]!r}")
        return number

    return count
