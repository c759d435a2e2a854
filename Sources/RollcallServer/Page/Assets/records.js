import { Refused } from "./calls.js";

/** Hosts in one question: a request line must not grow without bound. */
const HOSTS = 40;
/** Where more wait than this, one question for all services is cheaper. */
const MANY = 1000;
/** Milliseconds between questions. */
const PAUSE = 300;
/** The same after one for all, which costs the daemon more. */
const LONG_PAUSE = 10_000;
const FIELDS = "uuid,status,disabled_reason,forced_down,forced_down_reason,forced_down_by,flapping";

/** Reads what the log does not carry of services: one question at a time, many services in each. */
export class Records {
    #calls;
    #fleet;
    #changed;
    #hosts = new Set();
    #isRunning = false;

    constructor({ calls, fleet, changed }) {
        this.#calls = calls;
        this.#fleet = fleet;
        this.#changed = changed;
    }

    want(service) {
        this.#hosts.add(service.host);
        if (!this.#isRunning) this.#run();
    }

    async #run() {
        this.#isRunning = true;
        while (this.#hosts.size > 0) {
            // What is wanted in the same moment is asked together.
            await pause(PAUSE);
            const isForAll = this.#hosts.size > MANY;
            const hosts = isForAll ? [] : [...this.#hosts].slice(0, HOSTS);
            if (isForAll) this.#hosts.clear();
            for (const host of hosts) this.#hosts.delete(host);
            try {
                await this.#ask(hosts);
            } catch (error) {
                // The next edit asks again; a daemon that is away is not to be asked for ever.
                if (!(error instanceof Refused)) this.#hosts.clear();
            }
            if (isForAll) await pause(LONG_PAUSE);
        }
        this.#isRunning = false;
    }

    async #ask(hosts) {
        const query = new URLSearchParams({ fields: FIELDS });
        for (const host of hosts) query.append("host", host);
        const answer = await this.#calls.get(`v1/services?${query}`);
        for (const record of answer.services) this.#fleet.takeRecord(record);
        this.#changed();
    }
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
