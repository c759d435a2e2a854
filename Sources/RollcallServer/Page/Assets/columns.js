import { build, mark, setAttribute, setText } from "./dom.js";
import { STATES, whyWords } from "./words.js";

// What stands in the table, how it is compared, and how a cell shows it.

export const COLUMNS = [
    { id: "state", title: "State", compare: byState, make: makeState, show: showState },
    { id: "host", title: "Host", compare: byText("host"), show: (cell, service) => setText(cell, service.host) },
    { id: "binary", title: "Binary", compare: byText("binary"), show: (cell, service) => setText(cell, service.binary) },
    { id: "topic", title: "Topic", compare: byText("topic"), show: (cell, service) => setText(cell, service.topic) },
    { id: "zone", title: "Zone", compare: byText("zone"), show: (cell, service) => setText(cell, service.zone) },
    { id: "status", title: "Status", compare: byText("status"), make: makeStatus, show: showStatus },
    { id: "reason", title: "Reason", compare: byText("reason"), show: showReason },
    { id: "since", title: "For", compare: (a, b) => b.since - a.since, make: () => [build("time")], show: () => {} },
];

/** The order of the table: that column, and then by name, so that it is the same each time. */
export function comparison({ column, descending }) {
    const chosen = COLUMNS.find((one) => one.id === column) ?? COLUMNS[0];
    const sign = descending ? -1 : 1;
    return (a, b) => sign * chosen.compare(a, b) || byName(a, b);
}

/** What is searched. */
export function searchText(service) {
    service.text ??= [
        service.host, service.binary, service.topic, service.zone, service.reason, whyWords(service),
        service.disabledReason ?? "",
    ].join("\n").toLowerCase();
    return service.text;
}

/** Trouble first, and of it the newest. */
function byState(a, b) {
    const rank = STATES.indexOf(a.state) - STATES.indexOf(b.state);
    return rank || (a.state === "up" ? 0 : b.since - a.since);
}

function byName(a, b) {
    return compareText(natural(a, "host"), natural(b, "host")) || compareText(a.binary, b.binary);
}

function byText(field) {
    return (a, b) => compareText(natural(a, field), natural(b, field));
}

function compareText(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

/** Numbers in names are compared as numbers: node9 stands before node10. Kept, since a sort asks for it often. */
function natural(service, field) {
    const kept = (service.natural ??= {});
    if (kept[field]?.of !== service[field]) {
        const text = String(service[field]).replace(/\d+/g, (digits) => digits.padStart(12, "0"));
        kept[field] = { of: service[field], text };
    }
    return kept[field].text;
}

function makeState() {
    return [mark("unknown"), build("span")];
}

function showState(cell, service) {
    setAttribute(cell.firstChild, "class", `mark ${service.state}`);
    setText(cell.lastChild, service.state);
}

function makeStatus() {
    return [mark("disabled"), build("span")];
}

function showStatus(cell, service) {
    cell.firstChild.hidden = service.status !== "disabled";
    setText(cell.lastChild, service.status);
    setAttribute(cell, "title", service.disabledReason ?? null);
}

function showReason(cell, service) {
    setText(cell, whyWords(service));
    setAttribute(cell, "title", service.reason);
}
