"""The table, and what makes the comparison worthless."""

# What a heartbeat may cost from so many services on; with fewer, what is done once per flush weighs more.
JUDGED_FROM = 100_000
MOST_STATEMENTS = 0.002
MOST_SERVER_CPU = 10.0


def problems(ours, theirs, services, patience):
    """Why the numbers are not those of a fleet that was heard, one line each."""
    found = list(ours["problems"][:10])
    if ours["beats"] != ours["due"]:
        found.append(f'of {ours["due"]} heartbeats due {ours["beats"]} were accepted')
    if max(ours["latest"], ours["slowest"]) > patience:
        found.append(
            f'the rate was not kept: a call was sent {ours["latest"]:.1f} s late, '
            f'or answered after {ours["slowest"]:.1f} s'
        )
    if ours["written"] != ours["accepted"]:
        found.append(f'{ours["accepted"]} heartbeats were accepted, and the table counts {ours["written"]}')
    if ours["changes"]:
        found.append(f'{len(ours["changes"])} changes of state, the first of {ours["changes"][0]}')
    if ours["counts"] != (services, 0, 0):
        found.append("up, down and unknown in the end: {}, {}, {}".format(*ours["counts"]))
    if theirs["service_rows"] != services:
        found.append(f'Nova\'s table has {theirs["service_rows"]} services')
    if theirs["failed"] or not theirs["beats"] == theirs["reported"] == theirs["written"]:
        found.append(
            f'Nova: {theirs["beats"]} heartbeats, {theirs["reported"]} reported, {theirs["written"]} in its table, '
            f'{theirs["failed"]} programs with an error'
        )
    return found


def show(ours, theirs, services, interval):
    """Prints everything; answers which limits were missed."""
    missed = []
    print(
        f'{services:,} services, a heartbeat of each every {interval} s for {ours["seconds"]:.0f} s: '
        f'{ours["beats"]:,} heartbeats of Rollcall, {ours["beats"] / ours["seconds"]:,.0f} a second; '
        f'{theirs["beats"]:,} of Nova {theirs["version"]} ({theirs["driver"]}), one after the other, '
        f'{theirs["beats"] / theirs["seconds"]:,.0f} a second.'
    )
    print(
        f'State changes: {len(ours["changes"])}. Slowest answer to a call: {ours["slowest"] * 1000:.0f} ms; '
        f'latest call: {ours["latest"] * 1000:.0f} ms after it was due.'
    )
    print()
    print("| per heartbeat | Rollcall | Nova | Nova : Rollcall | may be |")
    print("|---|---|---|---|---|")
    for name, key, scale, digits, limit in [
        ("statements", "statements", 1, 5, MOST_STATEMENTS),
        ("of these SELECT, INSERT, UPDATE, DELETE", "on_rows", 1, 5, None),
        ("CPU of mariadbd, µs", "server_cpu", 1e6, 2, MOST_SERVER_CPU),
        ("rows written", "rows", 1, 3, None),
        ("redo log, bytes", "redo", 1, 0, None),
        ("CPU of rollcalld, or of Nova's process, µs", "client_cpu", 1e6, 2, None),
    ]:
        own, peer = (_per_beat(side, key, scale) for side in (ours, theirs))
        ratio = f"{peer / own:,.0f}" if own and peer is not None else "not measured"
        bound = "" if limit is None else f"{limit:g}"
        if limit is not None and services >= JUDGED_FROM:
            if own is None or own > limit:
                missed.append(f"{name}: {_text(own, digits)} per heartbeat, and {limit:g} is the limit")
        elif limit is not None:
            bound += f" from {JUDGED_FROM:,} services on"
        print(f"| {name} | {_text(own, digits)} | {_text(peer, min(digits, 2))} | {ratio} | {bound} |")
    for name, side in (("Rollcall", ours), ("Nova", theirs)):
        print(f"\n{name} says to the server:\n")
        for line in side["said"]:
            print(f"    {line}")
    print()
    return missed


def _per_beat(side, key, scale):
    if side[key] is None or not side["beats"]:
        return None
    return side[key] * scale / side["beats"]


def _text(value, digits):
    return "not measured" if value is None else f"{value:,.{digits}f}"
