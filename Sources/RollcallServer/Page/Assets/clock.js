// Two clocks: one that goes on evenly, for how old news is; and an idea of the daemon's, for how long ago things were.

/** How much more the wall clock may have moved than the steady one before we call it sleep, in milliseconds. */
const SLEEP = 1000;

let slept = 0;
let lastWall = Date.now();
let lastTick = performance.now();

/**
 * Milliseconds on a clock that never goes back.
 *
 * The browser's steady clock may stand still while the machine sleeps, and news would look fresh after it: what the
 * wall clock has gone further is counted as well.
 */
export function now() {
    const tick = performance.now();
    const wall = Date.now();
    const gap = wall - lastWall - (tick - lastTick);
    if (gap > SLEEP) slept += gap;
    lastWall = wall;
    lastTick = tick;
    return tick + slept;
}

/**
 * What the daemon's wall clock shows, from the Date of its answers.
 *
 * Each answer gives bounds: it was written after we asked and before it came, and Date is cut to whole seconds and may be
 * kept for one more. The bounds of many answers together are much narrower than those of one.
 */
export class DaemonClock {
    #low = null;
    #high = null;

    heard(date, asked, arrived) {
        const written = Date.parse(date ?? "");
        if (Number.isNaN(written)) return;
        const low = written - arrived;
        const high = written + 2000 - asked;
        const isInside = this.#low !== null && low <= this.#high && high >= this.#low;
        // Bounds that contradict those before mean that its clock was set, or that another daemon answers now.
        this.#low = isInside ? Math.max(low, this.#low) : low;
        this.#high = isInside ? Math.min(high, this.#high) : high;
    }

    /** Milliseconds since 1970 there, now; the browser's own before the first answer. */
    now() {
        if (this.#low === null) return Date.now();
        return now() + (this.#low + this.#high) / 2;
    }

    /** By how many seconds the browser's clock is ahead of the daemon's. */
    get browserIsAhead() {
        return (Date.now() - this.now()) / 1000;
    }
}
