"""A way to a MariaDB server on which a client can be killed at a command of its choice."""

import signal
import socket
import struct
import threading


class Relay:
    """Takes connections on a port of loopback to the server's, and counts the commands on all of them.

    When the command `kill_at` comes, or right after it was passed on where `is_late`, the process is killed and nothing
    more is passed on.
    """

    def __init__(self, port):
        self.server_port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        # Held by whoever must not have anything passed on meanwhile.
        self.lock = threading.Lock()
        self.watch(None, 0)
        threading.Thread(target=self._accept, daemon=True).start()

    def watch(self, process, kill_at, is_late=False):
        """Counts anew, for that process; with the lock held."""
        self.process = process
        self.kill_at = kill_at
        self.is_late = is_late
        self.commands = 0
        self.has_killed = False

    def end(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                client.close()
                continue
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
            threading.Thread(target=self._commands, args=(client, server), daemon=True).start()

    def _answers(self, server, client):
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            pass
        _close(client, server)

    def _commands(self, client, server):
        try:
            while (header := _exactly(client, 4)) is not None:
                length = struct.unpack("<I", header[:3] + b"\0")[0]
                body = _exactly(client, length)
                if body is None:
                    break
                # A command begins a sequence; the client's part of the handshake does not.
                if header[3] == 0 and self._is_last(server, header + body):
                    break
                server.sendall(header + body)
        except OSError:
            pass
        _close(client, server)

    def _is_last(self, server, packet):
        with self.lock:
            if self.has_killed:
                return True
            self.commands += 1
            if self.process is None or self.commands != self.kill_at:
                return False
            self.has_killed = True
            if self.is_late:
                server.sendall(packet)
            self.process.send_signal(signal.SIGKILL)
            return True


def _exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            return None
        data += part
    return data


def _close(*connections):
    for one in connections:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
