/** What the Triplets view knows: the pools' maps, the pairs at the chosen limits, and the pair that is looked at. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { PoolCell } from "centernet";
import { image } from "../../state/image.ts";
import { noteUnless, noteUnlessOneOf, route, setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { ChosenImage, Settings } from "../../worker/session.ts";
import type { PageHandlers } from "../../worker/worker.ts";
import { POOL_STEPS, type PoolStepName } from "./poolSteps.ts";

type Answer<Kind extends keyof PageHandlers> = Awaited<ReturnType<PageHandlers[Kind]>>;
export type Boxes = Answer<"tripletBoxes">;

export const pooling = task();
export const pairing = task();
export const pools = signal<Answer<"tripletPools"> | undefined>(undefined);
export const boxes = signal<Boxes | undefined>(undefined);

export const poolStep = computed(
  () => POOL_STEPS.find(({ name }) => name === route.value.params.pool) ?? POOL_STEPS[0],
);
/** The cell whose view is drawn, [row, column]. */
export const poolCell = computed<PoolCell>(() => {
  const [column, row] =
    /^(\d+),(\d+)$/
      .exec(route.value.params.at ?? "")
      ?.slice(1)
      .map(Number) ?? [];
  return row < 14 && column < 24 ? [row, column] : poolStep.value.cell;
});

/** The kites that were made by hand, or the user's image through the network. */
export const source = computed(() => (route.value.params.on === "image" ? "image" : "kites"));
const DEFAULT_DISTANCE = 0.5;
export const embeddingDistance = computed(() => limit("embedding", 0, 4, DEFAULT_DISTANCE));
/** The central region is the middle one of this many parts: odd numbers. */
export const smallParts = computed(() => oddLimit("small", 3));
export const largeParts = computed(() => oddLimit("large", 5));

/** A box or a rejected pair, `box-1` or `pair-1`. One that other limits have taken away gives way to the best box. */
export const chosen = computed(() => {
  const asked = route.value.params.pair ?? BEST;
  const [, kind, number] = /^(box|pair)-(\d+)$/.exec(asked) ?? [];
  const found = boxes.value;
  const count = kind === "pair" ? found?.explanation.rejected.length : found?.boxes.length;
  return Number(number) >= 1 && Number(number) <= (count ?? 0) ? asked : BEST;
});
const BEST = "box-1";

const ODD = /^[13579]$/;
/** What the address says of this view that cannot be meant. */
export const tripletNotes = computed(() => [
  ...noteUnlessOneOf(
    "pool",
    POOL_STEPS.map(({ name }) => name),
    "The first step is shown.",
  ),
  ...noteUnless(
    "at",
    (text) => /^(1?\d|2[0-3]),(\d|1[0-3])$/.test(text),
    "a column to 23 and a row to 13, as in 3,5",
    "The step's own cell is shown.",
  ),
  ...noteUnlessOneOf("on", ["kites", "image"], "The kites are shown."),
  ...noteUnless(
    "embedding",
    (text) => text !== "" && Number(text) >= 0 && Number(text) <= 4,
    "a number from 0 to 4",
    `${DEFAULT_DISTANCE} is used.`,
  ),
  ...noteUnless("small", (text) => ODD.test(text), "an odd number from 1 to 9", "3 is used."),
  ...noteUnless("large", (text) => ODD.test(text), "an odd number from 1 to 9", "5 is used."),
]);

export function choosePool(name: PoolStepName): void {
  setParams({ pool: name, at: undefined }, { replace: true });
}

export function choosePoolCell([row, column]: PoolCell): void {
  setParams({ at: `${column},${row}` }, { replace: true });
}

export function chooseSource(name: "kites" | "image"): void {
  setParams({ on: name === "image" ? name : undefined, pair: undefined });
}

export function setLimit(name: "embedding" | "small" | "large", value: number): void {
  setParams({ [name]: String(value) }, { replace: true });
}

export function resetLimits(): void {
  setParams({ embedding: undefined, small: undefined, large: undefined }, { replace: true });
}

export function choosePair(name: string): void {
  setParams({ pair: name }, { replace: true });
}

interface Source {
  readonly settings: Settings;
  /** Absent for the kites. */
  readonly image?: ChosenImage;
}

/** What the worker has the peaks of. */
const ready = signal<Source | undefined>(undefined);
/** What `boxes` is of. */
const boxesOf = signal<Source | undefined>(undefined);
/** The image of the boxes that are shown; undefined for the kites. */
export const boxesImage = computed(() => boxes.value && boxesOf.value?.image);
/** Whether the boxes that are shown are of the run before, since another goes on. */
export const isStale = computed(() => boxes.value !== undefined && boxesOf.value !== ready.value);

/** Follows the address while the view is shown; returns what ends that. */
export function startTriplets(): () => void {
  const ends = [
    effect(() => {
      void pooling.run(async ({ signal: aborted, onProgress }) => {
        pools.value ??= await worker.call("tripletPools", {}, { signal: aborted, onProgress });
      });
    }),
    effect(() => {
      const wanted = settings.value;
      const own = source.value === "image" ? image.value : undefined;
      ready.value = undefined;
      if (!own) {
        // A run on the image would put its peaks in place of the kites'.
        pairing.end();
        ready.value = { settings: wanted };
        return;
      }
      void pairing.run(async ({ signal: aborted, onProgress }) => {
        const of = { settings: wanted, image: own };
        await worker.call("tripletRun", of, { signal: aborted, onProgress });
        ready.value = of;
      });
    }),
    effect(() => {
      // What is shown would be of another image.
      if (["canceled", "failed"].includes(pairing.state.value.phase)) boxes.value = undefined;
    }),
    effect(() => {
      const of = ready.value;
      const limits = {
        embeddingDistance: embeddingDistance.value,
        centralRegion: { smallArea: 22_500, smallParts: smallParts.value, largeParts: largeParts.value },
      };
      if (!of) return;
      const controller = new AbortController();
      worker.call("tripletBoxes", { ...of, limits }, { signal: controller.signal }).then(
        (found) => {
          batch(() => {
            boxes.value = found;
            boxesOf.value = of;
          });
        },
        () => {}, // A newer limit was chosen.
      );
      return () => controller.abort();
    }),
  ];
  return () => {
    for (const end of ends) end();
    pooling.end();
    pairing.end();
  };
}

function limit(name: string, least: number, most: number, otherwise: number): number {
  const text = route.value.params[name];
  const value = Number(text);
  return text && value >= least && value <= most ? value : otherwise;
}

function oddLimit(name: string, otherwise: number): number {
  const value = limit(name, 1, 9, otherwise);
  return value % 2 === 1 ? value : otherwise;
}
