// The configurator as a person uses it: what tests do with the page, in the
// page's own words. It holds the page to its promises all the time: no error in
// the console, no request after it has loaded but for its own files that it asks
// for late.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { launch, serve, variable } from "../browser.mjs";

/** The page as it is published. */
const dist = variable("MLFLOW_K8S_PAGE");

let browser;
let site;

/** Starts a browser and a server for the tests of a file. */
export function suite() {
    before(async () => {
        browser = await launch();
        // From a sub-path: what works there works at the root.
        site = await serve(undefined, dist, "/some/path/");
    });
    after(async () => {
        await browser?.close();
        site?.close();
    });
}

/** The files of the page that are fetched when somebody asks for what is in them. */
const FETCHED_LATE = ["reasons.json"];

const DESKTOP = { width: 1440, height: 900 };

export class Configurator {
    /** Opens the page, in a new profile unless one is given, until the test ends. */
    static async open(test, { at = "", offline = false, profile, ...options } = {}) {
        const context =
            profile ??
            (await browser.newContext({
                viewport: DESKTOP,
                serviceWorkers: offline ? "allow" : "block",
                permissions: ["clipboard-read", "clipboard-write"],
                ...options,
            }));
        const page = await context.newPage();
        const opened = new Configurator(page, site);
        test.after(async () => {
            await context.close();
            assert.deepEqual(opened.faults, [], "in the console");
            assert.deepEqual(opened.requests, [], "after the page had loaded");
        });
        await opened.go(`${site.address}${at}`);
        return opened;
    }

    constructor(page, site) {
        this.page = page;
        this.site = site;
        page.setDefaultTimeout(30_000);
        this.faults = [];
        this.requests = [];
        this.loaded = false;
        page.on("pageerror", (error) => this.faults.push(`${error}`));
        page.on("console", (message) => {
            const isOurs = !message.text().endsWith("blocked by Playwright");
            if (isOurs && ["error", "warning"].includes(message.type())) this.faults.push(message.text());
        });
        page.on("request", (request) => {
            const url = request.url();
            // What the page makes itself is no request to anybody.
            const isOurs = FETCHED_LATE.some((name) => url === `${this.site.address}${name}`);
            if (this.loaded && !isOurs && !/^(blob|data):/.test(url)) this.requests.push(url);
        });
    }

    async go(address) {
        this.loaded = false;
        await this.page.goto(address);
        await this.ready();
    }

    async reload() {
        this.loaded = false;
        await this.page.reload();
        await this.ready();
    }

    async ready() {
        await this.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
        this.loaded = true;
    }

    /** The text of values.yaml. */
    values() {
        return this.page.locator("#values").inputValue();
    }

    async writeValues(text) {
        await this.show("values.yaml");
        await this.page.locator("#values").fill(text);
    }

    /** The text of the manifests. */
    manifests() {
        return this.page.evaluate(() => document.querySelector("#manifests").textContent);
    }

    /** The control of a setting, by its path in the values. */
    control(path) {
        return this.page.locator(`[data-path="${path}"]`).first();
    }

    switch(name) {
        return this.page.getByRole("switch", { name, exact: true }).first();
    }

    async isOn(name) {
        return (await this.switch(name).getAttribute("aria-checked")) === "true";
    }

    async show(tab) {
        await this.page.getByRole("tab", { name: tab }).click();
    }

    /** The findings, as codes, of one severity or all. */
    problems(severity) {
        const which = severity ? `[data-severity=${severity}]` : "";
        return this.page
            .locator(`#problems [data-code]${which}`)
            .evaluateAll((items) => items.map((item) => item.dataset.code));
    }

    /** The words of the findings, for messages. */
    async complaints() {
        return (await this.page.locator("#problems").innerText()).replace(/\s+/g, " ");
    }

    async assertClean(severities = ["error", "warning"]) {
        for (const severity of severities) {
            assert.deepEqual(await this.problems(severity), [], await this.complaints());
        }
    }

    async fix(code) {
        await this.page
            .locator(`#problems [data-code=${code}]`)
            .getByRole("button", { name: /^Fix/ })
            .first()
            .click();
    }

    /** The names of all presets. */
    presets() {
        return this.page
            .locator("[data-preset]")
            .evaluateAll((cards) => cards.map((card) => card.dataset.preset));
    }

    async choosePreset(name) {
        await this.page.getByRole("button", { name: /^Presets/ }).click();
        await this.page.locator(`[data-preset="${name}"]`).click();
    }

    async import(text) {
        await this.page.getByRole("button", { name: /^Import/ }).first().click();
        await this.page.locator("#import-text").fill(text);
        await this.page.locator("#sheet-import").getByRole("button", { name: "Import" }).click();
    }

    async setRelease(name, namespace) {
        await this.control("release.name").fill(name);
        await this.control("release.namespace").fill(namespace);
    }

    /** Downloads one of the files; resolves to where it is. */
    async download(name) {
        await this.page.getByRole("button", { name: /^Download/ }).click();
        const [download] = await Promise.all([
            this.page.waitForEvent("download"),
            this.page.locator("#sheet-download").getByRole("button", { name }).click(),
        ]);
        assert.equal(download.suggestedFilename(), name);
        return download.path();
    }

    async downloadText(name) {
        return readFileSync(await this.download(name), "utf8");
    }

    /** The link that Share gives. */
    async share() {
        await this.page.getByRole("button", { name: /^Share/ }).click();
        const field = this.page.locator("#share-link");
        await this.page.waitForFunction(
            () => document.querySelector("#share-link").value.includes("#v1="),
        );
        return field.inputValue();
    }

    /** Closes the dialog that is open. */
    async close() {
        await this.page.keyboard.press("Escape");
        await this.page.locator("dialog[open]").waitFor({ state: "detached" });
    }

    /** Shows a part of the page on a phone. */
    async part(name) {
        const parts = this.page.getByRole("navigation", { name: "Parts of the page" });
        await parts.getByRole("button", { name }).click();
    }

    async hideNotice() {
        const dismiss = this.page.getByRole("button", { name: "Dismiss" });
        if (await dismiss.isVisible()) await dismiss.click();
    }

    /** Takes the focus out of every field, so that single keys are shortcuts. */
    async leaveFields() {
        await this.page.evaluate(() => document.activeElement?.blur());
    }
}
