#!/usr/bin/env python3
"""What a daemon exposes, and what is made of it (alerts, dashboard, reference), held against each other.

    curl -s http://127.0.0.1:8790/metrics > metrics.txt
    Tests/Alerts/check.py --promtool promtool --metrics metrics.txt

Each line says ok or FAILED and what was looked at; below a failure stands what is wrong. The exit status is 0 when all
holds. Only the Python standard library and promtool are needed.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALERTS = ROOT / "Config/alerts.yaml"
ALERTS_TEST = ROOT / "Tests/Alerts/alerts_test.yaml"
DASHBOARD = ROOT / "Config/dashboard.json"
REFERENCE = ROOT / "Sources/RollcallServer/RollcallServer.docc/Metrics.md"

# What Prometheus makes itself.
OF_PROMETHEUS = {"up", "ALERTS"}
DOCUMENTED = re.compile(r"(rollcall|http|process)_")
SEVERITIES = {"page", "ticket"}
# What a dashboard puts in for its variables.
VARIABLES = {
    "$__rate_interval": "5m", "$__range": "6h", "$__interval": "1m", "$job": "rollcall", "$instance": ".*", "$topic": ".*",
}


class Exposition:
    """The families of a scrape: their types, their labels, and series that are there twice."""

    def __init__(self, text):
        self.types = {}
        self.labels = {}
        self.helped = set()
        self.twice = []
        seen = set()
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ", 3)
                self.types[name] = kind
                self.labels.setdefault(name, set())
            elif line.startswith("# HELP "):
                name, _, words = line[len("# HELP "):].partition(" ")
                if not words.endswith("without further description."):
                    self.helped.add(name)
            elif line and not line.startswith("#"):
                series = line.rpartition(" ")[0]
                if series in seen:
                    self.twice.append(series)
                seen.add(series)
                name, _, labels = series.partition("{")
                family = self.family(name)
                names = set(re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', labels))
                self.labels.setdefault(family, set()).update(names - {"le"})

    def family(self, name):
        """The family that a sample's name belongs to."""
        for suffix in ("_bucket", "_sum", "_count"):
            base = name.removesuffix(suffix)
            if base != name and self.types.get(base) in ("histogram", "summary"):
                return base
        return name

    def has(self, name):
        family = self.family(name)
        # A histogram has no sample of its plain name.
        return family in self.types and (family != name or self.types[family] not in ("histogram", "summary"))


def names(expression):
    """The metrics that an expression names."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', '""', expression)
    text = re.sub(r"#.*", "", text)
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    words = re.findall(r"(?<![\w:.$])([a-zA-Z_:][\w:]*)\b(?!\s*\()", text)
    keywords = {"and", "or", "unless", "bool", "offset", "inf", "nan", "group_left", "group_right", "atan2"}
    return {word for word in words if word.lower() not in keywords}


def block(lines, start):
    """The text of the value that begins in that line: there, or below it and further in."""
    key, _, rest = lines[start].partition(":")
    if rest.strip() not in ("|", ">-", ">", "|-"):
        return rest.strip().strip('"')
    depth = len(key) - len(key.lstrip())
    text = []
    for line in lines[start + 1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        text.append(line.strip())
    return "\n".join(text).strip()


def alerts(path):
    """The alerts of the rule file, with what each line of them says."""
    found = []
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        if match := re.match(r"\s*- alert: (\w+)$", line):
            found.append({"alert": match[1], "line": number + 1, "commented": False})
        elif not found:
            continue
        elif re.match(r"\s*#", line) and "expr" not in found[-1]:
            found[-1]["commented"] = True
        elif match := re.match(r"\s*(expr|for|severity|summary|description):", line):
            found[-1].setdefault(match[1], block(lines, number))
    return found


def tests(path):
    """The tests of the rules: their names, the series that they are fed, and the alerts that must fire in them."""
    found = []
    for line in path.read_text().splitlines():
        if match := re.match(r"  - name: (.+)$", line):
            found.append({"name": match[1], "series": set(), "fire": set()})
        elif match := re.match(r"\s*- series: '?(\w+)", line):
            found[-1]["series"].add(match[1])
        elif match := re.search(r'alertname="(\w+)", severity="(\w+)"\}\'$', line):
            found[-1]["fire"].add((match[1], match[2]))
    return found


def queries(dashboard):
    """Every expression of the dashboard, with the place it stands in."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f'panel "{panel["title"]}" {target["refId"]}', target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            yield f'annotation "{annotation["name"]}"', annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        if match := re.match(r"label_values\((.*), *\w+\)$", variable.get("definition", "")):
            yield f'variable {variable["name"]}', match[1]


def filled(expression):
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def documented(path):
    """The metrics of the reference, from its tables: name, type and labels of each."""
    found = {}
    twice = []
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if match := re.fullmatch(r"`([a-z_]+)`", cells[0]) if len(cells) >= 5 else None:
            if match[1] in found:
                twice.append(match[1])
            found[match[1]] = (cells[1], set(re.findall(r"`(\w+)`", cells[2])))
    return found, twice


class Checks:
    def __init__(self, arguments):
        self.promtool = arguments.promtool
        self.metrics = arguments.metrics
        self.failed = False

    def say(self, what, problems):
        """Says that it holds, or what of it does not."""
        print(f"{'FAILED' if problems else 'ok':6}  {what}", flush=True)
        for problem in problems:
            print(f"        {problem}")
        self.failed = self.failed or bool(problems)

    def run(self, *command, given=None):
        """What promtool complains of, as lines; none when it is content."""
        try:
            done = subprocess.run(
                [self.promtool, *command], input=given, text=True, capture_output=True, cwd=ROOT, timeout=300, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return [str(error)]
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        if done.returncode == 0:
            return []
        return said or [f"status {done.returncode}"]

    def exposition(self, text):
        shown = Exposition(text)
        self.say("promtool check metrics", self.run("check", "metrics", given=text))
        self.say("no series is exposed twice", shown.twice)
        mute = sorted(name for name in shown.types if DOCUMENTED.match(name) and name not in shown.helped)
        self.say("every metric has a help text", mute)
        return shown

    def rules(self, shown):
        rules = alerts(ALERTS)
        self.say(f"promtool check rules: {len(rules)} alerts", self.run("check", "rules", str(ALERTS)))
        self.say("promtool test rules", self.run("test", "rules", str(ALERTS_TEST)))
        self.say("every alert has a summary, a description, a severity and a reason", [
            f'{rule["alert"]}: no {part}' for rule in rules
            for part, is_there in {
                "summary": rule.get("summary"),
                "description": rule.get("description"),
                "first step": "First:" in rule.get("description", ""),
                "severity page or ticket": rule.get("severity") in SEVERITIES,
                "comment that gives its reason": rule["commented"],
            }.items() if not is_there
        ])
        cases = tests(ALERTS_TEST)
        fired = set().union(*(case["fire"] for case in cases))
        self.say("every alert fires in a test", [
            rule["alert"] for rule in rules if (rule["alert"], rule.get("severity")) not in fired
        ])
        healthy = next((case["series"] for case in cases if case["name"] == "good health"), set())
        self.say("good health has every series that an alert reads", sorted(
            f'{rule["alert"]}: {name}' for rule in rules for name in names(rule.get("expr", "")) - healthy
        ))
        self.say("every metric that an alert names is exposed", sorted(
            f'{rule["alert"]}: {name}' for rule in rules for name in names(rule.get("expr", "")) - OF_PROMETHEUS
            if not shown.has(name)
        ))

    def dashboard(self, shown):
        try:
            dashboard = json.loads(DASHBOARD.read_text())
        except ValueError as error:
            self.say("the dashboard is JSON", [str(error)])
            return
        panels = dashboard["panels"]
        found = list(queries(dashboard))
        self.say(f"the dashboard is whole: {len(panels)} panels, {len(found)} expressions", self.shape(dashboard))
        self.say("every expression of the dashboard can be read", self.syntax(found))
        self.say("every metric that the dashboard names is exposed", sorted({
            f"{place}: {name}" for place, expression in found for name in names(filled(expression)) - OF_PROMETHEUS
            if not shown.has(name)
        }))

    @staticmethod
    def shape(dashboard):
        """What of the dashboard depends on an instance of Grafana, is told to nobody, or lies on another."""
        problems = []
        if dashboard.get("id") is not None:
            problems.append("it has the id of an instance")
        ids = [panel["id"] for panel in dashboard["panels"]]
        problems += [f"panel id {one} is there twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
        taken = {}
        for panel in dashboard["panels"]:
            title, place = panel["title"], panel["gridPos"]
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    if x > 23:
                        problems.append(f'"{title}" is too far right')
                    if other := taken.get((x, y)):
                        problems.append(f'"{title}" lies on "{other}"')
                    taken[x, y] = title
            if panel["type"] == "row":
                continue
            if not panel.get("description"):
                problems.append(f'"{title}" has no description')
            if not panel["fieldConfig"]["defaults"].get("unit"):
                problems.append(f'"{title}" has no unit')
            for source in [panel, *panel["targets"]]:
                if source.get("datasource", {}).get("uid") != "${datasource}":
                    problems.append(f'"{title}" asks another source than the variable')
        return sorted(set(problems))

    def syntax(self, found):
        """Expressions that promtool cannot read: as the rules of a file of their own."""
        rules = [{"record": f"expression:{number}", "expr": filled(expression)}
                 for number, (_, expression) in enumerate(found)]
        # JSON is YAML.
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            problems = self.run("check", "rules", file.name)
        for number, (place, _) in enumerate(found):
            problems = [re.sub(rf"\bexpression:{number}\b", place, problem) for problem in problems]
        return problems

    def reference(self, shown):
        try:
            told, twice = documented(REFERENCE)
        except OSError as error:
            self.say("the reference", [str(error)])
            return
        exposed = {name for name in shown.types if DOCUMENTED.match(name)}
        self.say("every exposed metric is in the reference", sorted(exposed - set(told)))
        self.say("every metric of the reference is exposed, and told once",
                 sorted(set(told) - exposed) + [f"{name}: twice" for name in twice])
        problems = []
        for name in sorted(exposed & set(told)):
            kind, labels = told[name]
            if kind != shown.types[name]:
                problems.append(f"{name} is a {shown.types[name]}, not a {kind}")
            if labels != shown.labels[name]:
                problems.append(f"{name} has the labels {sorted(shown.labels[name])}, not {sorted(labels)}")
        self.say("type and labels are those of the reference", problems)

    def all(self):
        try:
            text = pathlib.Path(self.metrics).read_text()
        except (OSError, ValueError) as error:
            self.say("the metrics", [str(error)])
            return False
        shown = self.exposition(text)
        self.rules(shown)
        self.dashboard(shown)
        self.reference(shown)
        return not self.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--promtool", default="promtool", help="the program (default: from PATH)")
    parser.add_argument("--metrics", required=True, help="a file with what /metrics of a daemon answered")
    sys.exit(0 if Checks(parser.parse_args()).all() else 1)


if __name__ == "__main__":
    main()
