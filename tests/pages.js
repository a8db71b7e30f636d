// SPDX-License-Identifier: MIT
// Visits every page of a status page with a real browser, and prints a line for each thing that is not as it should be:
// KIND, the page, what. Run where axe-core, html-validate and playwright-core are installed:
//
//     node pages.js CHROMIUM URL...
//
// It follows every link from each URL on. Of pages of one shape (all runs that failed, say) it opens a few, and asks of
// the others only that they answer. A page is fetched once and shown to each browser as it came, headers and all,
// so that what is compared is the same page. With SEEN=FILE the shapes that were opened are noted there, and those that
// are there already are not opened again, but still validated. With SHOTS=DIRECTORY pictures are left there.
"use strict";
const fs = require("fs");
const path = require("path");
const load = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const { chromium } = load("playwright-core");
const { HtmlValidate } = load("html-validate");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js", { paths: [process.cwd()] }), "utf8");

const OPENED_MAX = Number(process.env.OPENED || 1); // of one shape
const LINKS_MAX = 600;
// One tab looks in one way after the other.
const LOOKS = [
    { name: "phone", width: 390, height: 844, colorScheme: "light" },
    { name: "dark", width: 1280, height: 900, colorScheme: "dark" },
];
if (process.env.SHOTS)
    LOOKS.push({ name: "desktop", width: 1280, height: 900, colorScheme: "light" },
        { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" });

const noted = process.env.SEEN && fs.existsSync(process.env.SEEN) ? fs.readFileSync(process.env.SEEN, "utf8").split("\n") : [];

let problems = 0;
function say(kind, page, what) {
    problems++;
    console.log(`${kind} ${page} ${String(what).replace(/\s+/g, " ").slice(0, 400)}`);
}

// The checker's own opinions on style are left out: what is asked for is valid HTML.
const validator = new HtmlValidate({
    root: true,
    extends: ["html-validate:recommended"],
    rules: { "void-style": "off", "attribute-boolean-style": "off", "long-title": "off", "no-inline-style": "error" },
});
async function check_html(page, text) {
    const report = await validator.validateString(text);
    for (const result of report.results)
        for (const message of result.messages) say("html", page, `${message.ruleId} at ${message.line}: ${message.message} (${message.selector})`);
}

async function get(url) {
    const answer = await fetch(url, { redirect: "manual" });
    return { url, status: answer.status, type: answer.headers.get("content-type") || "", headers: Object.fromEntries(answer.headers), text: await answer.text() };
}

// Of one shape: the same kind of address, the same kind of answer on top.
function shape_of(page) {
    const { pathname, searchParams } = new URL(page.url);
    const folder = pathname.split("/").slice(0, 2).concat(pathname.split("/").slice(2).map(() => "*")).join("/");
    const kind = (page.text.match(/class="(answer [a-z]+|message)"/) || [])[1];
    return `${folder} ${path.extname(pathname)} ${searchParams.size > 0} ${kind}`;
}

function links_of(page) {
    const found = [...page.text.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map((match) => match[1].replaceAll("&amp;", "&"));
    return found.map((target) => new URL(target, page.url)).filter((url) => url.origin === new URL(page.url).origin)
        .map((url) => { url.hash = ""; return url.href; });
}
function check_anchors(page) {
    for (const [, id] of page.text.matchAll(/href="#([^"]+)"/g))
        if (!page.text.includes(`id="${id}"`)) say("link", page.url, `nothing has the id ${id}`);
}

// Every page that can be reached; of each shape the first few whole, for the browser.
async function crawl(start, urls) {
    const seen = new Set([start]), waiting = [start], shapes = new Map(), opened = [];
    while (waiting.length > 0 && seen.size < LINKS_MAX) {
        const page = await get(waiting.shift());
        if (page.status !== 200) {
            say("link", page.url, `answers ${page.status}`);
            continue;
        }
        if (page.type.startsWith("application/json") || page.type.includes("+json")) {
            try { JSON.parse(page.text); } catch (error) { say("link", page.url, error.message); }
        }
        if (!page.type.startsWith("text/html")) continue;
        const shape = shape_of(page), count = (shapes.get(shape) || 0) + 1;
        shapes.set(shape, count);
        if (count > OPENED_MAX) continue;
        const name = `${urls.indexOf(start)} ${shape}`;
        if (!noted.includes(name)) {
            opened.push(page);
            if (process.env.SEEN) fs.appendFileSync(process.env.SEEN, `${name}\n`);
        }
        check_anchors(page);
        await check_html(page.url, page.text);
        for (const link of links_of(page)) {
            if (seen.has(link)) continue;
            seen.add(link);
            waiting.push(link);
        }
    }
    if (waiting.length > 0) say("link", start, `${waiting.length} of ${seen.size} links were not followed`);
    return { opened, followed: seen.size };
}

async function open(context, page) {
    const tab = await context.newPage();
    tab.on("console", (message) => { if (["error", "warning"].includes(message.type())) say("console", page.url, message.text()); });
    tab.on("pageerror", (error) => say("console", page.url, error.message));
    tab.on("requestfailed", (request) => say("console", page.url, `${request.url()} ${request.failure().errorText}`));
    await tab.route(page.url, (route) => route.fulfill({ status: page.status, headers: page.headers, body: page.text }));
    await tab.goto(page.url, { waitUntil: "load" });
    return tab;
}

async function check_axe(tab, page, look) {
    await tab.evaluate(axe);
    const found = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const violation of found.violations)
        for (const node of violation.nodes.slice(0, 3))
            say("axe", page.url, `${look.name}: ${violation.id}: ${node.target} ${node.html.slice(0, 120)} ${node.any.concat(node.all).map((check) => check.message).join("; ")}`);
}

// Nothing may be wider than the screen, but for what scrolls by itself.
async function check_width(tab, page, look) {
    const wide = await tab.evaluate(() => {
        const root = document.documentElement;
        if (root.scrollWidth <= root.clientWidth) return null;
        const scrolls = (element) => element && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
        const out = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(element.parentElement));
        return `${root.scrollWidth} > ${root.clientWidth}: ${out.slice(0, 3).map((element) => element.outerHTML.slice(0, 100)).join(" | ")}`;
    });
    if (wide) say("scroll", page.url, `${look.name}: ${wide}`);
}

// With the Tab key everything can be reached, the first stop leads past the head, and where one is can be seen.
async function check_keyboard(tab, page) {
    const count = await tab.evaluate(() => document.querySelectorAll("a[href], summary, input, select, button, [tabindex]").length);
    const stops = new Set();
    for (let i = 0; i < Math.min(count, 15); i++) {
        await tab.keyboard.press("Tab");
        const stop = await tab.evaluate(() => {
            const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
            return { name: element.outerHTML.slice(0, 80), skip: element.className === "skip", seen: box.width > 0 && box.right > 0 && box.bottom > 0, ring: style.outlineStyle !== "none" || style.boxShadow !== "none", body: element === document.body };
        });
        if (stop.body) break;
        if (i === 0 && !stop.skip) say("keyboard", page.url, `the first stop is ${stop.name}`);
        if (!stop.seen || !stop.ring) say("keyboard", page.url, `not to be seen with the focus on it: ${stop.name}`);
        stops.add(stop.name);
    }
    if (count > 0 && stops.size === 0) say("keyboard", page.url, "nothing can be reached");
}

// A page that renews itself does so after its time, and stops when it is told to.
async function check_renewal(browser, url) {
    const context = await browser.newContext(), tab = await context.newPage();
    await tab.clock.install();
    await tab.goto(url);
    const as_of = () => tab.evaluate(() => document.querySelector("#as-of time").dateTime);
    const before = await as_of();
    await tab.waitForTimeout(1100);
    const seconds = await tab.evaluate(() => Number(document.querySelector("main").dataset.renews));
    await tab.clock.fastForward(1000 * (seconds + 1));
    await tab.waitForFunction((old) => document.querySelector("#as-of time").dateTime !== old, before, { timeout: 10000, polling: 100 })
        .catch(() => say("renewal", url, `still of ${before}`));
    await tab.click("footer button");
    let asked = 0;
    tab.on("request", () => asked++);
    await tab.clock.fastForward(60000);
    await tab.waitForTimeout(200);
    if (asked > 0) say("renewal", url, "goes on when it is told to pause");
    await context.close();
}

const darkness = (tab) => tab.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
// What scripts add for themselves alone (a button that stops them) is left out.
const text_of = (tab) => tab.evaluate(() => {
    document.querySelectorAll(".by-script").forEach((element) => element.remove());
    return document.body.innerText.replace(/\s+/g, " ");
});

const unfold = (tab) => tab.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));

async function check_looks(context, page, number) {
    const paper = {}, tab = await open(context, page);
    for (const look of LOOKS) {
        await tab.emulateMedia({ colorScheme: look.colorScheme });
        await tab.setViewportSize({ width: look.width, height: look.height });
        paper[look.name] = await darkness(tab);
        if (process.env.SHOTS) await tab.screenshot({ path: path.join(process.env.SHOTS, `${number}-${look.name}.png`), fullPage: true });
    }
    await unfold(tab);
    for (const look of LOOKS.slice(0, 2)) {
        await tab.emulateMedia({ colorScheme: look.colorScheme });
        await tab.setViewportSize({ width: look.width, height: look.height });
        await check_width(tab, page, look);
        await check_axe(tab, page, look);
        if (look.name === "phone") await check_keyboard(tab, page);
    }
    if (!(paper.dark < paper.phone / 3)) say("dark", page.url, `paper ${paper.phone} by day, ${paper.dark} by night`);
    const text = await text_of(tab);
    await tab.close();
    return text;
}

async function main() {
    const [executablePath, ...urls] = process.argv.slice(2);
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    const context = await browser.newContext();
    const without = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
    let opened = 0, followed = 0;
    for (const url of urls) {
        const found = await crawl(url, urls);
        for (const page of found.opened) {
            const with_script = await check_looks(context, page, opened);
            const tab = await open(without, page);
            await unfold(tab);
            if ((await text_of(tab)) !== with_script) say("script", page.url, "without JavaScript it says something else");
            await tab.close();
            if (process.env.SHOTS) console.error(`${opened} ${page.url}`);
            opened++;
        }
        await check_renewal(browser, url);
        followed += found.followed;
    }
    await browser.close();
    console.log(`opened ${opened} followed ${followed} problems ${problems}`);
}
main().catch((error) => { console.log(`broken - ${error.stack}`); process.exit(1); });
