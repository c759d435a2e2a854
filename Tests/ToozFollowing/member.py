"""A member of a tooz group, by tooz's own code, until it is ended."""

import argparse
import sys
import threading

from tooz import coordination


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--member", required=True)
    arguments = parser.parse_args()
    coordinator = coordination.get_coordinator(arguments.url, arguments.member.encode())
    coordinator.start(start_heart=True)
    group = arguments.group.encode()
    try:
        coordinator.create_group(group).get()
    except coordination.GroupAlreadyExist:
        pass
    coordinator.join_group(group).get()
    print("joined", flush=True)
    # It leaves when its standard input ends.
    threading.Thread(target=lambda: (sys.stdin.read(), coordinator.leave_group(group).get(), coordinator.stop())).start()


main()
