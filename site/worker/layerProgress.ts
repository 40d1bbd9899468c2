/** How far a large network is, told by some of its layers as they pass. */
import { type DetectOptions, type Detector, describeGraph } from "centernet";
import type { Call } from "./call.ts";

/** Multiply-adds from which a network takes seconds, on backends that hand over layer by layer. */
const LARGE: Readonly<Record<string, number>> = { wasm: 4e9, cpu: 1e8 };
/** How often it is told in a run. */
const PARTS = 40;

interface Milestone {
  readonly text: string;
  /** Of the network's multiply-adds, those up to here. */
  readonly fraction: number;
}

/** Backends that hand all of a run over at its end tell nothing meanwhile. */
export function runningInWords({ network: { backend, graph } }: Detector): string {
  const text = "running the network";
  return backend in LARGE ? text : `${text} on ${backend}: ${graph.nodes.length} layers in one pass`;
}

const known = new WeakMap<Detector, ReadonlyMap<string, Milestone>>();

/** Options of `detect` that tell the page `layer 34 of 188`; none for a small network. Detections keep their bits. */
export function layerProgress(detector: Detector, call: Call): Pick<DetectOptions, "taps" | "onTap"> {
  const milestones = known.get(detector) ?? milestonesOf(detector);
  known.set(detector, milestones);
  if (milestones.size === 0) return {};
  return {
    taps: [...milestones.keys()],
    onTap(name) {
      const milestone = milestones.get(name);
      if (milestone) call.progress(milestone);
    },
  };
}

/** In each of equal parts of the work, the layer whose map is the quickest to copy. */
function milestonesOf({ network: { backend, graph } }: Detector): ReadonlyMap<string, Milestone> {
  const { layers, totals } = describeGraph(graph);
  const best = new Map<number, { readonly name: string; readonly size: number; readonly at: Milestone }>();
  if (!(totals.multiplyAdds >= LARGE[backend])) return new Map();
  let done = 0;
  for (const [index, { name, shape, multiplyAdds, needed }] of layers.entries()) {
    if (needed) done += multiplyAdds;
    const fraction = done / totals.multiplyAdds;
    const part = Math.floor(fraction * PARTS);
    const size = shape.reduce((product, side) => product * side, 1);
    // A layer that no output needs would be computed for this alone.
    if (!needed || size >= (best.get(part)?.size ?? Number.POSITIVE_INFINITY)) continue;
    best.set(part, { name, size, at: { text: `layer ${index + 1} of ${layers.length}`, fraction } });
  }
  return new Map([...best.values()].map(({ name, at }) => [name, at]));
}
