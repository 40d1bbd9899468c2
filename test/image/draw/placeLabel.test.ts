import fc from "fast-check";
import { expect, test } from "vitest";
import { placeLabel } from "../../../src/image/draw/placeLabel.ts";

const PICTURE = { width: 200, height: 150 };
const LABEL = { width: 60, height: 14 };
const BOX = { xmin: 50, ymin: 40, xmax: 130, ymax: 100 };

test("above the box, at its left", () => {
  expect(placeLabel(LABEL, BOX, PICTURE, [])).toEqual({ xmin: 50, ymin: 26, xmax: 110, ymax: 40 });
});

test("elsewhere where another label stands", () => {
  const first = placeLabel(LABEL, BOX, PICTURE, []);
  const second = placeLabel(LABEL, BOX, PICTURE, [first]);
  expect(second).toMatchObject({ xmin: 50, ymin: 40 });
  expect(placeLabel(LABEL, BOX, PICTURE, [first, second])).toMatchObject({ xmin: 50, ymin: 100 });
});

test("always inside the image", () => {
  const coordinate = fc.double({ min: -300, max: 500, noNaN: true });
  fc.assert(
    fc.property(
      coordinate,
      coordinate,
      coordinate,
      coordinate,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 150 }),
      (xmin, ymin, xmax, ymax, width, height) => {
        const place = placeLabel({ width, height }, { xmin, ymin, xmax, ymax }, PICTURE, []);
        expect(place.xmin).toBeGreaterThanOrEqual(0);
        expect(place.ymin).toBeGreaterThanOrEqual(0);
        expect(place.xmax).toBeLessThanOrEqual(PICTURE.width);
        expect(place.ymax).toBeLessThanOrEqual(PICTURE.height);
      },
    ),
  );
});
