"""A MariaDB server for the guides that have one."""

import getpass
import subprocess
import time

PATIENCE = 30
# What guides call it, by the users that they name.
URLS = [f"mariadb://{user}@db.example.org/rollcall" for user in ("admin", "rollcall_admin")]


class Database:
    """A server of our own on a socket, with an empty database `rollcall`."""

    def __init__(self, directory):
        self.socket = f"{directory}/s"
        self.url = f"mariadb://root@localhost/rollcall?socket={self.socket}"
        own = ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={directory}/d"]
        subprocess.run(
            ["/usr/bin/mariadb-install-db", *own, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        with open(f"{directory}/database.log", "wb") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/mariadbd", *own, f"--socket={self.socket}", "--skip-networking", "--innodb-buffer-pool-size=32M"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._run("CREATE DATABASE rollcall CHARACTER SET utf8mb4"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                raise RuntimeError("MariaDB does not answer")
            time.sleep(0.05)

    def _run(self, sql):
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--execute", sql],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        ).returncode == 0

    def end(self):
        """It keeps nothing, so it need not end well."""
        self.process.kill()
        self.process.wait()
