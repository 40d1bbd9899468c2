/** How the network runs, as the address says. */
import { computed } from "@preact/signals";
import { BACKENDS } from "centernet";
import type { Settings } from "../worker/session.ts";
import { route, setParams } from "./route.ts";

const DEFAULT_SCORE = 0.2;

const text = computed(() => {
  const { params } = route.value;
  const chosen: Settings = {
    model: params.model ?? "movenet-multipose",
    backend: BACKENDS.find((name) => name === params.backend) ?? "wasm",
    ...(whole(params.threads) && { threads: whole(params.threads) }),
    ...((params.build === "plain" || params.build === "relaxed") && { build: params.build }),
    ...(params.precision === "exact" && { precision: "exact" as const }),
    ...(params.memory === "low" && { memory: "low" as const }),
    ...(params.fuse === "false" && { fuse: false }),
    ...(whole(params.size) && { inputSize: whole(params.size) }),
    ...(whole(params.weights) && { weights: whole(params.weights) }),
    ...(whole(params.labels) && { labels: whole(params.labels) }),
  };
  return JSON.stringify(chosen);
});

/** The same object until one of its fields changes, whatever else changes in the address. */
export const settings = computed<Settings>(() => JSON.parse(text.value));

/** The least score that is shown, from 0 to 1. */
export const score = computed(() => {
  const value = Number(route.value.params.score ?? DEFAULT_SCORE);
  return value >= 0 && value <= 1 ? value : DEFAULT_SCORE;
});

/** Chooses a model: with its own weights, or with files of the user's. */
export function chooseModel(
  model: string,
  { weights, labels }: Pick<Settings, "weights" | "labels"> = {},
): void {
  setParams({ model, weights: weights?.toString(), labels: labels?.toString(), size: undefined });
}

export function setScore(value: number): void {
  setParams({ score: String(value) }, { replace: true });
}

function whole(text: string | undefined): number | undefined {
  return text && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}
