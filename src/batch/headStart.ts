import { coreCount, whyNoImageThreads } from "#machine";
import { BackendError, ImageError } from "../errors.ts";
import { ThreadLost } from "./imageThread.ts";
import type { Answers } from "./messages.ts";
import { ThreadGroup } from "./threadGroup.ts";

/** An image that is decoded already, and how long that took. */
export type DecodedImage = Answers["decode"];

/** An image that a thread of its own decodes while the network loads. */
export interface HeadStart {
  /** The thread, to help with the run from then on. Undefined if it has failed. */
  readonly helpers: Promise<ThreadGroup | undefined>;
  /** Undefined if the thread fails: the caller decodes. @throws as reading and decoding do. */
  readonly decoded: Promise<DecodedImage | undefined>;
  end(): Promise<void>;
}

/**
 * Undefined where a thread would gain nothing, or there can be none.
 *
 * @param read reads the image's file.
 * @param where what errors call the image.
 */
export function headStart(read: () => Promise<Uint8Array>, where: string): HeadStart | undefined {
  if (coreCount() === 1 || whyNoImageThreads() !== undefined) return undefined;
  let threads: ThreadGroup;
  try {
    threads = new ThreadGroup(1);
  } catch {
    return undefined;
  }
  const decoded = read()
    .then((image) => threads.call("decode", { image, where }, where))
    .catch((error: unknown) => {
      // A thread that dies of an image says nothing of whether the caller can hold it.
      const isOfThreads =
        error instanceof BackendError || (error instanceof ImageError && error.cause instanceof ThreadLost);
      if (isOfThreads) return undefined;
      throw error;
    });
  // Until someone asks for it: loading the network may fail first.
  decoded.catch(() => {});
  const helpers = decoded.then(
    (image) => (image ? threads : undefined),
    () => threads, // the image is at fault
  );
  return { helpers, decoded, end: () => threads.end() };
}

/** The head start of an image before it is known whether anyone will want it. */
let early: { readonly where: string; readonly start: HeadStart } | undefined;

/** Begins with an image that is likely to be the first; `takeHeadStart` says whether it is. */
export function beginHeadStart(read: () => Promise<Uint8Array>, where: string): void {
  const start = headStart(read, where);
  early = start && { where, start };
}

/** The head start of this image, begun now if it was not before. */
export async function takeHeadStart(
  read: () => Promise<Uint8Array>,
  where: string,
): Promise<HeadStart | undefined> {
  const begun = early;
  early = undefined;
  if (begun?.where === where) return begun.start;
  await begun?.start.end();
  return headStart(read, where);
}

/** Ends what nobody has taken. */
export async function dropHeadStart(): Promise<void> {
  await early?.start.end();
  early = undefined;
}
