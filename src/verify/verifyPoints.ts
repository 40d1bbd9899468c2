import { backendInWords } from "../backend/backendDetails.ts";
import type { JsonValue } from "../checkpoints/bytes/json.ts";
import type { Detection } from "../detection.ts";
import { UsageError } from "../errors.ts";
import { ViewGeometry } from "../image/geometry.ts";
import { decodeImage } from "../image/imageFile.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { Maps, ViewOptions, Views } from "../models/view.ts";
import { loadNetwork, type Network } from "../network.ts";
import type { Tensor } from "../tensor.ts";
import { EXACT } from "./compare.ts";
import { type GoldenCase, type GoldenTap, goldenInput, inTapLayout } from "./goldenCase.ts";
import { hasSwappedPairs, pointsLayers, pointsValue, swappedMap } from "./taps/points.ts";
import { type PointsRows, pointsRowsOutcome } from "./taps/pointsRows.ts";
import { tapValues } from "./tapValues.ts";
import {
  type CaseReport,
  type CaseRun,
  type CaseRunner,
  type TapSource,
  type VerifyModelOptions,
  verifyCase,
} from "./verifyCase.ts";

/**
 * Runs a golden case of Objects as Points: on the image that it names, from the file's bytes to the boxes, prepared as the
 * case says and with its mirror image if it has one; or on the tensor that it holds. The input is compared bit for bit.
 * Without a name, the weights decide which model it is.
 *
 * @throws UsageError if the image is not available.
 */
export async function verifyPoints(
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions,
  readImageFile?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  const { mode, side } = preparationOf(golden);
  const file = golden.input?.get("image");
  const image = typeof file === "string" ? await imageOf(file, golden.name, readImageFile) : undefined;
  const prepared =
    mode === "fix_res" ? { inputSize: { height: side, width: side } } : { keepResolution: true };
  const open = (fuse: boolean) => loadNetwork(name, { ...options, ...prepared, fuse });
  const network = await open(true);
  try {
    const runner = pointsRunner(network, () => open(false), golden, image, options.signal);
    const taps = image ? golden.taps.map(asCase) : golden.taps;
    const input = image
      ? viewsOf(network, image, {}).views[0].inputs().image
      : goldenInput({ ...golden, input: undefined });
    const report = await verifyCase({ ...golden, taps }, runner, { input, onCompared: options.onCompared });
    return { ...report, ranOn: backendInWords(network.backend, network.backendDetails) };
  } finally {
    await network.dispose();
  }
}

/** Inputs made from the image are compared like every other tap. */
function asCase(tap: GoldenTap): GoldenTap {
  return tap.role === "input" ? { ...tap, role: "case", tolerance: EXACT } : tap;
}

function preparationOf({ fields }: GoldenCase): { mode?: JsonValue; side: number } {
  const preprocess = fields.get("preprocess");
  if (!(preprocess instanceof Map)) return { side: 0 };
  return { mode: preprocess.get("mode"), side: Number(preprocess.get("input_width")) };
}

async function imageOf(
  file: string,
  where: string,
  readImageFile: ((file: string) => Promise<Uint8Array>) | undefined,
): Promise<RgbImage> {
  if (readImageFile) return decodeImage(await readImageFile(file), file);
  throw new UsageError({ where, expected: `a way to read its image ${file}`, got: "none" });
}

function viewsOf(
  { model, inputSize, constants }: Network,
  image: RgbImage,
  options: ViewOptions,
): Views<unknown> {
  return model.views(image, { size: inputSize, constants }, { ...options, reproduceReference: true });
}

/** What the decode and the mirror image gave. */
interface PointsSteps {
  /** By the case's names, in this project's layout and order. */
  readonly maps: ReadonlyMap<string, Tensor>;
  readonly rows: ReadonlyMap<string, PointsRows>;
}

function pointsRunner(
  network: Network,
  openUnfused: () => Promise<Network>,
  golden: GoldenCase,
  image: RgbImage | undefined,
  signal: AbortSignal | undefined,
): CaseRunner<PointsSteps> {
  const layers = pointsLayers(network.graph);
  const taps = new Map(golden.taps.map((tap) => [tap.name, tap]));
  const heads = golden.taps.flatMap(({ name, role }) => {
    return role === "head" && !name.endsWith(MIRRORED)
      ? [{ name, value: pointsValue(name, layers) ?? "" }]
      : [];
  });
  const values = heads.map(({ value }) => value);
  const isFlipped = [...taps.keys()].some((name) => name.endsWith(MIRRORED));
  return {
    tapSource(name): TapSource<PointsSteps> | undefined {
      const tap = taps.get(name);
      const isMap = tap?.role === "head" || name === "input" || name === AVERAGED;
      if (tap && isMap) return { decoded: ({ maps }) => mapOf(maps.get(name), tap) };
      if (/(^|\.)(detections|final)$/.test(name)) {
        return { outcome: ({ rows }, tap) => pointsRowsOutcome(name, rows, tap, golden) };
      }
      const value = pointsValue(name, layers);
      return value === undefined ? undefined : { value };
    },
    async run(input, names): Promise<CaseRun<PointsSteps>> {
      const run = (maps: Maps, wanted: readonly string[]) =>
        tapValues(network, openUnfused, maps, wanted, signal);
      const plain = await run({ image: input }, [...names, ...values]);
      const maps = new Map([["input", input], ...headMaps(heads, plain.values)]);
      const rows = new Map<string, PointsRows>();
      if (image) rows.set("plain", decoded(viewsOf(network, image, {}), plain.outputs, network));
      const flipped = image && isFlipped ? viewsOf(network, image, { flip: true }) : undefined;
      const mirror = flipped?.views[0].mirror;
      if (flipped && mirror) {
        const mirrored = await run(mirror.inputs(), values);
        for (const [name, map] of headMaps(heads, mirrored.values)) maps.set(name + MIRRORED, map);
        const averaged = mirror.average(plain.outputs, mirrored.outputs);
        maps.set(AVERAGED, averaged.centerHeatmap);
        rows.set("flip", decoded(flipped, averaged, network));
      }
      return { values: plain.values, unfused: plain.unfused, decoded: { maps, rows } };
    },
  };
}

const MIRRORED = ".mirrored";
const AVERAGED = "hm.averaged";

function headMaps(
  heads: readonly { name: string; value: string }[],
  values: ReadonlyMap<string, Tensor>,
): [string, Tensor][] {
  return heads.flatMap(({ name, value }): [string, Tensor][] => {
    const map = values.get(value);
    if (!map) return [];
    return [[name, hasSwappedPairs(name) ? swappedMap(map) : map]];
  });
}

/** Averaged scores have no tolerance of their role. */
function mapOf(map: Tensor | undefined, { name, layout }: GoldenTap) {
  const quantity = name === AVERAGED ? { quantity: "score" } : {};
  return map && { values: inTapLayout(map, layout), unitsPerOutput: 1, ...quantity };
}

function decoded({ views, combine }: Views<unknown>, outputs: Maps, { model }: Network): PointsRows {
  const [view] = views;
  const { detections } = combine([view.decode(outputs)]);
  const channels = new Map(model.classes.map(({ classId }, channel) => [classId, channel]));
  const channelOf = ({ classId }: Detection) => channels.get(classId) ?? -1;
  return { detections, channelOf, geometry: new ViewGeometry(view.placement) };
}
