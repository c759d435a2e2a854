"""A daemon that asks for a token."""

import subprocess

import look
from rollcalld import ENVIRONMENT, Daemon
from tab import Tab


def credentials(program, directory):
    """Two tokens and the file that names them: an operator's, and a reporter's, whose role is too small."""
    entries = ""
    tokens = {}
    for role, more in (("operator", []), ("reporter", ["--hosts", "node1"])):
        to = f"{directory}/{role}.token"
        entries += subprocess.run(
            [program, "new-token", "--name", role, "--roles", role, *more, "--to", to],
            env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=30,
        ).stdout
        with open(to, encoding="utf-8") as file:
            tokens[role] = file.read().strip()
    path = f"{directory}/tokens.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write("tokens:\n" + entries if not entries.startswith("tokens:") else entries)
    return path, tokens


def run(report, browser, program, directory, screenshots):
    path, tokens = credentials(program, directory)
    daemon = Daemon(program, directory, token=tokens["operator"], ROLLCALL_AUTH_TOKENS_FILE=path)
    try:
        daemon.beat([{"host": "node1", "binary": "nova-compute", "report_interval": 600}])
        tab = Tab(browser, daemon.page)
        try:
            _story(report, tab, tokens, screenshots)
        finally:
            tab.close()
    finally:
        daemon.end()


def _story(report, tab, tokens, screenshots):
    why = "document.querySelector('#tokenwhy').innerText"
    asked = tab.wait("document.querySelector('#token')?.hidden === false && document.activeElement.id === 'tokenfield'")
    report.check("where a token is needed, the page asks for one", asked, tab.text("#token"))
    if screenshots:
        tab.picture(f"{screenshots}/token-light.png")
        tab.look(scheme="dark")
        tab.picture(f"{screenshots}/token-dark.png")
        tab.look()
    for token, words in (("rc_wrong", "does not know"), (tokens["reporter"], "role is not enough")):
        tab.value("document.querySelector('#tokenfield').focus()")
        tab.type(token)
        tab.press("Enter")
        report.check(f"one that is refused is answered: {words}", tab.wait(f"{why}.includes('{words}')"), tab.value(why))
    tab.value("document.querySelector('#tokenfield').focus()")
    tab.type(tokens["operator"])
    tab.press("Enter")
    taken = tab.wait(f"{look.IS_CURRENT} && document.querySelector('#token').hidden && {look.FIGURES}.up === 2")
    report.check("with the right one it shows the fleet", taken, (tab.text("#live"), tab.text("#tokenwhy")))
    kept = tab.value("[sessionStorage.length, localStorage.length, document.cookie, location.href]")
    report.check("and keeps it for this tab only", kept[:3] == [1, 0, ""] and tokens["operator"] not in kept[3], kept)
    tab.call("Page.reload")
    report.check("so that a reload needs none", tab.wait(f"{look.IS_CURRENT} && {look.FIGURES}.up === 2"))
    tab.wait("!document.querySelector('#forget').hidden")
    tab.click("#forget")
    forgotten = tab.wait("document.querySelector('#token')?.hidden === false && sessionStorage.length === 0")
    report.check("until it is told to forget it", forgotten, tab.text("#token"))
    found = tab.complaints()
    report.check("there was no error with it", not found, found)
