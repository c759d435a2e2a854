// The daemon's closed list of reasons, in words for somebody who was woken. One that a later daemon adds is shown as it is.
const REASONS = {
    forced_down: "forced down",
    left: "left",
    reported_failed: "reported failed",
    heartbeat: "heartbeat heard",
    session: "its session stands",
    backend_lost: "the back end is lost",
    backend_restarted: "the back end was restarted",
    backend_evicting: "the back end drops entries",
    local_pause: "the daemon was paused",
    starting: "the daemon has just started",
    mass_failure: "held by the brake",
    reporter_lost: "a daemon or a relay fell silent",
    never_reported: "never reported yet",
    heartbeat_missed: "heartbeats missed",
    session_expired: "its session ended",
};

export const STATES = ["down", "unknown", "up"];

export function reasonWords(reason) {
    return REASONS[reason] ?? String(reason ?? "").replaceAll("_", " ");
}

/** Why it is in its state, as briefly as a row of a list allows. */
export function whyWords(service) {
    if (service.reason === "forced_down" && service.forcedBy) {
        const reason = service.forcedReason ? `: ${service.forcedReason}` : "";
        return `forced down by ${service.forcedBy}${reason}`;
    }
    const last = service.state === "unknown" && service.lastState ? `, was ${service.lastState}` : "";
    return reasonWords(service.reason) + last;
}

const number = new Intl.NumberFormat("en");

export function count(value) {
    return number.format(value);
}

export function plural(value, one, many = `${one}s`) {
    return `${count(value)} ${value === 1 ? one : many}`;
}
