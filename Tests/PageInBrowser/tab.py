"""A tab of the browser: what a person does with the page, and sees of it."""

import base64
import json
import time

# The key, its code and its text, as the DevTools protocol wants them.
KEYS = {
    "Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), "Tab": ("Tab", 9, ""), "ArrowDown": ("ArrowDown", 40, ""),
    "ArrowUp": ("ArrowUp", 38, ""), "PageDown": ("PageDown", 34, ""), "Home": ("Home", 36, ""), "End": ("End", 35, ""),
    "/": ("Slash", 191, "/"), "?": ("Slash", 191, "?"),
}
PATIENCE = 15


class Tab:
    """One page, its size, and everything it complained about."""

    def __init__(self, browser, address, width=1360, height=860, scheme="light", before=""):
        self.browser = browser
        context = browser.call("Target.createBrowserContext")["browserContextId"]
        self.context = context
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Performance", "Audits"):
            self.call(f"{domain}.enable")
        self.look(width, height, scheme)
        if before:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        self.call("Page.navigate", url=address)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)

    def look(self, width=1360, height=860, scheme="light"):
        """The size of the window, and light or dark."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def value(self, expression):
        """What an expression is on the page; promises are waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def wait(self, expression, patience=PATIENCE):
        """Whether an expression becomes true in time."""
        deadline = time.monotonic() + patience
        while not self.value(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def text(self, selector):
        return self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")

    def click(self, selector):
        self.value(f"document.querySelector({json.dumps(selector)}).click()")

    def press(self, key, times=1, shift=False):
        code, number, text = KEYS[key]
        common = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": 8 if shift else 0}
        for _ in range(times):
            kind = "keyDown" if text else "rawKeyDown"
            self.call("Input.dispatchKeyEvent", type=kind, text=text, **common)
            self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def paint(self):
        """Waits for two frames: what was just said is then painted."""
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def picture(self, path):
        """What is seen, as a file."""
        self.paint()
        picture = self.call("Page.captureScreenshot", format="png")
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def metrics(self):
        return {one["name"]: one["value"] for one in self.call("Performance.getMetrics")["metrics"]}

    def complaints(self):
        """Errors of the console, exceptions, and what the content security policy stopped."""
        found = []
        for event in list(self.browser.events):
            if event.get("sessionId") != self.session:
                continue
            told = event["params"]
            method = event["method"]
            if method == "Runtime.exceptionThrown":
                details = told["exceptionDetails"]
                found.append(details.get("exception", {}).get("description") or details["text"])
            elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning"):
                found.append(" ".join(str(one.get("value", one.get("description"))) for one in told["args"]))
            elif method == "Log.entryAdded":
                entry = told["entry"]
                # A daemon that is away or wants a token is no fault of the page; the browser writes each call down.
                if entry["level"] == "error" and entry["source"] != "network":
                    found.append(entry["text"])
            elif method == "Audits.issueAdded" and "ContentSecurityPolicy" in told["issue"]["code"]:
                found.append(json.dumps(told["issue"]["details"])[:300])
        return found
