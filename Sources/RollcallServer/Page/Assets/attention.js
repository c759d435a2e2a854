import { build, byId, mark, reconcile, setAttribute, setText } from "./dom.js";
import { showAge } from "./times.js";
import { View } from "./view.js";
import { count, plural, reasonWords, whyWords } from "./words.js";

/** So many of the newest are shown; the table has them all. */
const SHOWN = 8;
/** From so many on, what they have in common says more than who they are. */
const MANY = 5;

/** Who is down or unknown and why, the newest first, and what they have in common. */
export class Attention {
    #list = byId("troubles");
    #view;
    #wantRecord;

    constructor({ view, wantRecord }) {
        this.#view = view;
        this.#wantRecord = wantRecord;
        byId("more").addEventListener("click", () => {
            view.only({ state: ["down", "unknown"] });
            byId("grid").focus();
        });
    }

    paint(fleet, isChanged, standing, at) {
        if (isChanged) this.#choose(fleet, standing);
        for (const item of this.#list.children) showAge(item.time, item.service.since, at);
    }

    #choose(fleet, standing) {
        const newest = newestOf(fleet.troubled, SHOWN);
        const make = (service) => this.#make(service);
        reconcile(this.#list, newest, (service) => service.uuid, make, (item, service) => this.#show(item, service));
        const rest = fleet.troubled.size - newest.length;
        const more = byId("more");
        more.hidden = rest <= 0;
        setText(more, `Show all ${count(fleet.troubled.size)} in the table`);
        byId("calm").hidden = fleet.troubled.size > 0;
        setText(byId("calm"), calmWords(fleet, standing));
        this.#say(fleet.troubled);
    }

    #make(service) {
        const time = build("time");
        const link = build("a", { href: View.addressOf(service) },
            mark(service.state), build("span", { class: "word" }),
            build("span", { class: "who" }, build("b", {}, service.host), " ", build("span", {}, service.binary)),
            build("span", { class: "where" }), build("span", { class: "why" }), time);
        link.addEventListener("click", (event) => {
            // With these keys a browser opens the address elsewhere.
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            this.#view.open(service);
        });
        const item = build("li", {}, link);
        Object.assign(item, { link, time, service });
        return item;
    }

    #show(item, service) {
        if (service.disabledReason === undefined && (service.forcedDown || service.status === "disabled")) {
            // Asked for once: what the log does not carry is whose hand it was.
            service.disabledReason = null;
            this.#wantRecord(service);
        }
        if (item.version === service.version) return;
        item.version = service.version;
        const [shape, word, , where, why] = item.link.children;
        setAttribute(shape, "class", `mark ${service.state}`);
        setAttribute(item.link, "data-state", service.state);
        setText(word, service.state);
        setText(where, `${service.topic} · ${service.zone}`);
        setText(why, whyWords(service) + disabledWords(service));
    }

    #say(troubled) {
        const line = byId("common");
        line.hidden = troubled.size < MANY;
        if (line.hidden) return;
        const places = most(troubled, (service) => `${service.topic}\n${service.zone}`);
        const reasons = most(troubled, (service) => service.reason);
        const words = `${reasons} ${places} ${troubled.size}`;
        if (line.words === words) return;
        line.words = words;
        const why = reasons.map(([reason, n]) => `${count(n)} ${reasonWords(reason)}`).join(", ");
        // One of each says nothing of where.
        const where = places[0][1] > 1 ? build("span", { class: "part" }, "Where: ", ...this.#links(places)) : "";
        line.replaceChildren(build("span", { class: "part" }, `Why: ${why}`), where);
    }

    #links(places) {
        return places.flatMap(([place, n], index) => {
            const [topic, zone] = place.split("\n");
            const button = build("button", { type: "button", class: "word" }, `${count(n)} ${topic} in ${zone}`);
            const filters = { state: ["down", "unknown"], topic: [topic], zone: [zone] };
            button.addEventListener("click", () => this.#view.only(filters));
            return index > 0 ? [", ", button] : [button];
        });
    }
}

function disabledWords(service) {
    if (service.status !== "disabled") return "";
    return service.disabledReason ? ` · disabled: ${service.disabledReason}` : " · disabled";
}

function calmWords(fleet, standing) {
    if (fleet.position === null) {
        if (standing !== "waiting" || !fleet.coming) return "Waiting for the daemon.";
        return `Reading the fleet: ${plural(fleet.coming.length, "service")} so far.`;
    }
    if (fleet.byUUID.size === 0) return "No services yet. The first heartbeat of one makes it.";
    return standing === "current" ? "Nobody. Every service is up." : "Nobody was, when this was last known.";
}

function newestOf(services, most) {
    const newest = [];
    for (const service of services) {
        if (newest.length === most && service.since <= newest[most - 1].since) continue;
        const at = newest.findIndex((one) => one.since < service.since);
        newest.splice(at < 0 ? newest.length : at, 0, service);
        if (newest.length > most) newest.pop();
    }
    return newest;
}

/** The three most frequent, with how often. */
function most(services, keyOf) {
    const counts = new Map();
    for (const service of services) counts.set(keyOf(service), (counts.get(keyOf(service)) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
}
