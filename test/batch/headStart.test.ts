import { readFile } from "node:fs/promises";
import { beforeEach, expect, test, vi } from "vitest";
import { drawingFile } from "../../src/batch/drawing.ts";
import { beginHeadStart, dropHeadStart, headStart, takeHeadStart } from "../../src/batch/headStart.ts";
import { helpedRunner, plainRunner } from "../../src/batch/imageRunner.ts";
import { ThreadGroup } from "../../src/batch/threadGroup.ts";
import type { DetectResult } from "../../src/detectResult.ts";
import { ImageError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import type { ImageSource } from "../../src/imageSources/imageSource.ts";
import { SAMPLES } from "../cli/support/folders.ts";
import { type Fate, inProcessThreads } from "./inProcessThreads.ts";

const machine = vi.hoisted(() => ({ cores: 2, start: undefined as unknown }));
const fate: Fate = { dies: () => false, started: 0, ended: 0 };

vi.mock("#machine", async (original) => ({
  ...(await original<typeof import("#machine")>()),
  coreCount: () => machine.cores,
  whyNoImageThreads: () => undefined,
  startImageThread: (handlers: Parameters<ReturnType<typeof inProcessThreads>>[0]) =>
    (machine.start as ReturnType<typeof inProcessThreads>)(handlers),
}));

beforeEach(() => {
  Object.assign(machine, { cores: 2, start: inProcessThreads(fate) });
  Object.assign(fate, { dies: () => false, started: 0, ended: 0 });
});

const PHOTO = `${SAMPLES}people.jpg`;
const read = async () => new Uint8Array(await readFile(PHOTO));

test("the image is decoded on a thread, which helps from then on", async () => {
  const start = headStart(read, PHOTO);
  const decoded = await start?.decoded;
  const { image } = decoded ?? expect.unreachable();
  const expected = decodeImage(await read(), PHOTO);
  expect(image).toMatchObject({ width: expected.width, height: expected.height });
  // Vitest compares typed arrays element by element, in seconds.
  expect(Buffer.compare(image.data, expected.data)).toBe(0);
  expect(decoded?.milliseconds).toBeGreaterThan(0);
  expect(fate).toMatchObject({ started: 1, ended: 0 });
  expect((await start?.helpers)?.count).toBe(1);
  await start?.end();
  expect(fate.ended).toBe(1);
});

test("a file that cannot be read, or decoded, fails as it does without a thread", async () => {
  const missing = new ImageError({ where: "none.jpg", expected: "an image", got: "no such file" });
  const start = headStart(() => Promise.reject(missing), "none.jpg");
  await expect(start?.decoded).rejects.toBe(missing);
  expect(await start?.helpers).toBeDefined();
  const text = async () => new TextEncoder().encode("no image");
  const expected = (() => {
    try {
      decodeImage(new TextEncoder().encode("no image"), "text.jpg");
    } catch (error) {
      return error as ImageError;
    }
  })();
  await expect(headStart(text, "text.jpg")?.decoded).rejects.toThrow(expected);
});

test("nothing is left unhandled if nobody waits for an image that fails", async () => {
  const start = headStart(() => Promise.reject(new Error("gone")), "gone.jpg");
  await start?.end();
  await new Promise(setImmediate);
  expect(fate).toMatchObject({ started: 1, ended: 1 });
});

test("where no thread starts, or it dies of the image, that is left to the caller", async () => {
  machine.start = () => {
    throw new Error("no threads here");
  };
  expect(headStart(read, PHOTO)).toBeUndefined();
  machine.start = inProcessThreads(fate);
  fate.dies = () => true;
  const start = headStart(read, PHOTO);
  expect(await start?.decoded).toBeUndefined();
  expect(await start?.helpers).toBeUndefined();
});

test("one core gets no head start", () => {
  machine.cores = 1;
  expect(headStart(read, PHOTO)).toBeUndefined();
  expect(fate.started).toBe(0);
});

test("a runner takes the decoded image, and counts the time that it took", async () => {
  const image = decodeImage(await read(), PHOTO);
  const seen: ImageSource[] = [];
  const detector = {
    detect: async (source: ImageSource) => {
      seen.push(source);
      return { image, detections: [], times: { decode: 1 } } as unknown as DetectResult;
    },
  };
  const wanted = { keepsImage: true };
  const { result } = await plainRunner(detector).run(image, {}, wanted, { image, milliseconds: 40 });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toBe(image);
  expect(result.times.decode).toBe(41);
});

test("a single image is drawn on the thread", async () => {
  const image = decodeImage(await read(), PHOTO);
  const box = { xmin: 10, ymin: 20, xmax: 300, ymax: 400 };
  const detections = [{ label: "cat", classId: 17, score: 0.9, box }];
  const detector = {
    detect: async () => ({ image, detections, times: { decode: 0 } }) as unknown as DetectResult,
  };
  const kinds: string[] = [];
  fate.dies = ({ kind }) => {
    kinds.push(kind);
    return false;
  };
  const runner = helpedRunner(detector, new ThreadGroup(1));
  const wanted = { keepsImage: true, drawing: "jpeg" } as const;
  const { drawing = new Uint8Array(0) } = await runner.run(PHOTO, {}, wanted, { image, milliseconds: 1 });
  expect(Buffer.compare(drawing, drawingFile(image, detections, "jpeg"))).toBe(0);
  // The encoder is loaded while the network runs.
  expect(kinds).toEqual(["prepareDrawing", "draw"]);
  await runner.end();
});

test("a thread that dies of preparing is replaced, and the image is drawn", async () => {
  const image = decodeImage(await read(), PHOTO);
  const detector = {
    detect: async () => ({ image, detections: [], times: { decode: 0 } }) as unknown as DetectResult,
  };
  fate.dies = ({ kind }) => kind === "prepareDrawing";
  const runner = helpedRunner(detector, new ThreadGroup(1));
  const wanted = { keepsImage: true, drawing: "jpeg" } as const;
  const { drawing = new Uint8Array(0) } = await runner.run(PHOTO, {}, wanted, { image, milliseconds: 1 });
  expect(Buffer.compare(drawing, drawingFile(image, [], "jpeg"))).toBe(0);
  await runner.end();
  expect(fate.ended).toBe(fate.started);
});

test("an image that was begun early is taken by its name, and any other is ended", async () => {
  beginHeadStart(read, PHOTO);
  const taken = await takeHeadStart(() => Promise.reject(new Error("read twice")), PHOTO);
  expect((await taken?.decoded)?.image.width).toBe(1080);
  await taken?.end();
  expect(fate).toMatchObject({ started: 1, ended: 1 });
  beginHeadStart(read, "other.jpg");
  const other = await takeHeadStart(read, PHOTO);
  expect((await other?.decoded)?.image.width).toBe(1080);
  await other?.end();
  expect(fate).toMatchObject({ started: 3, ended: 3 });
  beginHeadStart(read, PHOTO);
  await dropHeadStart();
  await dropHeadStart();
  expect(fate).toMatchObject({ started: 4, ended: 4 });
});
