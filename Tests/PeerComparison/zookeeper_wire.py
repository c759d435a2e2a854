"""As much of ZooKeeper's protocol as sessions, nodes and pings need, over sockets of our own."""

import struct

import exchange

_CREATE, _EXISTS, _CHILDREN, _PING = 1, 3, 12, 11
_EPHEMERAL = 1


def _packet(data):
    return struct.pack(">i", len(data)) + data


def _text(data):
    return struct.pack(">i", len(data)) + data


PING = _packet(struct.pack(">ii", -2, _PING))


class Pings:
    """Counts replies to pings in what comes back, which are all as long."""

    SIZE = 20

    def __init__(self):
        self.rest = b""

    def __call__(self, data):
        data = self.rest + data
        count = len(data) // self.SIZE
        for place in range(0, count * self.SIZE, self.SIZE):
            size, number, _, error = struct.unpack_from(">iiqi", data, place)
            if (size, number, error) != (self.SIZE - 4, -2, 0):
                raise RuntimeError("ZooKeeper did not answer a ping")
        self.rest = data[count * self.SIZE:]
        return count


class Session:
    """A session, begun with `begin` and complete once its reply was read, so that many can begin at a time."""

    def __init__(self, port, lifetime):
        self.connection = exchange.connect(port)
        self.connection.sendall(_packet(struct.pack(">iqiqi16s?", 0, 0, int(lifetime * 1000), 0, 16, b"", False)))

    def begun(self):
        """The lifetime that the server grants."""
        reply = self._read()
        _, lifetime, session = struct.unpack_from(">iiq", reply)
        if session == 0:
            raise RuntimeError("ZooKeeper granted no session")
        return lifetime / 1000

    def begin_create(self, path, data=b"", is_ephemeral=True):
        anybody = struct.pack(">ii", 1, 31) + _text(b"world") + _text(b"anyone")
        flags = struct.pack(">i", _EPHEMERAL if is_ephemeral else 0)
        self._ask(_CREATE, _text(path) + _text(data) + anybody + flags)

    def create(self, path, is_ephemeral=True):
        self.begin_create(path, is_ephemeral=is_ephemeral)
        self.reply()

    def child_count(self, path):
        """How many children a node has, as it says itself."""
        self._ask(_EXISTS, _text(path) + b"\0")
        return struct.unpack_from(">i", self.reply(), 56)[0]

    def children(self, path):
        """How many children a node has, by their names."""
        self._ask(_CHILDREN, _text(path) + b"\0")
        return struct.unpack_from(">i", self.reply())[0]

    def _ask(self, kind, data):
        self.connection.sendall(_packet(struct.pack(">ii", 1, kind) + data))

    def reply(self):
        reply = self._read()
        number, _, error = struct.unpack_from(">iqi", reply)
        if number != 1 or error != 0:
            raise RuntimeError(f"ZooKeeper answered {number} with error {error}")
        return reply[16:]

    def _read(self):
        return self._exactly(struct.unpack(">i", self._exactly(4))[0])

    def _exactly(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise RuntimeError("ZooKeeper closed a connection")
            data += part
        return bytes(data)
