import { wordsFor } from "./calls.js";
import { build, byId, mark, setAttribute, setText } from "./dom.js";
import { HistoryView } from "./history.js";
import { RecordView } from "./record.js";
import { absolute, duration, showAge } from "./times.js";
import { VerdictView } from "./verdict.js";
import { whyWords } from "./words.js";

/** Milliseconds between two questions about the open service: its evidence ages. */
const PACE = 5000;
/** Milliseconds between two all the same, while it changes: one that flaps is not asked about at each turn. */
const LEAST = 1000;
/** Where the panel covers the rest of the page. */
const NARROW = matchMedia("(max-width: 999px)");

/** The panel of one service. */
export class Detail {
    #panel = byId("detail");
    #calls;
    #clock;
    #onClose;
    #name = null;
    #service = null;
    #parts = null;
    /** When it was last asked about, and at which version; null where its history is still to be had. */
    #asked = { at: -Infinity, version: null };
    #failure = "";
    /** What had the focus before it opened. */
    #before = null;

    constructor({ calls, clock, close }) {
        this.#calls = calls;
        this.#clock = clock;
        this.#onClose = close;
        NARROW.addEventListener("change", () => this.#cover());
    }

    get service() {
        return this.#service;
    }

    /** Shows the service of that name, and as it is now. */
    paint(name, fleet, link, at) {
        if (name !== this.#name) this.#switch(name);
        if (name === null) return;
        const service = fleet.byName.get(name) ?? null;
        // Of one that was deleted, what was last known stays.
        if (service) this.#service = service;
        this.#showHead(service, fleet.position !== null, link.standing() === "current", at);
        if (!service || document.hidden) return;
        const age = performance.now() - this.#asked.at;
        const isChanged = this.#asked.version !== service.version;
        const isDue = age > PACE || (isChanged && this.#asked.version !== null && age > LEAST);
        if (isDue && link.trouble === null) this.#ask(service, isChanged);
    }

    #switch(name) {
        if (this.#name === null) this.#before = document.activeElement;
        this.#name = name;
        this.#service = null;
        this.#asked = { at: -Infinity, version: null };
        this.#failure = "";
        this.#panel.hidden = name === null;
        document.body.classList.toggle("opened", name !== null);
        this.#cover();
        if (name === null) this.#leave();
        else this.#build(name);
    }

    #leave() {
        this.#panel.replaceChildren();
        const target = this.#before?.isConnected && this.#before !== document.body ? this.#before : byId("grid");
        target.focus({ preventScroll: true });
        this.#before = null;
    }

    /** On a narrow screen nothing behind the panel can be reached. */
    #cover() {
        const isCovered = this.#name !== null && NARROW.matches;
        for (const part of document.querySelectorAll("main, .side, .top")) part.inert = isCovered;
    }

    #build(name) {
        const [host, binary] = name.split("/");
        const close = build("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
        close.addEventListener("click", this.#onClose);
        const parts = {
            title: build("h2", { id: "detailtitle", tabindex: -1 },
                build("span", { class: "host" }, host), " ", build("span", { class: "binary" }, binary ?? "")),
            state: build("p", { class: "standing" }, mark("none"), build("b"), build("span", { class: "why" }), build("time")),
            note: build("p", { class: "nothing", hidden: "" }),
            verdict: new VerdictView(),
            history: new HistoryView(),
            record: new RecordView(),
        };
        const views = [parts.verdict, parts.history, parts.record];
        const rest = build("div", { class: "parts", hidden: "" }, ...views.map((view) => view.element));
        this.#parts = { ...parts, rest };
        this.#panel.replaceChildren(build("div", { class: "panelhead" }, parts.title, close), parts.state, parts.note, rest);
        this.#panel.scrollTop = 0;
        parts.title.focus({ preventScroll: true });
    }

    #showHead(service, isKnown, isCurrent, at) {
        const { state, note } = this.#parts;
        const isGone = isKnown && service === null;
        state.hidden = service === null;
        setText(note, isGone ? "There is no service of this name." : this.#failure);
        note.hidden = note.textContent === "";
        if (service === null) return;
        const [shape, word, why, since] = state.children;
        setAttribute(shape, "class", `mark ${service.state}`);
        setAttribute(state, "data-state", service.state);
        setText(word, `${isCurrent ? "" : "was "}${service.state}`);
        setText(why, whyWords(service));
        showAge(since, service.since, at, (age) => `for ${duration(age)}, since ${absolute(service.since)}`);
    }

    async #ask(service, isChanged) {
        const asked = (this.#asked = { at: performance.now(), version: service.version });
        const path = `v1/services/${encodeURIComponent(service.uuid)}`;
        try {
            const [record, explanation, history] = await Promise.all([
                this.#calls.get(path),
                this.#calls.get(`${path}/explanation`),
                isChanged ? this.#calls.get(`${path}/history`) : null,
            ]);
            if (this.#service !== service) return;
            const now = this.#clock.now();
            this.#parts.record.show(record);
            this.#parts.verdict.show(explanation, now);
            if (history) this.#parts.history.show(history.transitions, now);
            this.#parts.rest.hidden = false;
            this.#failure = "";
        } catch (error) {
            if (this.#service !== service) return;
            asked.version = null;
            this.#failure = `Its explanation could not be had: ${wordsFor(error)}.`;
        }
    }
}
