import { build, byId, reconcile, setText } from "./dom.js";
import { count, plural } from "./words.js";

/** Milliseconds after the last key before the number found is read aloud. */
const PAUSE = 700;

/** The search, the filters that hold, and how many services they leave. */
export class Toolbar {
    #field = byId("search");
    #chips = byId("chips");
    #view;
    #timer = null;

    constructor(view, goToTable) {
        this.#view = view;
        this.#field.value = view.query;
        this.#field.addEventListener("input", () => view.search(this.#field.value));
        this.#field.addEventListener("keydown", (event) => {
            if (event.key === "Enter" || event.key === "ArrowDown") {
                event.preventDefault();
                goToTable();
            } else if (event.key === "Escape" && this.#field.value !== "") {
                event.preventDefault();
                event.stopPropagation();
                this.#field.value = "";
                view.search("");
            }
        });
    }

    paint(shown, all, isViewChanged) {
        const words = shown === all ? plural(all, "service") : `${count(shown)} of ${plural(all, "service")}`;
        setText(byId("shown"), words);
        const nothing = byId("nothing");
        nothing.hidden = shown > 0 || all === 0;
        setText(nothing, nothing.hidden ? "" : "No service is like that.");
        if (isViewChanged) this.#showFilters(words);
    }

    #showFilters(words) {
        if (document.activeElement !== this.#field) this.#field.value = this.#view.query;
        const filters = Object.entries(this.#view.filters)
            .flatMap(([kind, values]) => [...values].map((value) => ({ kind, value })));
        if (this.#view.isFiltered) filters.push({ kind: "all" });
        reconcile(this.#chips, filters, (one) => `${one.kind}\n${one.value}`, (one) => this.#chip(one), () => {});
        clearTimeout(this.#timer);
        // Only what somebody asked for is read aloud, not every change of the fleet.
        this.#timer = setTimeout(() => setText(byId("counted"), this.#view.isFiltered ? words : ""), PAUSE);
    }

    #chip({ kind, value }) {
        if (kind === "all") {
            const button = build("button", { type: "button", class: "clear" }, "Clear");
            button.addEventListener("click", () => {
                this.#field.value = "";
                this.#view.only({});
                this.#field.focus();
            });
            return button;
        }
        const button = build("button", { type: "button", class: "chip", "aria-label": `${kind} ${value}: take away` },
            build("span", { class: "kind" }, kind), value, build("span", { "aria-hidden": "true", class: "cross" }, "×"));
        button.addEventListener("click", () => {
            this.#view.toggle(kind, value);
            this.#field.focus();
        });
        return button;
    }
}
