import { describe, expect, test } from "vitest";
import { checkInputSize, inputSquares } from "../../src/models/model.ts";
import { MODELS, modelNamed } from "../../src/models/models.ts";

describe("inputSquares", () => {
  test.each(MODELS.map((model) => [model.name, model] as const))(
    "of %s are those that checkInputSize takes",
    (_, model) => {
      const squares = inputSquares(model, 700);
      if (model.sizedByImage) return expect(squares).toBeUndefined();
      const taken = Array.from({ length: 700 }, (_, index) => index + 1).filter((side) => {
        try {
          checkInputSize(model, { height: side, width: side });
          return true;
        } catch {
          return false;
        }
      });
      expect(squares?.sides).toEqual(taken);
      expect(taken).toEqual(expect.arrayContaining([...(squares?.regular ?? [])]));
    },
  );

  test("of a model with one size are that size, and of others the multiples to choose from", () => {
    expect(inputSquares(modelNamed("movenet-lightning"))).toEqual({
      sides: [192],
      regular: [192],
      words: "192x192, its only size",
    });
    const squares = inputSquares(modelNamed("movenet-multipose"), 128);
    expect(squares?.regular).toEqual([32, 64, 96, 128]);
    expect(squares?.words).toContain("multiples of 32");
  });
});
