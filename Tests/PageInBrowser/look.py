"""Questions to the page, in its own language."""

# Milliseconds since 1970 when a matching row of the list of troubles was first seen, for each service.
WATCHER = """
window.seenAt = {};
addEventListener("DOMContentLoaded", () => {
    const all = { childList: true, subtree: true, attributes: true, characterData: true };
    new MutationObserver(() => {
        for (const link of document.querySelectorAll("#troubles a")) {
            const key = `${link.querySelector(".who").innerText} ${link.dataset.state}`;
            window.seenAt[key] ??= performance.timeOrigin + performance.now();
        }
    }).observe(document.getElementById("troubles"), all);
});
"""

FIGURES = """Object.fromEntries([...document.querySelectorAll(".figure")].map(one =>
    [one.querySelector(".label").innerText, Number(one.querySelector(".number").innerText.replaceAll(",", ""))]))"""

IS_CURRENT = "document.documentElement?.dataset.fresh === 'current'"


def breakdown(part):
    """The totals of the list of topics or zones, as they are read aloud."""
    return f"""Object.fromEntries([...document.querySelectorAll("#{part} button")].map(one => one.ariaLabel)
        .map(label => /^(.*): ([\\d,]+) down, ([\\d,]+) unknown, ([\\d,]+) up$/.exec(label))
        .map(([, name, ...numbers]) => [name, numbers.map(one => Number(one.replaceAll(",", "")))]))"""


ROWS = """[...document.querySelectorAll("#grid .rows .row")].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
    .map(row => row.querySelector(".host").innerText + " " + row.querySelector(".binary").innerText)"""

NODES = "document.querySelectorAll('*').length"

# Everything that can be pressed and has no name, and every text whose contrast with its ground is less than 4.5 to 1
# (3 to 1 where it is large).
NAMELESS = """[...document.querySelectorAll("button, a, input")].filter(one => one.checkVisibility() &&
    !(one.ariaLabel || one.innerText.trim() || one.labels?.length)).map(one => one.outerHTML.slice(0, 80))"""

CONTRAST = """(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const parse = (text) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = text;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (color) => {
        const linear = (one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
        const [r, g, b] = color.map((one) => linear(one / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const style = getComputedStyle(one);
            // A pattern: its lightest part is written beside it as the colour to judge by.
            const color = parse(style.backgroundImage.match(/rgb[^)]*\\)/g)?.at(-1) ?? style.backgroundColor);
            if (color[3] === 255) return color;
        }
        return parse("canvas");
    };
    const poor = new Set();
    for (const element of document.querySelectorAll("body *")) {
        if (![...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim())) continue;
        if (!element.checkVisibility({ opacityProperty: true })) continue;
        if (element.closest(".unseen, dialog:not([open]), noscript, [inert], svg")) continue;
        const style = getComputedStyle(element);
        const [a, b] = [light(parse(style.color).slice(0, 3)), light(ground(element).slice(0, 3))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        const size = parseFloat(style.fontSize);
        const most = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
        const name = element.className || element.tagName;
        if (ratio < most) poor.add(`${name} ${element.innerText.slice(0, 20)} ${ratio.toFixed(2)}`);
    }
    return [...poor];
})()"""
