// The page of an installed package: `centernet serve` in its folder, seen in headless Chromium.
//
//     node scripts/checkServedPage.mjs FOLDER
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { withBundles } from "./withBundles.mjs";

const [folder] = process.argv.slice(2);
const program = join(folder, "node_modules/.bin/centernet");
const server = spawn(program, ["serve", "--port", "0"], {
  cwd: folder,
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(server, "exit");
try {
  const [line] = await once(server.stdout, "data");
  const [url] = /http:\S+/.exec(String(line)) ?? [];
  if (!url) throw new Error(`centernet serve: expected its address, got ${line}`);
  await withBundles(async (load) => detectAt(url, await load("test/browser/chromium.ts")));
} finally {
  server.kill("SIGTERM");
}
const [code] = await ended;
if (code !== 143) throw new Error(`centernet serve: expected exit code 143 after SIGTERM, got ${code}`);
console.log("the served page detects, and shows every layer");

async function detectAt(url, { chromiumPath, launchChromium }) {
  for (const path of ["samples/cat.jpg", "models.json", "weights/movenet-lightning.safetensors"]) {
    const { ok, status } = await fetch(url + path);
    if (!ok) throw new Error(`${url}${path}: expected the file, got status ${status}`);
  }
  if (!chromiumPath) {
    console.log("checkServedPage: no Chromium found, so the page itself was not opened");
    return;
  }
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(url);
    await page.locator("tbody tr:nth-child(3)").waitFor();
    await page.getByText(/wasm \(.*, \d+ threads\)/).waitFor();
    await page.getByRole("link", { name: "Network", exact: true }).click();
    await page.locator(".block image").first().waitFor();
    if (faults.length > 0) throw new Error(`expected no errors in the console, got ${faults.join("; ")}`);
  } finally {
    await browser.close();
  }
}
