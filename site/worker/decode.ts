/** Requests of the Decode view: one run of the network, whose maps are then decoded as often as the page asks. */
import {
  activationGrid,
  type CenterExplanation,
  type CenterMaps,
  candidateSteps,
  centerMaps,
  channelOf,
  type DecodedOutputs,
  type Detector,
  decodeOutputs,
  explanationSummary,
  keypointRanking,
  type Maps,
  type RgbImage,
  runInWords,
  type Tensor,
  type ViewGeometry,
  whyInWords,
} from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { LastRun } from "./lastRun.ts";
import { type ChosenImage, pixelsOf, type Settings } from "./session.ts";

interface Chosen {
  readonly settings: Settings;
  readonly image: ChosenImage;
  /** The least score of a detection that is shown. */
  readonly score: number;
}

/** Which map of the decode: what the network output, its maximum, what is left of it, or a keypoint's. */
export type DecodeMap = keyof CenterMaps | "keypoint" | "ranking";

export const decodeHandlers = {
  /** The one run, which can be given up; what follows only decodes its maps. */
  async decodeRun(chosen: Omit<Chosen, "score">, call: Call) {
    await lastRun.of(chosen, call, call.signal);
  },

  /** The candidates, each step in words, and how often the network has run for this view. */
  async decodeSteps(chosen: Chosen, call: Call) {
    const { run, explanation, detections } = await explained(chosen, call);
    if (explanation.family === "triplets") return { family: "triplets" as const };
    return {
      family: explanation.family,
      runs,
      ranOn: run.ranOn,
      geometry: run.view,
      view: explanation.views[0],
      summary: explanationSummary(explanation),
      detections,
      candidates: explanation.candidates.map((candidate) => ({
        ...candidate,
        words: candidateSteps(candidate, explanation),
      })),
    };
  },

  /** One of the decode's maps in color, a pixel for each cell. */
  async decodeMap(
    {
      map,
      peak,
      keypoint,
      ...chosen
    }: Chosen & { readonly map: DecodeMap; readonly peak: number; readonly keypoint: number },
    call: Call,
  ) {
    const { run, explanation } = await explained(chosen, call);
    if (explanation.family === "triplets") throw new Error("this model has no heatmap of centers alone");
    const values = mapOf(map, run, explanation, peak, keypoint);
    if (!values) return undefined;
    const { image, ranges, statistics } = activationGrid(values, { pixelsPerCell: 1 });
    const bitmap = await bitmapOf(image);
    call.transfer(bitmap);
    return { map, bitmap, width: image.width, height: image.height, range: ranges[0], max: statistics.max };
  },

  /** What became of one cell, in the library's words. */
  async decodeWhy(
    { cell, peak, ...chosen }: Chosen & { readonly cell: { x: number; y: number }; readonly peak: number },
    call: Call,
  ) {
    const { run, explanation } = await explained(chosen, call);
    if (explanation.family === "triplets") throw new Error("this model finds corners");
    const { x, y } = run.view.cellToImage({ x: cell.x + 0.5, y: cell.y + 0.5 });
    const { width, height } = run.pixels;
    if (x < 0 || y < 0 || x > width || y > height) {
      return { cell, sentences: [`Cell ${cell.x},${cell.y} lies in the margin beside the image.`] };
    }
    const asked = explanation.candidates[peak]?.classId;
    const options = { score: chosen.score, why: { x, y, ...(asked !== undefined && { class: asked }) } };
    const { why, detections } = decodeOutputs(run.detector.network, run.pixels, [run.maps], options);
    if (why?.family === "triplets" || !why) throw new Error("this model finds corners");
    const [{ larger, value, isPeak, rank, step }] = why.views;
    return { cell, larger: larger?.cell, value, isPeak, rank, step, sentences: whyInWords(why, detections) };
  },
};

/** What a run left: its outputs, to be decoded again. */
interface DecodedRun {
  readonly detector: Detector;
  readonly pixels: RgbImage;
  readonly maps: Maps;
  readonly view: ViewGeometry;
  readonly ranOn: string;
}

let runs = 0;
const lastRun = new LastRun(runOnce);

/** Taps of outputs leave the run fused, so the detections are those that `detect` returns. */
async function runOnce(detector: Detector, image: ChosenImage, signal?: AbortSignal): Promise<DecodedRun> {
  const { outputs } = detector.network.graph;
  const result = await detector.detect(await pixelsOf(image), {
    taps: Object.values(outputs),
    where: image.name,
    signal,
  });
  runs++;
  const maps = Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, result.taps[node]]));
  const [view] = result.geometry.views;
  return { detector, pixels: result.image, maps, view, ranOn: runInWords(result) };
}

async function explained(chosen: Chosen, call: Call) {
  const run = await lastRun.of(chosen, call);
  const options = { score: chosen.score, explain: true };
  const decoded: DecodedOutputs = decodeOutputs(run.detector.network, run.pixels, [run.maps], options);
  const { explanation, detections } = decoded;
  if (!explanation) throw new Error("the decode explained nothing");
  return { run, explanation, detections };
}

function mapOf(
  map: DecodeMap,
  { detector: { network }, maps }: DecodedRun,
  { candidates, views: [view] }: CenterExplanation,
  peak: number,
  keypoint: number,
): Tensor | undefined {
  const decoding = network.model.decoding(network.constants);
  if (map === "ranking") return keypointRanking(decoding, maps, { person: peak, keypoint });
  if (map === "keypoint") return maps.keypointHeatmap && channelOf(maps.keypointHeatmap, keypoint);
  const heatmap = maps[network.model.heatmaps.outputs.center ?? ""];
  return centerMaps(decoding, heatmap, view, candidates[peak]?.classIndex)[map];
}
