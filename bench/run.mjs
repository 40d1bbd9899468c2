// npm run bench: network time and total time of the default model on this machine, and those of
// tfjs-backend-wasm on the same weights and the same photo in the same run.
//
// Runs are interleaved and minima are reported: other programs on the machine only ever add time.
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { load } from "../dist/node/index.js";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "7" },
    backend: { type: "string", default: "auto" },
    json: { type: "boolean", default: false },
  },
});
const runs = Number(options.runs);
const photo = new URL("../samples/people.jpg", import.meta.url);
const bytes = new Uint8Array(await readFile(photo));

const detector = await load("movenet-multipose", { backend: options.backend });
const peer = await import("./tfjsWasm.mjs").then(
  ({ loadPeer }) => loadPeer(),
  (error) => ({ missing: error.message }),
);

const own = { network: [], total: [] };
const theirs = { network: [], total: [] };
for (let run = 0; run < runs + 1; run++) {
  const ours = await timeOwn();
  const other = peer.missing ? undefined : await peer.run(bytes);
  if (run === 0) continue; // compiles, warms up
  for (const kind of ["network", "total"]) {
    own[kind].push(ours[kind]);
    if (other) theirs[kind].push(other[kind]);
  }
}
await detector.dispose();

const ran = detector.network.backend;
const backend = ran === "wasm" ? ran : `gpu.js ${ran}`;
const rows = ["network", "total"].map((kind) => {
  const ms = Math.min(...own[kind]);
  if (peer.missing) return { model: "movenet-multipose", time: kind, backend, ms };
  const peerMs = Math.min(...theirs[kind]);
  return { model: "movenet-multipose", time: kind, backend, ms, peer: peer.name, peerMs, ratio: peerMs / ms };
});

if (options.json) {
  for (const row of rows) console.log(JSON.stringify(row));
} else {
  console.log(
    `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}, ${runs} runs each`,
  );
  for (const { time, ms, peerMs, ratio } of rows) {
    const compared =
      peerMs === undefined ? "" : `   ${peer.name} ${peerMs.toFixed(0)} ms   ratio ${ratio.toFixed(3)}`;
    console.log(`${time.padEnd(8)} ${backend} ${ms.toFixed(0)} ms${compared}`);
  }
  console.log("ratio: how many times as fast as the peer. Total adds decoding, resizing and the poses.");
  if (peer.missing) console.log(`no peer: npm ci --prefix bench installs it (${peer.missing})`);
}

async function timeOwn() {
  const start = performance.now();
  const { times } = await detector.detect(bytes);
  return { network: times.network, total: performance.now() - start };
}
