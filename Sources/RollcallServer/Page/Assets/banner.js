import { byId, setAttribute, setText } from "./dom.js";
import { now } from "./clock.js";
import { clockTime, duration } from "./times.js";

const LIVE = {
    current: "Live", waiting: "Connecting", lost: "Not connected", late: "Late", degraded: "In doubt", refused: "No token",
};

/** Says whether what is shown is so. Where it is not, every part of the page is marked with when it was. */
export class Banner {
    #clock;
    #said = "";

    constructor(clock) {
        this.#clock = clock;
    }

    paint(link) {
        const standing = link.standing();
        setAttribute(document.documentElement, "data-fresh", standing);
        setText(byId("livetext"), LIVE[standing]);
        const known = link.knownUntil === null ? null : this.#clock.now() - link.age;
        // Where nothing was known yet, the form says all there is to say.
        const isAsked = standing === "refused" && known === null;
        const isOld = standing !== "current" && standing !== "waiting" && !isAsked;
        byId("banner").hidden = !isOld;
        // Said once for each trouble: what counts on every second is in a part that is not read aloud.
        const text = isOld ? words(standing, link, known) : "";
        if (this.#key(standing, link) !== this.#said) {
            this.#said = this.#key(standing, link);
            setText(byId("bannertext"), text);
        }
        if (isOld) setText(byId("bannercounter"), counter(link, standing));
        const asOf = isOld && known !== null ? `as of ${clockTime(known)}` : "";
        for (const tag of document.querySelectorAll(".asof:not(#healthasof)")) setText(tag, asOf);
    }

    #key(standing, link) {
        return `${standing} ${link.trouble} ${link.degraded?.database} ${link.degraded?.driver} ${link.knownUntil === null}`;
    }
}

function words(standing, link, known) {
    if (standing === "refused") return `The daemon takes our token no more. ${shown(known)}`;
    if (standing === "degraded") return lostWords(link.degraded);
    const trouble = `${link.trouble?.[0].toUpperCase()}${link.trouble?.slice(1)}.`;
    if (known === null) return `${trouble} Nothing is known yet.`;
    if (standing === "late") return `The daemon's news comes late. ${shown(known)}`;
    return `${trouble} ${shown(known)}`;
}

function shown(known) {
    return `Shown is what was known at ${clockTime(known)}; it may have changed since.`;
}

function lostWords({ database, driver, since }) {
    const parts = [database === "lost" ? "its database" : null, driver === "lost" ? "its liveness driver" : null];
    const at = Number.isNaN(Date.parse(since ?? "")) ? "" : ` since ${clockTime(Date.parse(since))}`;
    const lost = `The daemon has lost ${parts.filter(Boolean).join(" and ")}${at}.`;
    return `${lost} Shown is what it says by itself, read anew every few seconds; it may not know all.`;
}

function counter(link, standing) {
    const age = link.age === null ? "" : `${duration(link.age)} old`;
    const wait = standing === "lost" && link.retryAt !== null ? Math.ceil((link.retryAt - now()) / 1000) : 0;
    const next = standing !== "lost" ? "" : wait > 0 ? `trying again in ${wait} s` : "trying now";
    return [age, next].filter(Boolean).join(" · ");
}
