/**
 * Two runs of a network side by side, layer by layer: two backends, two builds, fused or not, or one beside the numbers
 * of another program.
 */

import { Detector } from "../detect.ts";
import type { Detection } from "../detection.ts";
import { DEFAULT_SCORE, DETECT_OPTIONS, isString } from "../detectOptions.ts";
import type { DetectResult } from "../detectResult.ts";
import { UsageError } from "../errors.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { ImageSource } from "../imageSources/imageSource.ts";
import { nameOfSource, readImageSource } from "../imageSources/readImageSource.ts";
import type { Network } from "../network.ts";
import { checkOptions, describeValue, isObject, type OptionKind } from "../support/checkArguments.ts";
import { ALL_TAPS, matchTaps } from "../tapNames.ts";
import { formatShape, LAYOUTS, type Layout, type Shape, sameShape, type Tensor } from "../tensor.ts";
import { compareDetections, type DetectionDifference } from "./compareDetections.ts";
import { compareTensors, type NumberTensor, type TensorDifference } from "./compareTensors.ts";
import type { Dump } from "./dump/dump.ts";
import { DumpValues } from "./dump/dumpValues.ts";
import { INPUT, type NameMap } from "./dump/nodeNames.ts";
import { LockStep, runBoth } from "./lockStep.ts";
import { defaultTolerance, type RunFacts } from "./tolerances.ts";

/** Values that were kept: a result of `detect` with taps is one. */
export interface RecordedValues extends Partial<RunFacts> {
  /** By layer name. */
  readonly taps: Readonly<Record<string, Tensor>>;
  readonly detections?: readonly Detection[];
}

export interface CompareOptions {
  /**
   * What detectors run on. Without it, a detector that is compared with a dump runs on the dump's `input`; with it, the
   * input that it makes of the image is compared with the dump's.
   */
  readonly image?: ImageSource;
  /** The layers to compare: names, patterns such as `backbone.*`, or "all". Default: all that both have. */
  readonly taps?: string | readonly string[];
  /** The largest difference that is allowed, in standard deviations of the layer. Default: by what is compared. */
  readonly tolerance?: number;
  /** The least score of a detection to report, from 0 to 1. Default: 0.2. */
  readonly score?: number;
  /** Of a dump: its own names of tensors → names of layers. Tensors that are not in it keep their names. */
  readonly names?: NameMap | Readonly<Record<string, string>>;
  /** Of a dump that does not state it. Default: whichever fits a tensor's shape, if only one does. */
  readonly layout?: Layout;
  /**
   * Called with each layer as soon as it is compared, and with both values, in this project's layout. Both runs wait
   * for the promise that it returns.
   */
  readonly onLayer?: (layer: LayerDifference, values: LayerValues) => void | Promise<void>;
  /** What to call the image in errors. Default: its path, URL or file name, else "image". */
  readonly where?: string;
  readonly signal?: AbortSignal;
}

/** One layer of both runs. */
export interface LayerValues {
  readonly a: NumberTensor;
  readonly b: NumberTensor;
}

/** How far one layer is from the same layer of the second run. */
export interface LayerDifference extends TensorDifference {
  /** The layer's name, or `input`. */
  readonly name: string;
  /** [1, height, width, channels] */
  readonly shape: Shape;
  /** Whether `max` exceeds the tolerance. */
  readonly beyond: boolean;
}

export interface CompareResult {
  /** In the network's order. */
  readonly layers: readonly LayerDifference[];
  /** The first layer beyond the tolerance. Absent if there is none. */
  readonly firstBeyond?: LayerDifference;
  /** The largest difference that is allowed, in standard deviations of a layer, and why it is this one. */
  readonly tolerance: { readonly max: number; readonly reason: string };
  /** The layers (of a dump: its tensors) that only one of the two has, and which were not compared therefore. */
  readonly onlyIn: { readonly a: readonly string[]; readonly b: readonly string[] };
  /** Present if both have detections. */
  readonly detections?: readonly DetectionDifference[];
  /** Absent if it is not known: recorded values need not say it. */
  readonly a?: RunFacts;
  readonly b?: RunFacts;
}

const COMPARE_OPTIONS = {
  // It is read, and refused, as `detect` does it.
  image: { expected: "an image", fits: () => true },
  taps: DETECT_OPTIONS.taps,
  tolerance: {
    expected: "a number, 0 or more",
    fits: (value) => typeof value === "number" && value >= 0,
  },
  score: DETECT_OPTIONS.score,
  names: {
    expected: "an object or a Map of names",
    fits: (value) =>
      isObject(value) && (value instanceof Map ? [...value.values()] : Object.values(value)).every(isString),
  },
  layout: {
    expected: LAYOUTS.join(" or "),
    fits: (value) => LAYOUTS.some((layout) => layout === value),
  },
  onLayer: { expected: "a function", fits: (value) => typeof value === "function" },
  where: DETECT_OPTIONS.where,
  signal: DETECT_OPTIONS.signal,
} satisfies Record<keyof CompareOptions, OptionKind>;

/**
 * Compares the layers that two runs have in common, in the network's order. `a` and `b` are detectors, which then run
 * on the same image; or what was recorded; or, as `b`, a dump of another program (see `openDump`). Two detectors run
 * side by side, layer by layer, so that only one layer of each is held in memory.
 *
 *     const [wasm, cpu] = [await load(name, { backend: "wasm" }), await load(name, { backend: "cpu" })];
 *     const { firstBeyond, layers } = await compare(wasm, cpu, { image: "photo.jpg" });
 *
 * @throws UsageError for invalid options, for layers of different shapes, and if there is nothing in common.
 * @throws ModelError if a tensor of the dump is damaged or does not fit its layer.
 * @throws whatever `detect` and `onLayer` throw, and the signal's reason once it is aborted.
 */
export async function compare(
  a: Detector | RecordedValues,
  b: Detector | RecordedValues | Dump,
  options: CompareOptions = {},
): Promise<CompareResult> {
  checkOptions(options, COMPARE_OPTIONS, "compare");
  checkSides(a, b);
  const comparison = new Comparison(a, b, options);
  options.signal?.throwIfAborted();
  return comparison.run();
}

function checkSides(a: unknown, b: unknown): void {
  const where = "compare";
  if (a === b && a instanceof Detector) {
    const hint = 'Load it twice, or record one run: detect(image, { taps: "all" }).';
    throw new UsageError({ where, expected: "two detectors", got: "the same one twice", hint });
  }
  const isKnown = (side: unknown) => side instanceof Detector || (isObject(side) && isObject(side.taps));
  const isDump = isObject(b) && b.tensors instanceof Map && typeof b.read === "function";
  if (isKnown(a) && (isKnown(b) || isDump)) return;
  const expected = "detectors or results of detect with taps; the second may be a dump";
  throw new UsageError({ where, expected, got: describeValue(isKnown(a) ? b : a) });
}

/** One call of `compare`. */
class Comparison {
  private readonly layers: LayerDifference[] = [];
  private readonly tolerance: CompareResult["tolerance"];
  private readonly dump?: DumpValues;
  private readonly names: readonly string[];
  private readonly onlyIn: CompareResult["onlyIn"];

  constructor(
    private readonly a: Detector | RecordedValues,
    private readonly b: Detector | RecordedValues | Dump,
    private readonly options: CompareOptions,
  ) {
    const nodes = nodesOf(a);
    const all = nodes.map(({ name }) => name);
    if (isDump(b)) this.dump = new DumpValues(b, all, options);
    const others = new Set(this.dump?.names ?? (isDump(b) ? [] : nodesOf(b).map(({ name }) => name)));
    const common = nodes.filter(({ name }) => others.has(name));
    if (common.length === 0) {
      throw new UsageError({ where: "compare", expected: "two runs with layers in common", got: "none" });
    }
    this.names = matchTaps({ nodes: common }, options.taps ?? ALL_TAPS);
    const shared = new Set(common.map(({ name }) => name));
    this.onlyIn = {
      a: all.filter((name) => !shared.has(name)),
      b: this.dump?.surplus ?? [...others].filter((name) => !shared.has(name)),
    };
    const tolerance = defaultTolerance(factsOf(a), isDump(b) ? "dump" : factsOf(b));
    this.tolerance =
      options.tolerance === undefined ? tolerance : { max: options.tolerance, reason: "as it was given" };
  }

  async run(): Promise<CompareResult> {
    const { a, b } = this;
    const detected =
      a instanceof Detector && b instanceof Detector
        ? await this.runBoth(a, b)
        : await this.runBesideRecorded();
    const [ofA, ofB] = detected;
    const { score = DEFAULT_SCORE } = this.options;
    return {
      layers: this.layers,
      firstBeyond: this.layers.find(({ beyond }) => beyond),
      tolerance: this.tolerance,
      onlyIn: this.onlyIn,
      ...(ofA && ofB && { detections: compareDetections(ofA, ofB, { score }) }),
      a: factsOf(a),
      b: isDump(b) ? undefined : factsOf(b),
    };
  }

  private async runBoth(a: Detector, b: Detector): Promise<readonly (readonly Detection[])[]> {
    const { signal } = this.options;
    const image = await this.pixels();
    const step = new LockStep((name, ofA, ofB) => this.visit(name, ofA, ofB));
    const detect = (detector: Detector, side: "a" | "b") => (stop: AbortSignal) =>
      this.detect(detector, image, stop, step.tapOf(side));
    const results = await runBoth(signal, detect(a, "a"), detect(b, "b"));
    return results.map(({ detections }) => detections);
  }

  /** At most one of the two is a detector. */
  private async runBesideRecorded(): Promise<readonly (readonly Detection[] | undefined)[]> {
    const { a, b, names, dump } = this;
    if (a instanceof Detector) {
      const onTap = async (name: string, value: Tensor) => {
        await this.visit(name, value, await (dump ? dump.read(name, value.shape) : recorded(b, name)));
      };
      return [await this.runDetector(a, onTap), isDump(b) ? undefined : (b as RecordedValues).detections];
    }
    if (b instanceof Detector) {
      const onTap = (name: string, value: Tensor) => this.visit(name, recorded(a, name), value);
      return [a.detections, await this.runDetector(b, onTap)];
    }
    for (const name of names) {
      const value = recorded(a, name);
      await this.visit(name, value, await (dump ? dump.read(name, value.shape) : recorded(b, name)));
    }
    return [a.detections, isDump(b) ? undefined : b.detections];
  }

  /** On the image, or without one on the dump's input. */
  private async runDetector(
    detector: Detector,
    onTap: (name: string, value: Tensor) => Promise<void>,
  ): Promise<readonly Detection[] | undefined> {
    const { dump, options, names } = this;
    const { network } = detector;
    const [input] = Object.keys(network.graph.inputs);
    if (options.image === undefined && dump?.hasInput) {
      const value = await dump.readInput(network);
      await network.run({ [input]: value }, { taps: names, onTap, signal: options.signal });
      return undefined;
    }
    const image = await this.pixels();
    if (dump?.hasInput) {
      const value = inputOf(network, image);
      await this.visit(INPUT, value, await dump.read(INPUT, value.shape));
    }
    return (await this.detect(detector, image, options.signal, onTap)).detections;
  }

  /** With all candidates, since a score may cross the limit. */
  private detect(
    detector: Detector,
    image: RgbImage,
    signal: AbortSignal | undefined,
    onTap: (name: string, value: Tensor) => void | Promise<void>,
  ): Promise<DetectResult> {
    return detector.detect(image, { score: 0, taps: this.names, onTap, signal, where: this.where });
  }

  private async pixels() {
    const { image, signal } = this.options;
    if (image !== undefined) return readImageSource(image, this.where, signal);
    const got = this.dump ? "neither" : "none";
    const expected = this.dump ? "an image, or a dump with the network's input" : "an image";
    const hint = this.dump ? `Name that tensor ${INPUT}.` : undefined;
    throw new UsageError({ where: "compare", expected, got, hint });
  }

  private get where(): string {
    const { image, where } = this.options;
    return where ?? (image === undefined ? "image" : nameOfSource(image));
  }

  private async visit(name: string, a: NumberTensor, b: NumberTensor): Promise<void> {
    if (!sameShape(a.shape, b.shape)) {
      throw new UsageError({
        where: `layer ${name}`,
        expected: "one shape in both runs",
        got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
        hint: "Give both the same input size.",
      });
    }
    const difference = compareTensors(a, b);
    // A NaN would not be beyond anything.
    const beyond = !(difference.max <= this.tolerance.max);
    const layer = { name, shape: a.shape as Shape, ...difference, beyond };
    this.layers.push(layer);
    await this.options.onLayer?.(layer, { a, b });
  }
}

/** What the network gets of an image, on its first run. */
export function inputOf({ model, inputSize: size, constants, graph }: Network, image: RgbImage): Tensor {
  const [view] = model.views(image, { size, constants }, {}).views;
  const [name] = Object.keys(graph.inputs);
  const { shape, data } = view.inputs()[name];
  return { shape, data };
}

function isDump(side: Detector | RecordedValues | Dump): side is Dump {
  return !(side instanceof Detector) && "tensors" in side;
}

function nodesOf(side: Detector | RecordedValues): readonly { name: string; fused?: readonly string[] }[] {
  if (side instanceof Detector) return side.network.graph.nodes;
  return Object.keys(side.taps).map((name) => ({ name }));
}

function recorded(side: Detector | RecordedValues | Dump, name: string): Tensor {
  return (side as RecordedValues).taps[name];
}

function factsOf(side: Detector | RecordedValues): RunFacts | undefined {
  if (side instanceof Detector) {
    const { model, backend, backendDetails, fused } = side.network;
    return { model: model.name, backend, backendDetails, fused };
  }
  const { model, backend, backendDetails, fused } = side;
  if (model === undefined || backend === undefined || !backendDetails || fused === undefined)
    return undefined;
  return { model, backend, backendDetails, fused };
}
