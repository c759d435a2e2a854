"""A ZooKeeper server of our own."""

import os
import socket
import subprocess
import time

import processes


class ZooKeeper:
    """Debian's ZooKeeper, alone, in a directory and on a port of loopback."""

    def __init__(self, directory, tick=500, heap="192m", more=""):
        self.port = processes.free_port()
        os.mkdir(directory)
        configuration = f"{directory}/zoo.cfg"
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(
                f"tickTime={tick}\ndataDir={directory}/data\nclientPort={self.port}\nclientPortAddress=127.0.0.1\n"
                f"admin.enableServer=false\n4lw.commands.whitelist=ruok,srvr\n{more}"
            )
        with open(f"{directory}/server.log", "wb") as log:
            self.process = subprocess.Popen(
                [
                    "/usr/bin/java", f"-Xmx{heap}", "-cp", "/usr/share/java/zookeeper.jar",
                    "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration,
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                raise RuntimeError(f"ZooKeeper does not answer; see {directory}/server.log")
            time.sleep(0.1)

    def _answers(self):
        try:
            return self.word(b"ruok") == b"imok"
        except OSError:
            return False

    def word(self, word):
        """What the server says to a word of four letters."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(word)
            text = b""
            while part := connection.recv(4096):
                text += part
            return text

    def end(self):
        processes.end(self.process)
