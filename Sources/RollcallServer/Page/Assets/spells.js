/** The least number of changes that the first range shows. */
const CHANGES = 6;

export const RANGES = [
    { words: "3 min", length: 180_000 },
    { words: "15 min", length: 900_000 },
    { words: "1 h", length: 3_600_000 },
    { words: "6 h", length: 21_600_000 },
    { words: "24 h", length: 86_400_000 },
    { words: "7 d", length: 604_800_000 },
    { words: "30 d", length: 2_592_000_000 },
];

/** A service's states one after the other, from its transitions (newest first): `{state, reason, from, to}`.
 *
 * Of changes that were folded nobody knows how long each lasted: their time is one spell with their number, `changes`. */
export function spellsOf(transitions, now) {
    const spells = [];
    let until = now;
    let changes = 0;
    for (const row of transitions) {
        const at = Date.parse(row.at);
        const isState = row.to && row.kind !== "deleted";
        if (isState) spells.push({ state: row.to, reason: row.reason, from: at, to: Math.max(at, until), changes });
        if (row.to || row.kind === "deleted") {
            until = at;
            changes = row.folded ?? 0;
        }
    }
    return spells.reverse();
}

/** The shortest range that shows the last few changes. */
export function rangeFor(spells, now) {
    const first = spells[Math.max(0, spells.length - CHANGES)];
    const needed = first ? now - first.from : 0;
    return RANGES.find((range) => range.length >= needed) ?? RANGES.at(-1);
}

/** The parts of spells within the range, and how long each state lasted and how often. */
export function within(spells, begin, end) {
    const seen = spells.filter((spell) => spell.to > begin && spell.from < end)
        .map((spell) => ({ ...spell, from: Math.max(begin, spell.from), to: Math.min(end, spell.to) }));
    const sums = { up: 0, down: 0, unknown: 0 };
    const times = { up: 0, down: 0, unknown: 0 };
    for (const spell of seen) {
        if (!(spell.state in sums) || spell.changes > 0) continue;
        sums[spell.state] += spell.to - spell.from;
        times[spell.state] += 1;
    }
    return { seen, sums, times };
}
