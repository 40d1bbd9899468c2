/** Where a list of images runs: `workers`, the number of images that are in a network at once. */
import { coreCount, memoryLimit, whyNoImageThreads } from "#machine";
import type { BackendDetails } from "../backend/backendDetails.ts";
import { UsageError } from "../errors.ts";
import type { Backend } from "../executors/backends.ts";
import type { InputSize } from "../models/view.ts";
import { type Detects, helpedRunner, type ImageRunner, plainRunner } from "./imageRunner.ts";
import type { DetectorRecipe } from "./messages.ts";
import { ThreadGroup } from "./threadGroup.ts";
import { threadsRunner } from "./threadsRunner.ts";

/** `auto` chooses by the network, the machine and the number of images. */
export type Workers = number | "auto";

const MAX_WORKERS = 64;
/** What `isWorkers` asks for, in words. */
export const WORKERS_EXPECTED = `a whole number from 1 to ${MAX_WORKERS}, or auto`;

export function isWorkers(value: unknown): value is Workers {
  return value === "auto" || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_WORKERS);
}

/** A loaded detector, as far as the choice depends on it. */
export interface LoadedDetector extends Detects {
  readonly network: {
    readonly backend: string;
    readonly backendDetails: BackendDetails;
    readonly inputSize: InputSize;
    demandsAt(size: InputSize): { readonly bytes?: number };
  };
  /** What threads load it with; undefined if its weights cannot be sent to them. */
  readonly recipe?: DetectorRecipe;
}

export interface RunnerNeeds {
  readonly workers: Workers;
  /** How many images there are; infinite if that is not known. */
  readonly images: number;
  /** Whether detections are drawn, which takes longer than an image's decoding. */
  readonly draws?: boolean;
  /** Why the images must run on the calling thread, if they must. */
  readonly staysHere?: string;
  /** Threads that were started before. What is chosen ends them, or whoever started them. */
  readonly helpers?: ThreadGroup;
}

/** Backends whose arithmetic is the processor's: several of them side by side use its cores. */
const ON_PROCESSOR = ["wasm", "cpu", "webasm"];
/**
 * Up to this much memory of a network, each core runs an image of its own: no layer is too small for its threads, and none
 * waits for another. Larger ones run one image on all cores, because each copy holds the weights again.
 */
const MAX_COPY_BYTES = 160e6;
/**
 * On so few cores, threads that decode and draw keep the cores as busy as copies of the network would, in less memory. See
 * docs/performance.md.
 */
const FEW_CORES = 2;
/** Fewer images are done before threads have loaded the network. */
const WORTH_LOADING = 12;
/** To decode and draw an image takes longer than its network on two cores. */
const DRAWING_HELPERS = 2;
/** What a thread holds beside its network: its code, and images. */
const THREAD_BYTES = 150e6;
/** The share of the machine's memory that copies of a network may take. */
const MEMORY_SHARE = 0.5;

/**
 * Starts what `workers` asks for.
 *
 * @throws UsageError if more than one worker is asked for where there can be none.
 */
export function chooseRunner(detector: LoadedDetector, needs: RunnerNeeds): ImageRunner {
  const { workers, images } = needs;
  const { recipe, network } = detector;
  const { backend, backendDetails } = network;
  const obstacle = obstacleOf(detector, needs);
  const wanted = workers === "auto" ? chosenCount(detector, images, obstacle) : workers;
  if (wanted > 1 && obstacle !== undefined) throw refused(`one at a time: ${obstacle}`);
  // Others would have nothing to do.
  const count = Math.min(wanted, images);
  if (count > 1 && recipe) {
    const { build, threads = 1, precision, memory } = backendDetails;
    // Each gets its share of the threads, unless they were asked for.
    const each = recipe.options.threads ?? Math.max(1, Math.floor(threads / count));
    const onWasm = backend === "wasm" && { build, threads: each, precision, memory };
    const options = { ...recipe.options, backend: backend as Backend, ...onWasm };
    return threadsRunner(new ThreadGroup(count, { ...recipe, options }));
  }
  const { helpers, draws, staysHere } = needs;
  if (staysHere !== undefined || coreCount() === 1 || whyNoImageThreads() !== undefined)
    return plainRunner(detector);
  if (images === 1) return helpers ? helpedRunner(detector, helpers) : plainRunner(detector);
  const group = helpers ?? new ThreadGroup(1);
  group.grow(draws ? DRAWING_HELPERS : 1);
  return helpedRunner(detector, group);
}

function obstacleOf({ network, recipe }: LoadedDetector, { staysHere }: RunnerNeeds): string | undefined {
  if (staysHere !== undefined) return staysHere;
  if (!recipe) return "the weights are open files, which cannot be sent to threads";
  if (!ON_PROCESSOR.includes(network.backend)) return `${network.backend} runs one image at a time`;
  return whyNoImageThreads();
}

function chosenCount({ network, recipe }: LoadedDetector, images: number, obstacle?: string): number {
  const { backend, inputSize } = network;
  // Who asks for so many threads wants no others.
  if (obstacle !== undefined || backend !== "wasm" || recipe?.options.threads !== undefined) return 1;
  const { bytes = Number.POSITIVE_INFINITY } = network.demandsAt(inputSize);
  if (bytes > MAX_COPY_BYTES || images < WORTH_LOADING || coreCount() <= FEW_CORES) return 1;
  const fitting = Math.floor((MEMORY_SHARE * memoryLimit()) / (bytes + THREAD_BYTES));
  return Math.max(1, Math.min(coreCount(), fitting, MAX_WORKERS));
}

function refused(got: string): UsageError {
  return new UsageError({
    where: "option workers",
    expected: "a detector that can run several images at once",
    got,
  });
}
