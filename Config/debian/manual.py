#!/usr/bin/env python3
"""Man pages, from what the programs say of themselves and from the commented settings.

    manual.py command JSON SECTION REST    the page of a program: JSON is what --experimental-dump-help prints of it,
                                           REST a file with the sections that it does not tell
    manual.py settings YAML REST           the page of rollcalld.yaml

Both take --version and --date, and print man(7).
"""

import argparse
import json
import re
import textwrap

# An option that so many commands have alike is explained once for all of them.
SHARED_BY = 5


def escaped(text):
    """Text as roff reads it: what is a sign of its own there, or turned into a finer one, is what it was."""
    for sign, name in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"), ("^", "\\(ha"), ("~", "\\(ti")):
        text = text.replace(sign, name)
    return "\\&" + text if text.startswith(".") else text


def sentence_part(text):
    return text[0].lower() + text[1:].rstrip(".")


def prose(text):
    lines = textwrap.wrap(text, 75, break_on_hyphens=False, break_long_words=False)
    return [escaped(line) for line in lines]


def body(text):
    """Paragraphs, of which the indented ones are examples; the word above them is a heading of its own."""
    out = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")) if text else []:
        lines = block.split("\n")
        if lines[0] == "EXAMPLES":
            out += [".PP", "Examples:"]
            lines = lines[1:]
        elif not lines[0].startswith("  "):
            out += [".PP", *prose(block)]
            continue
        indented = textwrap.dedent("\n".join(lines)).split("\n")
        out += [".PP", ".RS 4", ".nf", *(escaped(line) for line in indented), ".fi", ".RE"]
    return out


def discussed(command):
    """What a command says of itself beside its abstract, and its examples, which come last."""
    blocks = re.split(r"\n[ \t]*\n", command.get("discussion", "").strip("\n"))
    examples = [block for block in blocks if block.startswith(("EXAMPLES", "  "))]
    words = [block for block in blocks if block and block not in examples]
    return body("\n\n".join(words)), body("\n\n".join(examples))


def dashed(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def names(argument):
    """Short before long, as people look for them."""
    ordered = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    return [dashed(name) for name in ordered]


def value(argument):
    return argument.get("valueName", "value")


def bold(text):
    return f"\\fB{escaped(text)}\\fR"


def slanted(text):
    return f"\\fI{escaped(text)}\\fR"


def signature(argument):
    """The argument as it stands in a synopsis."""
    if argument["kind"] == "positional":
        text = slanted(value(argument))
        if argument["parsingStrategy"] == "postTerminator":
            text = bold("--") + " " + text
    else:
        text = bold(names(argument)[-1])
        if argument["kind"] == "option":
            text += " " + slanted(value(argument))
    if argument["isRepeating"]:
        text += " ..."
    return f"[{text}]" if argument["isOptional"] else text


def explained(argument):
    if argument["kind"] == "positional":
        tag = slanted(value(argument))
    else:
        tag = ", ".join(bold(name) for name in names(argument))
        if argument["kind"] == "option":
            tag += " " + slanted(value(argument))
    text = argument.get("abstract", "")
    default = argument.get("defaultValue")
    if default is not None:
        text = f"{text} Default: {default}."
    return [".TP", tag, *prose(text)]


def shown(command):
    return [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]


def is_general(argument):
    return any(name["name"] in ("help", "version") for name in argument.get("names", [])) and argument["kind"] == "flag"


def leaves(command, path=()):
    """Every command that does something, with its words."""
    words = (*path, command["commandName"])
    below = [one for one in command.get("subcommands", []) if one["shouldDisplay"] and one["commandName"] != "help"]
    if not below:
        yield words, command
    for one in below:
        yield from leaves(one, words)


def key(argument):
    return json.dumps(argument, sort_keys=True)


class Page:
    def __init__(self, name, section, version, date):
        self.lines = [f'.TH {escaped(name.upper())} {section} {date} "Rollcall {version}" "Rollcall"', ".nh", ".ad l"]

    def section(self, title, lines):
        # A paragraph begins with its section anyway.
        while lines and lines[0] in (".PP", ""):
            lines = lines[1:]
        if lines:
            self.lines += [f'.SH "{title}"' if " " in title else f".SH {title}", *lines]

    def text(self):
        return "\n".join(self.lines) + "\n"


def synopsis(root, commands, shared):
    lines = []
    for path, command in commands:
        default = len(path) == 2 and path[1] == root.get("defaultSubcommand")
        words = [bold(path[0]), *(f"[{bold(word)}]" if default else bold(word) for word in path[1:])]
        needed = [signature(one) for one in shown(command) if not one["isOptional"] and key(one) not in shared]
        others = [signature(one) for one in shown(command) if one["isOptional"] and one["kind"] == "positional"]
        lines += [".br", " ".join([*words, *needed, f"[{slanted('options')}]", *others])]
    return lines[1:]


def explained_command(path, command, shared):
    words, examples = discussed(command)
    lines = [f'.SS "{escaped(" ".join(path))}"', *prose(command["abstract"]), *words]
    arguments = [one for one in shown(command) if not is_general(one)]
    # Those under no title first: behind one they would be taken for more of it.
    own = sorted((one for one in arguments if key(one) not in shared), key=lambda one: "sectionTitle" in one)
    others = [bold(names(one)[-1]) for one in arguments if key(one) in shared]
    if own:
        lines += [".PP", ".RS 4"]
        title = None
        for argument in own:
            if argument.get("sectionTitle") != title:
                title = argument.get("sectionTitle")
                if title:
                    lines += [".PP", escaped(title) + ":"]
            lines += explained(argument)
        lines += [".RE"]
    if others:
        lines += [".PP", ("Also: " if own else "Takes ") + ", ".join(others) + "."]
    return lines + examples


def statuses(text):
    """A line for each number of the sentence that says what they mean."""
    text = re.sub(r"^Exit status(, unless a command says otherwise)?: ", "", text).rstrip(".")
    lines = ["Unless a command says otherwise:"]
    for one in re.split(r", (?=\d+ )", text):
        number, words = one.split(" ", 1)
        lines += [".TP", bold(number), *prose(words)]
    return lines


def command_page(options):
    with open(options.json, encoding="utf-8") as file:
        root = json.load(file)["command"]
    with open(options.rest, encoding="utf-8") as file:
        rest = file.read().rstrip("\n").split("\n")
    commands = list(leaves(root))
    uses = {}
    for _, command in commands:
        for argument in shown(command):
            if argument["kind"] != "positional":
                uses.setdefault(key(argument), []).append(argument)
    shared = {text: found[0] for text, found in uses.items() if len(found) >= SHARED_BY}

    program = root["commandName"]
    page = Page(program, options.section, options.version, options.date)
    page.section("NAME", [f"{program} \\- {escaped(sentence_part(root['abstract']))}"])
    page.section("SYNOPSIS", synopsis(root, commands, shared))

    paragraphs = re.split(r"\n\n(?=\S)", root.get("discussion", ""))
    status = [one for one in paragraphs if one.startswith("Exit status")]
    examples = [one for one in paragraphs if one.startswith("EXAMPLES")]
    page.section("DESCRIPTION", body("\n\n".join(one for one in paragraphs if one not in status + examples)))
    common = [line for argument in shared.values() for line in explained(argument)]
    page.section("OPTIONS", ["Those that several commands have; which, each of them says.", *common])
    page.section("COMMANDS", [line for path, command in commands for line in explained_command(path, command, shared)])
    for one in status:
        page.section("EXIT STATUS", statuses(one))
    for one in examples:
        # The section is their heading.
        page.section("EXAMPLES", body(one)[2:])
    page.lines += rest
    print(page.text(), end="")


def settings_page(options):
    with open(options.yaml, encoding="utf-8") as file:
        lines = file.read().split("\n")
    with open(options.rest, encoding="utf-8") as file:
        rest = file.read().rstrip("\n").split("\n")
    head_end = lines.index("")
    head = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:head_end])
    summary, head = head.split("\n", 1)
    page = Page("rollcalld.yaml", 5, options.version, options.date)
    page.section("NAME", [f"rollcalld.yaml \\- {escaped(sentence_part(summary))}"])
    page.section("DESCRIPTION", body(head.replace("\n  ", "\n   ")))

    out, comment, section, example = [], [], None, None

    def told():
        """The comment read so far; what is indented in it stays as it is."""
        text, comment[:] = "\n".join(comment), []
        return body(text)[1:] if text else []

    # Keys that follow each other with nothing between them share the comment above them.
    tags, words = [], []

    def close():
        nonlocal tags, words, example
        for number, tag in enumerate(tags):
            out.extend([".TP" if number == 0 else ".TQ", tag])
        if tags:
            out.extend(words or ["\\&"])
        if example:
            shown_lines = textwrap.dedent("\n".join(example)).split("\n")
            out.extend([".IP", ".nf", *(escaped(one) for one in shown_lines), ".fi"])
        tags, words, example = [], [], None

    for line in lines[head_end + 1 :]:
        if example is not None and (match := re.fullmatch(r"  #(  +\S.*)", line)):
            example.append(match[1])
        elif match := re.fullmatch(r" *# (.*)", line):
            comment.append(match[1])
        elif match := re.fullmatch(r"([a-z_]+):", line):
            close()
            section = match[1]
            out += [f".SS {section}", *told()]
        elif match := re.fullmatch(r"  (#?)([a-z_]+):(?: (.*))?", line):
            off, name, default = match.groups()
            if comment or not tags:
                close()
                words = told()
            tags.append(bold(f"{section}.{name}") + (f": {escaped(default)}" if default and not off else ""))
            if default is None:
                example = [f"{name}:"]
        elif line.strip():
            raise SystemExit(f"{options.yaml}: not understood: {line}")
    close()
    page.section("SETTINGS", ["A value behind a key is its default.", *out])
    page.lines += rest
    print(page.text(), end="")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True)
    parser.add_argument("--date", required=True)
    kinds = parser.add_subparsers(required=True)
    command = kinds.add_parser("command")
    for name in ("json", "section", "rest"):
        command.add_argument(name)
    command.set_defaults(action=command_page)
    settings = kinds.add_parser("settings")
    for name in ("yaml", "rest"):
        settings.add_argument(name)
    settings.set_defaults(action=settings_page)
    options = parser.parse_args()
    options.action(options)


main()
