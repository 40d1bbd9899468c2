/** The weights that the Load view looks at, before they run. */
import { computed, signal } from "@preact/signals";
import { oneLine } from "centernet";
import type { Progress } from "../worker/call.ts";
import { CANCELED, isAbort } from "../worker/client.ts";
import type { WeightsChoice } from "../worker/load.ts";
import type { PageHandlers } from "../worker/worker.ts";
import { worker } from "./worker.ts";

export type WeightsDescription = Awaited<ReturnType<PageHandlers["describeWeights"]>>;
export type KnownModel = Awaited<ReturnType<PageHandlers["models"]>>[number];

/** What is looked at, under the name that the user knows it by. */
interface Chosen extends WeightsChoice {
  readonly title: string;
  /** Size of its files, as far as it is known. */
  readonly bytes?: number;
  /** The name of the file that names its classes. */
  readonly labelsTitle?: string;
  /** The user's own, for the views that take what is no weights. */
  readonly files?: readonly File[];
}

export type Opening =
  | { readonly phase: "empty" }
  | { readonly phase: "opening"; readonly chosen: Chosen; readonly progress: Progress }
  | { readonly phase: "opened"; readonly chosen: Chosen; readonly description: WeightsDescription }
  | { readonly phase: "failed"; readonly chosen: Chosen; readonly error: Error };

export const opening = signal<Opening>({ phase: "empty" });
/** Undefined until the worker has answered. */
export const models = signal<readonly KnownModel[] | undefined>(undefined);

/** Every page has the weights of these. */
export const ALWAYS_HERE: readonly string[] = ["movenet-multipose", "movenet-lightning"];

/** The names of those whose weights are beside the page; before the list is there, those that always are. */
export const modelsHere = computed<readonly string[]>(
  () => models.value?.filter(({ bytes }) => bytes !== undefined).map(({ name }) => name) ?? ALWAYS_HERE,
);

let lastId = 0;
let controller = new AbortController();

/** Reads the list of models again: archives may have been pulled. */
export async function refreshModels(): Promise<void> {
  // Views that ask at the same time all get an answer.
  models.value = await worker.call("models", undefined, { key: null });
}

/** The weights of a model, beside the page. */
export function openListed({ name, bytes }: KnownModel): Promise<void> {
  return open({ title: name, model: name, bytes });
}

/** The files of one model that the user chose. */
export async function openFiles(files: readonly File[]): Promise<void> {
  const [first, ...others] = files;
  const name = oneLine(first.name);
  const title = others.length > 0 ? `${name} and ${others.length} more` : name;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return open({ title, weights: await keep(files), bytes, files });
}

/** Opens the same weights as those of this model; undefined leaves it to the file. */
export function openAs(model: string | undefined): Promise<void> {
  return opening.value.phase === "empty" ? Promise.resolve() : open({ ...opening.value.chosen, model });
}

/** Names the classes by this file; undefined takes the model's own names again. */
export async function nameClasses(file: File | undefined): Promise<void> {
  if (opening.value.phase === "empty") return;
  const { labels: _labels, labelsTitle: _title, ...chosen } = opening.value.chosen;
  await open(file ? { ...chosen, labels: await keep([file]), labelsTitle: oneLine(file.name) } : chosen);
}

/** What was open before stays open no longer. */
export function cancelOpening(): void {
  controller.abort(CANCELED);
  opening.value = { phase: "empty" };
}

async function open(chosen: Chosen): Promise<void> {
  controller.abort();
  controller = new AbortController();
  const { signal: aborted } = controller;
  const { title: _title, bytes: _bytes, labelsTitle: _labels, files: _files, ...choice } = chosen;
  const onProgress = (progress: Progress) => {
    if (!aborted.aborted) opening.value = { phase: "opening", chosen, progress };
  };
  onProgress({ text: `opening ${chosen.title}` });
  try {
    const description = await worker.call("describeWeights", choice, { signal: aborted, onProgress });
    opening.value = { phase: "opened", chosen, description };
  } catch (error) {
    if (!isAbort(error)) opening.value = { phase: "failed", chosen, error: error as Error };
  }
}

/** Hands files to the worker, which reads them only when it has to. */
async function keep(files: readonly File[]): Promise<number> {
  const id = ++lastId;
  await worker.call("keepFiles", { id, files }, { key: null, lasting: true });
  return id;
}
