// The guide's own script: search, copy buttons, and the pages for offline reading.

const root = new URL(document.body.dataset.root || ".", document.baseURI);

for (const pre of document.querySelectorAll("main pre")) {
    if (pre.closest("mlflow-k8s-playground")) continue;
    const box = document.createElement("div");
    box.className = "code";
    pre.replaceWith(box);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    box.append(pre, button);
}

// Search: an index that is loaded at the first key.
const field = document.getElementById("search");
const list = document.getElementById("results");
let index;
let chosen = -1;

async function load() {
    index ??= fetch(new URL("search.json", root)).then((response) => response.json());
    return index;
}

/** The sections that have every word, those with words in their titles first. */
function find(sections, words) {
    const found = [];
    for (const section of sections) {
        const title = `${section.page} ${section.title}`.toLowerCase();
        const text = section.text.toLowerCase();
        if (!words.every((word) => title.includes(word) || text.includes(word))) continue;
        const points = words.filter((word) => title.includes(word)).length;
        found.push({ section, points, text });
    }
    return found.sort((a, b) => b.points - a.points).slice(0, 12);
}

function excerpt(section, word) {
    const at = Math.max(0, section.text.toLowerCase().indexOf(word) - 30);
    return `${at > 0 ? "…" : ""}${section.text.slice(at, at + 120)}`;
}

function choose(next) {
    const entries = list.querySelectorAll("[role=option]");
    chosen = entries.length ? (next + entries.length) % entries.length : -1;
    entries.forEach((entry, at) => entry.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else {
        field.setAttribute("aria-activedescendant", entries[chosen].id);
        entries[chosen].scrollIntoView({ block: "nearest" });
    }
}

function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    chosen = -1;
}

async function search() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return close();
    const found = find(await load(), words);
    list.replaceChildren(
        ...found.map(({ section }, at) => {
            const entry = document.createElement("li");
            entry.id = `result-${at}`;
            entry.setAttribute("role", "option");
            entry.setAttribute("aria-selected", "false");
            const link = document.createElement("a");
            link.href = new URL(section.address, root);
            link.tabIndex = -1;
            link.textContent = section.title === section.page ? section.page : `${section.page}: ${section.title}`;
            const small = document.createElement("small");
            small.textContent = excerpt(section, words[0]);
            link.append(small);
            entry.append(link);
            return entry;
        }),
    );
    if (found.length === 0) {
        const none = document.createElement("li");
        none.className = "none";
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        none.textContent = "Nothing found";
        list.append(none);
    }
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    chosen = -1;
}

field.disabled = false;
field.addEventListener("focus", load, { once: true });
field.addEventListener("input", search);
field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") list.querySelectorAll("a")[Math.max(chosen, 0)]?.click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
});
document.addEventListener("click", (event) => {
    if (!event.target.closest("search")) close();
});
document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, [contenteditable]");
    if (event.key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
});

navigator.serviceWorker?.register(new URL("sw.js", root)).catch(() => {
    // Plain HTTP, or a browser without: the pages work online.
});
