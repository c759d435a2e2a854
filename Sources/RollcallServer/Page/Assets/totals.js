import { build, byId, mark, setAttribute, setText } from "./dom.js";
import { count } from "./words.js";

const FIGURES = [
    { kind: "state", value: "down", note: "" },
    { kind: "state", value: "unknown", note: "" },
    { kind: "state", value: "up", note: "" },
    { kind: "status", value: "disabled", note: "of any state" },
];

/** How many are in which state. Each figure is a button that shows only those. */
export class Totals {
    #buttons;
    #bar = new Bar(byId("wholebar"));

    constructor(view) {
        this.#buttons = FIGURES.map((figure) => {
            const button = build("button", { type: "button", class: `figure ${figure.value}` },
                build("span", { class: "number" }, "–"), " ",
                build("span", { class: "label" }, mark(figure.value), figure.value),
                figure.note ? build("span", { class: "note" }, ` ${figure.note}`) : null);
            button.addEventListener("click", () => view.toggle(figure.kind, figure.value));
            return button;
        });
        byId("figures").append(...this.#buttons);
    }

    paint(counts, view, isKnown) {
        FIGURES.forEach((figure, index) => {
            const button = this.#buttons[index];
            const value = counts[figure.value];
            setText(button.firstChild, isKnown ? count(value) : "–");
            button.classList.toggle("zero", value === 0);
            setAttribute(button, "aria-pressed", view.filters[figure.kind].has(figure.value));
        });
        this.#bar.show(counts);
    }
}

/** Parts of a whole as lengths; whatever there is of down and unknown can be seen, however little. */
export class Bar {
    #parts;

    constructor(element) {
        this.#parts = ["down", "unknown", "up"].map((state) => [state, build("span", { class: state })]);
        element.append(...this.#parts.map(([, part]) => part));
    }

    show(counts) {
        for (const [state, part] of this.#parts) {
            if (part.amount === counts[state]) continue;
            part.amount = counts[state];
            part.hidden = counts[state] === 0;
            part.style.flexGrow = counts[state];
        }
    }
}
