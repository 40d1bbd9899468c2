/** That nothing of a face is left to find, and what a search of the masked image adds. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { facesToMask, findFacesBelow } from "../../src/anonymize/facesToMask.ts";
import { findFaces } from "../../src/anonymize/findFaces.ts";
import { type Detector, load } from "../../src/detect.ts";
import { ImageError, UsageError } from "../../src/errors.ts";
import { cropImage } from "../../src/image/crop.ts";
import { turnUpright } from "../../src/image/exif.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { maskedPixels, maskFaces } from "../../src/image/mask/maskFaces.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import type { Network } from "../../src/network.ts";
import { SAMPLES } from "../cli/support/folders.ts";

/** Small, so that tests are quick: half the image's size, and its own. */
const SEARCH = { sides: [270, 540], score: 0.5 };
const OF_FACE = { sides: [130, 260] };

let detector: Detector;
/** Half the sample's size: three faces, 52 to 94 pixels wide. */
let people: RgbImage;
/** 240 x 260 pixels with one face. */
let face: RgbImage;
beforeAll(async () => {
  detector = await load("centerface", { backend: "wasm", build: "plain" });
  const whole = decodeImage(new Uint8Array(await readFile(join(SAMPLES, "people.png"))));
  people = shrunk(whole, 2);
  face = cropImage(whole, { xmin: 60, ymin: 20, xmax: 300, ymax: 280 }) as RgbImage;
});
afterAll(() => detector.dispose());

test("each face has all of its rows, and nothing else has any", async () => {
  const found = await facesToMask(detector.network, people, SEARCH);
  const { rows, faces, smallestFace, foundLater, foundBelow, settled } = found;
  expect(faces).toHaveLength(3);
  expect(faces.map(({ best }) => best.score)).toEqual(
    [...faces.map(({ best }) => best.score)].sort((a, b) => b - a),
  );
  expect(faces.flatMap((each) => each.rows)).toHaveLength(rows.length);
  expect(new Set(faces.flatMap((each) => each.rows))).toEqual(new Set(rows));
  for (const each of faces) {
    expect(each.rows).toContain(each.best);
    expect(each.rows.length).toBeGreaterThan(5);
  }
  expect(smallestFace).toBe(17);
  expect({ foundLater, foundBelow, settled }).toEqual({ foundLater: 0, foundBelow: 0, settled: true });
});

test("a face that is found only once others are masked, is masked, too", async () => {
  const { network } = detector;
  // The two runs of the first search do not see the right half.
  let runs = 0;
  const blind = new Proxy(network, {
    get(target, name) {
      if (name !== "run") return Reflect.get(target, name, target);
      return async (...args: Parameters<typeof network.run>) => {
        const result = await network.run(...args);
        const { shape, data } = result.outputs.centerHeatmap;
        const width = shape[2];
        const isBlind = runs++ < 2;
        for (const cell of data.keys()) if (isBlind && cell % width > width / 2) data[cell] = 0;
        return result;
      };
    },
  });
  const { faces, foundLater, settled } = await facesToMask(blind, people, { ...SEARCH, sides: [270, 500] });
  expect([faces.length, foundLater, settled]).toEqual([3, 1, true]);
  // Two runs, then two searches at three sizes: with the image's own.
  expect(runs).toBe(2 + 2 * 3);
});

describe("after masking, the detector finds nothing", () => {
  test.each([
    ["solid", "box"],
    ["solid", "ellipse"],
  ] as const)("%s, %s", async (mask, shape) => {
    const { rows } = await facesToMask(detector.network, people, { ...SEARCH, mask, shape });
    const masked = maskFaces(people, rows, { mask, shape });
    const covered = maskedPixels(people, rows, { mask, shape });
    // What it takes for a face lies wholly on masks.
    const again = await findFaces(detector.network, masked, SEARCH);
    for (const { box } of again.rows) expect(uncovered(box, covered, people)).toBe(0);
    expect((await detector.detect(masked, { score: 0.2 })).detections).toEqual([]);
  });

  test("of weak masks, it says how many faces it finds again", async () => {
    const image = face;
    for (const mask of ["mosaic", "blur"] as const) {
      const { rows, foundBelow } = await facesToMask(detector.network, image, { ...OF_FACE, mask });
      const again = await findFaces(detector.network, maskFaces(image, rows, { mask }), OF_FACE);
      expect(foundBelow).toBe(again.faces.length);
    }
  });

  test("findFacesBelow finds what was left unmasked, at the image's own size as well", async () => {
    const { network } = detector;
    const { faces } = await facesToMask(network, people, SEARCH);
    const [first, ...others] = faces;
    const below = await findFacesBelow(
      network,
      people,
      others.flatMap(({ rows }) => rows),
      SEARCH,
    );
    expect(below.faces).toHaveLength(1);
    const { box } = below.faces[0].best;
    expect(box.xmin).toBeCloseTo(first.best.box.xmin, -1.5);
    expect(box.ymax).toBeCloseTo(first.best.box.ymax, -1.5);
    const all = await findFacesBelow(
      network,
      people,
      faces.flatMap(({ rows }) => rows),
      SEARCH,
    );
    expect(all.faces).toEqual([]);
  });
});

test("without options it searches at 640 and 1280, enlarged at most twice, and masks what scores 0.2", async () => {
  const sizes: string[] = [];
  const { network } = detector;
  const scored = (score: number): Network =>
    new Proxy(network, {
      get(target, name) {
        if (name !== "run") return Reflect.get(target, name, target);
        return async (...args: Parameters<typeof network.run>) => {
          const { centerHeatmap, ...maps } = (await network.run(...args)).outputs;
          const data = new Float32Array(centerHeatmap.data.length);
          data[data.length / 2] = score;
          sizes.push(centerHeatmap.shape.slice(1, 3).reverse().join(" x "));
          return { outputs: { ...maps, centerHeatmap: { ...centerHeatmap, data } } };
        };
      },
    });
  const strip = (width: number) => ({ width, height: 32, data: new Uint8Array(width * 32 * 3) });
  const searched = async (width: number, score: number) => {
    sizes.length = 0;
    const { rows, smallestFace } = await findFaces(scored(score), strip(width));
    return { sizes: [...sizes], rows: rows.length, smallestFace };
  };
  expect(await searched(1280, 0.201)).toEqual({ sizes: ["160 x 8", "320 x 8"], rows: 2, smallestFace: 17 });
  expect(await searched(1280, 0.199)).toMatchObject({ rows: 0 });
  expect(await searched(480, 0.201)).toMatchObject({ sizes: ["160 x 16", "240 x 16"], smallestFace: 9 });
  // Both sizes would enlarge it more than twice.
  expect(await searched(160, 0.201)).toMatchObject({ sizes: ["80 x 16"], smallestFace: 9 });
});

test("turned searches find a lying face, and give its place in the image", async () => {
  const image = face;
  const upright = await findFaces(detector.network, image, OF_FACE);
  const [{ best }] = upright.faces;
  for (const orientation of [6, 3, 8] as const) {
    const lying = turnUpright(image, orientation);
    const { rows } = await findFaces(detector.network, lying, { ...OF_FACE, turns: true });
    const { xmin, ymin, xmax, ymax } = best.box;
    const expected = {
      6: [image.height - ymax, xmin, image.height - ymin, xmax],
      3: [image.width - xmax, image.height - ymax, image.width - xmin, image.height - ymin],
      8: [ymin, image.width - xmax, ymax, image.width - xmin],
    }[orientation];
    // One of the turns has the very pixels of the upright image.
    const same = rows.find(({ score }) => Math.abs(score - best.score) < 1e-6);
    const got = same && [same.box.xmin, same.box.ymin, same.box.xmax, same.box.ymax];
    expect(got?.map((side, i) => Math.abs(side - expected[i]) < 1e-3)).toEqual([true, true, true, true]);
    const nose = (points = best.keypoints) => points?.find(({ name }) => name === "nose");
    const [a, b] = [nose(), nose(same?.keypoints)];
    if (orientation === 6) expect(Math.abs((b?.x ?? 0) - (image.height - (a?.y ?? 0)))).toBeLessThan(1e-3);
  }
});

test("a third side finds smaller faces", async () => {
  const small = shrunk(people, 5);
  const two = await findFaces(detector.network, small, { sides: [50, 54] });
  const three = await findFaces(detector.network, small, { sides: [50, 54, 216] });
  expect([two.smallestFace, three.smallestFace]).toEqual([34, 9]);
  expect(three.faces.length).toBeGreaterThan(two.faces.length);
});

test.each([
  [{ sides: [] }, /option sides: expected whole numbers of pixels from 32 to 8192, got none/],
  [{ sides: [31] }, /option sides/],
  [{ mask: "none" as never }, /option mask/],
])("%o is refused", async (options, error) => {
  const refused = facesToMask(detector.network, face, options);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(error);
});

/** The network, whose heatmaps have this value in every cell. */
function uniform(network: Network, score: number): Network {
  return new Proxy(network, {
    get(target, name) {
      if (name !== "run") return Reflect.get(target, name, target);
      return async (...args: Parameters<typeof network.run>) => {
        const result = await network.run(...args);
        result.outputs.centerHeatmap.data.fill(score);
        return result;
      };
    },
  });
}

test("no row is left out: each becomes a mask, and an image with too many is refused", async () => {
  // 136 x 136 and 168 x 168 cells: below and above the limit of 20,000.
  const [all, tooMany] = [{ sides: [544] }, { sides: [672] }];
  const square = { width: 544, height: 544, data: new Uint8Array(544 * 544 * 3) };
  const { rows } = await findFaces(uniform(detector.network, 0.3), square, all);
  expect(rows).toHaveLength(136 * 136);
  const refused = findFaces(uniform(detector.network, 0.3), square, { ...tooMany, where: "a.jpg" });
  await expect(refused).rejects.toThrow(ImageError);
  await expect(refused).rejects.toThrow(
    "a.jpg: expected at most 20,000 places that score above 0.2 at one size, got more. Ask for a higher score.",
  );
});

function shrunk(image: RgbImage, step: number): RgbImage {
  const [width, height] = [Math.floor(image.width / step), Math.floor(image.height / step)];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * step * image.width + x * step) * 3;
      data.set(image.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

function uncovered(
  box: { xmin: number; ymin: number; xmax: number; ymax: number },
  covered: Uint8Array,
  { width, height }: RgbImage,
): number {
  let count = 0;
  for (let y = Math.max(0, Math.floor(box.ymin)); y < Math.min(height, Math.ceil(box.ymax)); y++) {
    for (let x = Math.max(0, Math.floor(box.xmin)); x < Math.min(width, Math.ceil(box.xmax)); x++) {
      if (!covered[y * width + x]) count++;
    }
  }
  return count;
}
