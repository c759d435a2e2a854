"""What the guides' `systemctl` is: asks the fixture, on the socket that is named, to do it.

    call.py SOCKET WORD…
"""

import json
import socket
import sys

with socket.socket(socket.AF_UNIX) as control:
    control.connect(sys.argv[1])
    control.sendall(json.dumps(sys.argv[2:]).encode() + b"\n")
    answer = b"".join(iter(lambda: control.recv(65536), b"")).decode()
if answer:
    print(answer, file=sys.stderr)
sys.exit(1 if answer else 0)
