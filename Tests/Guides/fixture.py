"""A host as the guides have it: a daemon that systemd started, its files, and services that beat at it."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from database import URLS, Database

PATIENCE = 30
INSTALLED = pathlib.Path(__file__).resolve().parents[2] / "Config/rollcalld.yaml"
# Zone az1 is larger than the brake's least number, and smaller than half the fleet.
COMPUTE = {"az1": [f"node{number}" for number in range(1, 7)], "az2": [f"node{number}" for number in range(11, 16)]}
CONTROL = ("nova-conductor", "nova-scheduler")

# What the file that is installed says otherwise on this host: of each key, its value.
SETTINGS = {
    "id": "control1", "host": "control1", "http": "127.0.0.1:{port}", "unix": "{directory}/run/rollcall.sock",
    "url": "sqlite://{directory}/lib/rollcall.sqlite", "report_interval": "500ms", "service_down_time": "3s",
    "pause_threshold": "750ms",
}

# What a guide calls by these names is the host's; here it is the fixture's.
STUBS = {
    "systemctl": 'exec python3 -B "$GUIDE_CALL" "$GUIDE_DIRECTORY/control" "$@"',
    "journalctl": 'lines=+1; [[ $3 == -n ]] && lines=$4; exec tail -n "$lines" "$GUIDE_DIRECTORY/daemon.log"',
    # There is no such group here.
    "chgrp": '[[ $# -gt 1 && $1 == rollcall ]]',
    "runuser": 'exec "${@:4}"',
    "mariadb": 'exec /usr/bin/mariadb --no-defaults --socket="$GUIDE_DIRECTORY/s" --user=root "$@"',
    "mariadb-dump": 'exec /usr/bin/mariadb-dump --no-defaults --socket="$GUIDE_DIRECTORY/s" --user=root "$@"',
}


class Socket(http.client.HTTPConnection):
    """HTTP on the daemon's socket, where its own user is an operator whatever the tokens say."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def settings(**host):
    """The file that is installed, as an operator of this host edited it."""
    text = INSTALLED.read_text(encoding="utf-8")
    for key, value in SETTINGS.items():
        text, count = re.subn(rf"^  #?{key}: .*$", f"  {key}: {value.format(**host)}", text, count=1, flags=re.MULTILINE)
        if count == 0:
            raise RuntimeError(f"{INSTALLED} has no place for {key}")
    return text


class Daemon:
    """rollcalld with the host's file of settings, its log, and what systemctl does with it."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        # It keeps the port when it is started again, so the settings name it.
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = pathlib.Path(directory, "daemon.log")
        # Settings of another daemon, or a supervisor of whoever calls, must not reach ours.
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": f"{directory}/home", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        self.process = None
        for name in ("etc", "lib", "run", "home", "stubs"):
            os.mkdir(f"{directory}/{name}")
        pathlib.Path(directory, "etc/rollcalld.yaml").write_text(
            settings(port=self.port, directory=directory), encoding="utf-8"
        )

    def start(self):
        before = self._count("ready daemon=")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--config", f"{self.directory}/etc/rollcalld.yaml"], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        self._until(lambda: self._count("ready daemon=") > before, "ready")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def reload(self):
        def told():
            return self._count("settings read again") + self._count("settings not adopted")

        before = told()
        self.process.send_signal(signal.SIGHUP)
        self._until(lambda: told() > before, "done with its settings")

    def called(self, words):
        """What `systemctl` was asked: what it answers, empty when it was done."""
        actions = {"start": [self.start], "stop": [self.stop], "restart": [self.stop, self.start], "reload": [self.reload]}
        if len(words) != 2 or words[1] != "rollcalld" or words[0] not in actions:
            return f"systemctl {' '.join(words)}: not on this host"
        try:
            for action in actions[words[0]]:
                action()
        except RuntimeError as error:
            return str(error)
        return ""

    def _count(self, words):
        return self.log.read_text(encoding="utf-8", errors="replace").count(words) if self.log.exists() else 0

    def _until(self, holds, words):
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"rollcalld was not {words}: {self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.02)


class Beats:
    """A thread that beats for a fleet, except for those that are to be silent."""

    INTERVAL = 0.25

    def __init__(self, path):
        self.path = path
        self.silent = []
        self.sequence = 0
        self.services = [
            {"host": host, "binary": "nova-compute", "zone": zone, "version": 74, "incarnation": f"i-{host}"}
            for zone, hosts in COMPUTE.items() for host in hosts
        ] + [{"host": "control1", "binary": binary, "version": 74, "incarnation": f"i-{binary}"} for binary in CONTROL]
        self._over = threading.Event()
        self._heard = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self):
        """Until the whole fleet was heard once."""
        if not self._heard.wait(PATIENCE):
            raise RuntimeError("the fleet was not heard")

    def end(self):
        self._over.set()
        self._thread.join()

    def _run(self):
        while True:
            try:
                self._send()
                self._heard.set()
            except (OSError, http.client.HTTPException):
                # The guide has stopped the daemon.
                pass
            if self._over.wait(self.INTERVAL):
                return

    def _send(self):
        self.sequence += 1
        beats = [
            {**one, "sequence": self.sequence} for one in self.services
            if not {one["host"], one.get("zone"), one["binary"], "everybody"} & set(self.silent)
        ]
        connection = Socket(self.path)
        try:
            connection.request(
                "POST", "/v1/heartbeats?reply=brief", json.dumps({"heartbeats": beats}), {"Content-Type": "application/json"}
            )
            connection.getresponse().read()
        finally:
            connection.close()


class Fixture:
    """All of it in one directory, and the words by which a guide calls what is in it."""

    def __init__(self, programs, directory, has_database):
        self.directory = directory
        self.daemon = Daemon(f"{programs}/rollcalld", directory)
        self.names = [
            ("/etc/rollcall", f"{directory}/etc"), ("/var/lib/rollcall", f"{directory}/lib"),
            ("/run/rollcall", f"{directory}/run"), ("127.0.0.1:8790", f"127.0.0.1:{self.daemon.port}"),
        ]
        for name, text in STUBS.items():
            stub = pathlib.Path(directory, "stubs", name)
            stub.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
            stub.chmod(0o755)
        self.environment = {
            **self.daemon.environment, "PATH": f"{directory}/stubs:{programs}:/usr/bin:/bin",
            "ROLLCALL_ENDPOINT": f"http://127.0.0.1:{self.daemon.port}",
            "GUIDE_DIRECTORY": directory, "GUIDE_CALL": os.path.join(os.path.dirname(os.path.abspath(__file__)), "call.py"),
        }
        self.lock = self.database = self.beats = None
        self.control = socket.socket(socket.AF_UNIX)
        self.control.bind(f"{directory}/control")
        self.control.listen()
        threading.Thread(target=self._answer, daemon=True).start()
        try:
            if has_database:
                self.database = Database(directory)
                self.names += [(url, self.database.url) for url in URLS]
            self.daemon.start()
            self.beats = Beats(f"{directory}/run/rollcall.sock")
            self.beats.wait()
        except BaseException:
            self.end()
            raise

    def silence(self, names):
        """Nobody but these is silent from now on: services by host, zone or binary, `everybody`, `the database`."""
        self.beats.silent = names
        if self.lock is not None and "the database" not in names:
            self.lock.close()
            self.lock = None
        if self.lock is None and "the database" in names:
            # The daemon cannot come to it until the lock is given back.
            self.lock = sqlite3.connect(
                f"{self.directory}/lib/rollcall.sqlite", isolation_level=None, timeout=PATIENCE, check_same_thread=False
            )
            self.lock.execute("BEGIN EXCLUSIVE")

    def end(self):
        if self.lock is not None:
            self.lock.close()
        if self.beats is not None:
            self.beats.end()
        self.daemon.stop()
        # Wakes who waits for a call.
        if self.database is not None:
            self.database.end()
        self.control.shutdown(socket.SHUT_RDWR)
        self.control.close()

    def here(self, text):
        """A guide's words as they are on this machine."""
        for theirs, ours in self.names:
            text = text.replace(theirs, ours)
        return text

    def there(self, text):
        """This machine's as the guide has them."""
        for theirs, ours in self.names:
            text = text.replace(ours, theirs)
        return text

    def _answer(self):
        while True:
            try:
                caller, _ = self.control.accept()
            except OSError:
                return
            with caller:
                words = json.loads(caller.makefile().readline())
                caller.sendall(self.daemon.called(words).encode())


def is_question(text):
    """Whether a command changes nothing, so that it may be asked again until what it tells of has come about."""
    if re.match(r"curl ", text):
        return not re.search(r" (-X|--request|-d|--data|--json|-T)\b", text)
    return re.match(
        r"rollcall (service (list|show|explain|history|is-up|is-down)|host show|group list|version show|upgrade check|"
        r"daemon list|driver (status|disagreements)|brake status|what-if|watch)|journalctl|cat |rollcalld check-config", text
    ) is not None
