import { now } from "./clock.js";

/** News later than so many times the daemon's keep-alive is old: one comment may be lost on the way, two are not. */
const PATIENCE = 2.5;
/** Milliseconds for which a stream that broke off may be taken up again before anybody is told. */
const PARDON = 500;

/**
 * How the page stands to its daemon: whether what it shows is so, and if not, since when and why.
 *
 * Only `standing()` decides what counts as current; every part of the page asks it.
 */
export class Link {
    /** Seconds between comments, as asked for. */
    keepAlive = 2;
    /** Until when, on our clock, everything is known. */
    knownUntil = null;
    /** Why there is no stream; null while there is one. */
    trouble = "connecting";
    /** When the next attempt begins, on our clock. */
    retryAt = null;
    /** What the daemon itself has lost: `{database, driver, since}`. */
    degraded = null;
    isTokenWanted = false;

    get mayBeOld() {
        return this.keepAlive * PATIENCE * 1000;
    }

    /** Milliseconds since what is shown was last known to be so; null before anything was. */
    get age() {
        return this.knownUntil === null ? null : Math.max(0, now() - this.knownUntil);
    }

    /** `waiting` for the first snapshot, `current`, or a reason why what is shown is old. */
    standing() {
        if (this.isTokenWanted) return "refused";
        if (this.knownUntil === null) return this.trouble && this.trouble !== "connecting" ? "lost" : "waiting";
        if (this.trouble && this.age > this.keepAlive * 1000 + PARDON) return "lost";
        if (this.degraded) return "degraded";
        return this.age <= this.mayBeOld ? "current" : "late";
    }
}
