"""Servers and other processes that we start: what they used, where they listen, and how they end."""

import os
import socket
import subprocess
import time

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process_id):
    """The CPU time of a process with all its threads, user and system, in steps of 10 ms."""
    with open(f"/proc/{process_id}/stat", "rb") as file:
        # The name is in brackets and may hold anything.
        fields = file.read().rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def end(process):
    """Ends a process that we started, and waits until it is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


class Program:
    """A server program that needs no more than its arguments, with its log in a directory, on a port of loopback."""

    def __init__(self, directory, port, words):
        self.port = port
        log = f"{directory}/server.log"
        with open(log, "wb") as file:
            self.process = subprocess.Popen(words, cwd=directory, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        deadline = time.monotonic() + 30
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                with open(log, encoding="utf-8", errors="replace") as file:
                    raise RuntimeError(f"{words[0]} does not listen: {file.read()[-500:]}")
            time.sleep(0.05)

    def _listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def end(self):
        end(self.process)
