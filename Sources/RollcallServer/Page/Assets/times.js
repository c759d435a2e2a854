import { build, setAttribute, setText } from "./dom.js";

// Instants in the viewer's zone, which the text names; how long ago is counted by the daemon's clock.
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const second = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function absolute(instant) {
    return full.format(instant);
}

export function clockTime(instant) {
    return second.format(instant);
}

/** A point on an axis that is so many milliseconds long. */
export function axisTime(instant, range) {
    return (range > 86_400_000 ? day : minute).format(instant);
}

/** Milliseconds in words, the two largest units at most. */
export function duration(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return minutes < 10 && seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    const days = Math.floor(hours / 24);
    return hours % 24 && days < 10 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** The same in a narrow column: one unit. */
export function short(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86_400)} d`;
}

/** Shows an instant as how long ago it was, with the instant itself behind it. */
export function showAge(element, instant, now, words = short) {
    if (element.instant !== instant) {
        element.instant = instant;
        setAttribute(element, "datetime", Number.isNaN(instant) ? null : new Date(instant).toISOString());
        setAttribute(element, "title", Number.isNaN(instant) ? null : absolute(instant));
    }
    setText(element, Number.isNaN(instant) ? "–" : words(now - instant));
}

/** An instant of the daemon's answers, shown as it is; `–` where there is none. */
export function instant(text) {
    const at = Date.parse(text ?? "");
    if (Number.isNaN(at)) return build("span", {}, "–");
    return build("time", { datetime: text, title: absolute(at) }, exact.format(at));
}
