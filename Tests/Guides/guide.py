"""The commands of a guide, as its blocks of the kind `console` have them."""

import dataclasses
import re

FENCE = re.compile(r"^(\s*)```(.*)$")
HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


@dataclasses.dataclass
class Command:
    """A command and what the guide says that it prints, and the line it stands at."""

    line: int
    text: str
    expected: list


@dataclasses.dataclass
class Block:
    """Commands that stand together; what their info string says after `console`."""

    line: int
    silent: list | None
    reason: str | None
    commands: list


class Unreadable(Exception):
    """A block of which nobody can say what it is."""


def blocks(path):
    """The console blocks of a guide, in order."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    found, fence, body, begun = [], None, [], 0
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence, body, begun = match, [], number
        elif fence is not None and match and not match[2]:
            _add(found, fence[2].strip(), begun, [text.removeprefix(fence[1]) for text in body])
            fence = None
        elif fence is not None:
            body.append(line)
        elif line.startswith("    ") and not lines[number - 2].strip():
            _check_indented(lines, number)
    if fence is not None:
        raise Unreadable(f"line {begun}: a block that does not end")
    return found


def _check_indented(lines, number):
    """Refuses what Markdown shows as code without a fence: nobody would see that it is not tried.

    Below an item of a list it is only more of the item.
    """
    for above in reversed(lines[:number - 1]):
        if re.match(r"^(\d+\.|-) ", above):
            if len(lines[number - 1]) - len(lines[number - 1].lstrip()) < 6:
                return
            break
        if above and not above.startswith(" "):
            break
    raise Unreadable(f"line {number}: commands stand in ```console, other text in ```yaml or whatever it is")


def _add(found, info, line, body):
    words = info.split()
    if not words:
        raise Unreadable(f"line {line}: a block says what it is: ```console, ```yaml, ```text")
    if words[0] != "console":
        return
    rest = info.removeprefix("console").strip()
    silent = reason = None
    if rest.startswith("not-run: "):
        reason = rest.removeprefix("not-run: ")
    elif match := re.fullmatch(r"while (.+) (?:is|are) silent", rest):
        silent = re.split(r",\s*|\s+and\s+", match[1])
    elif rest == "while all beat":
        silent = []
    elif rest:
        raise Unreadable(f"line {line}: `{rest}`; expected `not-run: REASON`, `while HOST is silent` or `while all beat`")
    found.append(Block(line, silent, reason, _commands(line, body)))


def _commands(line, body):
    commands = []
    here = None
    for number, text in enumerate(body, line + 1):
        last = commands[-1] if commands else None
        if here is not None:
            last.text += "\n" + text
            here = None if text == here else here
        elif last is not None and not last.expected and last.text.endswith("\\"):
            last.text += "\n" + text
            here = _here_document(text)
        elif last is not None and not last.expected and text.startswith("> "):
            last.text += "\n" + text[2:]
        elif text.startswith("$ "):
            commands.append(Command(number, text[2:], []))
            here = _here_document(text)
        elif last is None:
            raise Unreadable(f"line {number}: a console block begins with `$ ` and a command")
        else:
            last.expected.append(text)
    if here is not None:
        raise Unreadable(f"line {line}: a here-document that does not end: {here}")
    return commands


def _here_document(text):
    match = HERE_DOCUMENT.search(text)
    return match[2] if match else None


def squeezed(text):
    """With one space for several: a table's columns are as wide as what is in them."""
    return re.sub(r"[ \t]+", " ", text).strip()


def matches(expected, printed):
    """Whether these lines are what a guide says: … stands for anything in a line, on its own for any number of lines."""
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += "[^\n]*".join(re.escape(part) for part in squeezed(line).split("…")) + r"\n"
    text = "".join(squeezed(line) + "\n" for line in printed)
    return re.fullmatch(pattern, text) is not None
