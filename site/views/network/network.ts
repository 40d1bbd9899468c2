/** What the Network view knows: the plan, each layer at a glance, and the layer and channel that are open. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { GridOrder, GridScale } from "centernet";
import { closeReplaced } from "../../state/bitmaps.ts";
import { type ShownImage, shown } from "../../state/detection.ts";
import { image } from "../../state/image.ts";
import { noteUnless, noteUnlessOneOf, route, setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { type Task, task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { Glance, Measured } from "../../worker/network/network.ts";
import type { ChosenImage } from "../../worker/session.ts";
import type { PageHandlers } from "../../worker/worker.ts";

type Answer<Kind extends keyof PageHandlers> = Awaited<ReturnType<PageHandlers[Kind]>>;
export type Plan = Answer<"networkPlan">;
export type PlannedBlock = Plan["blocks"][number];
export type PlannedLayer = PlannedBlock["nodes"][number];
export type OpenLayer = Answer<"layer">;
export type OpenChannel = Answer<"channel">;
export type WrittenCell = Answer<"cell">;
export type OpenWeights = Answer<"weights">;

/** A layer at a glance, its thumbnail as a URL of this page. */
export interface Seen extends Omit<Glance, "thumbnail"> {
  readonly thumbnail: string;
}

export const SCALES: readonly (readonly [GridScale | "", string])[] = [
  ["", "chosen to fit"],
  ["layer", "of the whole layer"],
  ["channel", "of each channel"],
  ["percentiles", "of the middle 98 %"],
  ["symmetric", "symmetric around 0"],
];
export const ORDERS: readonly (readonly [GridOrder, string])[] = [
  ["number", "number"],
  ["mean", "mean"],
  ["max", "maximum"],
  ["deviation", "deviation σ"],
];

/** What blocks may be colored by. */
export const COLORS = [
  ["family", "what they do"],
  ["time", "time"],
  ["multiplyAdds", "multiply-adds"],
  ["zeros", "share of zeros"],
  ["error", "difference from cpu"],
] as const;
export type ColorBy = (typeof COLORS)[number][0];

export const plan = signal<Plan | undefined>(undefined);
export const seen = signal<ReadonlyMap<string, Seen>>(new Map());
export const openLayer = signal<OpenLayer | undefined>(undefined);
export const openChannel = signal<OpenChannel | undefined>(undefined);
closeReplaced(openLayer);
closeReplaced(openChannel);
/** The image in small, for the block of the input. */
export const inputPicture = signal<string | undefined>(undefined);
export const walk = task();
export const reading = task();
/** The numbers of a layer as a file. It leaves the layer's own run alone. */
export const saving = task();
export const measuring = task();
/** What was measured for the colors. */
export const measured = signal<(Measured & { readonly what: ColorBy }) | undefined>(undefined);

/** A model that is only drawn: its weights are not needed, and nothing runs. `graph=centernet-104`. */
export const graphOf = computed(() => route.value.params.graph);

/** The layer in the address; else the last of a block in the middle of the network, where something is to be seen. */
export const layerName = computed(() => {
  const layers = plan.value?.blocks.flatMap(({ nodes }) => nodes) ?? [];
  const asked = route.value.params.layer;
  const found =
    layers.find(({ name }) => name === asked) ??
    layers.find(({ fused }) => asked !== undefined && fused.includes(asked)) ??
    layers[Math.floor(layers.length / 3)];
  return found?.name;
});
export const unknownLayer = computed(() => {
  const asked = route.value.params.layer;
  return asked && plan.value && layerName.value !== asked ? asked : undefined;
});
export const block = computed(() =>
  plan.value?.blocks.find(({ nodes }) => nodes.some(({ name }) => name === layerName.value)),
);
export const layer = computed(() => block.value?.nodes.find(({ name }) => name === layerName.value));

export const colorBy = computed(
  () => COLORS.find(([name]) => name === route.value.params.color)?.[0] ?? "family",
);
/** The cell whose sum is written out: `cell=column,row`. */
export const cell = computed(() => {
  const [, column, row] = /^(\d+),(\d+)$/.exec(route.value.params.cell ?? "") ?? [];
  const [, height, width] = layer.value?.shape ?? [1, 0, 0];
  const [x, y] = [Number(column), Number(row)];
  return x < width && y < height ? { row: y, column: x } : undefined;
});

export const scale = computed(() => SCALES.find(([name]) => name === route.value.params.scale)?.[0] ?? "");
export const order = computed(
  () => ORDERS.find(([name]) => name === route.value.params.order)?.[0] ?? "number",
);
const page = computed(() => Math.max(0, Number.parseInt(route.value.params.page ?? "0", 10) || 0));
const channel = computed(() => {
  const text = route.value.params.channel ?? "";
  return /^\d{1,9}$/.test(text) && Number(text) < (layer.value?.shape[3] ?? 0) ? Number(text) : undefined;
});

/** What the address says of this view that cannot be meant. */
export const networkNotes = computed(() => {
  // Of another layer than the asked one, nothing is known but how numbers are written.
  const channels = route.value.params.layer === layerName.value ? layer.value?.shape[3] : undefined;
  return [
    ...noteUnlessOneOf(
      "scale",
      SCALES.map(([name]) => name),
      "The scale is chosen to fit.",
    ),
    ...noteUnlessOneOf(
      "order",
      ORDERS.map(([name]) => name),
      "Channels are sorted by number.",
    ),
    ...noteUnlessOneOf(
      "color",
      COLORS.map(([name]) => name),
      "Blocks are colored by family.",
    ),
    ...noteUnless(
      "channel",
      (text) => /^\d{1,9}$/.test(text) && Number(text) < (channels ?? Number.POSITIVE_INFINITY),
      channels === undefined ? "the number of a channel, from 0" : `a channel from 0 to ${channels - 1}`,
      "None is opened.",
    ),
    ...noteUnless(
      "cell",
      (text) => /^\d+,\d+$/.test(text),
      "a column and a row of the map, as in 3,5",
      "None is written out.",
    ),
  ];
});

/** `backbone.block4, 32 × 32 × 48, 3 layers`. */
export function blockInWords({ name, shape, nodes, outputs, needed }: PlannedBlock): string {
  const [, height, width, channels] = shape;
  const layers = nodes.length === 0 ? "input" : nodes.length === 1 ? "1 layer" : `${nodes.length} layers`;
  const computes = outputs.length > 0 ? `, output ${outputs.join(", ")}` : "";
  const words = `${name}, ${height} × ${width} × ${channels}, ${layers}${computes}`;
  return needed ? words : `${words}, needed by no output`;
}

/** Nothing of the layer before is left in the address. */
const NO_DETAILS = { channel: undefined, page: undefined, cell: undefined };

export function chooseLayer(name: string, options: { readonly replace?: boolean } = {}): void {
  setParams({ layer: name, ...NO_DETAILS }, options);
}

/** Another model to draw; undefined draws the one that runs. */
export function chooseGraph(name: string | undefined): void {
  setParams({ graph: name, layer: undefined, color: undefined, zoom: undefined, ...NO_DETAILS });
}

export function closeLayer(): void {
  setParams({ layer: undefined, ...NO_DETAILS });
}

let measuredImage: number | undefined;
/** The images that `seen` and `openLayer` are of. */
const seenOf = signal<ChosenImage | undefined>(undefined);
const openOf = signal<ChosenImage | undefined>(undefined);

/** The image before, if the blocks' pictures are still of it. */
export const staleSeen = computed(() => (seen.value.size > 0 ? before(seenOf.value) : undefined));
/** The image before, if the open layer's channels and numbers are still of it. */
export const staleLayer = computed(() => openLayer.value && before(openOf.value));
/** As both, of what the panel of the layer shows. */
export const staleNumbers = computed(() => {
  const { name = "" } = layer.value ?? {};
  if (openLayer.value?.layer === name) return staleLayer.value;
  return seen.value.has(name) ? staleSeen.value : undefined;
});

function before(of: ChosenImage | undefined): ChosenImage | undefined {
  return of?.id === image.value?.id ? undefined : of;
}

/** Its longer side in pixels. */
const PICTURE_SIDE = 64;

function pictureOf({ bitmap, width, height }: ShownImage): string {
  const canvas = document.createElement("canvas");
  const scale = PICTURE_SIDE / Math.max(width, height);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL();
}

/** Follows the address while the view is shown; returns what ends that. */
export function startNetwork(): () => void {
  const ends = [
    effect(() => {
      inputPicture.value = shown.value && pictureOf(shown.value);
    }),
    effect(() => {
      const wanted = { settings: settings.value, graphOf: graphOf.value };
      plan.value = undefined;
      measured.value = undefined;
      openLayer.value = undefined;
      show(new Map());
      void walk.run(async ({ signal: aborted, onProgress }) => {
        onProgress({ text: "the network's layers" });
        plan.value = await worker.call("networkPlan", wanted, { signal: aborted, onProgress });
      });
    }),
    effect(() => {
      const chosen = image.value;
      if (!chosen) show(new Map());
      if (!plan.value?.ranOn || !chosen) return;
      const wanted = { settings: settings.peek(), image: chosen };
      const found = new Map<string, Seen>();
      const showFound = () => {
        batch(() => {
          seenOf.value = chosen;
          show(found);
        });
      };
      void walk.run(async ({ signal: aborted, onProgress }) => {
        onProgress({ text: "a run for every layer's picture" });
        await worker.call("walk", wanted, {
          signal: aborted,
          onProgress: (progress) => {
            onProgress(progress);
            // A worker that took another's place first loads the model, and tells that.
            if (!progress.data) return;
            const { thumbnail, ...glance } = progress.data as Glance;
            const url = URL.createObjectURL(new Blob([thumbnail], { type: "image/png" }));
            found.set(glance.name, { ...glance, thumbnail: url });
            if (found.size % 12 === 0) showFound();
          },
        });
        showFound();
      });
    }),
    effect(() => {
      const [chosen, name] = [image.value, layerName.value];
      if (!chosen) openLayer.value = undefined;
      // A run of the settings before would bring back their numbers.
      if (!plan.value?.ranOn || !chosen || !name) return reading.end();
      const wanted = {
        settings: settings.peek(),
        image: chosen,
        layer: name,
        scale: scale.value || undefined,
        order: order.value,
        page: page.value,
      };
      void reading.run(async ({ signal: aborted, onProgress }) => {
        onProgress({ text: `reading ${name}` });
        const answer = await worker.call("layer", wanted, { signal: aborted, onProgress });
        batch(() => {
          openLayer.value = answer;
          openOf.value = chosen;
        });
      });
    }),
    effect(() => {
      // What is shown would be of another image.
      if (hasStopped(walk) && seenOf.peek()?.id !== image.peek()?.id) show(new Map());
      if (hasStopped(reading) && openOf.peek()?.id !== image.peek()?.id) openLayer.value = undefined;
    }),
    effect(() => {
      const [chosen, name, number] = [image.value, layerName.value, channel.value];
      openChannel.value = undefined;
      if (!plan.value?.ranOn || !chosen || !name || number === undefined) return;
      const wanted = {
        settings: settings.peek(),
        image: chosen,
        layer: name,
        channel: number,
        scale: scale.value || undefined,
      };
      const controller = new AbortController();
      worker.call("channel", wanted, { signal: controller.signal }).then(
        (answer) => {
          openChannel.value = answer;
        },
        () => {}, // The layer's own run tells what failed.
      );
      return () => controller.abort();
    }),
    effect(() => {
      const [chosen, what] = [image.value, colorBy.value];
      const measures = what === "time" || what === "error";
      if (!plan.value?.ranOn || !chosen || !measures) return measuring.end();
      if (measured.peek()?.what === what && measuredImage === chosen.id) return;
      measured.value = undefined;
      const wanted = { settings: settings.peek(), image: chosen };
      void measuring.run(async ({ signal: aborted, onProgress }) => {
        const kind = what === "time" ? "layerTimes" : "layerErrors";
        const answer = await worker.call(kind, wanted, { signal: aborted, onProgress });
        measured.value = { ...answer, what };
        measuredImage = chosen.id;
      });
    }),
  ];
  return () => {
    for (const end of ends) end();
    walk.end();
    reading.end();
    saving.end();
    measuring.end();
  };
}

function hasStopped({ state }: Task): boolean {
  return ["failed", "canceled"].includes(state.value.phase);
}

/** Thumbnails of the run before are no longer shown, so their memory can go. */
function show(found: ReadonlyMap<string, Seen>): void {
  const before = seen.peek();
  seen.value = new Map(found);
  for (const [name, { thumbnail }] of before) {
    if (found.get(name)?.thumbnail !== thumbnail) URL.revokeObjectURL(thumbnail);
  }
}
