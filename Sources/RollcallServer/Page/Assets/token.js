import { byId, setText } from "./dom.js";

const KEY = "rollcall.token";

/** The token that this tab sends, and the form that asks for it. */
export class Token {
    #form = byId("token");
    #field = byId("tokenfield");
    #waiting = [];
    #isWanted = false;
    value = sessionStorage.getItem(KEY);
    /** Called when it is wanted, and when it is there. */
    changed = () => {};

    constructor() {
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#use(this.#field.value.trim());
        });
        byId("forget").addEventListener("click", () => this.forget());
        this.#show();
    }

    get isWanted() {
        return this.#isWanted;
    }

    /** The daemon did not take the token that a call was sent with. */
    wasRefused(refused, sent) {
        // A call that was on its way when another token was given says nothing of that one.
        if (sent !== this.value) return;
        const first = !this.#isWanted;
        this.#isWanted = true;
        setText(byId("tokenwhy"), this.#why(refused, sent));
        this.#show();
        if (first) this.#field.focus();
        this.changed();
    }

    /** Resolves when there is another one to try. */
    next() {
        return new Promise((resolve) => this.#waiting.push(resolve));
    }

    forget() {
        sessionStorage.removeItem(KEY);
        location.reload();
    }

    #why(refused, sent) {
        if (refused.status === 403) {
            return "The daemon knows this token, but its role is not enough: the page needs a reader or an operator.";
        }
        return sent ? "The daemon does not know this token." : "This daemon answers only who shows a token.";
    }

    #use(text) {
        // Anything else cannot stand in a header, and is no token of ours.
        if (!/^[\x21-\x7e]+$/.test(text)) {
            setText(byId("tokenwhy"), "A token has no spaces and no letters beyond ASCII.");
            return;
        }
        this.value = text;
        this.#field.value = "";
        for (const resolve of this.#waiting.splice(0)) resolve();
    }

    /** A call went well: what was tried is kept. */
    wasTaken() {
        if (!this.#isWanted && sessionStorage.getItem(KEY) === this.value) return;
        if (this.value) sessionStorage.setItem(KEY, this.value);
        const had = this.#form.contains(document.activeElement);
        this.#isWanted = false;
        this.#show();
        if (had) byId("grid").focus({ preventScroll: true });
        this.changed();
    }

    #show() {
        this.#form.hidden = !this.#isWanted;
        byId("forget").hidden = this.#isWanted || !this.value;
    }
}
