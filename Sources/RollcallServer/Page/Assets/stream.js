import { Refused, wordsFor } from "./calls.js";
import { now } from "./clock.js";
import { EventDecoder } from "./events.js";
import { Freshness } from "./freshness.js";

/** Milliseconds before the first attempt to come back; each further one waits twice as long, up to the second. */
const PAUSES = [400, 5000];
/** A fleet so large is told anew only every few seconds while its daemon is in doubt: the whole of it goes over the wire. */
const LARGE = 20_000;
/** Milliseconds between two snapshots while the daemon has lost what it stands on: then its log tells of nothing. */
const ANEW = { few: 4000, many: 30_000 };

/** A daemon that says nothing for so many times its keep-alive is not there, whatever the connection looks like. */
const SILENCE = 3;

/** The stream is ended to be told everything anew. */
class Anew extends Error {}

/** Follows the daemon's log for as long as the page is there, and says how that goes to the link. */
export class Stream {
    #calls;
    #fleet;
    #link;
    #token;
    #changed;
    #failures = 0;
    #isAnew = false;
    /** When the last snapshot was complete, on our clock, and whether it has just been. */
    #snapshotAt = 0;
    #isSnapshotDone = false;
    #wake = () => {};

    constructor({ calls, fleet, link, token, changed }) {
        this.#calls = calls;
        this.#fleet = fleet;
        this.#link = link;
        this.#token = token;
        this.#changed = changed;
        addEventListener("online", () => this.#wake());
        document.addEventListener("visibilitychange", () => this.#wake());
    }

    async run() {
        for (;;) {
            try {
                await this.#follow();
                this.#link.trouble = "the daemon ended the stream";
            } catch (error) {
                this.#isAnew = error instanceof Anew;
                if (this.#isAnew) continue;
                this.#link.trouble = wordsFor(error);
                if (error instanceof Refused && error.isAboutToken) {
                    this.#changed();
                    await this.#token.next();
                    continue;
                }
            }
            await this.#pause();
        }
    }

    async #follow() {
        const asked = now();
        const freshness = new Freshness(asked);
        const abort = new AbortController();
        const end = () => abort.abort(new Error("the daemon fell silent"));
        const silence = new Silence(SILENCE * 1000 * this.#link.keepAlive, end);
        this.#fleet.breakOff();
        this.#link.keepAlive = this.#fleet.byUUID.size > LARGE ? 5 : 2;
        try {
            const response = await this.#calls.open(this.#path(), abort.signal);
            this.#token.wasTaken();
            Object.assign(this.#link, { trouble: null, retryAt: null });
            const decoder = new EventDecoder();
            const text = new TextDecoder();
            for (const reader = response.body.getReader(); ; ) {
                const { done, value } = await reader.read();
                if (done) return;
                silence.heard();
                for (const item of decoder.take(text.decode(value, { stream: true }))) this.#take(item, freshness);
                this.#changed();
                this.#doubt(asked);
            }
        } finally {
            silence.end();
            abort.abort();
        }
    }

    #path() {
        const query = new URLSearchParams({ keep_alive: this.#link.keepAlive });
        const position = this.#fleet.position;
        if (position && !this.#isAnew) {
            query.set("since", position.revision);
            query.set("log_id", position.logID);
        }
        return `v1/watch?${query}`;
    }

    #take(item, freshness) {
        if (item.comment !== undefined) return this.#takeComment(item.comment, freshness);
        const told = JSON.parse(item.data);
        switch (item.name) {
            case "snapshot":
                this.#refuseOlder(told);
                this.#fleet.takeSnapshot(told);
                this.#isSnapshotDone = told.complete;
                if (told.complete) this.#snapshotAt = now();
                return;
            case "change":
                return this.#fleet.takeChange(told);
            case "degraded":
            case "recovered":
                this.#link.degraded = item.name === "degraded" ? told : null;
                return this.#fleet.concernsHealth();
            case "lagging":
                throw new Error("this browser reads too slowly");
        }
    }

    /** Another daemon that has read less would take us back. Where nothing counts, it is better than nothing. */
    #refuseOlder(snapshot) {
        if (this.#link.standing() === "current" && this.#fleet.isBehind(snapshot)) throw new Error("the daemon is behind");
    }

    #takeComment(comment, freshness) {
        if (!/^\d+(\.\d+)?$/.test(comment)) return;
        freshness.heard(Number(comment) * 1000, now());
        if (this.#fleet.position === null) return;
        this.#link.knownUntil = Math.max(this.#link.knownUntil ?? 0, freshness.knownUntil);
        this.#failures = 0;
        // One that does not end a snapshot is sent only by a daemon that has lost nothing.
        if (!this.#isSnapshotDone) this.#link.degraded = null;
        this.#isSnapshotDone = false;
    }

    /** It speaks, and what it says is too old, though it has lost nothing: a new stream may be faster. */
    #doubt(asked) {
        if (this.#fleet.coming) return;
        if (this.#link.degraded) {
            const pace = this.#fleet.byUUID.size > LARGE ? ANEW.many : ANEW.few;
            if (now() - this.#snapshotAt > pace) throw new Anew();
            return;
        }
        if (now() - asked < 2 * this.#link.mayBeOld) return;
        if (this.#link.age > 2 * this.#link.mayBeOld) throw new Error("what the daemon tells comes too late");
    }

    async #pause() {
        const longest = Math.min(PAUSES[0] * 2 ** this.#failures, PAUSES[1]);
        this.#failures += 1;
        // Many pages that lost one daemon do not come back in the same moment.
        const pause = longest * (0.5 + Math.random() / 2);
        this.#link.retryAt = now() + pause;
        this.#changed();
        await new Promise((resolve) => {
            this.#wake = resolve;
            setTimeout(resolve, pause);
        });
        this.#wake = () => {};
    }
}

/** Calls `end` when nothing was heard for so many milliseconds. */
class Silence {
    #most;
    #end;
    #timer;

    constructor(most, end) {
        this.#most = most;
        this.#end = end;
        this.heard();
    }

    heard() {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#end, this.#most);
    }

    end() {
        clearTimeout(this.#timer);
    }
}
