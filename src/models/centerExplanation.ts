/**
 * The explanation of models that find centers: what their decodes traced, in pixels of the image and with the
 * names of classes.
 */
import type { CenterTrace, Suppression } from "../decode/centerTrace.ts";
import type { Detection, Point } from "../detection.ts";
import type {
  Cell,
  CenterCandidate,
  CenterEvidence,
  CenterExplanation,
  CenterView,
  FoundKeypoint,
} from "../explain/explanation.ts";
import type { CellValue, CenterWhy, CenterWhyView } from "../explain/why.ts";
import { ViewGeometry, type ViewPlacement } from "../image/geometry.ts";
import type { ClassLabel } from "./coco.ts";
import type { ChosenDetections, Result, ViewOptions } from "./view.ts";

/** What one view found. */
export interface FoundCenters {
  readonly detections: readonly Detection[];
  /** Present if the decode was traced. */
  readonly traced?: TracedCenters;
}

interface TracedCenters {
  readonly view: CenterView;
  /** `detection` counts in the view's detections, `suppression.by` in these candidates. */
  readonly candidates: readonly CenterCandidate[];
  /** What the option `why` asks for. */
  readonly asked?: { readonly value: CellValue; readonly label: ClassLabel };
}

/** How the maps lie in the image, and what was asked. */
export interface TracedView {
  readonly placement: ViewPlacement;
  readonly why: ViewOptions["why"];
  /** Shared by all views of an image: the first one chooses the class. */
  readonly asked: AskedClass;
  readonly labelOf: (channel: number) => ClassLabel;
}

export interface AskedClass {
  channel?: number;
}

/** A decoded row as it would be a detection. */
export interface CenterRow {
  readonly detection: Detection;
  /** Whether it lies beyond the image, so that it is none. */
  readonly isOutside?: boolean;
}

/**
 * What a traced decode found. `rows` has one entry for each of the trace's centers, in pixels of the image;
 * `detected` lists the rows that the decode returned, in its order.
 */
export function tracedCenters(
  trace: CenterTrace,
  rows: readonly CenterRow[],
  detected: ArrayLike<number>,
  view: TracedView,
): FoundCenters {
  const kept = Array.from(detected).filter((row) => !rows[row].isOutside);
  const { height, width, classes } = trace.size;
  const candidates = trace.centers.map((center, row): CenterCandidate => {
    const { label, classId, score, box } = rows[row].detection;
    const outcome = rows[row].isOutside ? "outside" : "shown";
    const place = kept.indexOf(row);
    const keypoints = foundKeypoints(center, rows[row].detection, view);
    return {
      ...withoutKeypoints(center),
      ...{ view: 0, label, classId, score, box },
      ...(keypoints && { keypoints }),
      outcome,
      ...trace.dropped.get(row),
      ...(place >= 0 && { detection: place }),
    };
  });
  const { scale } = view.placement;
  const { peaks, limit, window } = trace;
  return {
    detections: kept.map((row) => rows[row].detection),
    traced: {
      view: {
        ...{ scale, mapWidth: width, mapHeight: height, classes, peaks, limit },
        ...(window !== undefined && { window }),
      },
      candidates,
      ...(view.why && { asked: askedCell(trace, view, view.why) }),
    },
  };
}

function withoutKeypoints({ keypoints, ...center }: CenterEvidence): Omit<CenterEvidence, "keypoints"> {
  return center;
}

/** Keypoints with their evidence, in pixels of the image. */
function foundKeypoints(
  { keypoints }: CenterEvidence,
  { keypoints: found = [] }: Detection,
  { placement }: TracedView,
): FoundKeypoint[] | undefined {
  const geometry = new ViewGeometry(placement);
  const placed = (point: Point) => geometry.cellToImage(point);
  return keypoints?.map(({ regressed, candidate, outcome }, i) => ({
    ...found[i],
    regressed: placed(regressed),
    outcome,
    ...(candidate && { candidate: { ...candidate, ...placed(candidate) } }),
  }));
}

function askedCell(
  trace: CenterTrace,
  { placement, labelOf, asked }: TracedView,
  { x, y, classIds }: NonNullable<ViewOptions["why"]>,
): { value: CellValue; label: ClassLabel } {
  const { height, width, classes } = trace.size;
  const cell = cellWithin(new ViewGeometry(placement).imageToCell({ x, y }), width, height);
  asked.channel ??= trace.bestClassAt(cell, channelsOf(classes, labelOf, classIds));
  return { value: trace.valueAt(cell, asked.channel), label: labelOf(asked.channel) };
}

/** The channels with these ids: all of them without ids. */
export function channelsOf(
  classes: number,
  labelOf: (channel: number) => ClassLabel,
  classIds: ReadonlySet<number> | undefined,
): number[] {
  const channels = Array.from({ length: classes }, (_, channel) => channel);
  return classIds ? channels.filter((channel) => classIds.has(labelOf(channel).classId)) : channels;
}

/** The cell that holds a point of the map; a point on its far edge belongs to the last cell. */
export function cellWithin({ x, y }: Point, width: number, height: number): Cell {
  const within = (at: number, side: number) => Math.max(0, Math.min(Math.floor(at), side - 1));
  return { x: within(x, width), y: within(y, height) };
}

/** The detections of all views, with what the views' traces say. */
export function centersResult(
  family: CenterExplanation["family"],
  found: readonly FoundCenters[],
  { explain = false, why }: ViewOptions,
  merge?: MergeViews,
): Result {
  const all = found.flatMap(({ detections }) => detections);
  const isTraced = found.some(({ traced }) => traced);
  const merged = merge?.(all, isTraced);
  const detections = merged ? merged.detections : all;
  if (!isTraced) return { detections };
  return {
    detections,
    explain(choice) {
      const candidates = settled(allCandidates(found, merged), choice);
      const views = found.flatMap(({ traced }) => (traced ? [traced.view] : []));
      return {
        ...(explain && { explanation: { family, views, candidates } }),
        ...(why && { why: whyHere(family, found, why, candidates, choice) }),
      };
    },
  };
}

/** Combines the detections of several views. */
export type MergeViews = (detections: readonly Detection[], isTraced: boolean) => MergedViews;

export interface MergedViews {
  readonly detections: readonly Detection[];
  /** For each of the detections before, its place among those after; undefined if it was dropped. */
  readonly places: readonly (number | undefined)[];
  /** By detection before, which other one lowered its score most. Empty unless traced. */
  readonly lowered: ReadonlyMap<number, Suppression>;
}

/** The candidates of all views, with places in the detections of all views. */
function allCandidates(found: readonly FoundCenters[], merged: MergedViews | undefined): CenterCandidate[] {
  const candidates: CenterCandidate[] = [];
  const ofDetection: number[] = [];
  let before = 0;
  found.forEach(({ detections, traced }, view) => {
    const first = candidates.length;
    for (const candidate of traced?.candidates ?? []) {
      const { detection, suppression } = candidate;
      if (detection !== undefined) ofDetection[before + detection] = candidates.length;
      candidates.push({
        ...candidate,
        view,
        ...(suppression && { suppression: { ...suppression, by: first + suppression.by } }),
        ...(detection !== undefined && { detection: before + detection }),
      });
    }
    before += detections.length;
  });
  if (!merged) return candidates;
  return candidates.map((candidate) => {
    if (candidate.detection === undefined) return candidate;
    const { detection, ...rest } = candidate;
    const place = merged.places[detection];
    const lowered = merged.lowered.get(detection);
    const suppression = lowered && { by: ofDetection[lowered.by], overlap: lowered.overlap };
    if (place === undefined) return { ...rest, outcome: "suppressed", suppression };
    const { score } = merged.detections[place];
    return { ...rest, score, detection: place, ...(suppression && { suppression }) };
  });
}

/** The candidates with what the options made of those that are detections. */
function settled(candidates: readonly CenterCandidate[], { fates }: ChosenDetections): CenterCandidate[] {
  return candidates.map(({ detection, ...candidate }) =>
    detection === undefined ? candidate : { ...candidate, ...fates[detection] },
  );
}

function whyHere(
  family: CenterExplanation["family"],
  found: readonly FoundCenters[],
  { x, y }: Point,
  candidates: readonly CenterCandidate[],
  { detections }: ChosenDetections,
): CenterWhy | undefined {
  const first = found.find(({ traced }) => traced?.asked)?.traced?.asked;
  if (!first) return undefined;
  const views = found.flatMap(({ traced }, view) => {
    const asked = traced?.asked;
    return asked ? [whyInView(asked.value, traced.view.scale, candidates, view)] : [];
  });
  const { label, classId } = first.label;
  return { family, x, y, label, classId, covering: covering(detections, { x, y }), views };
}

function whyInView(
  value: CellValue,
  scale: number,
  candidates: readonly CenterCandidate[],
  view: number,
): CenterWhyView {
  const { cell, classIndex } = value;
  const candidate = candidates.find((other) => {
    const isHere = other.cell.x === cell.x && other.cell.y === cell.y && other.classIndex === classIndex;
    return other.view === view && other.isPeak && isHere;
  });
  if (!candidate) return { ...value, scale, step: value.isPeak ? "rank" : "neighbor" };
  const by = candidate.suppression && candidates[candidate.suppression.by];
  return {
    ...value,
    scale,
    step: candidate.outcome,
    candidate,
    ...(by && {
      suppressedBy: {
        ...{ label: by.label, score: by.score, box: by.box },
        ...(by.detection !== undefined && { detection: by.detection }),
      },
    }),
  };
}

/** The indices of the detections whose boxes cover a point. */
export function covering(detections: readonly Detection[], { x, y }: Point): number[] {
  return [...detections.keys()].filter((index) => {
    const { xmin, ymin, xmax, ymax } = detections[index].box;
    return x >= xmin && x <= xmax && y >= ymin && y <= ymax;
  });
}
