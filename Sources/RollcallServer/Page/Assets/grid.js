import { COLUMNS } from "./columns.js";
import { build, byId, setAttribute } from "./dom.js";
import { Rows } from "./rows.js";

/** The table: which part of it is seen, which row the keys are at, and what they do. */
export class Grid {
    #grid = byId("grid");
    #head;
    #body = build("div", { class: "rows", role: "rowgroup" });
    #rows = new Rows(this.#body);
    #listing;
    #view;
    #repaint;
    /** Where the keys are. */
    #active = null;
    #open = null;
    /** The service that is kept in its place on the screen while others come and go above it. */
    #anchor = null;
    /** The daemon's time, for ages. */
    #at = 0;

    constructor({ listing, view, repaint }) {
        this.#listing = listing;
        this.#view = view;
        this.#repaint = repaint;
        this.#head = makeHead((column) => view.sortBy(column));
        this.#grid.append(build("div", { role: "rowgroup", class: "head" }, this.#head), this.#body);
        this.#listen();
    }

    focus() {
        this.#grid.focus();
    }

    /** Begins at the top again, as another view does. */
    rewind() {
        this.#grid.scrollTop = 0;
        this.#anchor = null;
        this.#active = null;
    }

    paint(open, at) {
        this.#open = open;
        this.#at = at;
        const rows = this.#listing.rows;
        setAttribute(this.#grid, "aria-rowcount", rows.length + 1);
        setAttribute(this.#grid, "aria-colcount", COLUMNS.length);
        COLUMNS.forEach((column, index) => {
            const isSorted = this.#view.sort.column === column.id;
            const order = this.#view.sort.descending ? "descending" : "ascending";
            setAttribute(this.#head.children[index], "aria-sort", isSorted ? order : null);
        });
        this.#hold(rows);
        this.#draw();
    }

    /** Moves the scroll position with the row that was looked at, unless that is the top. */
    #hold(rows) {
        if (!this.#anchor || this.#grid.scrollTop === 0) return;
        if (rows[this.#anchor.index] === this.#anchor.service) return;
        const index = rows.indexOf(this.#anchor.service);
        if (index < 0) return;
        this.#body.style.height = `${rows.length * this.#rows.height}px`;
        this.#grid.scrollTop += (index - this.#anchor.index) * this.#rows.height;
    }

    #draw() {
        const rows = this.#listing.rows;
        const { scrollTop: top, clientHeight } = this.#grid;
        const look = { at: this.#at, active: this.#active, open: this.#open };
        this.#rows.show(rows, top, top + clientHeight, look);
        const first = Math.floor(top / this.#rows.height);
        this.#anchor = rows[first] ? { service: rows[first], index: first } : null;
        const at = this.#active ? this.#rows.at(rows.indexOf(this.#active)) : undefined;
        setAttribute(this.#grid, "aria-activedescendant", at?.id ?? null);
    }

    #listen() {
        let isDrawing = false;
        this.#grid.addEventListener("scroll", () => {
            if (isDrawing) return;
            isDrawing = true;
            requestAnimationFrame(() => {
                isDrawing = false;
                this.#draw();
            });
        }, { passive: true });
        new ResizeObserver(() => {
            this.#rows.forget();
            this.#repaint();
        }).observe(this.#grid);
        this.#grid.addEventListener("keydown", (event) => this.#press(event));
        this.#grid.addEventListener("focus", () => this.#begin());
        this.#body.addEventListener("click", (event) => {
            const row = event.target.closest(".row");
            // Whoever marks text to copy it does not mean to open anything.
            if (row && getSelection().isCollapsed) this.#choose(row.service);
        });
    }

    /** The keys arrive: at the open service, or at the first one seen. */
    #begin() {
        if (this.#active && this.#listing.rows.includes(this.#active)) return;
        this.#active = this.#open ?? this.#anchor?.service ?? null;
        this.#draw();
    }

    #press(event) {
        if (event.target !== this.#grid || event.altKey || event.ctrlKey || event.metaKey) return;
        if (event.key === "Enter" && this.#active) return this.#choose(this.#active);
        const page = Math.max(1, Math.floor(this.#grid.clientHeight / this.#rows.height) - 2);
        const last = this.#listing.rows.length - 1;
        const at = this.#listing.rows.indexOf(this.#active);
        const steps = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: last };
        const to = steps[event.key];
        if (to === undefined || last < 0) return;
        event.preventDefault();
        const index = Math.min(last, Math.max(0, to));
        this.#active = this.#listing.rows[index];
        this.#reveal(index);
        this.#draw();
    }

    #reveal(index) {
        const height = this.#rows.height;
        const head = this.#head.offsetHeight;
        const room = this.#grid.clientHeight - head - height;
        const { scrollTop } = this.#grid;
        this.#grid.scrollTop = Math.min(index * height, Math.max(scrollTop, index * height - room));
    }

    #choose(service) {
        this.#active = service;
        this.#view.open(service);
    }
}

function makeHead(sortBy) {
    const cells = COLUMNS.map((column, index) => {
        const order = build("span", { class: "order", "aria-hidden": "true" });
        const button = build("button", { type: "button" }, column.title, order);
        button.addEventListener("click", () => sortBy(column.id));
        return build("div", { class: `cell ${column.id}`, role: "columnheader", "aria-colindex": index + 1 }, button);
    });
    return build("div", { class: "row", role: "row", "aria-rowindex": 1 }, ...cells);
}
