/** The heatmaps of classes reduced to one value per cell, with their place on the image. */

import { UsageError } from "../errors.ts";
import type { Geometry, ViewGeometry } from "../image/geometry.ts";
import type { ClassHeatmaps, HeatmapPart } from "../models/classHeatmaps.ts";
import { classIdsOf } from "../models/classIds.ts";
import type { ClassLabel } from "../models/coco.ts";

export interface HeatmapOptions {
  /** The classes to show, by name or id. Default: all. */
  readonly classes?: readonly (string | number)[];
  /** Which run of the network, as in `geometry.views`. Default: 0, the first. */
  readonly view?: number;
  /** Centers or, for models of triplets, one of the corners. Default: `center`. */
  readonly part?: HeatmapPart;
}

/** The best class of each cell. */
export interface Heatmap {
  /** Size of the map, in cells. */
  readonly width: number;
  readonly height: number;
  /** The largest probability among the classes, from 0 to 1, row by row. */
  readonly values: Float32Array;
  /** The id of the class that has it, row by row. */
  readonly classIds: Uint32Array;
  /** The classes that were compared. */
  readonly classes: readonly ClassLabel[];
  /** Where the map lies on the image. */
  readonly view: ViewGeometry;
}

/** What `heatmap` needs of a result. */
export interface HeatmapSource {
  readonly model: string;
  readonly geometry: Geometry;
  readonly heatmaps?: ClassHeatmaps;
}

/**
 * The best class per cell of a result's heatmaps, to be drawn with `drawHeatmap(result.image, heatmap(result))`.
 *
 * @throws UsageError for a result of `detect` without the option `heatmaps`, a class, a run or a part that it does
 *   not have.
 */
export function heatmap(result: HeatmapSource, options: HeatmapOptions = {}): Heatmap {
  const { view = 0, part = "center" } = options;
  const { heatmaps, geometry, model: name } = result;
  if (!heatmaps) {
    throw new UsageError({
      where: "heatmap",
      expected: "a result with heatmaps",
      got: "one without",
      hint: "Call detect with the option heatmaps: true.",
    });
  }
  const wanted = options.classes && classIdsOf({ name, classes: heatmaps.classes }, options.classes);
  const map = heatmaps.views[view]?.[part];
  if (!map) throw new UsageError(notFound(heatmaps, view, part));
  const channels = heatmaps.classIds.flatMap((id, channel) => (!wanted || wanted.has(id) ? [channel] : []));
  const [, height, width, stride] = map.shape;
  const values = new Float32Array(height * width);
  const classIds = new Uint32Array(height * width);
  for (let cell = 0; cell < values.length; cell++) {
    let best = channels[0];
    for (const channel of channels) {
      if (map.data[cell * stride + channel] > map.data[cell * stride + best]) best = channel;
    }
    values[cell] = map.data[cell * stride + best];
    classIds[cell] = heatmaps.classIds[best];
  }
  const classes = heatmaps.classes.filter(({ classId }) => !wanted || wanted.has(classId));
  return { width, height, values, classIds, classes, view: geometry.views[view] };
}

function notFound({ views }: ClassHeatmaps, view: number, part: HeatmapPart) {
  if (!views[view]) {
    const expected = `one of the ${views.length} runs of the network, from 0`;
    return { where: "option view", expected, got: String(view) };
  }
  return { where: "option part", expected: Object.keys(views[view]).join(", "), got: part };
}
