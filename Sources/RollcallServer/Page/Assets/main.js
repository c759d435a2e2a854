import { Announcer } from "./announce.js";
import { Attention } from "./attention.js";
import { Banner } from "./banner.js";
import { Breakdown } from "./breakdown.js";
import { Calls } from "./calls.js";
import { DaemonClock } from "./clock.js";
import { Detail } from "./detail.js";
import { byId, setAttribute, setText } from "./dom.js";
import { Fleet } from "./fleet.js";
import { Grid } from "./grid.js";
import { Health } from "./health.js";
import { listenToKeys } from "./keys.js";
import { Link } from "./link.js";
import { Listing } from "./listing.js";
import { Painter } from "./paint.js";
import { Records } from "./records.js";
import { Stream } from "./stream.js";
import { Token } from "./token.js";
import { Toolbar } from "./toolbar.js";
import { Totals } from "./totals.js";
import { View } from "./view.js";
import { count } from "./words.js";

// What is known (clock, fleet, link), what is looked at (view, listing), and what shows it. News goes one way: the stream
// changes the fleet, and the painter asks it what changed.

const clock = new DaemonClock();
const token = new Token();
const calls = new Calls(clock, token);
const fleet = new Fleet();
const link = new Link();
const listing = new Listing();
const painter = new Painter(paint);
let isViewChanged = true;

const view = new View(() => {
    isViewChanged = true;
    painter.now();
});
const changed = () => painter.soon();
const records = new Records({ calls, fleet, changed });
const wantRecord = (service) => records.want(service);
const close = () => view.close();

const grid = new Grid({ listing, view, repaint: () => painter.now() });
const detail = new Detail({ calls, clock, close });
const totals = new Totals(view);
const topics = new Breakdown(byId("topics"), "topic", view);
const zones = new Breakdown(byId("zones"), "zone", view);
const attention = new Attention({ view, wantRecord });
const toolbar = new Toolbar(view, () => grid.focus());
const banner = new Banner(clock);
const announcer = new Announcer();
const health = new Health({ calls, clock, token });

let chosen = "";
let standing = "";

function paint() {
    link.isTokenWanted = token.isWanted;
    const { changed: services, gone, fallen } = fleet.drain();
    const isFleetChanged = services.size > 0 || gone.size > 0 || fleet.coming !== null;
    const isStandingChanged = standing !== (standing = link.standing());
    if (isViewChanged && chosen !== (chosen = choice())) {
        grid.rewind();
        listing.rebuild(fleet, view);
    } else listing.apply(services, gone);
    banner.paint(link);
    const at = shownAt();
    attention.paint(fleet, isFleetChanged || isStandingChanged, standing, at);
    if (isFleetChanged || isViewChanged) {
        totals.paint(fleet.counts.whole, view, fleet.position !== null);
        topics.paint(fleet.counts);
        zones.paint(fleet.counts);
        toolbar.paint(listing.rows.length, fleet.byUUID.size, isViewChanged);
    }
    isViewChanged = false;
    detail.paint(view.service, fleet, link, at);
    grid.paint(detail.service, at);
    setAttribute(byId("house"), "data-known", String(fleet.position !== null));
    announcer.heard(fallen);
}

/** The daemon's time that ages are told at. What is old is not said to have gone on since. */
function shownAt() {
    return clock.now() - (standing === "current" ? 0 : (link.age ?? 0));
}

/** Of the view, what the table depends on; opening a service changes nothing of it. */
function choice() {
    const filters = Object.entries(view.filters).map(([kind, values]) => [kind, ...values]);
    return JSON.stringify([view.query, filters, view.sort]);
}

/** What can be read of the page while another one is looked at. */
function showTitle() {
    const isOld = ["lost", "late", "degraded", "refused"].includes(link.standing());
    const { down, unknown } = fleet.counts.whole;
    const troubles = [down > 0 ? `${count(down)} down` : null, unknown > 0 ? `${count(unknown)} unknown` : null];
    const words = isOld ? "not up to date" : troubles.filter(Boolean).join(", ");
    document.title = words ? `${words} – Rollcall` : "Rollcall";
    setAttribute(byId("icon"), "href", `page/rollcall${isOld ? "old" : down > 0 ? "down" : ""}.svg`);
}

fleet.wantsRecord = wantRecord;
fleet.concernsHealth = () => health.askSoon();
token.changed = () => {
    painter.now();
    health.ask();
};
setText(byId("address"), location.host);
listenToKeys({ view, close });
setInterval(showTitle, 1000);
painter.now();
health.ask();
new Stream({ calls, fleet, link, token, changed }).run();
