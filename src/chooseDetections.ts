/** Which of a model's detections become the result, what is left out, and why nothing is left. */
import type { Detection } from "./detection.ts";
import type { Model } from "./models/model.ts";
import type { DetectionFate } from "./models/view.ts";

/** What the options left out of what the model found. A reason that applies to none is absent. */
export interface LeftOut {
  /** Of classes other than `classes`, but with at least `score`. */
  readonly classes?: LeftOutGroup;
  /** Of the wanted classes, but below `score`. The network looks everywhere, so most of these are no objects. */
  readonly score?: LeftOutGroup;
  /** Not among the best `max`. */
  readonly max?: LeftOutGroup;
}

export interface LeftOutGroup {
  readonly count: number;
  readonly best: { readonly label: string; readonly score: number };
}

export interface Choice {
  readonly score: number;
  readonly max: number;
  /** Ids of the classes to keep. Default: all. */
  readonly classIds?: ReadonlySet<number>;
}

/** What became of each of `found`, if these are the chosen ones. */
export function detectionFates(
  found: readonly Detection[],
  detections: readonly Detection[],
  { score, classIds }: Choice,
): DetectionFate[] {
  return found.map((detection) => {
    const place = detections.indexOf(detection);
    if (place >= 0) return { outcome: "shown", detection: place };
    if (classIds && !classIds.has(detection.classId)) return { outcome: "classes" };
    return { outcome: detection.score >= score ? "max" : "score" };
  });
}

/** The chosen detections, best first. */
export function chooseDetections(
  found: readonly Detection[],
  { score, max, classIds }: Choice,
): { detections: Detection[]; leftOut: LeftOut } {
  const sorted = [...found].sort((a, b) => b.score - a.score);
  const isWanted = ({ classId }: Detection) => classIds === undefined || classIds.has(classId);
  const wanted = sorted.filter(isWanted);
  const good = wanted.filter((detection) => detection.score >= score);
  const groups = {
    classes: sorted.filter((detection) => !isWanted(detection) && detection.score >= score),
    score: wanted.filter((detection) => detection.score < score),
    max: good.slice(max),
  };
  const leftOut = Object.fromEntries(
    Object.entries(groups)
      .filter(([, group]) => group.length > 0)
      .map(([reason, group]) => {
        const [{ label, score: best }] = group;
        return [reason, { count: group.length, best: { label, score: best } }];
      }),
  );
  return { detections: good.slice(0, max), leftOut };
}

/** What of a result depends on the least score. */
export interface FilteredResult {
  readonly width: number;
  readonly height: number;
  detections: Detection[];
  leftOut: LeftOut;
  nothingFound?: string;
  limitReached?: number;
}

/**
 * The result that `detect` would have returned at a higher `score`. So a page runs once with `score: 0`, and its user moves
 * the limit. `result` must come from a run without the option `classes`; of what `max` left out of it, all counts as left
 * out by `max` again, unless all of it is below the score.
 */
export function atScore<Result extends FilteredResult>(
  result: Result,
  score: number,
  model: Pick<Model, "name" | "classes" | "maxDetections">,
): Result {
  const { nothingFound: _nothing, limitReached: _limit, ...rest } = result;
  const { detections, leftOut: below } = chooseDetections(result.detections, {
    score,
    max: Number.POSITIVE_INFINITY,
  });
  const { score: before, max } = result.leftOut;
  const isBelow = max !== undefined && max.best.score < score;
  const lower = joined([below.score, isBelow ? max : undefined, before]);
  const leftOut: LeftOut = { ...(lower && { score: lower }), ...(max && !isBelow && { max }) };
  const limitReached = detections.length === model.maxDetections ? detections.length : undefined;
  return {
    ...rest,
    detections,
    leftOut,
    ...(detections.length === 0 && {
      nothingFound: whyNothing(model, result, leftOut, { score, max: Number.POSITIVE_INFINITY }),
    }),
    ...(limitReached && { limitReached }),
  } as Result;
}

/** Groups of descending scores as one. */
function joined(groups: readonly (LeftOutGroup | undefined)[]): LeftOutGroup | undefined {
  const all = groups.filter((group) => group !== undefined);
  if (all.length === 0) return undefined;
  return { count: all.reduce((sum, { count }) => sum + count, 0), best: all[0].best };
}

/** The network's input has some 10 cells of its output for an object of this size, if the image is small. */
const SMALL_SIDE = 32;
/** A model with more classes says little by naming them. */
const MAX_CLASSES_NAMED = 3;

const PLURALS: Readonly<Record<string, string>> = { person: "people", face: "faces" };

/** Why nothing was found in an image, as a part of a sentence with all that is known. */
export function whyNothing(
  model: Pick<Model, "name" | "classes">,
  image: { readonly width: number; readonly height: number },
  leftOut: LeftOut,
  { score, max, classIds }: Choice,
): string {
  if (leftOut.max) {
    const { count, best } = leftOut.max;
    return `max is ${max}, which leaves out ${best.label} ${best.score.toFixed(2)}${count > 1 ? ` and ${count - 1} more` : ""}`;
  }
  const reasons: string[] = [];
  if (max === 0) reasons.push("max is 0");
  if (model.classes.length <= MAX_CLASSES_NAMED) {
    const labels = model.classes.map(({ label }) => label).join(", ");
    reasons.push(`${model.name} finds only ${PLURALS[labels] ?? labels}`);
  }
  if (leftOut.classes && classIds) {
    const names = model.classes.filter(({ classId }) => classIds.has(classId)).map(({ label }) => label);
    const { count, best } = leftOut.classes;
    reasons.push(
      `only ${names.join(", ")} may be shown, and ${best.label} ${best.score.toFixed(2)} ${count > 1 ? `and ${count - 1} more are` : "is"} of other classes`,
    );
  }
  if (leftOut.score) {
    const { label, score: best } = leftOut.score.best;
    const name = model.classes.length > 1 ? `, ${label},` : "";
    reasons.push(`the best candidate${name} has a score of ${below(best, score)}, and ${score} is asked for`);
  } else if (!leftOut.classes) {
    reasons.push(`the network has no candidate${classIds ? " of these classes" : ""} at all`);
  }
  const { width, height } = image;
  if (Math.min(width, height) < SMALL_SIDE) {
    const isNarrow = width <= height;
    reasons.push(`the image is only ${isNarrow ? width : height} pixels ${isNarrow ? "wide" : "high"}`);
  }
  return reasons.join("; ");
}

/** A score with as many decimals as show that it is below the limit and above 0. */
function below(score: number, limit: number): string {
  if (score < 0.005) return `${Number(score.toPrecision(1))}`;
  for (let decimals = 2; decimals < 7; decimals++) {
    const text = score.toFixed(decimals);
    if (Number(text) < limit) return text;
  }
  return `${score}`;
}
