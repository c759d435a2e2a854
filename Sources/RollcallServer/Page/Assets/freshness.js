/** Two clocks may run so differently: 500 parts in a million is what NTP corrects at most. */
const DRIFT = 0.0005;

/**
 * Until when, on our clock, everything that happened is known.
 *
 * The stream says how long it has been speaking, by its own clock, when all was told. It began after we asked for it, so
 * what waited in a buffer is known to be late by as much, and no wall clock is compared with another.
 */
export class Freshness {
    #beginning;
    #elapsed = 0;
    /** Null before it said anything. */
    knownUntil = null;

    constructor(asked) {
        this.#beginning = asked;
    }

    heard(elapsed, arrived) {
        if (elapsed < this.#elapsed) return;
        const drifted = this.#beginning + (elapsed - this.#elapsed) * DRIFT;
        this.#beginning = Math.min(arrived - elapsed, drifted);
        this.#elapsed = elapsed;
        this.knownUntil = this.#beginning + elapsed;
    }
}
