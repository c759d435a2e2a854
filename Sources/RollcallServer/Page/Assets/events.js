/** Characters of one line; no daemon sends as many. */
const MOST = 16 << 20;

/**
 * Takes a stream of server-sent events apart: lines of `field: value`, an empty line behind each event, comments that
 * begin with a colon. Lines end with LF or CR LF, as daemons and what stands between write them.
 */
export class EventDecoder {
    #rest = "";
    #scanned = 0;
    #name = "";
    #data = null;

    /** The events and comments that end in this piece of text: `{name, data}` or `{comment}`. */
    take(text) {
        this.#rest += text;
        const items = [];
        let begin = 0;
        let end;
        while ((end = this.#rest.indexOf("\n", Math.max(begin, this.#scanned))) >= 0) {
            const item = this.#line(this.#rest.slice(begin, this.#rest[end - 1] === "\r" && end > begin ? end - 1 : end));
            if (item) items.push(item);
            begin = end + 1;
        }
        this.#rest = this.#rest.slice(begin);
        // A long line comes in many pieces: what was searched is not searched again.
        this.#scanned = this.#rest.length;
        if (this.#rest.length > MOST) throw new Error("a line of the stream is too long");
        return items;
    }

    #line(line) {
        if (line === "") return this.#endEvent();
        const colon = line.indexOf(":");
        const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
        if (colon === 0) return { comment: value };
        const field = colon < 0 ? line : line.slice(0, colon);
        if (field === "event") this.#name = value;
        else if (field === "data") this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
        return null;
    }

    #endEvent() {
        const item = this.#data === null ? null : { name: this.#name, data: this.#data };
        this.#name = "";
        this.#data = null;
        return item;
    }
}
