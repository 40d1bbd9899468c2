import { describe, expect, test } from "vitest";
import { atScore, chooseDetections, whyNothing } from "../src/chooseDetections.ts";
import type { Detection } from "../src/detection.ts";
import { UsageError } from "../src/errors.ts";
import { classIdsOf } from "../src/models/classIds.ts";
import { modelNamed } from "../src/models/models.ts";

const detection = (label: string, classId: number, score: number): Detection => ({
  label,
  classId,
  score,
  box: { xmin: 0, ymin: 0, xmax: 1, ymax: 1 },
});
const FOUND = [
  detection("dog", 18, 0.3),
  detection("person", 1, 0.9),
  detection("dog", 18, 0.8),
  detection("cat", 17, 0.7),
  detection("dog", 18, 0.1),
];
const MULTIPOSE = modelNamed("movenet-multipose");
const OBJECTS = modelNamed("centernet_hg104_512x512_coco17_tpu-8");
const IMAGE = { width: 640, height: 480 };

test("the best are kept, and what is left out is counted by reason, with the best of each", () => {
  const classIds = new Set([18, 17]);
  const { detections, leftOut } = chooseDetections(FOUND, { score: 0.2, max: 2, classIds });
  expect(detections.map(({ score }) => score)).toEqual([0.8, 0.7]);
  expect(leftOut).toEqual({
    classes: { count: 1, best: { label: "person", score: 0.9 } },
    score: { count: 1, best: { label: "dog", score: 0.1 } },
    max: { count: 1, best: { label: "dog", score: 0.3 } },
  });
  expect(chooseDetections(FOUND, { score: 0, max: 100 }).leftOut).toEqual({});
});

describe("a result at another score", () => {
  const at = (score: number, max: number) => {
    const choice = { score, max };
    const { detections, leftOut } = chooseDetections(FOUND, choice);
    return {
      ...IMAGE,
      detections,
      leftOut,
      ...(detections.length === 0 && { nothingFound: whyNothing(OBJECTS, IMAGE, leftOut, choice) }),
      ...(detections.length === OBJECTS.maxDetections && { limitReached: detections.length }),
    };
  };

  test.each([0, 0.1, 0.2, 0.75, 0.95])("of %d is as if it had been asked for", (score) => {
    expect(atScore(at(0, 100), score, OBJECTS)).toEqual(at(score, 100));
    expect(atScore(at(0.1, 100), score, OBJECTS).detections).toEqual(at(score, 100).detections);
  });

  test("counts what max left out as below the score once all of it is", () => {
    expect(atScore(at(0, 3), 0.5, OBJECTS)).toEqual(at(0.5, 3));
    expect(atScore(at(0, 2), 0.5, OBJECTS).leftOut).toEqual({
      max: { count: 3, best: { label: "cat", score: 0.7 } },
    });
  });

  test("reaches the model's limit only with as many detections", () => {
    const few = { ...OBJECTS, maxDetections: 5 };
    expect(atScore(at(0, 100), 0, few).limitReached).toBe(5);
    expect(atScore({ ...at(0, 100), limitReached: 5 }, 0.2, few).limitReached).toBeUndefined();
  });
});

describe("classes", () => {
  test("are found by name in any case, by id and by id as text", () => {
    expect([...classIdsOf(OBJECTS, ["person", "Hot Dog", 18, "90"])]).toEqual([1, 58, 18, 90]);
    expect([...classIdsOf(MULTIPOSE, ["person"])]).toEqual([1]);
  });

  test.each([
    ["persn", /got "persn"\. Did you mean person\? The names are person, bicycle/],
    ["aeroplane", /Did you mean airplane\?/],
    ["12", /got "12"\. The names are/],
    ["", /got ""\. The names are/],
  ])("%j is refused with the one that was meant", (name, message) => {
    expect(() => classIdsOf(OBJECTS, [name])).toThrow(UsageError);
    expect(() => classIdsOf(OBJECTS, [name])).toThrow(message);
  });

  test("an alias of a class that the model does not have is not suggested", () => {
    expect(() => classIdsOf(MULTIPOSE, ["sofa"])).toThrow(/got "sofa"\. The only name is person\.$/);
  });
});

describe("why nothing was found", () => {
  const why = (
    found: Detection[],
    choice: { score: number; max: number; classIds?: Set<number> },
    image = IMAGE,
  ) => {
    const { leftOut } = chooseDetections(found, choice);
    return (model = OBJECTS) => whyNothing(model, image, leftOut, choice);
  };

  test("the best candidate is below the score, with as many digits as show it", () => {
    expect(why([detection("dog", 18, 0.12)], { score: 0.2, max: 9 })()).toBe(
      "the best candidate, dog, has a score of 0.12, and 0.2 is asked for",
    );
    expect(why([detection("dog", 18, 0.1996)], { score: 0.2, max: 9 })()).toMatch(/of 0\.1996, and/);
    expect(why([detection("dog", 18, 0.00002)], { score: 0.2, max: 9 })()).toMatch(/of 0\.00002, and/);
  });

  test("the model finds only people; the image is small", () => {
    const reason = why([detection("person", 1, 0.12)], { score: 0.2, max: 9 }, { width: 9, height: 600 });
    expect(reason(MULTIPOSE)).toBe(
      "movenet-multipose finds only people; the best candidate has a score of 0.12, and 0.2 is asked for; the image is only 9 pixels wide",
    );
  });

  test("other classes were found; nothing may be shown; there is no candidate", () => {
    const classIds = new Set([1, 17]);
    expect(why(FOUND.slice(2, 3), { score: 0.2, max: 9, classIds })()).toBe(
      "only person, cat may be shown, and dog 0.80 is of other classes",
    );
    expect(why(FOUND, { score: 0.2, max: 9, classIds: new Set([90]) })()).toMatch(
      /^only toothbrush may be shown, and person 0\.90 and 3 more are of other classes$/,
    );
    expect(why(FOUND, { score: 0.2, max: 0 })()).toBe("max is 0, which leaves out person 0.90 and 3 more");
    expect(why(FOUND, { score: 0.95, max: 0 })()).toMatch(
      /^max is 0; the best candidate, person, has a score of 0.9/,
    );
    expect(why([], { score: 0.2, max: 9 })()).toBe("the network has no candidate at all");
  });
});
