/** What the Network view knows: the plan, each layer at a glance, and the layer and channel that are open. */
import { computed, effect, signal } from "@preact/signals";
import type { GridOrder, GridScale } from "centernet";
import { image } from "../../state/image.ts";
import { route, setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { Glance } from "../../worker/network.ts";
import type { PageHandlers } from "../../worker/worker.ts";

type Answer<Kind extends keyof PageHandlers> = Awaited<ReturnType<PageHandlers[Kind]>>;
export type Plan = Answer<"networkPlan">;
export type PlannedBlock = Plan["blocks"][number];
export type PlannedLayer = PlannedBlock["nodes"][number];
export type OpenLayer = Answer<"layer">;
export type OpenChannel = Answer<"channel">;

/** A layer at a glance, its thumbnail as a URL of this page. */
export interface Seen extends Omit<Glance, "thumbnail"> {
  readonly thumbnail: string;
}

export const SCALES: readonly (readonly [GridScale | "", string])[] = [
  ["", "as fits"],
  ["layer", "one for the layer"],
  ["channel", "one for each channel"],
  ["percentiles", "its middle 98 %"],
  ["symmetric", "symmetric around 0"],
];
export const ORDERS: readonly (readonly [GridOrder, string])[] = [
  ["number", "number"],
  ["mean", "mean"],
  ["max", "maximum"],
  ["deviation", "deviation σ"],
];

export const plan = signal<Plan | undefined>(undefined);
export const seen = signal<ReadonlyMap<string, Seen>>(new Map());
export const openLayer = signal<OpenLayer | undefined>(undefined);
export const openChannel = signal<OpenChannel | undefined>(undefined);
export const walk = task();
export const reading = task();

/** The layer in the address; else the last of a block in the middle of the network, where something is to be seen. */
export const layerName = computed(() => {
  const layers = plan.value?.blocks.flatMap(({ nodes }) => nodes.map(({ name }) => name)) ?? [];
  const asked = route.value.params.layer;
  return layers.find((name) => name === asked) ?? layers[Math.floor(layers.length / 3)];
});
export const unknownLayer = computed(() => {
  const asked = route.value.params.layer;
  return asked && plan.value && layerName.value !== asked ? asked : undefined;
});
export const block = computed(() =>
  plan.value?.blocks.find(({ nodes }) => nodes.some(({ name }) => name === layerName.value)),
);
export const layer = computed(() => block.value?.nodes.find(({ name }) => name === layerName.value));

export const scale = computed(() => SCALES.find(([name]) => name === route.value.params.scale)?.[0] ?? "");
export const order = computed(
  () => ORDERS.find(([name]) => name === route.value.params.order)?.[0] ?? "number",
);
const page = computed(() => Math.max(0, Number.parseInt(route.value.params.page ?? "0", 10) || 0));
const channel = computed(() => {
  const number = Number.parseInt(route.value.params.channel ?? "", 10);
  return number >= 0 && number < (layer.value?.shape[3] ?? 0) ? number : undefined;
});

export function chooseLayer(name: string): void {
  setParams({ layer: name, channel: undefined, page: undefined });
}

/** Follows the address while the view is shown; returns what ends that. */
export function startNetwork(): () => void {
  const ends = [
    effect(() => {
      const wanted = { settings: settings.value };
      plan.value = undefined;
      void walk.run(async ({ signal: aborted, onProgress }) => {
        plan.value = await worker.call("networkPlan", wanted, { signal: aborted, onProgress });
      });
    }),
    effect(() => {
      const chosen = image.value;
      if (!plan.value || !chosen) return;
      const wanted = { settings: settings.peek(), image: chosen };
      const found = new Map<string, Seen>();
      void walk.run(async ({ signal: aborted, onProgress }) => {
        await worker.call("walk", wanted, {
          signal: aborted,
          onProgress: (progress) => {
            onProgress(progress);
            const { thumbnail, ...glance } = progress.data as Glance;
            const url = URL.createObjectURL(new Blob([thumbnail], { type: "image/png" }));
            found.set(glance.name, { ...glance, thumbnail: url });
            if (found.size % 12 === 0) show(found);
          },
        });
        show(found);
      });
    }),
    effect(() => {
      const [chosen, name] = [image.value, layerName.value];
      if (!plan.value || !chosen || !name) return;
      const wanted = {
        settings: settings.peek(),
        image: chosen,
        layer: name,
        scale: scale.value || undefined,
        order: order.value,
        page: page.value,
      };
      void reading.run(async ({ signal: aborted, onProgress }) => {
        openLayer.value = await worker.call("layer", wanted, { signal: aborted, onProgress });
      });
    }),
    effect(() => {
      const [chosen, name, number] = [image.value, layerName.value, channel.value];
      openChannel.value = undefined;
      if (!plan.value || !chosen || !name || number === undefined) return;
      const wanted = { settings: settings.peek(), image: chosen, layer: name, channel: number };
      worker.call("channel", wanted).then(
        (answer) => {
          openChannel.value = answer;
        },
        () => {}, // The layer's own run tells what failed.
      );
    }),
  ];
  return () => {
    for (const end of ends) end();
    walk.cancel();
    reading.cancel();
  };
}

/** Thumbnails of the run before are no longer shown, so their memory can go. */
function show(found: ReadonlyMap<string, Seen>): void {
  const before = seen.value;
  seen.value = new Map(found);
  for (const [name, { thumbnail }] of before) {
    if (found.get(name)?.thumbnail !== thumbnail) URL.revokeObjectURL(thumbnail);
  }
}
