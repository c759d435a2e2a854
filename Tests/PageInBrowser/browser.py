"""A headless Chromium of our own, driven over a pipe: no port that somebody else could reach."""

import collections
import json
import os
import shutil
import signal
import subprocess
import threading
import time

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# How long the browser may take to answer anything, in seconds.
PATIENCE = 30


def program():
    """The browser of this machine; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """The process, and calls of its DevTools protocol."""

    def __init__(self, directory):
        to_browser, ours = os.pipe()
        theirs, from_browser = os.pipe()
        self._output = os.fdopen(ours, "wb", buffering=0)
        self._input = os.fdopen(theirs, "rb", buffering=0)
        self._answers = {}
        self._number = 0
        self._turn = threading.Condition()
        self.events = collections.deque(maxlen=100_000)
        self.is_over = False
        # The protocol wants these two under the numbers 3 and 4; the shell moves them there whatever they are here.
        place = f"exec {program()} \"$@\" 3<&{to_browser} 4>&{from_browser}"
        with open(f"{directory}/browser.log", "wb") as log:
            self._process = subprocess.Popen(
                [
                    "bash", "-c", place, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--remote-debugging-pipe", "--no-first-run", "--hide-scrollbars",
                    "--disable-background-networking", "--disable-component-update",
                    f"--user-data-dir={directory}/profile", "about:blank",
                ],
                pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "HOME": directory}, start_new_session=True,
            )
        os.close(to_browser)
        os.close(from_browser)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def call(self, method, session=None, **parameters):
        with self._turn:
            self._number += 1
            number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._output.write(json.dumps(message).encode() + b"\0")
        with self._turn:
            self._turn.wait_for(lambda: number in self._answers or self.is_over, PATIENCE)
            answer = self._answers.pop(number, None)
        if answer is None:
            raise RuntimeError(f"the browser did not answer {method}")
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def end(self):
        """Ends it and all its processes, and waits until they are gone."""
        self._output.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        # It has a session of its own, so that nobody else is meant.
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + 3
            while self._lives() and time.monotonic() < deadline:
                self._process.poll()
                time.sleep(0.02)
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self._input.close()

    def _lives(self):
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _read(self):
        rest = b""
        while piece := self._input.read(1 << 20):
            *messages, rest = (rest + piece).split(b"\0")
            for message in map(json.loads, messages):
                with self._turn:
                    if "id" in message:
                        self._answers[message["id"]] = message
                    else:
                        self.events.append(message)
                    self._turn.notify_all()
        with self._turn:
            self.is_over = True
            self._turn.notify_all()
