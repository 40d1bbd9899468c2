import { expect, test } from "vitest";
import { packError, unpackError } from "../../src/batch/packedError.ts";
import { BackendError, ImageError, MemoryError, ModelError, UsageError } from "../../src/errors.ts";

const FAULT = { where: "a.jpg", expected: "an image", got: "text", hint: "Give an image." };

test.each([
  new ImageError(FAULT),
  new UsageError({ ...FAULT, hint: undefined }),
  new BackendError(FAULT),
  new MemoryError(FAULT, { alternative: "another backend" }),
  new ModelError(FAULT, { differences: ["missing a.kernel [3, 3]"] }),
  new TypeError("x is not a function"),
])("$name is the same after structured cloning", (error) => {
  const again = unpackError(structuredClone(packError(error)));
  expect(again.message).toBe(error.message);
  expect(again.name).toBe(error.name);
  expect(again.stack).toBe(error.stack);
  if (error instanceof TypeError) return;
  expect(again).toBeInstanceOf(error.constructor);
  expect({ ...again }).toEqual({ ...error });
});

test("what is no error keeps its words", () => {
  expect(unpackError(packError("out of paper")).message).toBe("out of paper");
});
