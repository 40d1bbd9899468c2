import { abortable } from "../support/abortable.ts";

/** What `inOrder` does with each item. */
export interface OrderedWork<Item, Value> {
  /** So many items are begun before the value of the first of them is taken. */
  readonly ahead: number;
  run(item: Item, index: number): Promise<Value>;
  /** Ends the wait for an item that is slow to come; `run` heeds it by itself. */
  readonly signal?: AbortSignal;
  /** Stops what was begun and is no longer wanted, because of an error or since the consumer has left. */
  abandon?(): Promise<void>;
}

/**
 * Works on several items at once and yields their values in the items' order. An item is taken from `items` only once
 * fewer than `ahead` are under way or wait to be yielded, so that neither a long list nor a slow consumer fills the memory.
 * A value that is ready is yielded even while the next item is slow to come.
 *
 * @throws whatever `items` or `run` throws, at its place in the order; nothing that was begun goes on unobserved then.
 * @throws the signal's reason once it is aborted.
 */
export async function* inOrder<Item, Value>(
  items: AsyncIterable<Item> | Iterable<Item>,
  { ahead, run, signal, abandon }: OrderedWork<Item, Value>,
): AsyncGenerator<Value, void, undefined> {
  const source = iteratorOf(items);
  const begun: Promise<Value>[] = [];
  let index = 0;
  let next: Promise<Next<Item>> | undefined;
  let ended = false;
  let fault: { readonly error: unknown } | undefined;
  try {
    for (;;) {
      while (!ended && begun.length < ahead) {
        next ??= nextOf(source);
        const taken = abortable(next, signal);
        // The first of those under way, or the next item, whichever comes first.
        const first = await (begun.length > 0 ? Promise.race([taken, settled(begun[0])]) : taken);
        if (first === READY) break;
        next = undefined;
        ended = "error" in first || first.done === true;
        if ("error" in first) fault = first;
        else if (!first.done) begun.push(observed(run(first.value, index++)));
      }
      const value = begun.shift();
      if (value !== undefined) yield await value;
      else if (fault) throw fault.error;
      else return;
    }
  } finally {
    // A list that is being read is let go of once it answers, which may be never.
    const closed = ended ? undefined : Promise.resolve(source.return?.()).catch(() => {});
    if (!next) await closed;
    if (begun.length > 0) await abandon?.();
    await Promise.allSettled(begun);
  }
}

type Next<Item> = IteratorResult<Item> | { readonly error: unknown };

/** The next item, or the error of the list, which waits for its place in the order. */
async function nextOf<Item>(source: AsyncIterator<Item> | Iterator<Item>): Promise<Next<Item>> {
  try {
    return await source.next();
  } catch (error) {
    return { error };
  }
}

const READY: unique symbol = Symbol("ready");

async function settled(value: Promise<unknown>): Promise<typeof READY> {
  await value.catch(() => {});
  return READY;
}

/** A failure is reported at its place in the order, and until then is nobody's unhandled rejection. */
function observed<Value>(value: Promise<Value>): Promise<Value> {
  value.catch(() => {});
  return value;
}

function iteratorOf<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncIterator<Item> | Iterator<Item> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
