/** The comparison that is shown, and the one that runs. */
import { computed, effect, signal } from "@preact/signals";
import { image } from "../../state/image.ts";
import { settings } from "../../state/settings.ts";
import { worker } from "../../state/worker.ts";
import type { Progress } from "../../worker/call.ts";
import { CANCELED, isAbort } from "../../worker/client.ts";
import type { Compared } from "../../worker/compare/compare.ts";
import type { Side } from "../../worker/compare/sides.ts";
import { bothSides, partner } from "./sides.ts";

export type Comparison =
  | { readonly phase: "idle" }
  | { readonly phase: "running"; readonly progress: Progress }
  /** It will take long: the user decides. `seconds` is absent if it is not known. */
  | { readonly phase: "slow"; readonly seconds?: number; readonly backend: string }
  | { readonly phase: "done"; readonly result: Compared }
  | { readonly phase: "failed"; readonly error: Error }
  | { readonly phase: "canceled" };

export const comparison = signal<Comparison>({ phase: "idle" });
/** The user's golden folder, or the tensors of another program. */
export const files = signal<readonly File[]>([]);
let controller = new AbortController();

export function cancelComparison(): void {
  controller.abort(CANCELED);
}

/** Plain loops on one core. */
const SLOW = "cpu";
/** These start at once; others take time to compile, or to run. */
const QUICK: readonly string[] = ["wasm", "auto"];

/** The backends of the sides that run, which start upon a click alone. */
export const slowToStart = computed(() => {
  const { a, b } = bothSides.value;
  const backends = [a, ...(partner.value === "run" ? [b] : [])].map(({ backend }) => backend);
  return [...new Set(backends)].filter((backend) => !QUICK.includes(backend) && backend !== SLOW);
});

/** Compares, unless a side is so slow that the user is asked first. */
export async function startComparison({ confirmed = false } = {}): Promise<void> {
  const { a, b } = bothSides.value;
  const chosen = image.value;
  const kind = partner.value;
  const own = files.value;
  controller.abort();
  controller = new AbortController();
  const { signal: aborted } = controller;
  if (kind === "run" ? !chosen : own.length === 0) {
    comparison.value = { phase: "idle" };
    return;
  }
  const onProgress = (progress: Progress) => {
    if (!aborted.aborted) comparison.value = { phase: "running", progress };
  };
  const options = { signal: aborted, onProgress, key: "compare" };
  const common = { settings: settings.value, a };
  try {
    onProgress({ text: "starting" });
    const slow = [a, ...(kind === "run" ? [b] : [])].find(({ backend }) => backend === SLOW);
    if (slow && !confirmed) {
      comparison.value = { phase: "slow", backend: SLOW, ...(await costOf(slow)) };
      return;
    }
    const result =
      kind === "golden"
        ? await worker.call("compareGolden", { a, files: own }, options)
        : kind === "tensors"
          ? await worker.call(
              "compareDump",
              { ...common, files: own, ...(chosen && { image: chosen }) },
              options,
            )
          : await worker.call(
              "compareRuns",
              { ...common, b, image: chosen as NonNullable<typeof chosen> },
              options,
            );
    comparison.value = { phase: "done", result };
  } catch (error) {
    if (!isAbort(error)) comparison.value = { phase: "failed", error: error as Error };
    else if (controller.signal === aborted) comparison.value = { phase: "canceled" };
  }

  async function costOf(side: Side): Promise<{ readonly seconds?: number }> {
    if (!chosen) return {};
    const query = { settings: settings.value, image: chosen, side };
    const seconds = await worker.call("compareCost", query, options);
    return seconds === undefined ? {} : { seconds };
  }
}

/** Follows the address while the view is shown; the returned function ends that. */
export function followAddress(): () => void {
  const stop = effect(() => {
    void bothSides.value;
    void image.value;
    void settings.value;
    const isQuick = slowToStart.value.length === 0;
    controller.abort();
    comparison.value = { phase: "idle" };
    void files.value;
    if (isQuick) void startComparison();
  });
  return () => {
    stop();
    controller.abort();
  };
}
