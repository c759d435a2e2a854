import { build, mark } from "./dom.js";
import { Timeline } from "./timeline.js";
import { instant } from "./times.js";
import { plural, reasonWords } from "./words.js";

/** Changes listed at first; a service that flaps has a thousand. */
const SHOWN = 50;

/** What happened to a service: a picture, and every change in words. */
export class HistoryView {
    element = build("section", { class: "history", "aria-labelledby": "historytitle" });
    #timeline = new Timeline();
    #body = build("tbody");
    #more = build("button", { type: "button", class: "more", hidden: "" });
    #transitions = [];
    #isWhole = false;

    constructor() {
        const head = ["When", "What", "Why"].map((title) => build("th", { scope: "col" }, title));
        this.element.append(
            build("h3", { id: "historytitle" }, "History"), this.#timeline.element,
            build("table", { "aria-label": "Changes, newest first" },
                build("thead", {}, build("tr", {}, ...head)), this.#body),
            this.#more);
        this.#more.addEventListener("click", () => {
            this.#isWhole = true;
            this.#list();
        });
    }

    show(transitions, now) {
        this.#timeline.show(transitions, now);
        const last = this.#transitions[0]?.revision;
        const isSame = transitions[0]?.revision === last && transitions.length === this.#transitions.length;
        this.#transitions = transitions;
        if (!isSame) this.#list();
    }

    #list() {
        const shown = this.#isWhole ? this.#transitions : this.#transitions.slice(0, SHOWN);
        this.#body.replaceChildren(...shown.map(row));
        const rest = this.#transitions.length - shown.length;
        this.#more.hidden = rest === 0;
        this.#more.textContent = `Show ${plural(rest, "older change")}`;
    }
}

function row(change) {
    const cells = [[instant(change.at)], what(change), [why(change)]];
    return build("tr", {}, ...cells.map((cell) => build("td", {}, ...cell)));
}

function what(change) {
    if (change.kind === "created") return ["created", ...(change.to ? [", ", mark(change.to), change.to] : [])];
    if (!change.to) return [change.kind];
    const words = change.from ? `${change.from} to ${change.to}` : change.to;
    return [mark(change.to), change.folded ? `${words}, after ${plural(change.folded, "change")} more` : words];
}

function why(change) {
    // Of an edit, the names of what was edited.
    if (change.kind === "updated") return String(change.reason ?? "").split(" ").map(reasonWords).join(", ");
    return reasonWords(change.reason);
}
