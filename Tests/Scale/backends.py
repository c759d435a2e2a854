"""What a daemon keeps its records in: for each run a database that holds nothing."""

import os

import daemon as daemons


class SQLite:
    """Embedded: the load program gives each daemon a file of its own, and its cost is the daemon's."""

    name = "SQLite"
    # No other daemon can use the file.
    release = None
    # What a daemon is told beside that, in its environment.
    environment = {}

    def fresh(self):
        """What the load program is told of it."""
        return []

    def end(self):
        pass


class KeyServer(SQLite):
    """Records in SQLite, and a server that says who lives."""

    def __init__(self, name, program, environment):
        self.name = f"{name}, records in SQLite"
        self.program = program
        self.environment = environment

    def fresh(self):
        """What the load program is told of it."""
        return ["--backend", str(self.program.process.pid)]

    def end(self):
        self.program.end()


def memcached(directory):
    """With its own defaults, room for a million keys, and for a connection of each service."""
    import key_servers

    program = key_servers.memcached(f"{directory}/m", "-m", "1024", "-c", "4096")
    servers = f"127.0.0.1:{program.port}"
    return KeyServer(
        "memcached", program, {"ROLLCALL_LIVENESS_DRIVER": "memcached", "ROLLCALL_MEMCACHED_SERVERS": servers}
    )


def zookeeper(directory):
    """Alone, with its own defaults, memory for a million nodes, and any number of sessions from this one address."""
    import zookeeper as servers

    program = servers.ZooKeeper(f"{directory}/z", tick=2_000, heap="4g", more="maxClientCnxns=0\n")
    hosts = f"127.0.0.1:{program.port}"
    return KeyServer("ZooKeeper", program, {"ROLLCALL_LIVENESS_DRIVER": "zookeeper", "ROLLCALL_ZOOKEEPER_HOSTS": hosts})


class MariaDB:
    """A server of its own, with its own defaults."""

    environment = {}

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


def made(name, directory, programs):
    """The one of that name, started."""
    if name == "mariadb":
        return MariaDB(directory, programs)
    return {"sqlite": lambda _: SQLite(), "memcached": memcached, "zookeeper": zookeeper}[name](directory)
