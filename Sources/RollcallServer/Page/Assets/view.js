import { nameOf } from "./fleet.js";

const SORT = "state";

/** What is looked at: filters, order and the open service. It stands in the address, so that a view can be passed on. */
export class View {
    query = "";
    filters = { state: new Set(), topic: new Set(), zone: new Set(), status: new Set() };
    sort = { column: SORT, descending: false };
    /** `host/binary` of the open service; null where none is. */
    service = null;
    #changed;

    constructor(changed) {
        this.#changed = changed;
        this.#read();
        addEventListener("popstate", () => {
            this.#read();
            this.#changed();
        });
    }

    get terms() {
        return this.query.toLowerCase().split(/\s+/).filter(Boolean);
    }

    get isFiltered() {
        return this.query !== "" || Object.values(this.filters).some((values) => values.size > 0);
    }

    search(text) {
        this.query = text;
        this.#write();
    }

    toggle(kind, value) {
        const values = this.filters[kind];
        if (!values.delete(value)) values.add(value);
        this.#write();
    }

    /** Only these, of every kind. */
    only(filters) {
        this.query = "";
        for (const [kind, values] of Object.entries(this.filters)) {
            values.clear();
            for (const value of filters[kind] ?? []) values.add(value);
        }
        this.#write();
    }

    sortBy(column) {
        const descending = this.sort.column === column && !this.sort.descending;
        this.sort = { column, descending };
        this.#write();
    }

    /** Another service is another page of the history: going back closes it. */
    open(service) {
        if (this.service === nameOf(service)) return;
        this.service = nameOf(service);
        this.#write(true);
    }

    close() {
        if (this.service === null) return;
        this.service = null;
        this.#write(true);
    }

    /** The address of a service, with nothing else of the view. */
    static addressOf(service) {
        return `#${text(new URLSearchParams({ service: nameOf(service) }))}`;
    }

    #read() {
        const told = new URLSearchParams(location.hash.slice(1));
        this.query = told.get("q") ?? "";
        for (const [kind, values] of Object.entries(this.filters)) {
            values.clear();
            for (const value of told.getAll(kind)) values.add(value);
        }
        const sort = told.get("sort") ?? SORT;
        this.sort = { column: sort.replace(/^-/, ""), descending: sort.startsWith("-") };
        this.service = told.get("service");
    }

    #write(isPage = false) {
        const said = new URLSearchParams();
        if (this.query) said.set("q", this.query);
        for (const [kind, values] of Object.entries(this.filters)) for (const value of values) said.append(kind, value);
        const sort = (this.sort.descending ? "-" : "") + this.sort.column;
        if (sort !== SORT) said.set("sort", sort);
        if (this.service) said.set("service", this.service);
        const address = said.size > 0 ? `#${text(said)}` : location.pathname + location.search;
        if (isPage) history.pushState(null, "", address);
        else history.replaceState(null, "", address);
        this.#changed();
    }
}

function text(parameters) {
    return parameters.toString().replaceAll("%2F", "/");
}
