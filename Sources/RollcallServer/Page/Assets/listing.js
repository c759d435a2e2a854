import { comparison, searchText } from "./columns.js";

/** Where more changed than this, sorting anew is cheaper than putting each in its place. */
const FEW = 300;

/** The services that the view shows, in its order; kept in order as they change. */
export class Listing {
    rows = [];
    #compare = () => 0;
    #isShown = () => true;

    /** Another view: everything is chosen and sorted anew. */
    rebuild(fleet, view) {
        this.#compare = comparison(view.sort);
        this.#isShown = filter(view);
        this.rows = [...fleet.byUUID.values()].filter(this.#isShown).sort(this.#compare);
    }

    /** Takes out whoever changed or went, and puts back who is still shown. */
    apply(changed, gone) {
        if (changed.size === 0 && gone.size === 0) return;
        const rest = this.rows.filter((service) => !changed.has(service) && !gone.has(service));
        const shown = [...changed].filter(this.#isShown);
        if (shown.length > FEW) rest.push(...shown), rest.sort(this.#compare);
        else for (const service of shown) rest.splice(this.#place(rest, service), 0, service);
        this.rows = rest;
    }

    #place(rows, service) {
        let low = 0;
        let high = rows.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.#compare(rows[middle], service) <= 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

function filter(view) {
    const filters = Object.entries(view.filters).filter(([, values]) => values.size > 0);
    const terms = view.terms;
    return (service) =>
        filters.every(([field, values]) => values.has(service[field])) &&
        (terms.length === 0 || containsAll(searchText(service), terms));
}

function containsAll(text, terms) {
    return terms.every((term) => text.includes(term));
}
