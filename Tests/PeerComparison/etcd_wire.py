"""gRPC to etcd over a connection of our own: as much of HTTP/2 and of its messages as leases, keys and watches need.

A library of gRPC sends a frame, and often a packet, for each message. Here a batch is one write, which costs the server
less: what is measured is the least that etcd can ask.
"""

import struct

import exchange

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _AWAY = 0, 1, 3, 4, 6, 7
_END, _END_OF_HEADERS, _ACKNOWLEDGES = 1, 4, 1
# So much may come before we say that there is room again, which we never do: more than comes.
_ROOM = (1 << 31) - 1

GRANT, KEEP_ALIVE = b"/etcdserverpb.Lease/LeaseGrant", b"/etcdserverpb.Lease/LeaseKeepAlive"
REVOKE = b"/etcdserverpb.Lease/LeaseRevoke"
PUT, RANGE, WATCH = b"/etcdserverpb.KV/Put", b"/etcdserverpb.KV/Range", b"/etcdserverpb.Watch/Watch"


def varint(value):
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def message(**fields):
    """A message of protobuf: fields by their number, `_1=…`, each a whole number or bytes."""
    data = b""
    for name, value in fields.items():
        number = int(name[1:])
        if isinstance(value, int):
            data += varint(number << 3) + varint(value)
        else:
            data += varint(number << 3 | 2) + varint(len(value)) + value
    return data


def read(data):
    """The fields of a message: (number, value), as whole numbers and bytes."""
    place = 0

    def number():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        key = number()
        value = number()
        if key & 7 == 2:
            place += value
            yield key >> 3, data[place - value:place]
        else:
            yield key >> 3, value


def _frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def said(stream, text, is_last=False):
    """A message on a stream."""
    return _frame(_DATA, _END if is_last else 0, stream, struct.pack(">BI", 0, len(text)) + text)


def _literal(text):
    return bytes([len(text)]) + text


class Connection:
    def __init__(self, port):
        self.connection = exchange.connect(port)
        self.authority = b"127.0.0.1:%d" % port
        self.next_stream = 1
        self.rest = b""
        self.parts = {}
        self.answered = set()
        self.connection.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, struct.pack(">HI", 4, _ROOM))
            + _frame(8, 0, 0, struct.pack(">I", _ROOM - 65535))
        )

    def opening(self, path):
        """A new stream for that method, and what begins it."""
        stream = self.next_stream
        self.next_stream += 2
        # POST and http by their index in the static table, and the others in full.
        headers = b"\x83\x86\x04" + _literal(path) + b"\x01" + _literal(self.authority)
        headers += b"\x0f\x10" + _literal(b"application/grpc") + b"\x00" + _literal(b"te") + _literal(b"trailers")
        return stream, _frame(_HEADERS, _END_OF_HEADERS, stream, headers)

    def open(self, path):
        stream, text = self.opening(path)
        self.connection.sendall(text)
        return stream

    def take(self, data):
        """What came: the messages in it, by their streams. What keeps the connection going is answered."""
        data = self.rest + data
        place, messages = 0, []
        while len(data) - place >= 9:
            length = int.from_bytes(data[place:place + 3], "big")
            if len(data) - place - 9 < length:
                break
            kind, flags, stream = struct.unpack(">BBI", data[place + 3:place + 9])
            payload = data[place + 9:place + 9 + length]
            place += 9 + length
            if kind == _DATA:
                part = self.parts.get(stream, b"") + payload
                while len(part) >= 5 and len(part) - 5 >= (size := int.from_bytes(part[1:5], "big")):
                    messages.append((stream, part[5:5 + size]))
                    part = part[5 + size:]
                    self.answered.add(stream)
                self.parts[stream] = part
            elif kind in (_RESET, _AWAY):
                raise RuntimeError(f"etcd ended a stream: {payload!r}")
            elif kind in (_SETTINGS, _PING) and not flags & _ACKNOWLEDGES:
                self.connection.sendall(_frame(kind, _ACKNOWLEDGES, 0, payload if kind == _PING else b""))
            elif kind == _HEADERS and flags & _END:
                if stream not in self.answered:
                    raise RuntimeError(f"etcd refused a call: {payload!r}")
                self.answered.discard(stream)
                self.parts.pop(stream, None)
        self.rest = data[place:]
        return messages

    def receive(self):
        data = self.connection.recv(1 << 18)
        if not data:
            raise RuntimeError("etcd closed a connection")
        return self.take(data)

    def call(self, path, questions, at_once=200):
        """Calls of one message, so many under way at a time; answers the replies as they came."""
        replies, sent = [], 0
        while len(replies) < len(questions):
            texts = []
            while sent < len(questions) and sent - len(replies) < at_once:
                stream, text = self.opening(path)
                texts += [text, said(stream, questions[sent], is_last=True)]
                sent += 1
            self.connection.sendall(b"".join(texts))
            replies += [reply for _, reply in self.receive()]
        return replies
