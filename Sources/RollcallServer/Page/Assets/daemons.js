import { duration } from "./times.js";
import { plural } from "./words.js";

/** A daemon writes its row every second or so; one that has not for so long is silent, in milliseconds. */
const SILENT = 10_000;

/** The daemons that share the database, those in trouble first; those that left are only counted. */
export function daemonRows(daemons, now) {
    if (!daemons) return [{ name: "Daemons", kind: "old", words: "not known: no answer" }];
    const here = daemons.filter((daemon) => !daemon.left_at && !daemon.retired_at);
    const rows = here.map((daemon) => row(daemon, now)).sort((a, b) => a.kind === b.kind ? 0 : a.kind === "up" ? 1 : -1);
    const left = daemons.length - here.length;
    if (left > 0) rows.push({ name: "Left", kind: "none", words: plural(left, "daemon") });
    return rows;
}

function row(daemon, now) {
    const name = `Daemon ${daemon.id}`;
    const silent = now - Date.parse(daemon.last_seen);
    if (silent > SILENT) return { name, kind: "down", words: `silent for ${duration(silent)}`, since: daemon.last_seen };
    const differs = daemon.differing_settings ?? [];
    if (differs.length > 0) return { name, kind: "unknown", words: `its settings differ: ${differs.join(", ")}` };
    return { name, kind: "up", words: `here, release ${daemon.release}` };
}
