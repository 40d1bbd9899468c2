import type { PeakRequest, PeakValues } from "../peaks.ts";
import type { Tensor } from "../tensor.ts";
import { checkMaps } from "./checkMaps.ts";
import { gathered } from "./gathered.ts";
import { maskedBeyond } from "./maskedBeyond.ts";
import { topPeaks } from "./topPeaks.ts";

/** The peaks that were asked for, from whole maps. Throws UsageError for maps that do not fit together. */
export function peakValues(outputs: Readonly<Record<string, Tensor>>, request: PeakRequest): PeakValues {
  const names = [request.heatmap, ...request.at];
  checkMaps(outputs, Object.fromEntries(names.map((name) => [name, outputs[name].shape[3]])));
  const whole = outputs[request.heatmap];
  const [, height, width, channels] = whole.shape;
  const heatmap = request.within ? maskedBeyond(whole, request.within) : whole;
  const ranked = topPeaks(heatmap, request.count, request.window);
  const peaks = ranked.scores.filter((score) => score > 0).length;
  const indices = ranked.indices.slice(0, peaks);
  const cells = indices.map((index) => Math.floor(index / channels));
  const at = Object.fromEntries(request.at.map((name) => [name, gathered(outputs[name], cells)]));
  return { height, width, channels, scores: ranked.scores.slice(0, peaks), indices, at };
}
