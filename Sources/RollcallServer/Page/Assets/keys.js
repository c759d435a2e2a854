import { byId } from "./dom.js";

/** Keys that hold on the whole page, as long as nobody is typing. */
export function listenToKeys({ view, close }) {
    addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
        const isTyping = event.target.matches?.("input, textarea, select");
        if (event.key === "Escape" && !byId("help").open && view.service !== null) {
            event.preventDefault();
            close();
        } else if (event.key === "/" && !isTyping) {
            event.preventDefault();
            byId("search").focus();
            byId("search").select();
        } else if (event.key === "?" && !isTyping) {
            event.preventDefault();
            byId("help").showModal();
        }
    });
    byId("keys").addEventListener("click", () => byId("help").showModal());
    byId("skip").addEventListener("click", (event) => {
        // The part of the address behind # is the view.
        event.preventDefault();
        byId("grid").focus();
    });
}
