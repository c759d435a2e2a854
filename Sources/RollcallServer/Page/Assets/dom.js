// The only place where elements are made. Text goes in as text: names of hosts are somebody else's input.

/** An element with its attributes and children; a child is an element or text, null is left out. */
export function build(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) setAttribute(element, key, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

/** The same in SVG. */
export function draw(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) setAttribute(element, key, value);
    element.append(...children);
    return element;
}

export function byId(id) {
    return document.getElementById(id);
}

/** Sets text only where it differs, so that a quiet page lays nothing out again; the node of it is used again. */
export function setText(element, text) {
    const node = element.firstChild;
    if (node?.nodeType === Node.TEXT_NODE && node.nextSibling === null) {
        if (node.data !== text) node.data = text;
    } else if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute only where it differs; null and false take it away. */
export function setAttribute(element, key, value) {
    if (value === null || value === undefined || value === false) element.removeAttribute(key);
    else if (element.getAttribute(key) !== String(value)) element.setAttribute(key, value);
}

/** A shape for a state, or for another word that the style sheet knows. */
export function mark(kind) {
    return build("span", { class: `mark ${kind}`, "aria-hidden": "true" });
}

/**
 * Makes the children of `parent` one for each item, in their order, and keeps those that are there.
 *
 * Elements that stay are not moved as long as their order is the same: one that is moved would lose the focus.
 */
export function reconcile(parent, items, keyOf, make, update) {
    const wanted = new Set(items.map(keyOf));
    const have = new Map();
    for (const child of [...parent.children]) {
        if (wanted.has(child.key)) have.set(child.key, child);
        else child.remove();
    }
    let at = parent.firstElementChild;
    for (const item of items) {
        const child = have.get(keyOf(item)) ?? Object.assign(make(item), { key: keyOf(item) });
        if (child === at) at = at.nextElementSibling;
        else parent.insertBefore(child, at);
        update(child, item);
    }
}
