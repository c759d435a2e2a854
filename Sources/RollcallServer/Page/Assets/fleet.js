import { Counts } from "./counts.js";

/** News kept for whoever reads it aloud; more than so many are said in one number anyway. */
const MOST_NEWS = 2000;

/** The services as the stream tells of them. It knows nothing of the page; the page asks what changed since it last did. */
export class Fleet {
    byUUID = new Map();
    byName = new Map();
    counts = new Counts();
    /** Whoever is not up. */
    troubled = new Set();
    /** The last revision told, and its log; null before the first snapshot. */
    position = null;
    /** Services of a snapshot that is still coming; null when none is. */
    coming = null;
    /** Called with services whose record has news that the log does not carry. */
    wantsRecord = () => {};
    /** Called when daemons or brakes have news. */
    concernsHealth = () => {};
    #changed = new Set();
    #gone = new Set();
    #fallen = [];

    /** What changed since this was last asked. */
    drain() {
        const news = { changed: this.#changed, gone: this.#gone, fallen: this.#fallen };
        [this.#changed, this.#gone, this.#fallen] = [new Set(), new Set(), []];
        return news;
    }

    get hasNews() {
        return this.#changed.size > 0 || this.#gone.size > 0;
    }

    /** What was told of a snapshot before the stream broke off counts for nothing. */
    breakOff() {
        this.coming = null;
    }

    /** Whether a snapshot is older than what is known of the same log. */
    isBehind(snapshot) {
        return this.position?.logID === snapshot.log_id && snapshot.revision < this.position.revision;
    }

    takeSnapshot(snapshot) {
        this.coming ??= [];
        for (const service of snapshot.services) this.coming.push(service);
        if (!snapshot.complete) return;
        const isFirst = this.position === null;
        const left = new Set(this.byUUID.keys());
        for (const told of this.coming) {
            left.delete(told.uuid);
            this.#put(told.uuid, { ...fromSnapshot(told), ...this.#outdated(told) }, !isFirst);
        }
        for (const uuid of left) this.#remove(uuid);
        this.coming = null;
        this.position = { revision: snapshot.revision, logID: snapshot.log_id };
    }

    takeChange(row) {
        if (this.position === null || row.revision <= this.position.revision) return;
        this.position.revision = row.revision;
        if (row.kind === "daemon" || row.reason === "mass_failure" || row.from === "unknown") this.concernsHealth();
        if (row.kind === "deleted") this.#remove(row.uuid);
        else if (["state", "created", "updated"].includes(row.kind) && row.uuid) this.#follow(row);
    }

    /** Takes what a record says that is not of its liveness: for that the log is newer. */
    takeRecord(record) {
        if (!this.byUUID.has(record.uuid)) return;
        this.#put(record.uuid, {
            status: record.status,
            disabledReason: record.disabled_reason,
            forcedDown: record.forced_down,
            forcedBy: record.forced_down_by,
            forcedReason: record.forced_down_reason,
            flapping: record.flapping === true,
        });
    }

    /** What was read of a record before it was edited, while nobody told us. */
    #outdated(told) {
        const before = this.byUUID.get(told.uuid);
        if (!before || (before.status === told.status && before.forcedDown === told.forced_down)) return {};
        return { disabledReason: undefined, forcedBy: undefined, forcedReason: undefined };
    }

    #follow(row) {
        const before = this.byUUID.get(row.uuid);
        const fields = { host: row.host, binary: row.binary };
        if (row.topic) fields.topic = row.topic;
        if (row.zone) fields.zone = row.zone;
        // An edit has no states, and its reason names what was edited.
        if (row.to) {
            fields.state = row.to;
            fields.reason = row.reason;
            fields.since = Date.parse(row.at);
            fields.forcedDown = row.reason === "forced_down";
            if (row.to === "unknown") fields.lastState = before?.state === "unknown" ? before.lastState : row.from;
        }
        this.#put(row.uuid, before ? fields : { ...unheard(row), ...fields }, true);
        const isEdit = !row.to && /status|disabled|forced/.test(row.reason);
        if (isEdit || fields.forcedDown || row.kind === "created") this.wantsRecord(this.byUUID.get(row.uuid));
    }

    #put(uuid, fields, isNews = false) {
        let service = this.byUUID.get(uuid);
        if (service && Object.keys(fields).every((key) => service[key] === fields[key])) return;
        const was = service?.state;
        if (service) this.#count(service, -1);
        else {
            service = { uuid, version: 0 };
            this.byUUID.set(uuid, service);
        }
        Object.assign(service, fields);
        service.version += 1;
        service.text = null;
        this.byName.set(nameOf(service), service);
        this.#count(service, 1);
        this.#changed.add(service);
        const fell = isNews && was === "up" && service.state !== "up";
        if (fell && this.#fallen.length < MOST_NEWS) this.#fallen.push(service);
    }

    #remove(uuid) {
        const service = this.byUUID.get(uuid);
        if (!service) return;
        this.byUUID.delete(uuid);
        // A record of that name may have been made since.
        if (this.byName.get(nameOf(service)) === service) this.byName.delete(nameOf(service));
        this.#count(service, -1);
        this.#changed.delete(service);
        this.#gone.add(service);
    }

    #count(service, by) {
        this.counts.add(service, by);
        if (by > 0 && service.state !== "up") this.troubled.add(service);
        else this.troubled.delete(service);
    }
}

/** Neither part can hold a slash. */
export function nameOf(service) {
    return `${service.host}/${service.binary}`;
}

function unheard(row) {
    return { status: "enabled", state: "unknown", reason: "never_reported", since: Date.parse(row.at), forcedDown: false };
}

function fromSnapshot(told) {
    return {
        host: told.host,
        binary: told.binary,
        topic: told.topic,
        zone: told.zone,
        status: told.status,
        state: told.state,
        reason: told.state_reason,
        since: Date.parse(told.state_since),
        lastState: told.last_state,
        forcedDown: told.forced_down,
    };
}
