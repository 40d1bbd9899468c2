import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder } from "../../src/batch/inOrder.ts";

async function collected<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test("values come in the order of their items, and no more are begun than allowed", async () => {
  const delays = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (items, ahead, isAsync) => {
      let [running, most] = [0, 0];
      const run = async (delay: number, index: number) => {
        most = Math.max(most, ++running);
        await setTimeout(delay);
        running--;
        return `${index}: ${delay}`;
      };
      async function* stream() {
        for (const item of items) {
          await setTimeout(item % 2);
          yield item;
        }
      }
      const values = await collected(inOrder(isAsync ? stream() : items, { ahead, run }));
      expect(values).toEqual(items.map((delay, index) => `${index}: ${delay}`));
      expect(most).toBeLessThanOrEqual(ahead);
    }),
    { numRuns: 60, seed: 7 },
  );
});

test("nothing is taken from the list while the consumer is busy", async () => {
  let taken = 0;
  function* endless() {
    for (;;) yield taken++;
  }
  const values = inOrder(endless(), { ahead: 3, run: async (item) => item });
  await values.next();
  await setTimeout(20);
  expect(taken).toBe(3);
  await values.next();
  expect(taken).toBe(4);
  await values.return();
});

test("a value that is ready does not wait for a slow list", async () => {
  let release = () => {};
  async function* slow() {
    yield 1;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    yield 2;
  }
  const values = inOrder(slow(), { ahead: 4, run: async (item) => item });
  expect((await values.next()).value).toBe(1);
  release();
  expect((await values.next()).value).toBe(2);
  expect((await values.next()).done).toBe(true);
});

test("an error is thrown at its place, after the values before it, and the list is let go of", async () => {
  let closed = false;
  let abandoned = 0;
  function* list() {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      closed = true;
    }
  }
  const run = async (item: number) => {
    if (item === 2) throw new Error("the third");
    await setTimeout(item === 0 ? 20 : 1);
    return item;
  };
  const abandon = async () => {
    abandoned++;
  };
  const values = inOrder(list(), { ahead: 4, run, abandon });
  expect((await values.next()).value).toBe(0);
  expect((await values.next()).value).toBe(1);
  await expect(values.next()).rejects.toThrow("the third");
  expect({ closed, abandoned }).toEqual({ closed: true, abandoned: 1 });
});

test("who leaves early stops what was begun", async () => {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const run = async (item: number) => {
    if (item > 0) await stopped;
    return item;
  };
  const values = inOrder([0, 1, 2, 3], { ahead: 2, run, abandon: async () => stop() });
  for await (const value of values) {
    expect(value).toBe(0);
    break;
  }
});

test("an error of the list itself is thrown after the values before it", async () => {
  async function* torn() {
    yield 1;
    yield 2;
    throw new Error("torn");
  }
  const run = async (item: number) => {
    await setTimeout(5);
    return item;
  };
  for (const ahead of [1, 2, 3, 9]) {
    const values = inOrder(torn(), { ahead, run });
    expect((await values.next()).value).toBe(1);
    expect((await values.next()).value).toBe(2);
    await expect(values.next()).rejects.toThrow("torn");
  }
});

test("an abort ends the wait for a list that never answers", async () => {
  async function* silent() {
    yield 1;
    await new Promise(() => {});
  }
  for (const ahead of [1, 3]) {
    const stop = new AbortController();
    const values = inOrder(silent(), { ahead, run: async (item) => item, signal: stop.signal });
    expect((await values.next()).value).toBe(1);
    const waiting = values.next();
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  }
});
