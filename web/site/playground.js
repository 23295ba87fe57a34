// <mlflow-k8s-playground>: a values file that can be tried where it stands.
//
//   <script type="module" src="https://example.com/playground.js"></script>
//   <mlflow-k8s-playground><pre>storage: {enabled: true}</pre></mlflow-k8s-playground>
//
// Its content is shown until somebody starts it, and where scripts do not run.
// The playground itself is a frame of the configurator beside this file, so the
// page around it shares neither styles nor scripts with it. The values travel in
// the frame's fragment, which is not sent to any server.

const CONFIGURATOR = new URL("configurator/", import.meta.url);
/** In pixels; the frame may say that it needs more. */
const HEIGHT = 620;

const style = new CSSStyleSheet();
style.replaceSync(`
    :host { display: block; margin-block: 1em; }
    :host([hidden]) { display: none; }
    iframe {
        display: block; box-sizing: border-box; width: 100%;
        border: 1px solid #8886; border-radius: 8px; background: Canvas;
    }
    p { display: flex; flex-wrap: wrap; gap: 0.5em 1em; align-items: center; margin: 0.5em 0; font-size: 0.9em; }
    button {
        font: inherit; font-weight: 600; color: #fff; background: #0b63bd; border: 0;
        border-radius: 6px; padding: 0.4em 1em; cursor: pointer; min-height: 2.2em;
    }
    button:hover { background: #084f98; }
    :is(button, a):focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
    a { color: inherit; }
`);

/** The fragment of a link that holds the values, as the configurator reads it. */
async function fragment(work) {
    const text = new Blob([JSON.stringify(work)]).stream();
    const packed = await new Response(text.pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
    return `#v1=${base64url(new Uint8Array(packed))}`;
}

function base64url(bytes) {
    const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

class Playground extends HTMLElement {
    #frame;
    #listen = (event) => {
        if (event.source !== this.#frame?.contentWindow || event.origin !== CONFIGURATOR.origin) return;
        if (event.data?.type !== "mlflow-k8s:height") return;
        const height = Math.max(this.#height(), Number(event.data.height) || 0);
        this.#frame.style.height = `${height}px`;
    };

    connectedCallback() {
        addEventListener("message", this.#listen);
        if (this.shadowRoot) return;
        const root = this.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = [style];
        const bar = document.createElement("p");
        const start = document.createElement("button");
        start.type = "button";
        start.textContent = "Try it";
        start.addEventListener("click", async () => {
            await this.start();
            this.#frame.focus();
        });
        const link = document.createElement("a");
        link.textContent = "Open in the configurator";
        link.target = "_blank";
        link.rel = "noopener";
        link.href = CONFIGURATOR;
        this.#address(false).then((address) => (link.href = address));
        bar.append(start, link);
        root.append(document.createElement("slot"), bar);
        if (this.hasAttribute("autostart")) this.start();
    }

    disconnectedCallback() {
        removeEventListener("message", this.#listen);
    }

    /** Puts the playground in the place of the text. */
    async start() {
        if (this.#frame) return;
        this.#frame = document.createElement("iframe");
        this.#frame.title = this.getAttribute("title") || "mlflow-k8s playground";
        this.#frame.allow = "clipboard-write";
        this.#frame.style.height = `${this.#height()}px`;
        this.#frame.src = await this.#address(true);
        this.shadowRoot.querySelector("slot").replaceWith(this.#frame);
        this.shadowRoot.querySelector("button")?.remove();
    }

    #height() {
        return Number(this.getAttribute("height")) || HEIGHT;
    }

    async #address(embedded) {
        const address = new URL(CONFIGURATOR);
        if (embedded) address.searchParams.set("embed", "1");
        const theme = this.getAttribute("theme");
        if (embedded && theme) address.searchParams.set("theme", theme);
        const named = ["preset", "set", "release", "namespace", "tab"].filter((name) => this.hasAttribute(name));
        if (named.includes("preset") || named.includes("set")) {
            for (const name of named) address.searchParams.set(name, this.getAttribute(name));
            return address.href;
        }
        const work = { t: (this.querySelector("pre") ?? this).textContent.replace(/^\n/, "") };
        if (this.hasAttribute("release")) work.r = this.getAttribute("release");
        if (this.hasAttribute("namespace")) work.n = this.getAttribute("namespace");
        address.hash = await fragment(work);
        return address.href;
    }
}

customElements.define("mlflow-k8s-playground", Playground);
