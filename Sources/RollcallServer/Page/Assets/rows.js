import { COLUMNS } from "./columns.js";
import { build, setAttribute } from "./dom.js";
import { showAge } from "./times.js";

/** Rows made beyond those seen, above and below, so that scrolling shows no gap. */
const BEYOND = 8;

/** The rows of the table that can be seen, and no others: each is used again for another service when one scrolls. */
export class Rows {
    #body;
    #pool = [];
    #height = 0;

    constructor(body) {
        this.#body = body;
    }

    /** Pixels of one row; the style sheet decides, by the width there is. */
    get height() {
        if (this.#height === 0) {
            const probe = makeRow();
            this.#body.append(probe);
            this.#height = probe.getBoundingClientRect().height || 30;
            probe.remove();
        }
        return this.#height;
    }

    /** The width changed: heights are measured again. */
    forget() {
        this.#height = 0;
    }

    /** Shows those of `services` that lie between these pixels. */
    show(services, top, bottom, { at, active, open }) {
        const height = this.height;
        const first = Math.max(0, Math.floor(top / height) - BEYOND);
        const last = Math.min(services.length, Math.ceil(bottom / height) + BEYOND);
        this.#body.style.height = `${services.length * height}px`;
        this.#keep(last - first);
        for (let index = first; index < last; index += 1) {
            const row = this.#pool[index % this.#pool.length];
            place(row, index, height);
            fill(row, services[index], at);
            setAttribute(row, "aria-selected", services[index] === open ? "true" : null);
            row.classList.toggle("active", services[index] === active);
        }
    }

    /** The element that shows the service at this place; undefined where it is not seen. */
    at(index) {
        const row = this.#pool[index % Math.max(1, this.#pool.length)];
        return row?.index === index ? row : undefined;
    }

    #keep(count) {
        while (this.#pool.length > count) this.#pool.pop().remove();
        while (this.#pool.length < count) {
            const row = makeRow(this.#pool.length);
            this.#pool.push(row);
            this.#body.append(row);
        }
    }
}

function makeRow(number) {
    const row = build("div", { class: "row", role: "row", id: number === undefined ? null : `row${number}` });
    row.cells = COLUMNS.map((column, index) => {
        const parts = column.make?.() ?? [];
        return build("div", { class: `cell ${column.id}`, role: "gridcell", "aria-colindex": index + 1 }, ...parts);
    });
    row.append(...row.cells);
    return row;
}

function place(row, index, height) {
    if (row.index === index && row.height === height) return;
    row.index = index;
    row.height = height;
    row.style.transform = `translateY(${index * height}px)`;
    row.classList.toggle("odd", index % 2 === 1);
    // The head is the first row.
    setAttribute(row, "aria-rowindex", index + 2);
}

function fill(row, service, at) {
    if (row.service !== service || row.version !== service.version) {
        row.service = service;
        row.version = service.version;
        setAttribute(row, "data-state", service.state);
        COLUMNS.forEach((column, index) => column.show(row.cells[index], service));
    }
    showAge(row.cells[COLUMNS.length - 1].firstChild, service.since, at);
}
