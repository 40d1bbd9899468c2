/** Requests of the Compare view. */
import {
  type Cost,
  compare,
  compareTensors,
  type Detector,
  differenceChart,
  differenceCsv,
  encodeNpy,
  type LayerDifference,
  openDump,
  type RgbImage,
  readGoldenCase,
  runInWords,
  verifyModel,
} from "centernet";
import type { Call } from "../call.ts";
import { beside } from "../ownWeights.ts";
import { type ChosenImage, closeDetector, pixelsOf, type Settings } from "../session.ts";
import {
  type ComparedLayer,
  KeptValues,
  layerOf,
  layerOfTap,
  type ReadAgain,
  type Values,
} from "./compared.ts";
import { drawLayer } from "./drawLayer.ts";
import { filesOf } from "./files.ts";
import { layerOfRun, named, type Side, withDetector, withDetectors } from "./sides.ts";

/** The last comparison. */
let last: { readonly title: string; readonly kept: KeptValues; readonly read: ReadAgain } | undefined;
/** The layer of it that was read again: another channel of it needs no run. */
let reread: { readonly of: typeof last; readonly name: string; readonly values: Values } | undefined;

/** What the page shows of a comparison. */
export interface Compared {
  readonly layers: readonly ComparedLayer[];
  readonly firstBeyond?: string;
  /** What each side is, in words. */
  readonly a: string;
  readonly b: string;
  /** What both ran on. */
  readonly input: string;
  /** Why the tolerance is what it is. */
  readonly reason: string;
  readonly onlyIn: { readonly a: number; readonly b: number };
  /** How many detections are alike, and how many are not; absent if a side has none. */
  readonly detections?: Readonly<Record<string, number>>;
  readonly csv: string;
  /** The bars as a picture of its own. */
  readonly svg: string;
}

interface Runs {
  readonly settings: Settings;
  readonly image?: ChosenImage;
  readonly a: Side;
}

interface CostQuery {
  readonly settings: Settings;
  readonly image: ChosenImage;
  readonly side: Side;
}

export const compareHandlers = {
  /** How long the network of this side will take, as measured on this machine; absent for small ones. */
  async compareCost({ settings, image, side }: CostQuery, call: Call) {
    const pixels = await pixelsOf(image);
    return withDetector(settings, side, call, (detector) => secondsOf(detector, pixels));
  },

  /** Two runs on one image. Each layer goes to the page as soon as it is compared. */
  async compareRuns({ settings, image, a, b }: Required<Runs> & { readonly b: Side }, call: Call) {
    last = undefined;
    const pixels = await pixelsOf(image);
    const kept = new KeptValues();
    const result = await withDetectors(settings, { a, b }, call, (detectorA, detectorB) => {
      const onLayer = follower(detectorA.network.graph.nodes.length, kept, call);
      return compare(detectorA, detectorB, {
        image: pixels,
        where: image.name,
        signal: call.signal,
        onLayer,
      });
    });
    const read: ReadAgain = async (name, reading) => ({
      a: await layerOfRun(settings, a, pixels, name, reading),
      b: await layerOfRun(settings, b, pixels, name, reading),
    });
    const [ofA, ofB] = [result.a, result.b].map((facts) => (facts ? runInWords(facts) : "unknown"));
    return finish(result, { a: ofA, b: ofB, input: image.name }, kept, read);
  },

  /** A run beside the tensors of another program. */
  async compareDump({ settings, image, a, files }: Runs & { readonly files: readonly File[] }, call: Call) {
    last = undefined;
    const kept = new KeptValues();
    const dump = await openDump(files.length === 1 ? files[0] : files);
    const hasInput = dump.tensors.has("input");
    const pixels = !hasInput && image ? await pixelsOf(image) : undefined;
    const result = await withDetector(settings, a, named(call, "A"), (detector) => {
      const all = Math.min(detector.network.graph.nodes.length, dump.tensors.size);
      const options = { signal: call.signal, onLayer: follower(all, kept, call) };
      return compare(detector, dump, { ...options, ...(pixels && { image: pixels, where: image?.name }) });
    });
    const words = { a: result.a ? runInWords(result.a) : "unknown", b: dump.where };
    const input = hasInput ? `the input in ${dump.where}` : (image?.name ?? "");
    return finish(result, { ...words, input }, kept, async () => undefined);
  },

  /** A run beside the original's values. The case decides the model, its size and its input. */
  async compareGolden({ a, files }: { readonly a: Side; readonly files: readonly File[] }, call: Call) {
    last = undefined;
    const { folder, read } = filesOf(files);
    const golden = await readGoldenCase(read, folder);
    const kept = new KeptValues();
    const layers: ComparedLayer[] = [];
    await closeDetector();
    const model = golden.model ?? "";
    call.progress({ text: `running ${model}` });
    const { fuse: _fuse, ...options } = a;
    const report = await verifyModel(
      golden.model,
      golden,
      {
        ...options,
        ...(/^movenet/.test(model) && { weights: beside(`weights/${model}.safetensors`) }),
        signal: call.signal,
        onCompared: (tap, maps) => {
          const layer = layerOfTap(tap, maps);
          layers.push(layer);
          if (maps) kept.keep(tap.name, { a: maps.got, b: maps.expected });
          call.progress({ text: `comparing ${tap.name}`, fraction: layers.length / golden.taps.length });
        },
      },
      read,
    );
    call.signal.throwIfAborted();
    const fused =
      golden.fields.get("fuse") === false ? "op by op" : "fused but for the layers that say otherwise";
    last = { title: report.name, kept, read: async () => undefined };
    return {
      layers,
      ...(report.firstBeyond && { firstBeyond: report.firstBeyond.name }),
      a: `${report.ranOn ?? a.backend}, ${fused}`,
      b: `${report.source}, golden case ${report.name}`,
      input: "the input of the case",
      reason: report.toleranceReason ?? "as the case states for each layer",
      onlyIn: { a: 0, b: 0 },
      csv: differenceCsv(layers),
      svg: differenceChart({ title: report.name, bars: layers }),
    } satisfies Compared;
  },

  /** A, B and their difference of one channel; by default of the one with the worst element. */
  async compareLayer({ name, channel }: { readonly name: string; readonly channel?: number }, call: Call) {
    const values = await valuesOf(name, call);
    if (!values) return undefined;
    const { worst } = compareTensors(values.a, values.b);
    const shown = channel ?? worst?.position[3] ?? 0;
    return { name, worst, ...(await drawLayer(values, shown, call)) };
  },

  /** A NumPy file of one side's layer. */
  async compareNpy({ name, side }: { readonly name: string; readonly side: "a" | "b" }, call: Call) {
    const values = await valuesOf(name, call);
    if (!values) return undefined;
    const { shape, data } = values[side];
    const bytes = encodeNpy({ shape, data: Float32Array.from(data) }) as Uint8Array<ArrayBuffer>;
    call.transfer(bytes.buffer);
    return bytes;
  },
};

/** The network is stopped before it starts. */
async function secondsOf(detector: Detector, pixels: RgbImage): Promise<number | undefined> {
  const stop = new AbortController();
  let seconds: number | undefined;
  const onCost = (cost: Cost) => {
    seconds = cost.seconds;
    stop.abort();
  };
  await detector.detect(pixels, { onCost, signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return seconds;
}

async function valuesOf(name: string, call: Call): Promise<Values | undefined> {
  const kept = last?.kept.get(name);
  if (kept || !last) return kept;
  if (reread?.of === last && reread.name === name) return reread.values;
  const of = last;
  reread = undefined;
  const values = await of.read(name, call);
  if (values) reread = { of, name, values };
  return values;
}

function finish(
  result: Awaited<ReturnType<typeof compare>>,
  words: Pick<Compared, "a" | "b" | "input">,
  kept: KeptValues,
  read: ReadAgain,
): Compared {
  const { tolerance, onlyIn, firstBeyond, detections } = result;
  const layers = result.layers.map((layer) => layerOf(layer, tolerance.max));
  const title = `${words.a} against ${words.b}`;
  last = { title, kept, read };
  const counts: Record<string, number> = {};
  for (const { outcome } of detections ?? []) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return {
    ...words,
    layers,
    ...(firstBeyond && { firstBeyond: firstBeyond.name }),
    reason: tolerance.reason,
    onlyIn: { a: onlyIn.a.length, b: onlyIn.b.length },
    ...(detections && { detections: counts }),
    csv: differenceCsv(layers),
    svg: differenceChart({ title, tolerance: tolerance.max, bars: layers }),
  };
}

/** Keeps values, and tells the page of each layer. */
function follower(all: number, kept: KeptValues, call: Call) {
  let done = 0;
  return ({ name }: LayerDifference, values: Values) => {
    kept.keep(name, values);
    done++;
    call.progress({ text: `layer ${name}`, fraction: Math.min(1, done / all) });
  };
}
