"""What a daemon keeps its records in: for each run a database that holds nothing."""

import os

import daemon as daemons


class SQLite:
    """Embedded: the load program gives each daemon a file of its own, and its cost is the daemon's."""

    name = "SQLite"
    # No other daemon can use the file.
    release = None

    def fresh(self):
        """What the load program is told of it."""
        return []

    def end(self):
        pass


class MariaDB:
    """A server of its own, with its own defaults."""

    def __init__(self, directory, programs):
        # Only here: without this server nothing beyond the standard library is needed.
        import server as servers

        place = f"{directory}/m"
        os.mkdir(place)
        self.server = servers.Server(place)
        try:
            self.name = f'MariaDB {self.server.run("SELECT version()")[0][0]}'
            self.release = daemons.Release(programs, daemons.url(self.server))
        except BaseException:
            self.server.end()
            raise

    def fresh(self):
        """Makes the tables anew; answers what the load program is told of them."""
        self.server.run("DROP DATABASE IF EXISTS rollcall")
        self.server.run("CREATE DATABASE rollcall CHARACTER SET utf8mb4")
        self.release.succeed("expand")
        # What the run before has left to do is not to be counted as this one's.
        self.server.rest()
        return ["--database-url", self.release.url, "--backend", str(self.server.process.pid)]

    def end(self):
        self.server.end()
