"""Members of a tooz group in one process; tooz_members.py starts it, and says for how many seconds they are to beat."""

import json
import sys
import time

from tooz import coordination


def main():
    url, count = sys.argv[1], int(sys.argv[2])
    members = []
    for number in range(count):
        # A name of its own each time: those of before may not be gone.
        member = coordination.get_coordinator(url, b"%d-%06d" % (time.monotonic_ns(), number))
        member.start()
        member.join_group(b"holders").get()
        members.append(member)
        # Those who came first wait for the last.
        for other in members[::10] if number % 10 else members:
            other.heartbeat()
    print(json.dumps("joined"), flush=True)
    for line in sys.stdin:
        seconds = json.loads(line)
        began, done = time.monotonic(), 0
        while done < len(members) or time.monotonic() - began < seconds:
            if done % len(members) == 0:
                oldest = time.monotonic()
            members[done % len(members)].heartbeat()
            done += 1
        print(json.dumps([oldest, time.monotonic(), done]), flush=True)


main()
