import { beforeAll, describe, expect, test } from "vitest";
import { tripletPictures } from "../../scripts/tripletPictures/pictures.ts";

/** Every number that a picture states, in the order of its panels. */
const NUMBERS = {
  "corner-pooling.svg": ["kite corner: 2", "sun corner: 2", "spurious corner: 2"],
  "cascade-corner-pooling.svg": [
    ...["side + interior: 2", "side alone: 1"],
    ...["kite corner: 2", "sun corner: 2", "spurious corner: 2"],
    ...["kite corner: 2", "sun corner: 0", "spurious corner: 1"],
  ],
  "center-pooling.svg": ["center: 2"],
  "heatmaps.svg": [
    ...["0.91, e = 1.0", "0.82, e = 1.3", "0.74, e = 3.0"],
    ...["0.86, e = 1.0", "0.88, e = 1.3", "0.70, e = 3.0"],
    ...["0.84", "0.79", "0.66"],
  ],
  "central-regions.svg": ["140 × 140 pixels", "confirmed: 0.77", "210 × 210 pixels"],
  "triplets.svg": ["kite 0.87", "kite 0.83", "kite 0.70", "pair 0.89, embeddings 0.3 apart"],
};

let pictures: Record<string, string>;
beforeAll(async () => {
  pictures = await tripletPictures();
});

test("there is a picture for each idea", () => {
  expect(Object.keys(pictures).sort()).toEqual(Object.keys(NUMBERS).sort());
});

describe.each(Object.entries(NUMBERS))("%s", (name, numbers) => {
  test("states the numbers that the modules compute", () => {
    const labels = [...pictures[name].matchAll(/text-anchor="middle">([^<]*)</g)].map(([, words]) => words);
    expect(labels.filter((words) => /\d/.test(words))).toEqual(numbers);
  });

  test("is well-formed XML", () => {
    expect(xmlFault(pictures[name])).toBe("");
  });

  test("needs no other file and no script", () => {
    expect(pictures[name]).not.toMatch(/<script|<image|href|url\(|@import/);
  });

  test("has labels that lie inside their panel and apart from each other", () => {
    const panels = pictures[name]
      .split("<svg ")
      .slice(2)
      .map((panel) => panel.split("</svg>")[0]);
    expect(panels.length).toBeGreaterThan(1);
    const labels = panels.flatMap((panel) => {
      const [width, height] = numbersOf(/^x="[^"]*" y="[^"]*" width="([^"]+)" height="([^"]+)"/, panel);
      const plates = [...panel.matchAll(/<rect x="[^"]*" y="[^"]*" width="[^"]*" height="34" rx/g)].map(
        ([plate]) => {
          const [x, y, w, h] = numbersOf(/x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"/, plate);
          return { left: x, top: y, right: x + w, bottom: y + h };
        },
      );
      for (const [index, plate] of plates.entries()) {
        expect(Math.min(plate.left, plate.top, width - plate.right, height - plate.bottom)).toBeGreaterThan(
          0,
        );
        const overlapping = plates.slice(index + 1).filter(({ left, top, right, bottom }) => {
          return left < plate.right && plate.left < right && top < plate.bottom && plate.top < bottom;
        });
        expect(overlapping).toEqual([]);
      }
      return plates;
    });
    expect(labels.length).toBeGreaterThanOrEqual(numbers.length);
  });
});

test.each([
  ["<a><b></a></b>", "</a>"],
  ["<a>", "unclosed a"],
  ["<a/><b/>", "<b/>"],
  ['<a x="1" x="2"/>', '<a x="1" x="2"/>'],
  ["<a>x & y</a>", "& y</a>"],
  ['<a x="<"/>', '<a x="<"/>'],
])("the check of XML finds the fault of %s", (text, fault) => {
  expect(xmlFault(text)).toBe(fault);
});

/** The place of the first fault in XML of elements, quoted attributes and text, or "". */
function xmlFault(text: string): string {
  const token = /<(\/?)([a-zA-Z]+)((?: [a-zA-Z-]+="[^"<&]*")*)(\/?)>|(?:[^<>&]|&(?:amp|lt);)+/y;
  const open: string[] = [];
  while (token.lastIndex < text.length) {
    const rest = text.slice(token.lastIndex);
    const isDone = token.lastIndex > 0 && open.length === 0;
    const [whole, end, name, attributes = "", alone] = token.exec(text) ?? [];
    if (whole === undefined || (isDone && whole.trim() !== "")) return rest;
    const keys = attributes.match(/ [a-zA-Z-]+=/g) ?? [];
    if (new Set(keys).size < keys.length) return whole;
    if (end && (alone || open.pop() !== name)) return whole;
    if (name && !end && !alone) open.push(name);
  }
  return open.length > 0 ? `unclosed ${open.at(-1)}` : "";
}

function numbersOf(pattern: RegExp, text: string): number[] {
  return (pattern.exec(text) ?? []).slice(1).map(Number);
}
