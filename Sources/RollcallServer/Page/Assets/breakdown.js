import { build, mark, reconcile, setAttribute, setText } from "./dom.js";
import { Bar } from "./totals.js";
import { count } from "./words.js";

/** Totals by topic or by zone, each a button that filters; where the other list filters, only what it leaves is counted. */
export class Breakdown {
    #list;
    #part;
    #other;
    #view;
    #order = [];

    constructor(list, part, view) {
        this.#list = list;
        this.#part = part;
        this.#other = part === "topic" ? "zone" : "topic";
        this.#view = view;
    }

    paint(counts) {
        const others = this.#view.filters[this.#other];
        const sums = counts.by(this.#part, (group) => others.size === 0 || others.has(group[this.#other]));
        const make = (sum) => this.#make(sum);
        reconcile(this.#list, this.#sorted(sums), (sum) => sum.name, make, (item, sum) => this.#show(item, sum));
    }

    /** Trouble first; but not while somebody is about to press one of them. */
    #sorted(sums) {
        const isInUse = this.#list.matches(":hover") || this.#list.contains(document.activeElement);
        if (isInUse) {
            const place = new Map(this.#order.map((name, index) => [name, index]));
            sums.sort((a, b) => (place.get(a.name) ?? Infinity) - (place.get(b.name) ?? Infinity) || byTrouble(a, b));
        } else sums.sort(byTrouble);
        this.#order = sums.map((sum) => sum.name);
        return sums;
    }

    #make(sum) {
        const bar = build("span", { class: "bar", "aria-hidden": "true" });
        const button = build("button", { type: "button" },
            build("span", { class: "name", title: sum.name }, sum.name), build("span", { class: "counts" }), bar);
        button.addEventListener("click", () => this.#view.toggle(this.#part, sum.name));
        const item = build("li", {}, button);
        item.bar = new Bar(bar);
        return item;
    }

    #show(item, sum) {
        const button = item.firstChild;
        setAttribute(button, "aria-pressed", this.#view.filters[this.#part].has(sum.name));
        button.classList.toggle("none", sum.all === 0);
        item.bar.show(sum);
        const words = `${sum.down} ${sum.unknown} ${sum.all}`;
        if (item.words === words) return;
        item.words = words;
        setAttribute(button, "aria-label",
            `${sum.name}: ${count(sum.down)} down, ${count(sum.unknown)} unknown, ${count(sum.up)} up`);
        button.children[1].replaceChildren(...figures(sum));
    }
}

function figures(sum) {
    const troubles = ["down", "unknown"].filter((state) => sum[state] > 0)
        .map((state) => build("span", { class: `trouble ${state}` }, mark(state), count(sum[state])));
    const all = build("span", {}, count(sum.up), build("span", { class: "of" }, ` / ${count(sum.all)}`));
    return [...troubles, all];
}

function byTrouble(a, b) {
    return b.down - a.down || b.unknown - a.unknown || (a.name < b.name ? -1 : 1);
}
