import { build, mark } from "./dom.js";
import { duration, instant } from "./times.js";
import { count } from "./words.js";

/** What is on record of a service, and its workers where it has several. */
export class RecordView {
    element = build("section", { class: "record", "aria-labelledby": "recordtitle" });
    #fields = build("dl");
    #workers = build("div", { class: "workers" });

    constructor() {
        this.element.append(build("h3", { id: "recordtitle" }, "Record"), this.#fields, this.#workers);
    }

    show(record) {
        this.#fields.replaceChildren(...fields(record).map(([name, ...value]) =>
            build("div", {}, build("dt", {}, name), build("dd", {}, ...value))));
        this.#workers.replaceChildren(...(record.workers?.length > 0 ? workers(record.workers) : []));
    }
}

function fields(record) {
    return [
        ["Topic", record.topic],
        ["Zone", record.zone],
        ["Status", ...status(record)],
        ...(record.forced_down ? forced(record) : []),
        ...(record.flapping ? [["Flapping", "yes: it changed often lately"]] : []),
        ["Last heard", ...lastHeard(record)],
        ["Reports every", seconds(record.report_interval)],
        ["Heartbeats", count(record.report_count)],
        ["Version", String(record.version)],
        ["Incarnation", ...incarnation(record)],
        ["Driver", record.driver],
        ["Created", instant(record.created_at)],
        ["Edited", instant(record.updated_at)],
        ["UUID", build("code", {}, record.uuid)],
    ];
}

function status(record) {
    if (record.status !== "disabled") return [record.status];
    return [mark("disabled"), record.disabled_reason ? `disabled: ${record.disabled_reason}` : "disabled"];
}

function forced(record) {
    return [
        ["Forced down", `by ${record.forced_down_by ?? "somebody"} `, instant(record.forced_down_at)],
        ...(record.forced_down_reason ? [["Because", record.forced_down_reason]] : []),
        ...(record.forced_down_until ? [["Until", instant(record.forced_down_until)]] : []),
    ];
}

function lastHeard(record) {
    if (!record.last_seen_up) return ["never"];
    const age = record.age === null ? [] : [` (${seconds(record.age)} before this was asked)`];
    return [instant(record.last_seen_up), ...age];
}

function incarnation(record) {
    if (!record.incarnation) return ["none"];
    const number = record.incarnation_number === null ? "" : `, number ${count(record.incarnation_number)}`;
    return [build("code", {}, record.incarnation), number];
}

function seconds(value) {
    return value < 10 ? `${Math.round(value * 10) / 10} s` : duration(value * 1000);
}

function workers(all) {
    const head = ["Worker", "State", "Last heard", "Version"].map((title) => build("th", { scope: "col" }, title));
    const rows = all.map((worker) => build("tr", {},
        build("th", { scope: "row" }, worker.worker === "" ? "(no name)" : worker.worker),
        build("td", {}, mark(worker.state), worker.state),
        build("td", {}, worker.age === null || worker.age === undefined ? "–" : `${seconds(worker.age)} ago`),
        build("td", {}, String(worker.version))));
    const table = build("table", {}, build("thead", {}, build("tr", {}, ...head)), build("tbody", {}, ...rows));
    return [build("h3", {}, "Workers"), table];
}
