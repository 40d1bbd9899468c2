/** What the detector still finds below weak masks, as the command line counts it, for each mask. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { type Box, grownBox } from "centernet";
import { image } from "../../state/image.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { Masked } from "../../worker/mask.ts";
import type { PageHandlers } from "../../worker/worker.ts";
import { faceSettings, isWeak, search } from "./maskSettings.ts";
import { drawnMasks, found, key, maskedOf, removed } from "./masks.ts";

type FacesBelow = Awaited<ReturnType<PageHandlers["maskCheck"]>>;

export const checking = task();
const below = signal<{ readonly of: string; readonly faces: FacesBelow } | undefined>(undefined);

/** The image that is shown, if its masks are weak. */
const weaklyMasked = computed(() => {
  const masked = isWeak.value && image.value && maskedOf(image.value);
  return masked && masked.boxes.length > 0 ? masked : undefined;
});

/** The masks of that image, named as `marked` names them. */
const masks = computed<readonly { readonly name: string; readonly outline: Box }[]>(() => [
  ...(found.value?.faces ?? []).flatMap(({ outline }, index) =>
    removed.value.has(index) ? [] : [{ name: `face ${index}`, outline }],
  ),
  ...drawnMasks.value.map(({ number, box }) => ({ name: `drawn ${number}`, outline: grownBox(box) })),
]);

export const maskCount = computed(() => masks.value.length);

/** The best score of a face that is still found below each mask, by the mask's name; undefined while nobody knows. */
export const stillFound = computed<ReadonlyMap<string, number> | undefined>(() => {
  const [known, masked] = [below.value, weaklyMasked.value];
  if (!known || !masked || known.of !== checkOf(masked)) return undefined;
  const scores = new Map<string, number>();
  for (const { score, box } of known.faces) {
    const [x, y] = [(box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2];
    for (const { name, outline } of masks.value) {
      const isBelow = x > outline.xmin && x < outline.xmax && y > outline.ymin && y < outline.ymax;
      if (isBelow) scores.set(name, Math.max(score, scores.get(name) ?? 0));
    }
  }
  return scores;
});

/** What a check depends on. */
function checkOf({ image: { id }, boxes, options }: Masked): string {
  return JSON.stringify([key.value, id, [...boxes], options]);
}

async function check(masked: Masked): Promise<void> {
  const own = checkOf(masked);
  if (below.value?.of === own) return checking.end();
  await checking.run(async (tools) => {
    tools.onProgress({ text: "searching below the masks" });
    const params = { masked, settings: faceSettings.value, search: search.value };
    below.value = { of: own, faces: await worker.call("maskCheck", params, tools) };
  });
}

/** Checks the masks that are shown, now and whenever they change; the returned function ends that. */
export function startChecking(): () => void {
  const stop = effect(() => {
    const masked = weaklyMasked.value;
    untracked(() => {
      if (masked) void check(masked);
      else checking.end();
    });
  });
  return () => {
    stop();
    checking.end();
  };
}
