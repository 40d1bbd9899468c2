// The chart of docs/performance.md: how many times as fast `wasm` is as each peer, one line of points for the peers in
// WebAssembly and one for native code in each network's row.

/** In the order of the table, each with its mark. Colors say where it runs. */
export const PEERS = [
  { name: "onnxruntime-web", runs: "wasm", mark: "circle" },
  { name: "tfjs-backend-wasm", runs: "wasm", mark: "square" },
  { name: "LiteRT.js", runs: "wasm", mark: "triangle" },
  { name: "onnxruntime-node", runs: "native", mark: "circle" },
  { name: "OpenVINO", runs: "native", mark: "square" },
  { name: "XNNPACK", runs: "native", mark: "triangle" },
  { name: "PyTorch", runs: "native", mark: "diamond" },
];

const RUNS = { wasm: "in WebAssembly", native: "native code" };
const WIDTH = 720;
const LEFT = 190;
const RIGHT = WIDTH - 24;
const TOP = 84;
const ROW = 44;

/** Pictures in pages follow the reader's own choice of light or dark. */
const STYLE = `<style>
svg { background: #fff; color: #222 }
text { fill: currentColor }
.muted { fill: #666 }
.grid { stroke: #ddd }
.even { stroke: #222 }
.mark { stroke: #fff }
.wasm { fill: #1f6fb4 }
.native { fill: #c8501e }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; color: #e6edf3 }
.muted { fill: #9aa4af }
.grid { stroke: #30363d }
.even { stroke: #e6edf3 }
.mark { stroke: #0d1117 }
.wasm { fill: #62a8e8 }
.native { fill: #f08a5d }
}
</style>`;

/**
 * @param points `{ network, peer, ratio }`, networks in the order of their rows.
 * @param title what was measured, in a line.
 */
export function peersChart(points, title) {
  const networks = [...new Set(points.map(({ network }) => network))];
  const ratios = points.map(({ ratio }) => ratio);
  const ticks = ticksAround(Math.min(1, ...ratios), Math.max(1, ...ratios));
  const [low, high] = [ticks[0], ticks.at(-1)].map(Math.log);
  const x = (ratio) => round(LEFT + ((Math.log(ratio) - low) / (high - low)) * (RIGHT - LEFT));
  const bottom = TOP + networks.length * ROW;
  const height = bottom + 44;
  const used = PEERS.filter(({ name }) => points.some(({ peer }) => peer === name));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${title}</title>`,
    STYLE,
    `<text x="16" y="22" font-size="14" font-weight="bold">${title}</text>`,
    ...Object.keys(RUNS).map((runs, line) => legend(runs, used, 46 + 20 * line)),
    ...ticks.map((tick) => {
      const kind = tick === 1 ? "even" : "grid";
      return `<path class="${kind}" d="M${x(tick)},${TOP} V${bottom}"/><text class="muted" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`;
    }),
    `<text class="muted" x="${x(1) - 8}" y="${bottom + 36}" text-anchor="end">← the peer is faster</text>`,
    `<text class="muted" x="${x(1) + 8}" y="${bottom + 36}">centernet is faster →</text>`,
    ...networks.flatMap((network, row) => {
      const top = TOP + row * ROW;
      const own = points.filter((point) => point.network === network);
      return [
        `<path class="grid" d="M16,${top} H${RIGHT}"/>`,
        `<text x="16" y="${top + ROW / 2 + 5}">${network}</text>`,
        ...own.map(({ peer, ratio }) => {
          const { runs, mark } = PEERS.find(({ name }) => name === peer);
          const y = round(top + ROW * (runs === "wasm" ? 0.3 : 0.7));
          return marked(mark, runs, x(ratio), y, `${peer}: ${ratio.toFixed(2)}`);
        }),
      ];
    }),
    `<path class="grid" d="M16,${bottom} H${RIGHT}"/>`,
    "</svg>",
    "",
  ].join("\n");
}

function legend(runs, peers, y) {
  let x = LEFT;
  const parts = [`<text class="muted" x="16" y="${y + 5}">${RUNS[runs]}</text>`];
  for (const { name, mark } of peers.filter((peer) => peer.runs === runs)) {
    parts.push(marked(mark, runs, x, y, name), `<text x="${x + 12}" y="${y + 5}">${name}</text>`);
    x += 40 + 7.6 * name.length;
  }
  return parts.join("");
}

function marked(mark, runs, x, y, title) {
  const shapes = {
    circle: `M${x - 5},${y} a5,5 0 1 0 10,0 a5,5 0 1 0 -10,0`,
    square: `M${x - 4.5},${y - 4.5} h9 v9 h-9`,
    triangle: `M${x},${y - 6} l6,10.5 h-12`,
    diamond: `M${x},${y - 6.5} l6.5,6.5 -6.5,6.5 -6.5,-6.5`,
  };
  return `<path class="mark ${runs}" d="${shapes[mark]} z"><title>${title}</title></path>`;
}

/** 1, 2 and 5 times the powers of ten, from the last at or below `low` to the first at or above `high`. */
function ticksAround(low, high) {
  const all = [-3, -2, -1, 0, 1, 2].flatMap((power) => {
    return [1, 2, 5].map((part) => Number((part * 10 ** power).toPrecision(1)));
  });
  return all.slice(
    all.findLastIndex((tick) => tick <= low),
    all.findIndex((tick) => tick >= high) + 1,
  );
}

function round(value) {
  return Math.round(value * 10) / 10;
}
