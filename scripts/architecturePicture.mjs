/**
 * Draws docs/architecture.svg from the folders of src/ and what their files import. Only places, colors and words stand
 * here: a folder without a place, a place without a folder and an import that runs upwards are errors. --check only
 * says whether the picture is what this program draws.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const PICTURE = "docs/architecture.svg";

/** By column from the left and row from the top; `to` is the last column of a wide box. Numbers: the image's path. */
const BOXES = [
  { name: "cli", row: 0, from: 0, to: 4, color: "front", says: "the command" },
  { name: "index.ts", row: 0, from: 5, to: 6, color: "front", says: "the public interface" },
  {
    name: "compare",
    row: 1,
    from: 0,
    to: 2,
    color: "front",
    says: "two runs, or a run and a dump, layer by layer",
  },
  { name: "evaluateModel", row: 1, from: 3, color: "front", says: "AP, as published" },
  { name: "anonymize", row: 1, from: 4, color: "front", says: "faces to masks, clean files" },
  { name: "illustration", row: 1, from: 5, to: 6, color: "front", says: "pools and kites made by hand" },
  { name: "verify", row: 2, from: 0, to: 1, color: "front", says: "golden cases, tap by tap" },
  { name: "detect.ts", row: 2, from: 2, to: 5, color: "front", says: "image to detections", numbers: [1] },
  { name: "network.ts", row: 3, from: 2, to: 5, color: "front", says: "a model with weights on a backend" },
  { name: "export", row: 2, from: 6, color: "front", says: "ONNX files" },
  { name: "evaluationReport", row: 3, from: 0, to: 1, color: "front", says: "an evaluation as a page" },
  { name: "formats", row: 3, from: 6, color: "front", says: "COCO, YOLO, npy" },
  { name: "loading", row: 4, from: 1, to: 4, color: "weights", says: "which model a file holds" },
  { name: "imageSources", row: 4, from: 5, color: "model", says: "what is an image" },
  { name: "platform", row: 5, from: 4, color: "weights", says: "files, URLs" },
  {
    name: "models",
    row: 5,
    from: 0,
    to: 3,
    color: "model",
    says: "published models as rows",
    numbers: [3, 7],
  },
  { name: "executors", row: 5, from: 5, color: "run", says: "the backends", numbers: [5] },
  { name: "backbones", row: 6, from: 0, color: "model", says: "features" },
  { name: "heads", row: 6, from: 1, color: "model", says: "output maps" },
  { name: "checkpoints", row: 6, from: 4, color: "weights", says: "formats, names" },
  { name: "blocks", row: 7, from: 0, to: 1, color: "model", says: "convolutions, pooling modules" },
  { name: "image", row: 7, from: 2, color: "model", says: "files, input", numbers: [2, 4] },
  { name: "decode", row: 7, from: 3, color: "model", says: "maps to objects", numbers: [6] },
  { name: "evaluation", row: 6, from: 6, color: "front", says: "AP as COCO's" },
  { name: "visualization", row: 4, from: 6, color: "front", says: "maps, charts" },
  { name: "analysis", row: 5, from: 6, color: "front", says: "cost, fields, blocks" },
  { name: "backend", row: 8, from: 2, to: 4, color: "run", says: "what a backend must do" },
  {
    name: "kernels",
    row: 9,
    from: 0,
    to: 6,
    color: "run",
    says: "the list of ops; one kernel for each backend",
  },
  {
    name: "graph",
    row: 10,
    from: 0,
    to: 6,
    color: "run",
    says: "a network as plain data, and passes over it",
  },
];

/** Everything may import these, so no arrows lead to them. The machine is cores, threads and memory. */
const GROUND = ["tensor.ts", "errors.ts", "detection.ts", "support", "machine"];
/** In the box of what they belong to. */
const TOGETHER = {
  batch: "detect.ts",
  "detectResult.ts": "detect.ts",
  "detectOptions.ts": "detect.ts",
  "chooseDetections.ts": "models",
  "cost.ts": "detect.ts",
  "decodeOutputs.ts": "detect.ts",
  "describePlan.ts": "detect.ts",
  "detectionRecord.ts": "detect.ts",
  explain: "detection.ts",
  "tapNames.ts": "detect.ts",
  "asNdarray.ts": "index.ts",
  "load.ts": "index.ts",
};
const MACHINE = /^platform\/(\w*Machine|thread|passedChecks|cacheFolder)\.ts$/;

/** Drawn although it follows from others: it is what an executor is for. */
const KEPT = ["executors kernels"];

const COLORS = { front: "#e8e3f3", weights: "#fbe9d0", model: "#dcedf9", run: "#ddf1dd", ground: "#ececec" };
const COLUMN = 140;
const ROW = 78;
const BOX_HEIGHT = 46;
const GAP = 14;
const MARGIN = 16;
const COLUMNS = 7;

const files = readdirSync("src", { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"));
const counts = new Map();
for (const file of files) counts.set(boxOf(file), (counts.get(boxOf(file)) ?? 0) + 1);
checkPlaces();
const svg = draw(reduced(importsBetween()));

if (!process.argv.includes("--check")) {
  writeFileSync(PICTURE, svg);
  console.log(`${PICTURE}: written`);
} else if (readFileSync(PICTURE, "utf8") === svg) {
  console.log(`${PICTURE}: up to date`);
} else {
  console.error(`${PICTURE} is out of date. Run node scripts/architecturePicture.mjs.`);
  process.exit(1);
}

/** A file's box: its top folder, or itself if it lies in src/. */
function boxOf(file) {
  const [top] = file.split("/");
  return MACHINE.test(file) ? "machine" : (TOGETHER[top] ?? top);
}

function checkPlaces() {
  const places = [...BOXES.map(({ name }) => name), ...GROUND];
  const homeless = [...counts.keys()].filter((name) => !places.includes(name));
  const empty = places.filter((name) => !counts.has(name));
  if (homeless.length + empty.length === 0) return;
  throw new Error(
    `src/: without a place: ${homeless.join(", ") || "none"}; places of nothing: ${empty.join(", ")}`,
  );
}

/** Box → the boxes that its files import, types included, without the ground. */
function importsBetween() {
  const { imports: aliases } = JSON.parse(readFileSync("package.json", "utf8"));
  const between = new Map(BOXES.map(({ name }) => [name, new Set()]));
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(readFileSync(join("src", file), "utf8"));
    for (const { fileName } of importedFiles) {
      for (const target of targetsOf(file, fileName, aliases)) {
        if (!GROUND.includes(boxOf(target))) addImport(between, file, target);
      }
    }
  }
  return between;
}

function targetsOf(file, name, aliases) {
  if (name.startsWith("#")) return Object.values(aliases[name]).map((path) => relative("src", path));
  return name.startsWith(".") ? [join(dirname(file), name)] : [];
}

function addImport(between, file, target) {
  const [from, to] = [boxOf(file), boxOf(target)];
  if (from === to) return;
  const isDown = !GROUND.includes(from) && placeOf(from).row < placeOf(to).row;
  if (!isDown) throw new Error(`${file} imports ${target}: the picture has ${to} not below ${from}`);
  between.get(from).add(to);
}

function placeOf(name) {
  return BOXES.find((box) => box.name === name);
}

/** Pairs without those that others imply: an arrow from a to c says nothing beside a to b to c. */
function reduced(between) {
  const reaches = (from, to) => [...between.get(from)].some((next) => next === to || reaches(next, to));
  return [...between].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => {
        const implied = [...targets].some((other) => other !== to && reaches(other, to));
        return !implied || KEPT.includes(`${from} ${to}`);
      })
      .map((to) => [placeOf(from), placeOf(to)]),
  );
}

function draw(arrows) {
  const width = 2 * MARGIN + COLUMNS * COLUMN - GAP;
  const rows = Math.max(...BOXES.map(({ row }) => row)) + 2;
  const height = 2 * MARGIN + rows * ROW - (ROW - BOX_HEIGHT);
  const ground = { name: "ground", row: rows - 1, from: 0, to: COLUMNS - 1, color: "ground" };
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    "<title>The folders of src/ and what they import, as scripts/architecturePicture.mjs finds it</title>",
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#666"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...arrows.map(arrow),
    ...BOXES.map(box),
    groundBox(ground),
  ].join("\n")}\n</svg>\n`;
}

function spanOf({ row, from, to = from }) {
  const left = MARGIN + from * COLUMN;
  const right = MARGIN + (to + 1) * COLUMN - GAP;
  const top = MARGIN + row * ROW;
  return { left, right, top, bottom: top + BOX_HEIGHT, middle: (left + right) / 2 };
}

function box(place) {
  const { left, right, top, middle } = spanOf(place);
  const count = counts.get(place.name);
  const others = Object.keys(TOGETHER).filter((file) => TOGETHER[file] === place.name);
  const title = place.name.endsWith(".ts") ? [place.name, ...others].join(", ") : `${place.name}/ (${count})`;
  return [
    `<rect x="${left}" y="${top}" width="${right - left}" height="${BOX_HEIGHT}" rx="6" fill="${COLORS[place.color]}" stroke="#666"/>`,
    `<text x="${middle}" y="${top + 20}" text-anchor="middle" font-weight="bold">${title}</text>`,
    `<text x="${middle}" y="${top + 36}" text-anchor="middle" fill="#333">${place.says}</text>`,
    ...(place.numbers ?? []).map((number, i) => badge(left + 2 + i * 20, top, number)),
  ].join("\n");
}

function badge(x, y, number) {
  return `<circle cx="${x}" cy="${y}" r="9" fill="#b3261e"/><text x="${x}" y="${y + 4}" text-anchor="middle" fill="white" font-size="11" font-weight="bold">${number}</text>`;
}

function groundBox(place) {
  const { left, right, top, middle } = spanOf(place);
  const names = GROUND.map((name) => (name.endsWith(".ts") ? name : `${name}/ (${counts.get(name)})`));
  return [
    `<rect x="${left}" y="${top}" width="${right - left}" height="${BOX_HEIGHT}" rx="6" fill="${COLORS.ground}" stroke="#666"/>`,
    `<text x="${middle}" y="${top + 20}" text-anchor="middle" font-weight="bold">${names.join(" · ").replace("machine/", "platform/*Machine.ts")}</text>`,
    `<text x="${middle}" y="${top + 36}" text-anchor="middle" fill="#333">the ground, which imports nothing above</text>`,
  ].join("\n");
}

/** Straight down if the boxes overlap, else from the sides that face each other. */
function arrow([from, to]) {
  const [a, b] = [spanOf(from), spanOf(to)];
  const left = Math.max(a.left, b.left);
  const right = Math.min(a.right, b.right);
  const inset = 24;
  const isAbove = right - left > inset;
  const start = isAbove ? (left + right) / 2 : b.left > a.left ? a.right - inset : a.left + inset;
  const end = isAbove ? start : b.left > a.left ? b.left + inset : b.right - inset;
  const [top, bottom] = [a.bottom, b.top - 1];
  const way = isAbove
    ? `L${end},${bottom}`
    : `C${start},${top + (bottom - top) / 2} ${end},${bottom - (bottom - top) / 2} ${end},${bottom}`;
  return `<path d="M${start},${top} ${way}" fill="none" stroke="#666" stroke-width="1.2" marker-end="url(#head)"/>`;
}
