/** Files beside the page: its models' own weights, and what to say where they cannot be had. */
import { ModelError, UsageError } from "centernet";

/** Where the page is; relative URLs of weights and samples start there. */
let base = "";

export function startAt(url: string): void {
  base = url;
}

/** The URL of a file beside the page. */
export function beside(path: string): string {
  return new URL(path, base).href;
}

/** A row of models.json, which the page's server or build writes. */
interface ListedModel {
  readonly name: string;
  /** Relative to the page. */
  readonly file: string;
  readonly bytes: number;
}

let listed: Promise<readonly ListedModel[]> | undefined;

/** The models whose weights lie beside the page, read again: archives may be pulled meanwhile. */
export function listModels(): Promise<readonly ListedModel[]> {
  listed = fetch(beside("models.json"))
    .then((response) => response.json())
    .catch(() => []);
  return listed;
}

async function rowOf(model: string): Promise<ListedModel | undefined> {
  return (await (listed ?? listModels())).find(({ name }) => name === model);
}

export async function isListed(model: string): Promise<boolean> {
  return (await rowOf(model)) !== undefined;
}

/**
 * Opens a model's own weights by their URL. A page without a list has those of the package.
 *
 * @throws UsageError if the list is there and the model is not in it, as in a link from where it was.
 * @throws ModelError if the weights cannot be had for want of a network.
 */
export async function withOwnWeights<Value>(
  model: string,
  open: (url: string) => Promise<Value>,
): Promise<Value> {
  const row = await rowOf(model);
  if (!row && (await (listed ?? listModels())).length > 0) {
    throw new UsageError({
      where: model,
      expected: "weights beside this page",
      got: "none",
      hint: "Open a file of them in the view Load.",
    });
  }
  const url = beside(row?.file ?? `weights/${model}.safetensors`);
  try {
    return await open(url);
  } catch (error) {
    const isUnanswered =
      error instanceof ModelError && error.fault.where === url && error.fault.got.startsWith("no response");
    throw isUnanswered ? unanswered(model, await keepsFiles(), error) : error;
  }
}

function unanswered(model: string, keeps: boolean, cause: Error): ModelError {
  const [got, first] = keeps
    ? [
        "no network, and none kept: this page keeps weights from their first use on",
        "Connect to the network and run it again",
      ]
    : ["no answer from the page's server", "Start it again, or connect to its network, and run it again"];
  const hint = `${first}, or open a file of them in the view Load.`;
  return new ModelError({ where: model, expected: "its weights", got, hint }, { cause });
}

/** Whether this page is one that keeps its files for use without a network. */
async function keepsFiles(): Promise<boolean> {
  // Pages that are not secure have no caches.
  const stores = (globalThis as { readonly caches?: CacheStorage }).caches;
  const names = (await stores?.keys().catch(() => [])) ?? [];
  return names.some((name) => {
    const [program, scope] = name.split(" ");
    return program === "centernet" && base.startsWith(scope);
  });
}
