"""Nova beside Rollcall, on one server."""

import contextlib
import json
import os
import subprocess
import sys

import processes


class Nova:
    """A cell of Nova: its own code in a process of its own, and its database on the server."""

    def __init__(self, server, directory, numbers, beats, name="nova"):
        self.server = server
        self.name = name
        self.beats = beats
        self.numbers = numbers
        server.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb3")
        self.configuration = f"{directory}/{name}.conf"
        self.log = f"{directory}/{name}.log"
        connection = f"mysql+pymysql://root@localhost/{name}?unix_socket={server.socket}&charset=utf8"
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(f"[DEFAULT]\nstate_path = {directory}\n[database]\nconnection = {connection}\n")
        # Nothing of another installation.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        with open(self.log, "wb") as log:
            subprocess.run(
                [
                    os.path.join(os.path.dirname(sys.executable), "nova-manage"), "--config-file", self.configuration,
                    "db", "sync", "--local_cell",
                ],
                env=self.environment, check=True, stdout=log, stderr=log,
            )

    @contextlib.contextmanager
    def running(self):
        """Its records made, and its programs joined: gives the process, what it says first, and how to let them beat."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [
                    sys.executable, "-B", os.path.join(os.path.dirname(__file__), "nova_side.py"), "--config-file",
                    self.configuration, "--first", str(self.numbers.start), "--services", str(len(self.numbers)), "--beats",
                    str(self.beats),
                ],
                env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )

        def order(beats, seconds):
            process.stdin.write(json.dumps({"beats": beats, "seconds": seconds}) + "\n")
            process.stdin.flush()
            return self._answer(process)

        try:
            yield process, self._answer(process), order
        finally:
            process.stdin.close()
            processes.end(process)

    def report_count(self):
        return int(self.server.run(f"SELECT sum(report_count) FROM {self.name}.services")[0][0])

    def _answer(self, process):
        line = process.stdout.readline()
        if not line:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                raise RuntimeError(f"Nova's side ended: {log.read()[-3000:]}")
        return json.loads(line)
