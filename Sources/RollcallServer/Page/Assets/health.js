import { build, byId, mark, reconcile, setText } from "./dom.js";
import { daemonRows } from "./daemons.js";
import { absolute, clockTime, duration, instant } from "./times.js";
import { count, plural } from "./words.js";

/** Milliseconds between two questions, while somebody looks. */
const PACE = 5000;

/** Milliseconds between two all the same, when the fleet says that something is new. */
const LEAST = 1000;

/** What stands behind the verdicts: brakes, database, drivers, other daemons. Asked for, since no stream tells of it. */
export class Health {
    #calls;
    #clock;
    #token;
    #known = {};
    #answeredAt = null;
    #timer = null;
    #last = -Infinity;

    constructor({ calls, clock, token }) {
        this.#calls = calls;
        this.#clock = clock;
        this.#token = token;
        document.addEventListener("visibilitychange", () => this.ask());
        setInterval(() => this.ask(), PACE);
    }

    /** Something is new: asks at once, or a moment after the last time. */
    askSoon() {
        this.#timer ??= setTimeout(() => {
            this.#timer = null;
            this.ask();
        }, Math.max(0, this.#last + LEAST - performance.now()));
    }

    async ask() {
        if (document.hidden || this.#token.isWanted) return;
        this.#last = performance.now();
        const [ready, drivers, brakes, daemons] = await Promise.all([
            this.#calls.get("readyz", [503]).catch(() => null),
            this.#calls.get("v1/drivers").then((answer) => answer.drivers).catch(() => null),
            this.#calls.get("v1/brake").then((answer) => answer.brakes).catch(() => null),
            this.#calls.get("v1/daemons").then((answer) => answer.daemons).catch(() => null),
        ]);
        if (ready || drivers || brakes || daemons) this.#answeredAt = this.#clock.now();
        this.#known = { ready, drivers, brakes, daemons };
        this.#show();
    }

    #show() {
        const now = this.#clock.now();
        const holding = (this.#known.brakes ?? []).filter((brake) => !brake.released_at);
        // When nothing answers, what was known of a brake stays where it is, and the banner says how old it is.
        if (this.#known.brakes) showBrakes(holding, now);
        const rows = [
            databaseRow(this.#known.ready),
            ...driverRows(this.#known.drivers),
            brakeRow(this.#known.brakes, holding),
            ...daemonRows(this.#known.daemons, now),
        ];
        reconcile(byId("health"), rows, (row) => row.name, makeRow, showRow);
        const isAway = !this.#known.ready && this.#answeredAt !== null;
        setText(byId("healthasof"), isAway ? `last answer ${clockTime(this.#answeredAt)}` : "");
        showClock(this.#clock.browserIsAhead);
    }
}

function databaseRow(ready) {
    if (!ready) return { name: "Database", kind: "old", words: "not known: no answer" };
    if (ready.database === "ok") return { name: "Database", kind: "up", words: "ok" };
    return { name: "Database", kind: "down", words: "lost", since: ready.since };
}

function driverRows(drivers) {
    if (!drivers) return [{ name: "Driver", kind: "old", words: "not known: no answer" }];
    return drivers.map((driver) => {
        const role = driver.deciding ? "" : ", shadow";
        const others = driver.disagreements > 0 ? `, disagrees about ${count(driver.disagreements)}` : "";
        const isLost = driver.health !== "ok";
        const kind = isLost ? "down" : driver.disagreements > 0 ? "unknown" : "up";
        return { name: `Driver ${driver.name}`, kind, words: `${isLost ? "lost" : "ok"}${role}${others}` };
    });
}

function brakeRow(brakes, holding) {
    if (!brakes) return { name: "Brake", kind: "old", words: "not known: no answer" };
    const scopes = holding.map((one) => one.scope).join(", ");
    if (scopes) return { name: "Brake", kind: "unknown", words: `holds ${scopes}` };
    const last = brakes[0];
    if (!last) return { name: "Brake", kind: "up", words: "off" };
    return { name: "Brake", kind: "up", words: `off; last ${last.scope}`, since: last.released_at, sinceWord: "released" };
}

function makeRow(row) {
    return build("div", {}, build("dt", {}, row.name), build("dd", {}));
}

function showRow(item, row) {
    const words = `${row.kind} ${row.words} ${row.since}`;
    if (item.words === words) return;
    item.words = words;
    const since = row.since ? [` ${row.sinceWord ?? "since"} `, instant(row.since)] : [];
    item.lastChild.replaceChildren(mark(row.kind), build("span", {}, row.words, ...since));
}

function showBrakes(brakes, now) {
    const key = (brake) => brake.scope + brake.engaged_at;
    reconcile(byId("brakes"), brakes, key, () => build("li"), (item, brake) => showBrake(item, brake, now));
}

function showBrake(item, brake, now) {
    const since = Date.parse(brake.engaged_at);
    const scope = brake.scope === "fleet" ? "the whole fleet" : brake.scope;
    item.replaceChildren(mark("brake"), build("p", {},
        build("b", {}, `The brake holds ${scope}`), " since ",
        build("time", { datetime: brake.engaged_at, title: absolute(since) }, clockTime(since)),
        ` (${duration(now - since)}): ${count(brake.silent)} of ${plural(brake.members, "service")} fell silent at once. `,
        "Who is silent there is unknown, not down, until enough are heard again, the hold ends, ",
        "or somebody who has looked says ", build("code", {}, `rollcall brake release ${quoted(brake.scope)}`), "."));
}

/** A scope is made of names that others chose, and this is meant to be copied to a shell. */
function quoted(text) {
    return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function showClock(ahead) {
    const note = byId("clocknote");
    note.hidden = Math.abs(ahead) < 5;
    const way = `${duration(Math.abs(ahead) * 1000)} ${ahead > 0 ? "ahead of" : "behind"}`;
    setText(note, note.hidden ? "" : `This machine's clock is ${way} the daemon's. Ages here go by the daemon's.`);
}
