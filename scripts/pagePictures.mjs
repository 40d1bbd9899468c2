// Takes the pictures of docs/page.md and the README: each view of the page as `centernet serve` serves it, in Chromium.
// `npm run build` comes first. With --check it takes none: it fails if a view's headings, controls and columns are not those
// of its picture, if a picture is missing, too large or shown nowhere. Colors and sizes alone are not noticed: no two versions
// of a browser draw the same pixels.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** As for the tests. */
const CHROMIUM = process.env.CENTERNET_CHROMIUM ?? "/usr/bin/chromium";
const FOLDER = "docs/page";
/** The words of each view at the time of its picture: its name, then a line for each. */
const RECORD = join(FOLDER, "pictures.txt");
const PAGES = ["docs/page.md", "README.md"];
const MOST_BYTES = 150_000;
const QUALITY = 84;

/** `done` is what the view shows once it has all of its numbers. */
const PICTURES = [
  { name: "detect", address: "detect", height: 880, done: "td" },
  {
    name: "network",
    address: "network?layer=backbone.block4.expand.relu6&channel=225&page=3&cell=5,10",
    height: 1010,
    done: ".cell-sum strong",
  },
  {
    name: "network-dark",
    address: "network?layer=backbone.block4.expand.relu6&channel=225&page=3&cell=5,10",
    height: 1010,
    done: ".cell-sum strong",
    dark: true,
  },
  { name: "decode", address: "decode?step=box&peak=2&cell=27,30", height: 780, done: ".why p" },
  { name: "triplets", address: "triplets?pool=center&pair=pair-6", height: 1180, done: ".line.rejected" },
  {
    name: "compare",
    address: "compare?model=movenet-lightning&layer=backbone.block2.depthwise.relu6",
    height: 940,
    done: ".maps canvas",
  },
  { name: "load", address: "load", height: 640, done: ".opened .facts", press: "movenet-multipose" },
];

const isCheck = process.argv.includes("--check");
const faults = [];
const server = await servePage();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
try {
  const said = {};
  for (const picture of PICTURES) said[picture.name] = await visit(picture);
  if (isCheck) checkRecord(said);
  else writeFileSync(RECORD, record(said));
} finally {
  await browser.close();
  server.process.kill();
}
checkFiles();
if (faults.length > 0) {
  for (const fault of faults) console.error(fault);
  process.exit(1);
}
console.log(`${FOLDER}: ${PICTURES.length} pictures ${isCheck ? "are up to date" : "taken"}`);

/** Takes the picture, unless this is a check, and returns the words of the view. */
async function visit({ name, address, height, done, press, dark = false }) {
  const viewport = { width: 1280, height };
  const context = await browser.newContext({ viewport, colorScheme: dark ? "dark" : "light" });
  try {
    const page = await context.newPage();
    // Not the first visit: that one is offered the tour.
    await page.addInitScript(() => localStorage.setItem("centernet.tour-offered", "yes"));
    await page.goto(`${server.url}#${address}`);
    if (press) await page.getByRole("button", { name: press }).click();
    await page.locator(done).first().waitFor();
    // Nothing goes on any more.
    await page.waitForFunction(() => !document.querySelector("progress"));
    if (!isCheck) {
      const session = await context.newCDPSession(page);
      const options = { format: "webp", quality: QUALITY };
      const { data } = await session.send("Page.captureScreenshot", options);
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(data, "base64"));
    }
    return await page.evaluate(wordsOfView);
  } finally {
    await context.close();
  }
}

/** Headings, labels of controls and columns, each once; numbers are left out, since they differ between machines. */
function wordsOfView() {
  const named = document.querySelectorAll("main :is(h1, h2, h3, legend, button, summary, th, .field > span)");
  const words = [...named].map(({ innerText }) =>
    innerText
      .replace(/\d[\d.,]*/g, "#")
      .replace(/\s+/g, " ")
      .trim(),
  );
  return [...new Set(words)].filter((text) => text !== "");
}

function record(said) {
  const views = Object.entries(said).map(([name, words]) =>
    [name, ...words.map((text) => `  ${text}`)].join("\n"),
  );
  return `${views.join("\n\n")}\n`;
}

function checkRecord(said) {
  const parts = existsSync(RECORD) ? readFileSync(RECORD, "utf8").trimEnd().split("\n\n") : [];
  const recorded = new Map(
    parts.map((part) => part.split(/\n {2}/)).map(([name, ...words]) => [name, words]),
  );
  for (const [name, words] of Object.entries(said)) {
    const before = recorded.get(name) ?? [];
    const added = words.filter((text) => !before.includes(text));
    const gone = before.filter((text) => !words.includes(text));
    if (added.length + gone.length === 0) continue;
    const differences = [...added.map((text) => `+ ${text}`), ...gone.map((text) => `- ${text}`)].join(", ");
    faults.push(`${FOLDER}/${name}.webp: not what the view is now: ${differences}. Run npm run docs:page.`);
  }
}

function checkFiles() {
  const names = PICTURES.map(({ name }) => `${name}.webp`);
  const shown = PAGES.map((page) => readFileSync(page, "utf8")).join("\n");
  for (const name of names) {
    const file = join(FOLDER, name);
    if (!existsSync(file)) faults.push(`${file}: expected a picture, got none. Run npm run docs:page.`);
    else if (statSync(file).size > MOST_BYTES)
      faults.push(`${file}: expected at most ${MOST_BYTES} bytes, got ${statSync(file).size}.`);
    if (!shown.includes(`page/${name}`)) faults.push(`${file}: no page shows it.`);
  }
  const strange = readdirSync(FOLDER).filter((name) => name !== "pictures.txt" && !names.includes(name));
  for (const name of strange) faults.push(`${join(FOLDER, name)}: no picture of this script.`);
}

/** The packaged program's own server, on a free port. */
async function servePage() {
  const started = spawn(process.execPath, ["dist/node/cli.js", "serve", "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      text += chunk;
      const [found] = /http:\/\/\S+/.exec(text) ?? [];
      if (found) resolve(found);
    };
    started.stdout.on("data", read);
    started.stderr.on("data", read);
    started.on("exit", (code) => reject(new Error(`centernet serve ended with ${code}: ${text}`)));
  });
  return { url, process: started };
}
