import { build, setText } from "./dom.js";
import { clockTime } from "./times.js";

/** Why a service is in its state, as the daemon explains it, and what would change that. */
export class VerdictView {
    element = build("section", { class: "verdict", "aria-labelledby": "verdicttitle" });
    #asked = build("span", { class: "asked" });
    #evidence = build("ul", { class: "evidence" });
    #changes = build("ul", { class: "changes" });

    constructor() {
        this.element.append(
            build("div", { class: "heading" }, build("h3", { id: "verdicttitle" }, "Why"), this.#asked),
            this.#evidence, build("h4", {}, "What would change it"), this.#changes);
    }

    show(explanation, at) {
        setText(this.#asked, `asked at ${clockTime(at)}`);
        list(this.#evidence, explanation.evidence ?? [], "The daemon names no evidence.");
        list(this.#changes, explanation.changes_when ?? [], "Nothing that the daemon knows of.");
    }
}

/** Written anew only where it differs, so that whoever reads is not interrupted. */
function list(element, entries, none) {
    const texts = entries.length > 0 ? entries.map((entry) => entry.text) : [none];
    if (element.words === texts.join("\n")) return;
    element.words = texts.join("\n");
    element.replaceChildren(...texts.map((text) => build("li", {}, text)));
}
