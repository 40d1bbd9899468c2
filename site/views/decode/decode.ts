/** What the Decode view knows: the steps of the decode in numbers and words, its maps, and the cell that was asked about. */
import { batch, computed, effect, signal } from "@preact/signals";
import { geometryFrom, type Point } from "centernet";
import { image } from "../../state/image.ts";
import { noteUnless, noteUnlessOneOf, route, setParams } from "../../state/route.ts";
import { score, settings } from "../../state/settings.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { DecodeMap } from "../../worker/decode.ts";
import type { ChosenImage, Settings } from "../../worker/session.ts";
import type { AnyDecoded, ShownMap, WhyHere } from "./answers.ts";
import { STEP_NAMES, type StepName, stepsOf } from "./steps.ts";

export const decoding = task();
/** What the worker holds the maps of. */
const hasRun = signal<{ readonly settings: Settings; readonly image: ChosenImage } | undefined>(undefined);
const answer = signal<AnyDecoded | undefined>(undefined);
/** What `answer` is of. */
const answerOf = signal<typeof hasRun.value>(undefined);
/** The image of the steps that are shown, while a run on another one or with other settings goes on. */
export const stale = computed(() =>
  answer.value && answerOf.value !== hasRun.value ? answerOf.value?.image : undefined,
);
export const decoded = computed(() => {
  const found = answer.value;
  return found && found.family !== "triplets" ? found : undefined;
});
/** Models of triplets have a view of their own. */
export const findsCorners = computed(() => answer.value?.family === "triplets");
export const maps = signal<Readonly<Partial<Record<DecodeMap, ShownMap>>>>({});
export const why = signal<WhyHere | undefined>(undefined);

export const view = computed(() => {
  const found = decoded.value;
  return found && geometryFrom({ views: [found.geometry] }).views[0];
});

/** From 0; the address counts from 1. */
export const peak = computed(() => within(route.value.params.peak, decoded.value?.candidates.length ?? 1));
export const candidate = computed(() => decoded.value?.candidates[peak.value]);
export const keypoint = computed(() =>
  within(route.value.params.keypoint, candidate.value?.keypoints?.length ?? 1),
);
export const steps = computed(() => (decoded.value ? stepsOf(decoded.value) : []));
export const step = computed(() => {
  const asked = route.value.params.step;
  return steps.value.find(({ name }) => name === asked) ?? steps.value[0];
});
export const cell = computed<Point | undefined>(() => {
  const found = decoded.value;
  const [x, y] =
    /^(\d+),(\d+)$/
      .exec(route.value.params.cell ?? "")
      ?.slice(1)
      .map(Number) ?? [];
  if (!found || x === undefined || x >= found.view.mapWidth || y >= found.view.mapHeight) return undefined;
  return { x, y };
});

/** What the address says of this view that cannot be meant for any image. */
export const decodeNotes = computed(() => {
  const isPlace = (text: string) => /^[1-9]\d{0,8}$/.test(text);
  // Which of the steps this model's decode has is known once it has run.
  const names = decoded.value ? steps.value.map(({ name }) => name) : STEP_NAMES;
  return [
    ...noteUnlessOneOf("step", names, "The first is shown."),
    ...noteUnless("peak", isPlace, "the place of a peak in the table, from 1", "The first is followed."),
    ...noteUnless("keypoint", isPlace, "the place of a keypoint, from 1", "The first is followed."),
    ...noteUnless(
      "cell",
      (text) => /^\d+,\d+$/.test(text),
      "a column and a row of the map, as in 3,5",
      "None is asked about.",
    ),
  ];
});

export function choosePeak(index: number): void {
  setParams({ peak: String(index + 1) });
}

export function chooseStep(name: StepName): void {
  setParams({ step: name }, { replace: true });
}

export function chooseKeypoint(index: number): void {
  setParams({ keypoint: String(index + 1) }, { replace: true });
}

export function chooseCell({ x, y }: Point): void {
  setParams({ cell: `${x},${y}` }, { replace: true });
}

/** Follows the address while the view is shown; returns what ends that. */
export function startDecode(): () => void {
  const ends = [
    effect(() => {
      const wanted = image.value && { settings: settings.value, image: image.value };
      hasRun.value = undefined;
      if (!wanted) {
        answer.value = undefined;
        return decoding.end();
      }
      void decoding.run(async ({ signal: aborted, onProgress }) => {
        onProgress({ text: "a run for the maps of the decode" });
        await worker.call("decodeRun", wanted, { signal: aborted, onProgress });
        hasRun.value = wanted;
      });
    }),
    effect(() => {
      // What is shown would be of another run.
      if (["canceled", "failed"].includes(decoding.state.value.phase)) answer.value = undefined;
    }),
    effect(() => {
      const wanted = hasRun.value;
      if (!wanted) return;
      const controller = new AbortController();
      worker.call("decodeSteps", { ...wanted, score: score.value }, { signal: controller.signal }).then(
        (found) => {
          batch(() => {
            answer.value = found;
            answerOf.value = wanted;
          });
        },
        () => {}, // A newer score was chosen.
      );
      return () => controller.abort();
    }),
    effect(() => {
      const of = answerOf.value;
      // What is shown of a run before keeps its maps.
      if (!decoded.value || !of || stale.value) return;
      const wanted = { ...of, score: score.peek() };
      for (const map of step.value?.maps ?? []) {
        const params = { ...wanted, map, peak: peak.value, keypoint: keypoint.value };
        worker.call("decodeMap", params, { key: `decodeMap ${map}` }).then(
          (shown) => {
            maps.value = { ...maps.peek(), [map]: shown };
          },
          () => {}, // The run of the steps tells what failed.
        );
      }
    }),
    effect(() => {
      const [of, asked] = [answerOf.value, cell.value];
      if (!decoded.value || !of || !asked || stale.value) {
        why.value = undefined;
        return;
      }
      const wanted = { ...of, score: score.value };
      worker.call("decodeWhy", { ...wanted, cell: asked, peak: peak.value }).then(
        (found) => {
          why.value = found;
        },
        () => {}, // A newer cell was chosen.
      );
    }),
  ];
  return () => {
    for (const end of ends) end();
    decoding.end();
  };
}

/** The index that a text counts from 1, or 0. */
function within(text: string | undefined, count: number): number {
  const number = Number.parseInt(text ?? "", 10);
  return number >= 1 && number <= count ? number - 1 : 0;
}
