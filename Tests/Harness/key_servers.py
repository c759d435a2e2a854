"""Servers of our own that keep keys for a while: memcached, Redis and etcd, each in a directory of its own."""

import getpass
import os

import processes


def memcached(directory, *more):
    """memcached with its own defaults, but for `more`: four threads, 64 MB."""
    os.mkdir(directory)
    port = processes.free_port()
    return processes.Program(
        directory, port, ["memcached", "-u", getpass.getuser(), "-l", "127.0.0.1", "-p", str(port), "-U", "0", *more]
    )


def redis(directory):
    """Redis that writes nothing to disk, which costs it the least; expired keys are told to whoever listens."""
    os.mkdir(directory)
    port = processes.free_port()
    return processes.Program(
        directory, port,
        [
            "redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no",
            "--dir", directory, "--notify-keyspace-events", "Ex",
        ],
    )


def etcd(directory):
    """etcd, alone, with its own defaults."""
    os.mkdir(directory)
    port, peers = processes.free_port(), processes.free_port()
    while peers == port:
        peers = processes.free_port()
    url, peer_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peers}"
    return processes.Program(
        directory, port,
        [
            "etcd", "--data-dir", f"{directory}/data", "--listen-client-urls", url, "--advertise-client-urls", url,
            "--listen-peer-urls", peer_url, "--initial-advertise-peer-urls", peer_url, "--initial-cluster",
            f"default={peer_url}",
        ],
    )
