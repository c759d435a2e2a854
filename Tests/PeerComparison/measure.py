"""Measures one peer in a directory; compare.py runs this once for each, in the Python that the peer's library is in."""

import argparse
import importlib
import os
import signal
import sys

# Modules are loaded when they are asked for: each needs only its own peer.
PEERS = {
    "rollcall": ("rollcall_load", ()),
    "etcd": ("etcd_leases", ()),
    "zookeeper": ("zookeeper_sessions", ()),
    "memcached": ("expiring_keys", ("memcached",)),
    "redis": ("expiring_keys", ("redis",)),
    "nova": ("nova_drivers", ()),
    "tooz-memcached": ("tooz_members", ("memcached",)),
    "tooz-zookeeper": ("tooz_members", ("zookeeper",)),
    "tooz-etcd": ("tooz_members", ("etcd",)),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", choices=list(PEERS), required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--services", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    # So that what is started is ended, however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    os.umask(0o077)
    name, words = PEERS[arguments.peer]
    importlib.import_module(name).measure(*words, arguments.directory, arguments.services, arguments.seconds)


main()
