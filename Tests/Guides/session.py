"""A shell in which a guide's commands run one after the other."""

import os
import select
import signal
import subprocess
import time

MARK = "\x1eended "


class Ended(Exception):
    """The shell is not there any more, or a command did not end in time."""


class Session:
    """A bash of its own session and process group, with an environment that names its directory."""

    def __init__(self, directory, environment):
        self.directory = directory
        self.scripts = 0
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=f"{directory}/home", env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )

    def run(self, text, patience):
        """What the command prints, errors included, as lines; and its status."""
        self.scripts += 1
        script = f"{self.directory}/script.{self.scripts}"
        with open(script, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        try:
            self.process.stdin.write(f'source {script} </dev/null; printf "\\n{MARK}%d\\n" $?\n'.encode())
            self.process.stdin.flush()
        except OSError as error:
            raise Ended("the shell has ended") from error
        printed = self._read(time.monotonic() + patience, patience)
        text, _, status = printed.rpartition("\n" + MARK)
        return text.removesuffix("\n").split("\n") if text.strip("\n") else [], int(status)

    def _read(self, deadline, patience):
        output = self.process.stdout.fileno()
        data = b""
        while True:
            text = data.decode(errors="replace")
            if MARK in text and text.rpartition(MARK)[2].endswith("\n"):
                return text
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise Ended(f"it did not end within {patience} s; it printed: {text}")
            some = os.read(output, 65536)
            if not some:
                raise Ended(f"it ended the shell; it printed: {text}")
            data += some

    def end(self):
        """Ends all that was started in it: what is left behind still has its environment."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in self._processes():
                try:
                    os.kill(process, number)
                except OSError:
                    pass
            if self.process.poll() is None and number == signal.SIGTERM:
                self.process.stdin.close()
            deadline = time.monotonic() + 5
            while self._processes() and time.monotonic() < deadline:
                self.process.poll()
                time.sleep(0.02)
        self.process.wait()
        self.process.stdout.close()

    def _processes(self):
        """Those whose environment names the directory; that of a dead one is empty."""
        wanted = f"GUIDE_DIRECTORY={self.directory}\0".encode()
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/environ", "rb") as file:
                        if wanted in file.read():
                            found.append(int(name))
                except OSError:
                    pass
        return found
