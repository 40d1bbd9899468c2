// Writes what the newest file in bench/results says: the table and the chart of docs/performance.md, and the ratios of
// README.md. With --check it only says whether they are up to date.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable, writePagePart, writeWhole } from "./pagePart.mjs";
import { PEERS, peersChart } from "./peersChart.mjs";

const SCRIPT = "node scripts/readmeBench.mjs";
const RESULTS = "bench/results";
const CHART = "performance.svg";
const ITSELF = "itself on 1 thread";
const HEAD = [
  "network, input",
  "threads",
  "against",
  "times as fast: plain, relaxed",
  "network: plain, relaxed; theirs",
  "memory; theirs",
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
const most = Math.max(...rows.map(({ threads }) => threads));
const measuredOn = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Node ${versions.node}, ${date.slice(0, 10)}`;

writePagePart({ page: "docs/performance.md", name: "benchmarks", script: SCRIPT, text: page() });
writePagePart({ page: "README.md", name: "ratios", script: SCRIPT, text: ratios() });
writeWhole({ path: join("docs", CHART), script: SCRIPT, text: chart() });

function page() {
  const starts = startups.map(({ build, startupMs }) => `${startupMs.toFixed(0)} ms on ${build} SIMD`);
  return [
    `![How many times as fast wasm is as each peer, network by network](${CHART})`,
    `${measuredOn}; ${peerVersions()}. Each time is the minimum of ${runs} runs (one or two for the largest networks); the engines took turns. Memory is the peak resident size with plain SIMD, loading included.`,
    markdownTable([HEAD, ...compared.map(cellsOf)]),
    `Decoding a JPEG, resizing and reading the detections add ${added()} to a network's time here. From files to the first people, \`movenet-multipose\` takes ${starts.join(" and ")} beyond Node's own start.`,
  ].join("\n\n");
}

function chart() {
  const points = compared
    .filter(({ threads, peer, both }) => threads === most && peer !== ITSELF && both.relaxed?.ratio)
    .map(({ network, peer, both }) => ({ network, peer, ratio: both.relaxed.ratio }));
  const threads = most === 1 ? "1 thread" : `${most} threads`;
  return peersChart(points, `Times as fast as each peer: wasm, relaxed SIMD, ${threads}`);
}

/** How many times as fast as each peer, on all cores and relaxed SIMD, which Node 22 and newer and browsers have. */
function ratios() {
  const told = ["onnxruntime-web", "LiteRT.js", "onnxruntime-node"].map((peer) => {
    return ["hourglass-104", "resnet-50-fpn", "movenet-multipose"].map((model) => ratio(model, peer));
  });
  const [web, lite, native] = told.map((numbers) => numbers.every(Boolean) && series(numbers));
  if (!web || !native)
    throw new Error(`${RESULTS}/${newest}: expected ONNX Runtime beside each of the networks`);
  return [
    `On ${most} threads with relaxed SIMD, \`wasm\` runs Hourglass-104, ResNet-50 FPN and \`movenet-multipose\``,
    `${web} times as fast as onnxruntime-web,`,
    ...(lite ? [`${lite} times as fast as LiteRT.js in Chromium,`] : []),
    `and ${native} times as fast as onnxruntime-node, which is native code`,
    `(${measuredOn}).`,
  ].join("\n");
}

function ratio(model, peer) {
  const found = compared.find((row) => row.model === model && row.peer === peer && row.threads === most);
  return found?.both.relaxed?.ratio?.toFixed(2);
}

function series(parts) {
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What was compared with the same, once, with the row of each build: networks as they were run, and peers as in PEERS. */
function bothBuilds(rows) {
  const all = new Map();
  for (const row of rows) {
    const { model, size, height = size, threads, build, browser } = row;
    const peer = peerOf(row);
    const key = [model, threads, peer].join(" ");
    const network = `${model}, ${height === size ? size : `${size} × ${height}`}`;
    const known = all.get(key) ?? { model, network, threads, peer, browser, both: {} };
    all.set(key, { ...known, both: { ...known.both, [build]: row } });
  }
  const order = [...new Set([...all.values()].map(({ model, threads }) => `${model} ${threads}`))];
  const place = ({ model, threads, peer }) => {
    const rank = PEERS.findIndex(({ name }) => name === peer);
    return order.indexOf(`${model} ${threads}`) * 100 + (rank === -1 ? 99 : rank);
  };
  return [...all.values()].sort((a, b) => place(a) - place(b));
}

/** Without its version. */
function peerOf({ peer }) {
  if (!peer) return undefined;
  if (peer.startsWith("centernet")) return ITSELF;
  const known = PEERS.find(({ name }) => peer.startsWith(name));
  if (!known) throw new Error(`${RESULTS}/${newest}: expected a peer of scripts/peersChart.mjs, got ${peer}`);
  return known.name;
}

/** `onnxruntime-web 1.30.0, LiteRT.js 2.5.3 in Chromium 156` */
function peerVersions() {
  const versions = rows
    .filter((row) => row.peerMs && peerOf(row) !== ITSELF)
    .map(({ peer, browser }) => [peer, ...(browser ? [browser] : [])].join(" in "));
  return [...new Set(versions)].join(", ");
}

/** The range of what a total has more than the network, over all rows. */
function added() {
  const more = rows.map(({ ms, totalMs }) => totalMs - ms);
  return `${Math.min(...more).toFixed(0)} to ${Math.max(...more).toFixed(0)} ms`;
}

function cellsOf({ network, threads, peer, browser, both }) {
  const { plain, relaxed } = both;
  const one = plain ?? relaxed;
  const own = (value) => [plain, relaxed].map((row) => (row ? value(row) : "–")).join(", ");
  const theirs = (value) => (value ? `; ${value}` : "");
  return [
    network,
    threads,
    [peer ?? "–", ...(browser ? ["in the browser"] : [])].join(", "),
    one.unable ? `cannot run it: ${one.unable}` : one.ratio ? own(({ ratio }) => ratio.toFixed(2)) : "–",
    own(({ ms }) => time(ms)) + theirs(one.peerMs && time(one.peerMs)),
    one.peakMemoryMB
      ? memory(one.peakMemoryMB) + theirs(one.peerPeakMemoryMB && memory(one.peerPeakMemoryMB))
      : "–",
  ];
}

function time(ms) {
  return ms < 1000 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function memory(megabytes) {
  return megabytes < 1000 ? `${megabytes.toFixed(0)} MB` : `${(megabytes / 1000).toFixed(2)} GB`;
}
