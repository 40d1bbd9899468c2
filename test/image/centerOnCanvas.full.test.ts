import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSafetensors, toFloat32, toInt32 } from "../../src/checkpoints/safetensors/safetensors.ts";
import { centerOnCanvas, placeOnCanvas } from "../../src/image/input/centerOnCanvas.ts";
import { ALL_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";

interface CanvasCase {
  image: string;
  scale: number;
  canvas: string;
  scaled_width: number;
  scaled_height: number;
  border_top_bottom_left_right: [number, number, number, number];
}

describe.skipIf(!ALL_GOLDENS && mayBeLeftOut)("as OpenCV and PyTorch compute it, bit for bit", async () => {
  const folder = join(ALL_GOLDENS ?? "", "triplet/preprocess");
  const { cases, taps } = JSON.parse(await readFile(join(folder, "case.json"), "utf8")) as {
    cases: CanvasCase[];
    taps: { name: string; shape: number[] }[];
  };
  const bytes = new Uint8Array(await readFile(join(folder, "tensors.safetensors")));
  const { tensors } = parseSafetensors(bytes, folder);

  /** All values of a tap, or some and their positions. */
  function stored(name: string) {
    const [values, index] = [tensors.get(name) ?? tensors.get(`${name}.value`), tensors.get(`${name}.index`)];
    if (!values) throw new Error(`the case lacks ${name}`);
    const positions = index ? toInt32(index, name) : Int32Array.from(toFloat32(values), (_, i) => i);
    return {
      positions,
      values: toFloat32(values),
      shape: taps.find((tap) => tap.name === name)?.shape ?? [],
    };
  }

  test.each(cases)("$canvas", (canvasCase) => {
    const pixels = stored(canvasCase.image);
    const [imageHeight, imageWidth] = pixels.shape;
    const photo = { height: imageHeight, width: imageWidth, data: Uint8Array.from(pixels.values) };
    const image = centerOnCanvas(photo, canvasCase.scale, { reproduceReference: true });
    const { left, top, width, height } = placeOnCanvas(photo, canvasCase.scale);
    const [wantedTop, , wantedLeft] = canvasCase.border_top_bottom_left_right;
    expect({ left, top, width, height }).toEqual({
      left: wantedLeft,
      top: wantedTop,
      width: canvasCase.scaled_width,
      height: canvasCase.scaled_height,
    });
    const { positions, values, shape } = stored(canvasCase.canvas);
    const [, channels, rows, columns] = shape;
    expect(image.shape).toEqual([1, rows, columns, channels]);
    const cells = rows * columns;
    const got = positions.map((position) => (position % cells) * channels + Math.floor(position / cells));
    const wrong = values.findIndex((value, i) => image.data[got[i]] !== value);
    expect(wrong).toBe(-1);
  });
});
