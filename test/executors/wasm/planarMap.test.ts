import { expect, test } from "vitest";
import { readPlanar, writePlanar } from "../../../src/executors/wasm/planarMap.ts";
import { elementCount, shapeOf, tensor } from "../../../src/tensor.ts";

for (const channels of [1, 3, 4, 6, 8, 9]) {
  test(`${channels} channels survive the round trip through planes of four, the last padded with zeros`, () => {
    const shape = shapeOf(3, 5, channels);
    const map = tensor(
      shape,
      Float32Array.from({ length: elementCount(shape) }, (_, index) => index + 1),
    );
    const planes = new Float32Array(Math.ceil(channels / 4) * 15 * 4).fill(Number.NaN);
    writePlanar(map, planes);
    expect(readPlanar(shape, planes)).toEqual(map);
    for (let channel = 0; channel < planes.length / 15; channel++) {
      const [row, column] = [2, 1];
      const cell = row * 5 + column;
      const value = channel < channels ? map.data[cell * channels + channel] : 0;
      expect(planes[Math.floor(channel / 4) * 15 * 4 + cell * 4 + (channel % 4)]).toBe(value);
    }
  });
}
