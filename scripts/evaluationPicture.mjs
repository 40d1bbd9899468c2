// Takes the picture of docs/evaluation.md: the head of a report, in Chromium. With --check it takes none and needs no
// browser: it fails if the report's headings and columns are not those of the picture, or if it is missing or too large.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { withBundles } from "./withBundles.mjs";

/** As for the tests. */
const CHROMIUM = process.env.CENTERNET_CHROMIUM ?? "/usr/bin/chromium";
const FOLDER = "docs/evaluation";
const PICTURE = `${FOLDER}/report.webp`;
const RECORD = `${FOLDER}/report.txt`;
const PAGE = "docs/evaluation.md";
const MOST_BYTES = 150_000;
const SIZE = { width: 1280, height: 1000 };

const report = await withBundles(async (importBundled) => {
  const { exampleReport } = await importBundled("scripts/evaluationPicture/example.ts");
  return exampleReport();
});
const named = /<(?:h1|h2|dt|th scope="col")[^>]*>([^<]*)</g;
const words = [...report.matchAll(named)].map(([, text]) => text.replace(/\d[\d.,]*/g, "#"));
const record = `${[...new Set(words)].join("\n")}\n`;

if (process.argv.includes("--check")) check();
else await take();

function check() {
  const faults = [];
  if (!existsSync(RECORD) || readFileSync(RECORD, "utf8") !== record) {
    faults.push(`${PICTURE}: not what the report is now. Run node scripts/evaluationPicture.mjs.`);
  }
  if (!existsSync(PICTURE)) faults.push(`${PICTURE}: expected a picture, got none.`);
  else if (statSync(PICTURE).size > MOST_BYTES) {
    faults.push(`${PICTURE}: expected at most ${MOST_BYTES} bytes, got ${statSync(PICTURE).size}.`);
  }
  if (!readFileSync(PAGE, "utf8").includes("evaluation/report.webp"))
    faults.push(`${PICTURE}: not in ${PAGE}.`);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
  console.log(`${PICTURE}: up to date`);
}

async function take() {
  // Otherwise every run would draw other pixels for the same words.
  if (
    existsSync(PICTURE) &&
    existsSync(RECORD) &&
    readFileSync(RECORD, "utf8") === record &&
    !process.argv.includes("--again")
  ) {
    console.log(`${PICTURE}: up to date`);
    return;
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await (await browser.newContext({ viewport: SIZE, colorScheme: "light" })).newPage();
    await page.setContent(report);
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 84 });
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(PICTURE, Buffer.from(data, "base64"));
    writeFileSync(RECORD, record);
  } finally {
    await browser.close();
  }
  console.log(`${PICTURE}: taken`);
}
