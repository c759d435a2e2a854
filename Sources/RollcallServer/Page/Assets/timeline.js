import { build, draw, setText } from "./dom.js";
import { RANGES, rangeFor, spellsOf, within } from "./spells.js";
import { absolute, axisTime, duration } from "./times.js";
import { plural, reasonWords } from "./words.js";

const HEIGHT = 44;
/** Where the line of no record lies. */
const GROUND = 38.5;
/** The taller, the worse: the shape tells the states apart where colours do not. */
const SHAPES = { up: { y: 28, height: 10 }, unknown: { y: 16, height: 22 }, down: { y: 4, height: 34 } };
/** A spell is seen however short it was. */
const LEAST = 3;

/** A service's states over time, drawn, with the same in words; the list of changes below says it all again. */
export class Timeline {
    element = build("div", { class: "timeline" });
    #picture = build("div", { class: "picture" });
    #words = build("p", { class: "hint" });
    #choice = build("div", { class: "ranges", role: "group", "aria-label": "Time shown" });
    #range = null;
    #spells = [];
    #now = 0;

    constructor() {
        for (const range of RANGES) {
            const button = build("button", { type: "button" }, range.words);
            button.addEventListener("click", () => this.#draw((this.#range = range)));
            this.#choice.append(button);
        }
        this.element.append(this.#choice, this.#picture, this.#words);
        new ResizeObserver(() => this.#draw()).observe(this.#picture);
    }

    show(transitions, now) {
        this.#spells = spellsOf(transitions, now);
        this.#now = now;
        this.#range ??= rangeFor(this.#spells, now);
        this.#draw();
    }

    #draw() {
        const width = this.#picture.clientWidth;
        if (this.#range === null || width === 0) return;
        RANGES.forEach((range, index) => this.#choice.children[index].setAttribute("aria-pressed", range === this.#range));
        const begin = this.#now - this.#range.length;
        const part = within(this.#spells, begin, this.#now);
        const words = summary(part, this.#range, begin, this.#spells[0]?.from);
        setText(this.#words, words);
        const place = (at) => ((at - begin) / this.#range.length) * width;
        // What is drawn last is not hidden by a longer neighbour.
        const shapes = ["up", "unknown", "down"].flatMap((state) => part.seen.filter((spell) => spell.state === state));
        const label = `States over the last ${this.#range.words}. ${words}`;
        this.#picture.replaceChildren(draw("svg", { width, height: HEIGHT + 18, role: "img", "aria-label": label },
            hatching(),
            draw("line", { class: "ground", x1: 0, x2: width, y1: GROUND, y2: GROUND }),
            ...shapes.map((spell) => shape(spell, place)),
            ...axis(begin, this.#now, place, width)));
    }
}

function shape(spell, place) {
    const x = place(spell.from);
    const width = Math.max(LEAST, place(spell.to) - x);
    const left = Math.min(x, place(spell.to) - LEAST);
    const length = duration(spell.to - spell.from);
    const what = spell.changes > 0
        ? `${plural(spell.changes, "change")} in ${length}, from ${absolute(spell.from)}`
        : `${spell.state} for ${length}, from ${absolute(spell.from)}: ${reasonWords(spell.reason)}`;
    // What it was in all that time nobody knows any more.
    const state = spell.changes > 0 ? "unknown" : spell.state;
    const size = { x: left.toFixed(1), width: width.toFixed(1), ...SHAPES[state] };
    return draw("rect", { class: state, ...size }, draw("title", {}, what));
}

function hatching() {
    const size = { width: 5, height: 5 };
    const units = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    const pattern = draw("pattern", { id: "hatch", ...size, ...units },
        draw("rect", { class: "hatchground", ...size }), draw("rect", { class: "hatchline", ...size, width: 2 }));
    return draw("defs", {}, pattern);
}

function axis(begin, end, place, width) {
    const count = width < 340 ? 2 : 4;
    return Array.from({ length: count + 1 }, (_, index) => {
        const at = begin + ((end - begin) * index) / count;
        const anchor = index === 0 ? "start" : index === count ? "end" : "middle";
        const words = index === count ? "now" : axisTime(at, end - begin);
        return draw("text", { x: place(at).toFixed(1), y: HEIGHT + 13, "text-anchor": anchor }, words);
    });
}

function summary({ sums, times }, range, begin, first) {
    const recorded = sums.up + sums.down + sums.unknown;
    if (recorded === 0) return "Nothing is recorded of this time.";
    const parts = [`up ${percent(sums.up / recorded)}`];
    for (const state of ["down", "unknown"]) {
        if (times[state] > 0) parts.push(`${state} ${duration(sums[state])} (${plural(times[state], "time")})`);
    }
    const span = first > begin ? `Since ${absolute(first)}, where the record begins` : `In the last ${range.words}`;
    return `${span}: ${parts.join(", ")}.`;
}

/** Never 100 % where there was anything else. */
function percent(part) {
    if (part === 1) return "all the time";
    return `${(Math.floor(part * 10_000) / 100).toFixed(2)} %`;
}
