/** Milliseconds between two paintings of news: four a second are as many as anybody can read. */
const PACE = 250;
/** Milliseconds between two looks at ages. */
const TICK = 1000;

/** Says when the page is painted: soon after news, at once after a key or click, and every second for the ages shown. */
export class Painter {
    #paint;
    #last = 0;
    #timer = null;
    #frame = null;

    constructor(paint) {
        this.#paint = paint;
        setInterval(() => this.soon(), TICK);
    }

    soon() {
        if (this.#timer !== null || this.#frame !== null) return;
        const rest = this.#last + PACE - performance.now();
        if (rest <= 0) return this.now();
        this.#timer = setTimeout(() => this.now(), rest);
    }

    now() {
        clearTimeout(this.#timer);
        this.#timer = null;
        // A page that nobody sees gets no frames, and paints nothing.
        this.#frame ??= requestAnimationFrame(() => {
            this.#frame = null;
            this.#last = performance.now();
            this.#paint();
        });
    }
}
