/** How many services of a topic in a zone are in which state; kept as they change, never counted anew. */
export class Counts {
    /** By topic and zone; neither can hold a control character. */
    groups = new Map();
    whole = none();

    add(service, by) {
        const key = `${service.topic}\n${service.zone}`;
        let group = this.groups.get(key);
        if (!group) {
            group = { topic: service.topic, zone: service.zone, ...none() };
            this.groups.set(key, group);
        }
        count(group, service, by);
        count(this.whole, service, by);
        if (group.all === 0) this.groups.delete(key);
    }

    /** Totals by `part` (topic or zone), of the groups that `isCounted`; names of others have zeros. */
    by(part, isCounted) {
        const sums = new Map();
        for (const group of this.groups.values()) {
            let sum = sums.get(group[part]);
            if (!sum) sums.set(group[part], (sum = { name: group[part], ...none() }));
            if (!isCounted(group)) continue;
            for (const key of Object.keys(this.whole)) sum[key] += group[key];
        }
        return [...sums.values()];
    }
}

function none() {
    return { up: 0, down: 0, unknown: 0, disabled: 0, all: 0 };
}

function count(sums, service, by) {
    if (service.state in sums) sums[service.state] += by;
    if (service.status === "disabled") sums.disabled += by;
    sums.all += by;
}
