import { byId } from "./dom.js";
import { count, reasonWords } from "./words.js";

/** Milliseconds between two things said: a screen reader must be able to finish. */
const PACE = 5000;
/** So many are called by name. */
const NAMED = 3;

/** Says aloud who fell, together and not too often. */
export class Announcer {
    #fallen = new Set();
    #timer = null;

    /** Whoever is not up any more. */
    heard(services) {
        for (const service of services) this.#fallen.add(service);
        if (this.#fallen.size > 0) this.#timer ??= setTimeout(() => this.#say(), 300);
    }

    #say() {
        this.#timer = null;
        // Who came back in the meantime needs nobody's attention.
        const fallen = [...this.#fallen].filter((service) => service.state !== "up");
        this.#fallen.clear();
        if (fallen.length === 0) return;
        byId("announcer").textContent = fallen.length <= NAMED ? fallen.map(sentence).join(" ") : summary(fallen);
        this.#timer = setTimeout(() => {
            this.#timer = null;
            this.heard([]);
        }, PACE);
    }
}

function sentence(service) {
    return `${service.host} ${service.binary} is ${service.state}: ${reasonWords(service.reason)}.`;
}

function summary(fallen) {
    const down = fallen.filter((service) => service.state === "down").length;
    const unknown = fallen.length - down;
    const parts = [down > 0 ? `${count(down)} down` : null, unknown > 0 ? `${count(unknown)} unknown` : null];
    const zones = new Set(fallen.map((service) => service.zone));
    const where = zones.size === 1 ? `in zone ${fallen[0].zone}` : `in ${zones.size} zones`;
    return `${parts.filter(Boolean).join(" and ")} since a moment, ${where}.`;
}
