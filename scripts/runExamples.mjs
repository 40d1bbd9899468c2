// Packs the package, installs the tarball into a copy of each folder of examples/, and runs it as its users do: in
// headless Chromium, Deno or Bun. Each must find the three persons of samples/people.jpg by `load()` alone, with one
// request for weights, none that fails, and no error on the page.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const IMAGE = join(import.meta.dirname, "../samples/people.jpg");
const FOUND = "on wasm\nperson 0.51\nperson 0.45\nperson 0.33";
const WAIT = 300_000;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

const EXAMPLES = {
  vite: async (folder) => {
    await served(folder, ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1"], onPage);
    run(folder, "npm", ["run", "build"]);
    await onStaticPage(join(folder, "dist"));
  },
  "web-worker": async (folder) => {
    await served(folder, ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1"], onPage);
    run(folder, "npm", ["run", "build"]);
    await onStaticPage(join(folder, "dist"));
  },
  webpack: async (folder) => {
    run(folder, "npm", ["run", "build"]);
    await onStaticPage(folder);
  },
  esbuild: async (folder) => {
    run(folder, "npm", ["run", "build"]);
    await onStaticPage(join(folder, "dist"));
  },
  "plain-page": onStaticPage,
  "server-rendering": async (folder) => {
    importsAreIdle(folder);
    run(folder, "npm", ["run", "build"]);
    await served(folder, ["dist/server.cjs"], onPage);
  },
  deno: inRuntime,
  bun: inRuntime,
};

/** Python programs, which runGoldenExamples.sh runs, and what clusters run, which has tests in test/cli/shards. */
const OTHERS = ["golden-cases", "kubernetes", "slurm"];
const folders = readdirSync("examples", { withFileTypes: true }).filter((entry) => entry.isDirectory());
const untested = folders
  .filter(({ name }) => !(name in EXAMPLES) && !OTHERS.includes(name))
  .map(({ name }) => name);
if (untested.length > 0) throw new Error(`runExamples.mjs does not run ${untested.join(", ")}`);

const root = mkdtempSync(join(tmpdir(), "centernet-examples-"));
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
try {
  run(".", "npm", ["pack", "--silent", "--pack-destination", root]);
  for (const [name, check] of Object.entries(EXAMPLES)) {
    const start = performance.now();
    const folder = join(root, "examples", name);
    cpSync(join("examples", name), folder, {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    run(folder, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel", "error"]);
    await check(folder);
    console.log(`examples/${name} works (${((performance.now() - start) / 1000).toFixed(0)} s)`);
    rmSync(folder, { recursive: true });
  }
} finally {
  await browser.close();
  rmSync(root, { recursive: true, force: true });
}

function run(folder, command, args) {
  const stdio = ["ignore", "pipe", "inherit"];
  return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio, timeout: WAIT });
}

function inRuntime(folder) {
  const output = run(folder, "npm", ["start", "--silent", "--", IMAGE]).trim();
  if (output !== FOUND) throw new Error(`${folder}: expected\n${FOUND}\ngot\n${output}`);
}

/** Chooses the image as a user does. */
async function onPage(url) {
  const page = await browser.newPage();
  const faults = [];
  const weights = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("request", (request) => {
    if (request.url().includes(".safetensors")) weights.push(request.url());
  });
  page.on("response", (response) => {
    const isWanted = !response.url().endsWith("/favicon.ico");
    if (isWanted && response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  try {
    await page.goto(url);
    const result = page.locator("#result");
    await result.filter({ hasText: "ready" }).waitFor({ timeout: WAIT });
    await page.setInputFiles("input", IMAGE);
    await result.filter({ hasText: "on " }).waitFor({ timeout: WAIT });
    const text = await result.textContent();
    if (text !== FOUND) faults.push(`expected\n${FOUND}\ngot\n${text}`);
    if (weights.length !== 1) faults.push(`expected one request for weights, got ${weights.join(", ")}`);
  } catch (error) {
    faults.push(error.message);
  }
  await page.close();
  if (faults.length > 0) throw new Error(`${url}\n${faults.join("\n")}`);
}

async function onStaticPage(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!existsSync(path)) return response.writeHead(404).end();
    response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
    response.end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await onPage(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Starts a server of the example, which prints its address. */
async function served(folder, args, use) {
  const env = { ...process.env, PORT: "0", NO_COLOR: "1" };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await new Promise((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
        const [address] = /http:\/\/\S+/.exec(output) ?? [];
        if (address) resolve(address);
      });
      child.on("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}: ${output}`)));
    });
    await use(url);
  } finally {
    child.kill();
  }
}

/** On a server, importing either build must not fetch, compile, start threads or keep the process alive. */
function importsAreIdle(folder) {
  const program = `
    const used = [];
    const watch = (object, name) => {
      object[name] = new Proxy(object[name] ?? class {}, {
        apply: () => used.push(name),
        construct: () => used.push(name) && {},
      });
    };
    for (const name of ["fetch", "Worker", "OffscreenCanvas", "setTimeout", "setInterval"]) watch(globalThis, name);
    for (const name of ["compile", "instantiate", "validate", "Module", "Memory"]) watch(WebAssembly, name);
    const before = process.getActiveResourcesInfo().length;
    const { load } = await import("centernet");
    const inBrowser = await import("./node_modules/centernet/dist/browser/index.js");
    if (typeof load !== "function" || typeof inBrowser.load !== "function") throw new Error("no load");
    if (used.length > 0) throw new Error("importing used " + used);
    const more = process.getActiveResourcesInfo().length - before;
    if (more > 0) throw new Error("importing left open: " + process.getActiveResourcesInfo());
  `;
  writeFileSync(join(folder, "idle.mjs"), program);
  run(folder, process.execPath, ["idle.mjs"]);
}

function chromiumPath() {
  const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return [process.env.CENTERNET_CHROMIUM ?? "", ...places].find((path) => existsSync(path));
}
