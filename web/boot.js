// Starts the page, and says what is wrong where it cannot run. Plain
// JavaScript, because it has to work where WebAssembly does not.

const root = document.documentElement;
const parameters = new URLSearchParams(location.search);
const embedded = ![null, "0"].includes(parameters.get("embed"));

// Before the first paint, so that a dark room stays dark.
try {
  const theme = (embedded && parameters.get("theme")) || localStorage.getItem("mlflow-k8s.theme");
  if (theme) root.dataset.theme = theme;
} catch {
  // Storage is refused; the page says so itself.
}
if (embedded) root.dataset.embed = "true";

function element(tag, text, parent) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent?.append(made);
  return made;
}

function explain(title, text, detail, kept) {
  document.getElementById("boot")?.remove();
  document.querySelector(".crash")?.remove();
  const box = element("div", "", document.body);
  box.className = "crash";
  box.setAttribute("role", "alert");
  element("h1", title, box);
  element("p", text, box);
  if (detail) element("pre", detail, box);
  if (kept) {
    const area = element("textarea", kept, box);
    area.readOnly = true;
    area.setAttribute("aria-label", "Your values");
    const copy = element("button", "Copy your values", box);
    copy.type = "button";
    copy.addEventListener("click", () => {
      area.select();
      navigator.clipboard?.writeText(kept);
    });
  }
  const reload = element("button", "Reload the page", box);
  reload.type = "button";
  reload.addEventListener("click", () => location.reload());
}

let crashed = false;
addEventListener("mlflow-k8s:panic", (event) => {
  crashed = true;
  explain(
    "This page has stopped working",
    "This is a bug in the page. Your values are below. Please report the message, and what you did before it appeared.",
    event.detail,
    document.getElementById("values")?.value,
  );
});

async function start() {
  if (typeof WebAssembly !== "object") {
    explain(
      "This browser has no WebAssembly",
      "The configurator renders manifests in the browser and needs WebAssembly. Use a current browser, and check that no policy disables WebAssembly. The command line tool mlflow-k8s does the same without a browser.",
    );
    return;
  }
  try {
    const { default: init } = await import("./mlflow-k8s-web.js");
    await init({ module_or_path: new URL("./mlflow-k8s-web_bg.wasm", import.meta.url) });
    document.getElementById("boot")?.remove();
  } catch (error) {
    if (!crashed) {
      explain("The configurator could not be loaded", "Check the connection and reload the page.", String(error));
    }
  }
}

// A frame is as high as its content, if its parent cares.
function tellHeight() {
  let last = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.scrollHeight);
    if (height !== last) {
      last = height;
      parent.postMessage({ type: "mlflow-k8s:height", height }, "*");
    }
  }).observe(document.body);
}

// Works offline after the first visit. A new version waits until the reader agrees.
async function install() {
  if (embedded || !("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register("./sw.js", { scope: "./" });
    const offer = (worker) => {
      if (!worker || !navigator.serviceWorker.controller) return;
      const bar = element("div", "", document.body);
      bar.className = "update";
      bar.setAttribute("role", "status");
      element("span", "A new version of this page is available. ", bar);
      const now = element("button", "Reload", bar);
      now.type = "button";
      now.addEventListener("click", () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
        worker.postMessage("activate");
      });
    };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed") offer(worker);
      });
    });
  } catch {
    // Plain HTTP, or a browser without: the page works online.
  }
}

await start();
if (embedded && parent !== self) tellHeight();
install();
