"""memcached and Redis: a key with a lifetime for each holder, and setting it again as the renewal."""

import re
import subprocess
import time

import exchange
import key_servers
import reports

# Long enough not to matter where costs are measured, and short where expiry is, in seconds.
LONG = 600
SHORT = 4


class Memcached:
    name = "memcached"
    start = staticmethod(key_servers.memcached)
    reply = b"STORED\r\n"

    @staticmethod
    def version():
        return subprocess.run(["memcached", "-V"], capture_output=True, text=True, check=True).stdout.split()[-1]

    @staticmethod
    def set(key, lifetime):
        return b"set %s 0 %d 1\r\n1\r\n" % (key, lifetime)

    def __init__(self, port, keys):
        self.connection = exchange.connect(port)
        # Clients ask for many keys in a line; so many are well within what a line may have.
        lines = [keys[start:start + exchange.BATCH] for start in range(0, len(keys), exchange.BATCH)]
        self.question = b"".join(b"get %s\r\n" % b" ".join(line) for line in lines)
        self.lines = len(lines)

    def alive(self):
        """How many keys are there."""
        text = ask(self.connection, self.question, lambda text: text.count(b"END\r\n") == self.lines)
        return text.count(b"VALUE ")

    def lists(self):
        return {f"get, {exchange.BATCH} keys a line": self.alive}


class Redis:
    name = "redis"
    start = staticmethod(key_servers.redis)
    reply = b"+OK\r\n"

    @staticmethod
    def version():
        text = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=True).stdout
        return re.search(r"v=(\S+)", text)[1]

    @staticmethod
    def set(key, lifetime):
        return command(b"SET", key, b"1", b"EX", b"%d" % lifetime)

    def __init__(self, port, keys):
        self.port = port
        self.connection = exchange.connect(port)
        self.keys = keys
        self.exists = command(b"EXISTS", *keys)
        self.values = command(b"MGET", *keys)

    def alive(self):
        return int(ask(self.connection, self.exists, lambda text: text.endswith(b"\r\n"))[1:])

    def get(self):
        expected = len(b"*%d\r\n" % len(self.keys)) + len(b"$1\r\n1\r\n") * len(self.keys)
        ask(self.connection, self.values, lambda text: len(text) == expected)

    def scan(self):
        """A cursor over all keys, and then which of those found are there."""
        cursor, keys = b"0", []
        while True:
            question = command(b"SCAN", cursor, b"COUNT", b"1000")
            text = ask(self.connection, question, has_whole_page)
            words = text.split(b"\r\n")
            cursor = words[2]
            keys += words[5::2]
            if cursor == b"0":
                break
        ask(self.connection, command(b"EXISTS", *keys), lambda text: text.endswith(b"\r\n"))

    def lists(self):
        return {"MGET": self.get, "SCAN, then EXISTS": self.scan}

    def told(self):
        """Listens to the events of expired keys; gives what answers how many there were since."""
        listener = exchange.connect(self.port)
        ask(listener, command(b"SUBSCRIBE", b"__keyevent@0__:expired"), lambda text: text.endswith(b":1\r\n"))
        listener.setblocking(False)
        text = bytearray()

        def count():
            try:
                while part := listener.recv(1 << 18):
                    text.extend(part)
            except BlockingIOError:
                pass
            return text.count(b"\r\nmessage\r\n")

        return count


def command(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def has_whole_page(text):
    """A reply to SCAN: a cursor, and a list of keys, two lines for each."""
    words = text.split(b"\r\n")
    return len(words) > 3 and words[3] != b"" and len(words) == 5 + 2 * int(words[3][1:])


def ask(connection, question, is_whole):
    connection.sendall(question)
    text = bytearray()
    while not is_whole(text):
        part = connection.recv(1 << 18)
        if not part:
            raise RuntimeError("the server closed a connection")
        text += part
    return bytes(text)


def lanes(kind, port, keys, connections, at_once, lifetime=LONG):
    return [
        exchange.Lane(
            exchange.connect(port), [kind.set(key, lifetime) for key in keys[number::connections]],
            exchange.same(kind.reply), at_once,
        )
        for number in range(connections)
    ]


KINDS = {kind.name: kind for kind in (Memcached, Redis)}


def measure(name, directory, services, seconds):
    kind = KINDS[name]
    report = reports.Report(kind.name, kind.version())
    server = kind.start(f"{directory}/server")
    try:
        keys = [b"holder-%06d" % number for number in range(services)]
        for at_once in (1, exchange.BATCH):
            for connections in exchange.CONNECTIONS:
                own = lanes(kind, server.port, keys, connections, at_once)
                costs = exchange.costs(server.process, lambda span: exchange.drive(own, span), seconds)
                how = "one per call" if at_once == 1 else f"{at_once} in a batch"
                report.add(
                    f"server CPU per renewal, {how}", costs, "µs", services, connections, "set of a key with a lifetime"
                )
                for lane in own:
                    lane.connection.close()
        # Every key once, however many were set above.
        renew(kind, server.port, keys, LONG)
        asker = kind(server.port, keys)
        for words, action in asker.lists().items():
            report.list(words, server.process, action, seconds, services)
        seen = [expire(kind, server.port, keys).wait(asker.alive) for _ in range(exchange.expiries(seconds))]
        report.expiries(seen, services, SHORT, "all keys asked for again and again")
        if kind is Redis:
            heard = []
            for _ in range(exchange.expiries(seconds)):
                count = asker.told()
                heard.append(expire(kind, server.port, keys).wait(lambda: services - count()))
            report.expiries(heard, services, SHORT, "events of expired keys, nobody asks", "told")
    finally:
        server.end()


def renew(kind, port, keys, lifetime):
    """Sets every key once; answers when the first was sent and when the last was answered."""
    own = lanes(kind, port, keys, 1, len(keys), lifetime)
    began = time.monotonic()
    exchange.once(own)
    return began, time.monotonic()


def expire(kind, port, keys):
    return reports.Expiry(len(keys), *renew(kind, port, keys, SHORT), SHORT)
