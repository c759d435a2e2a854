import { now } from "./clock.js";

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000;

/** The daemon answered, and not what was asked for. */
export class Refused extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }

    /** Another token could help. */
    get isAboutToken() {
        return this.status === 401 || this.status === 403;
    }
}

/** Calls of the daemon that served this page, with the token that the tab keeps. */
export class Calls {
    #clock;
    #token;

    constructor(clock, token) {
        this.#clock = clock;
        this.#token = token;
    }

    /** The JSON of an answer; one of the statuses in `also` is an answer, too. */
    async get(path, also = []) {
        const response = await this.open(path, AbortSignal.timeout(PATIENCE), also);
        return response.json();
    }

    /** An answer whose body is still to come. */
    async open(path, signal, also = []) {
        const asked = now();
        const headers = { Accept: "application/json, text/event-stream" };
        const token = this.#token.value;
        if (token) headers.Authorization = `Bearer ${token}`;
        const response = await fetch(new URL(path, document.baseURI), { headers, signal, cache: "no-store" });
        this.#clock.heard(response.headers.get("Date"), asked, now());
        if (response.ok || also.includes(response.status)) return response;
        const refused = new Refused(response.status, await reason(response));
        if (refused.isAboutToken) this.#token.wasRefused(refused, token);
        throw refused;
    }
}

async function reason(response) {
    try {
        return (await response.json()).error.message;
    } catch {
        return `status ${response.status}`;
    }
}

/** What went wrong, for people. */
export function wordsFor(error) {
    if (error instanceof Refused) return `the daemon answered ${error.status}: ${error.message}`;
    if (error.name === "TimeoutError") return "the daemon does not answer in time";
    if (error instanceof TypeError) return "no connection to the daemon";
    return error.message;
}
