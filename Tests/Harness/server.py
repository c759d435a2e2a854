"""A MariaDB server of our own, and what it and other processes used."""

import getpass
import os
import signal
import subprocess
import sys
import time

import pymysql

from processes import cpu_seconds, end, free_port
from program import say

# What reads or writes rows. A statement of several tables has a counter of its own.
_ON_ROWS = [
    "Com_select", "Com_insert", "Com_insert_select", "Com_replace", "Com_replace_select", "Com_update",
    "Com_update_multi", "Com_delete", "Com_delete_multi",
]


class Usage:
    """What the server counted, and the CPU time of two processes, at one moment."""

    def __init__(self, server, client_id):
        # Asking costs the server something itself: of two such questions one is within what is measured.
        self.server_cpu = cpu_seconds(server.process.pid)
        self.client_cpu = cpu_seconds(client_id)
        self.time = time.monotonic()
        self.status = server.status()

    def since(self, before):
        """The difference of two, as totals; None for what this server does not count."""

        def grown(name):
            if name not in self.status or name not in before.status:
                return None
            return int(self.status[name]) - int(before.status[name])

        def total(names):
            values = [grown(name) for name in names]
            return None if None in values else sum(values)

        questions = grown("Questions")
        return {
            "seconds": self.time - before.time,
            "server_cpu": self.server_cpu - before.server_cpu,
            "client_cpu": self.client_cpu - before.client_cpu,
            # One of them is the question for these counters.
            "statements": None if questions is None else questions - 1,
            "on_rows": total(_ON_ROWS),
            # Those of temporary tables have counters of their own.
            "rows": total(["Handler_write", "Handler_update", "Handler_delete"]),
            "redo": grown("Innodb_lsn_current"),
        }


class Server:
    """mariadbd with its own defaults, in a directory, on a socket and on a port of loopback."""

    def __init__(self, directory):
        self.directory = directory
        self.socket = f"{directory}/s"
        self.port = free_port()
        os.mkdir(f"{directory}/tmp")
        own = ["--no-defaults", f"--user={getpass.getuser()}"]
        own += [f"--datadir={directory}/data", f"--tmpdir={directory}/tmp"]
        with open(f"{directory}/install.log", "wb") as log:
            subprocess.run(
                ["/usr/bin/mariadb-install-db", *own, "--auth-root-authentication-method=normal", "--skip-test-db"],
                stdout=log, stderr=log, check=True,
            )
        with open(f"{directory}/server.log", "wb") as log:
            self.process = subprocess.Popen(
                [
                    "/usr/sbin/mariadbd", *own, f"--socket={self.socket}", f"--pid-file={directory}/pid",
                    "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve",
                    "--character-set-server=utf8mb4",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        try:
            self._connect()
        except BaseException:
            end(self.process)
            raise

    def _connect(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connection = pymysql.connect(unix_socket=self.socket, user="root", autocommit=True)
                return
            except pymysql.err.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def run(self, sql):
        """Runs one statement; answers its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def status(self):
        return dict(self.run("SHOW GLOBAL STATUS"))

    def rest(self, limit=60):
        """Waits until the server has caught up with what was written: less than 1 % of a core over two seconds."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            before = cpu_seconds(self.process.pid)
            time.sleep(2)
            if cpu_seconds(self.process.pid) - before < 0.02:
                return True
        return False

    def listen(self, action):
        """What the server was told, by everybody else, while `action` ran: (connection, kind, text)."""
        self.run("TRUNCATE TABLE mysql.general_log")
        self.run("SET GLOBAL log_output = 'TABLE'")
        self.run("SET GLOBAL general_log = ON")
        try:
            action()
        finally:
            self.run("SET GLOBAL general_log = OFF")
        return self.run(
            "SELECT thread_id, command_type, convert(argument USING utf8mb4) FROM mysql.general_log"
            " WHERE thread_id <> connection_id() ORDER BY event_time"
        )

    def end(self):
        end(self.process)


def run(directory, action):
    """Gives `action` a server of its own and ends the process: with 1 when it answers problems, which are printed."""
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    os.umask(0o077)
    place = f"{directory}/m"
    os.mkdir(place)
    server = Server(place)
    try:
        problems = action(server)
    finally:
        server.end()
    for problem in problems:
        say(f"error: {problem}")
    sys.exit(1 if problems else 0)
