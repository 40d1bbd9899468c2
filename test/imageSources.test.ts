/** What Node gives `detect`: paths, URLs, bytes of any kind, pixels. Browsers: browser/imageSources.browser.ts. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ImageError, UsageError } from "../src/errors.ts";
import { encodePng } from "../src/image/imageFile.ts";
import { MAX_PIXELS } from "../src/image/imageLimits.ts";
import type { ImageSource } from "../src/imageSources/imageSource.ts";
import { nameOfSource, readImageSource } from "../src/imageSources/readImageSource.ts";

/** 3 x 2 pixels, no two channels alike. */
const RGB = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 14) };
const GRAY = [10, 20, 30, 40, 50, 60];
const grayRgb = { ...RGB, data: Uint8Array.from(GRAY.flatMap((value) => [value, value, value])) };
const png = Uint8Array.from(encodePng(RGB));

/** With this fourth byte in each pixel; canvases premultiply, so the colors must not depend on it. */
function withAlpha(data: Uint8Array, channels: number, alpha: number): number[] {
  const pixels = data.length / channels;
  return Array.from({ length: pixels }, (_, i) => [
    ...data.subarray(i * channels, (i + 1) * channels),
    alpha,
  ]).flat();
}

const read = (source: unknown, signal?: AbortSignal) =>
  readImageSource(source as ImageSource, nameOfSource(source), signal);

describe("bytes", () => {
  test.each([
    ["a Uint8Array", png],
    ["a Buffer", Buffer.from(png)],
    ["a Buffer within a pool", Buffer.concat([Buffer.alloc(9), png]).subarray(9)],
    ["an ArrayBuffer", png.buffer],
    ["a SharedArrayBuffer", shared(png)],
    ["a Uint8Array of another realm", runInNewContext("Uint8Array.from(bytes)", { bytes: [...png] })],
    [
      "an ArrayBuffer of another realm",
      runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...png] }),
    ],
    ["a Blob", new Blob([png])],
    ["a File", new File([png], "a.png")],
    ["a Response", new Response(png)],
    ["a data: URL", `data:image/png;base64,${Buffer.from(png).toString("base64")}`],
    ["a data: URL as a URL", new URL(`data:image/png;base64,${Buffer.from(png).toString("base64")}`)],
  ])("%s", async (_, source) => {
    expect(await read(source)).toEqual(RGB);
  });

  test("an object URL", async () => {
    const url = URL.createObjectURL(new Blob([png]));
    expect(await read(url)).toEqual(RGB);
    URL.revokeObjectURL(url);
    await expect(read(url)).rejects.toThrow(`${url}: expected an image file, got no response`);
  });

  test("a buffer that was transferred elsewhere has no bytes", async () => {
    const bytes = Uint8Array.from(png);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    for (const source of [bytes, bytes.buffer]) {
      await expect(read(source)).rejects.toThrow("image: expected a JPEG or PNG image, got an empty file.");
      await expect(read(source)).rejects.toBeInstanceOf(ImageError);
    }
  });
});

describe("pixels", () => {
  test.each([
    ["RGB", RGB],
    ["RGB, clamped", { ...RGB, data: Uint8ClampedArray.from(RGB.data) }],
    ["RGB of 3 channels", { ...RGB, channels: 3 }],
    ["RGBA", { ...RGB, data: Uint8Array.from(withAlpha(RGB.data, 3, 7)) }],
    [
      "RGBA, clamped, as ImageData",
      { ...RGB, data: Uint8ClampedArray.from(withAlpha(RGB.data, 3, 0)), colorSpace: "srgb" },
    ],
    [
      "RGBA of 4 channels in a Buffer",
      { ...RGB, data: Buffer.from(withAlpha(RGB.data, 3, 255)), channels: 4 },
    ],
    [
      "sharp's, 3 channels",
      { data: Buffer.from(RGB.data), info: { width: 3, height: 2, channels: 3, format: "raw" } },
    ],
    [
      "sharp's, 4 channels",
      { data: Buffer.from(withAlpha(RGB.data, 3, 9)), info: { width: 3, height: 2, channels: 4 } },
    ],
    [
      "sharp's, a file",
      { data: Buffer.from(png), info: { width: 3, height: 2, channels: 3, format: "png" } },
    ],
    [
      "RGB of another realm",
      runInNewContext("({ ...image, data: Uint8Array.from(bytes) })", { image: RGB, bytes: [...RGB.data] }),
    ],
  ])("%s", async (_, source) => {
    const image = await read(source);
    expect(image).toEqual(RGB);
    expect(image.data).toBeInstanceOf(Uint8Array);
  });

  test.each([
    ["gray", GRAY, undefined],
    ["gray of 1 channel", GRAY, 1],
    ["gray and alpha", withAlpha(Uint8Array.from(GRAY), 1, 99), undefined],
    ["gray and alpha of 2 channels", withAlpha(Uint8Array.from(GRAY), 1, 99), 2],
  ])("%s", async (_, data, channels) => {
    expect(await read({ width: 3, height: 2, data: Uint8Array.from(data), channels })).toEqual(grayRgb);
  });

  test("a canvas of a library in Node is read through its own context", async () => {
    const data = Uint8ClampedArray.from(withAlpha(RGB.data, 3, 255));
    const canvas = { width: 3, height: 2, getContext: () => context };
    const context = { canvas, getImageData: () => ({ width: 3, height: 2, data }) };
    expect(await read(canvas)).toEqual(RGB);
  });

  test("more pixels than allowed are refused", async () => {
    const data = { length: MAX_PIXELS + 1, [Symbol.toStringTag]: "Uint8Array" };
    const expected = `image: expected at most ${MAX_PIXELS} pixels, got ${MAX_PIXELS + 1}x1.`;
    await expect(read({ width: MAX_PIXELS + 1, height: 1, data })).rejects.toThrow(expected);
  });

  test("pixels that were transferred elsewhere are refused, and so is what Node cannot draw", async () => {
    const data = Uint8Array.from(RGB.data);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    await expect(read({ ...RGB, data })).rejects.toThrow(
      "Its buffer may have been transferred to another thread.",
    );
    await expect(read({ ...RGB, data })).rejects.toBeInstanceOf(UsageError);
    await expect(read({ width: 3, height: 2, data: undefined, close() {} })).rejects.toThrow(
      "3x2 with undefined",
    );
    await expect(read({ width: 3, height: 2, close() {} })).rejects.toThrow(
      "image: expected pixels, got an object on a machine without a canvas. Give the bytes of its file.",
    );
  });
});

describe("files and addresses", () => {
  let folder: string;
  let path: string;
  let server: ReturnType<typeof createServer>;
  let base: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "centernet-sources-"));
    path = join(folder, "a # b%20.png");
    await writeFile(path, png);
    await writeFile(join(folder, "text.jpg"), "no image");
    server = createServer((request, response) => {
      if (request.url === "/a.png") response.end(png);
      else if (request.url === "/page.png")
        response.setHeader("Content-Type", "text/html").end("<html></html>");
      else if (request.url === "/cut.png")
        response.writeHead(200, { "Content-Length": 99 }).write(png.subarray(0, 9), () => response.destroy());
      else if (request.url !== "/silent.png") response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  test("a path, a file: URL and an http: URL are read", async () => {
    for (const source of [
      path,
      relative(process.cwd(), path),
      pathToFileURL(path),
      pathToFileURL(path).href,
    ]) {
      expect(await read(source)).toEqual(RGB);
    }
    for (const source of [`${base}/a.png`, new URL("/a.png", base)]) expect(await read(source)).toEqual(RGB);
    expect(await read(await fetch(`${base}/a.png`))).toEqual(RGB);
  });

  test("errors name the path or address", async () => {
    const missing = join(folder, "none.png");
    await expect(read(missing)).rejects.toThrow(
      `${missing}: expected an image file, got no such file or directory. Check`,
    );
    await expect(read(folder)).rejects.toThrow(`${folder}: expected an image file, got a folder.`);
    await expect(read(join(folder, "text.jpg"))).rejects.toThrow(
      /text\.jpg: expected a JPEG or PNG image, got a text file/,
    );
    await expect(read(new File(["no image"], "mine.jpg"))).rejects.toThrow(
      /^mine\.jpg: expected a JPEG or PNG image/,
    );
    const url = `${base}/none.png`;
    await expect(read(url)).rejects.toThrow(
      `${url}: expected an image file, got HTTP status 404. Check the address.`,
    );
    await expect(read(await fetch(url))).rejects.toThrow(
      `${url}: expected an image file, got HTTP status 404.`,
    );
    await expect(read(`${base}/page.png`)).rejects.toThrow(
      /page\.png: expected a JPEG or PNG image, got .*HTML/i,
    );
    await expect(read(`${base}/cut.png`)).rejects.toThrow(
      /cut\.png: expected an image file, got no more than 9 bytes \(.+\)/,
    );
    await expect(read("http://127.0.0.1:9/a.png")).rejects.toThrow(
      /got no response \(.+\)\. Check the address/,
    );
    const used = await fetch(`${base}/a.png`);
    await used.arrayBuffer();
    await expect(read(used)).rejects.toThrow(
      "got a Response whose body was read before. Give a clone() of it.",
    );
    for (const source of [missing, url, used]) await expect(read(source)).rejects.toBeInstanceOf(ImageError);
  });

  test("a pipe and a device are refused at once", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const source of [pipe, "/dev/zero"]) {
      await expect(read(source)).rejects.toThrow(`${source}: expected an image file, got a device or pipe.`);
    }
  });

  test("an abort ends the wait for a server", async () => {
    const signal = AbortSignal.timeout(50);
    await expect(read(`${base}/silent.png`, signal)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("the file's name is that of a path, file or address", async () => {
    expect(nameOfSource(new URL("a.png", base))).toBe(`${base}/a.png`);
    expect(nameOfSource("data:image/png;base64,")).toBe("image");
    expect(nameOfSource(await readFile(path))).toBe("image");
  });
});

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
