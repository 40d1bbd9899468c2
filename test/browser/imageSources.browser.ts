/** Everything that a browser can hold as an image is read with the pixels that it has, or refused by name. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng } from "../../src/image/imageFile.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { ROOT } from "./builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import { serve } from "./serve.ts";

/** Opaque, with no two channels alike. */
const IMAGE = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 14) };

/** Returns the pixels that `detect` reads, without a network: the module is the library's own, built. */
const PAGE = `<!doctype html><body>
<script type="module">
  import { load } from "/dist/index.js";
  const detector = await load("movenet-lightning", { backend: "wasm", threads: 1 });
  globalThis.read = async (source) => {
    try {
      const { image: { width, height, data }, detections } = await detector.detect(source);
      return { width, height, data: Array.from(data), found: detections.length };
    } catch ({ name, message }) {
      return { error: name + ": " + message };
    }
  };
  const fetchFile = () => fetch("/files/image.png");
  const loadElement = (element, event, properties) => new Promise((resolve, reject) => {
    element.addEventListener(event, () => resolve(element));
    element.addEventListener("error", reject);
    Object.assign(element, properties);
  });
  const bitmap = async () => createImageBitmap(await (await fetchFile()).blob());
  const drawOn = async (canvas) => {
    Object.assign(canvas, { width: 3, height: 2 });
    canvas.getContext("2d").drawImage(await bitmap(), 0, 0);
    return canvas;
  };
  const imageElement = () => loadElement(new Image(), "load", { src: "/files/image.png" });
  const onCanvas = () => drawOn(document.createElement("canvas"));
  const videoElement = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const context = canvas.getContext("2d");
    const video = Object.assign(document.createElement("video"), { muted: true, srcObject: canvas.captureStream() });
    context.fillStyle = "rgb(0, 128, 255)";
    context.fillRect(0, 0, 64, 48);
    await video.play();
    while (video.readyState < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    return video;
  };
  globalThis.sources = {
    ImageBitmap: bitmap,
    HTMLCanvasElement: onCanvas,
    OffscreenCanvas: () => drawOn(new OffscreenCanvas(1, 1)),
    HTMLImageElement: imageElement,
    "HTMLImageElement that still loads": async () => Object.assign(new Image(), { src: "/files/image.png?again" }),
    VideoFrame: async () => new VideoFrame(await bitmap(), { timestamp: 0 }),
    ImageData: async () => (await onCanvas()).getContext("2d").getImageData(0, 0, 3, 2),
    Blob: async () => (await fetchFile()).blob(),
    File: async () => new File([await (await fetchFile()).blob()], "image.png"),
    Response: fetchFile,
    ArrayBuffer: async () => (await fetchFile()).arrayBuffer(),
    URL: async () => new URL("/files/image.png", location.href),
    "relative URL": async () => "../files/image.png",
    "object URL": async () => URL.createObjectURL(await (await fetchFile()).blob()),
    "data URL": async () => (await onCanvas()).toDataURL(),
    "ImageBitmap of a frame": async () => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      return frame.contentWindow.createImageBitmap(await (await fetchFile()).blob());
    },
    "ImageData in display-p3": async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 3, height: 2 });
      const context = canvas.getContext("2d", { colorSpace: "display-p3" });
      context.drawImage(await bitmap(), 0, 0);
      return context.getImageData(0, 0, 3, 2);
    },
  };
  globalThis.video = videoElement;
  globalThis.broken = {
    "closed ImageBitmap": async () => { const closed = await bitmap(); closed.close(); return closed; },
    "closed VideoFrame": async () => {
      const frame = new VideoFrame(await bitmap(), { timestamp: 0 });
      frame.close();
      return frame;
    },
    "empty canvas": async () => Object.assign(document.createElement("canvas"), { width: 0 }),
    "transferred OffscreenCanvas": async () => {
      const canvas = new OffscreenCanvas(3, 2);
      new MessageChannel().port1.postMessage(canvas, [canvas]);
      return canvas;
    },
    "transferred ArrayBuffer": async () => {
      const buffer = await (await fetchFile()).arrayBuffer();
      structuredClone(buffer, { transfer: [buffer] });
      return buffer;
    },
    "transferred ImageData": async () => {
      const image = (await onCanvas()).getContext("2d").getImageData(0, 0, 3, 2);
      structuredClone(image.data.buffer, { transfer: [image.data.buffer] });
      return image;
    },
    "image of another origin": () => loadElement(new Image(), "load", { src: globalThis.elsewhere + "/files/image.png" }),
    "canvas with an image of another origin": async () => {
      const canvas = document.createElement("canvas");
      canvas.getContext("2d").drawImage(await broken["image of another origin"](), 0, 0);
      return canvas;
    },
    "image that fails": async () => {
      const image = new Image();
      await loadElement(image, "load", { src: "/files/none.png" }).catch(() => {});
      return image;
    },
    "image that will fail": async () => Object.assign(new Image(), { src: "/files/none.png?again" }),
    "image without source": async () => new Image(),
    "video without a frame": async () => document.createElement("video"),
    "missing URL": async () => "/files/none.png",
    "Response of an error": () => fetch("/files/none.png"),
    "File of text": async () => new File(["no image"], "mine.jpg"),
    "element of another kind": async () => document.body,
  };
</script>
`;

const BROKEN: Readonly<Record<string, RegExp>> = {
  "closed ImageBitmap":
    /^ImageError: image: expected an image with pixels, got an ImageBitmap of 0x0\. It was closed/,
  "closed VideoFrame":
    /^ImageError: image: expected an image with pixels, got a VideoFrame of 0x0\. It was closed/,
  "empty canvas": /^ImageError: image: expected an image with pixels, got an HTMLCanvasElement of 0x150\.$/,
  "transferred OffscreenCanvas": /^ImageError: image: expected an image .*, got an OffscreenCanvas/,
  "transferred ArrayBuffer": /^ImageError: image: expected a JPEG or PNG image, got an empty file/,
  "transferred ImageData":
    /^UsageError: image: expected pixels: .*, got 3x2 with 0 bytes\. Its buffer may have been/,
  "image of another origin":
    /^ImageError: .*: expected pixels that this page may read, got an HTMLImageElement with data of another origin\. Set crossorigin/,
  "canvas with an image of another origin":
    /^ImageError: .*got an HTMLCanvasElement with data of another origin\. Set/,
  "image that fails":
    /^ImageError: .*: expected an image with pixels, got an HTMLImageElement of 0x0\. It has not loaded/,
  "image that will fail": /^ImageError: .*: expected an image, got one that does not load \(.+\)\.$/,
  "image without source":
    /^ImageError: .*: expected an image with pixels, got an HTMLImageElement of 0x0\. It has not loaded/,
  "video without a frame":
    /^ImageError: .*: expected a frame, got an HTMLVideoElement without one yet\. Wait for its event loadeddata\./,
  "missing URL": /^ImageError: \/files\/none\.png: expected an image file, got HTTP status 404\./,
  "Response of an error": /^ImageError: http.*none\.png: expected an image file, got HTTP status 404\./,
  "File of text": /^ImageError: mine\.jpg: expected a JPEG or PNG image, got a text file/,
  "element of another kind":
    /^UsageError: image: expected bytes of an image file, .*, got an HTMLBodyElement\.$/,
};

describe.skipIf(!chromiumPath && mayBeLeftOut)("what a browser holds as an image", () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const servers: Awaited<ReturnType<typeof serve>>[] = [];

  beforeAll(async () => {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    folder = await mkdtemp(join(tmpdir(), "centernet-image-sources-"));
    await writeFile(join(folder, "index.html"), PAGE);
    await writeFile(join(folder, "image.png"), encodePng(IMAGE));
    const folders = { files: folder, dist: join(ROOT, "dist/browser"), weights: join(ROOT, "weights") };
    // The built library looks for its weights two folders up.
    servers.push(await serve(folders, {}), await serve(folders, {}));
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`${servers[0].url}/files/index.html`);
    await page.waitForFunction("globalThis.broken !== undefined");
    await page.evaluate(`globalThis.elsewhere = "${servers[1].url}"`);
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("the page's list and this file's are the same", async () => {
    expect(await page.evaluate("Object.keys(broken)")).toEqual(Object.keys(BROKEN));
  });

  test("every source of the same image has its pixels", async () => {
    const { width, height } = IMAGE;
    const expected = { width, height, data: [...IMAGE.data] };
    const names = await page.evaluate<string[]>("Object.keys(sources)");
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const image = await page.evaluate(`sources[${JSON.stringify(name)}]().then(read)`);
      if (!name.includes("p3")) expect(image, name).toMatchObject(expected);
      else expectNear((image as { data: number[] }).data, expected.data);
    }
  });

  test("a video's current frame is read when detect is called", async () => {
    const frame = await page.evaluate<{ width: number; height: number; data: number[] }>(
      "video().then(read)",
    );
    expect({ width: frame.width, height: frame.height }).toEqual({ width: 64, height: 48 });
    expectNear(frame.data.slice(0, 3), [0, 128, 255], 8);
    const changed = await page.evaluate<{ data: number[] }>(`(async () => {
      const canvas = await sources.HTMLCanvasElement();
      const reading = read(canvas);
      canvas.getContext("2d").clearRect(0, 0, 3, 2);
      return reading;
    })()`);
    expect(changed.data).toEqual([...IMAGE.data]);
  });

  for (const [name, message] of Object.entries(BROKEN)) {
    test(`${name} is refused`, async () => {
      const { error } = await page.evaluate<{ error: string }>(
        `broken[${JSON.stringify(name)}]().then(read)`,
      );
      expect(error).toMatch(message);
    });
  }

  test("a photo's bytes are decoded by this library, an element's by the browser: a little apart", async () => {
    await writeFile(join(folder, "photo.jpg"), await readFile(join(ROOT, "samples/grace-hopper.jpg")));
    const furthest = await page.evaluate<number>(`(async () => {
      const { data } = await read("/files/photo.jpg");
      const element = await read(Object.assign(new Image(), { src: "/files/photo.jpg" }));
      return data.reduce((most, value, i) => Math.max(most, Math.abs(value - element.data[i])), 0);
    })()`);
    expect(furthest).toBeLessThanOrEqual(4);
  });
});

function expectNear(got: readonly number[], expected: readonly number[], tolerance = 2): void {
  expect(got.length).toBe(expected.length);
  const furthest = got.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i])), 0);
  expect(furthest).toBeLessThanOrEqual(tolerance);
}
