// Writes what the newest file in bench/results says: the table of docs/performance.md and the ratios of README.md.
// With --check it only says whether both are up to date.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable, writePagePart } from "./pagePart.mjs";

const SCRIPT = "node scripts/readmeBench.mjs";
const RESULTS = "bench/results";
const HEAD = [
  "network, input",
  "threads",
  "against",
  "network: plain, relaxed; theirs",
  "times as fast: plain, relaxed",
  "total: plain, relaxed; theirs",
  "memory: plain; theirs",
];

const newest = readdirSync(RESULTS)
  .filter((name) => /^peers-.*\.json$/.test(name))
  .sort()
  .at(-1);
if (!newest) throw new Error(`${RESULTS}: expected peers-*.json, which npm run bench -- peers writes`);
const { date, machine, versions, runs, rows, startups } = JSON.parse(
  readFileSync(join(RESULTS, newest), "utf8"),
);
const compared = bothBuilds(rows);
const measuredOn = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Node ${versions.node}, ${date.slice(0, 10)}`;

writePagePart({ page: "docs/performance.md", name: "benchmarks", script: SCRIPT, text: page() });
writePagePart({ page: "README.md", name: "ratios", script: SCRIPT, text: ratios() });

function page() {
  const starts = startups.map(({ build, startupMs }) => `${startupMs.toFixed(0)} ms on ${build} SIMD`);
  return [
    `${measuredOn}. Each time is the minimum of ${runs} runs (one or two for the largest networks); the engines took turns. Memory is the peak resident size, loading included.`,
    markdownTable([HEAD, ...compared.map(cellsOf)]),
    `From files to the first people, \`movenet-multipose\` takes ${starts.join(" and ")} beyond Node's own start.`,
  ].join("\n\n");
}

/** How many times as fast as each peer, on all cores and relaxed SIMD, which Node 22 and newer and browsers have. */
function ratios() {
  const [web, native] = ["onnxruntime-web", "onnxruntime-node"].map((peer) => {
    return ["hourglass-104", "resnet-50-fpn", "movenet-multipose"].map((network) => ratio(network, peer));
  });
  return [
    `On ${machine.cores} threads with relaxed SIMD, \`wasm\` runs Hourglass-104, ResNet-50 FPN and \`movenet-multipose\``,
    `${series(web)} times as fast as onnxruntime-web, and ${series(native)} times as fast as onnxruntime-node, which is`,
    `native code (${measuredOn}).`,
  ].join("\n");
}

function ratio(network, peer) {
  const { relaxed } = compared.find(({ relaxed: row }) => {
    return row.model === network && row.peer?.startsWith(peer) && row.threads === machine.cores;
  });
  return relaxed.ratio.toFixed(2);
}

function series(parts) {
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What was compared with the same, in one object: `{ plain, relaxed }`. */
function bothBuilds(rows) {
  const both = new Map();
  for (const row of rows) {
    const key = [row.model, row.threads, row.peer].join(" ");
    both.set(key, { ...both.get(key), [row.build]: row });
  }
  return [...both.values()];
}

function cellsOf({ plain, relaxed }) {
  const own = (value) => [value(plain), value(relaxed)].join(", ");
  const theirs = (value) => (plain.peer ? `; ${value}` : "");
  return [
    `${plain.model}, ${plain.size}`,
    plain.threads,
    plain.peer ?? "",
    own(({ ms }) => time(ms)) + theirs(time(plain.peerMs)),
    plain.peer ? own(({ ratio }) => ratio.toFixed(2)) : "",
    own(({ totalMs }) => time(totalMs)) + theirs(time(plain.peerTotalMs)),
    memory(plain.peakMemoryMB) + theirs(memory(plain.peerPeakMemoryMB)),
  ];
}

function time(ms = 0) {
  return ms < 1000 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function memory(megabytes = 0) {
  return megabytes < 1000 ? `${megabytes.toFixed(0)} MB` : `${(megabytes / 1000).toFixed(2)} GB`;
}
