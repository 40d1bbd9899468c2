import { expect, test } from "vitest";
import { withFlagNames } from "../../src/cli/arguments/flagNames.ts";
import { BackendError, type Fault, ImageError, ModelError, UsageError } from "../../src/errors.ts";

const FAULT = { where: "x", expected: "a", got: "b" };

/** The hint as the command line prints it. */
function printed(hint: string, Kind: new (fault: Fault) => Error = ModelError): string {
  const told = withFlagNames(new Kind({ ...FAULT, hint })) as Error;
  expect(told).toBeInstanceOf(Kind);
  return told.message.replace("x: expected a, got b. ", "");
}

test.each([
  ["Give weights as the option weights.", ImageError, "Give weights as the option --weights."],
  ["Give it as the option labelMap.", ModelError, "Give it as the option --label-map."],
  ["Give the option layout, or state it.", ModelError, "Give the option --layout, or state it."],
  ['Choose memory: "low", which takes 3 MB.', BackendError, "Choose --low-memory, which takes 3 MB."],
  ["Scale it down with scales: [0.5].", ImageError, "Scale it down with --scales 0.5."],
  ["Load with { fuse: false } to tap it.", UsageError, "Give --fuse no to tap it."],
  ["Images are for detect.", ModelError, "Images are arguments of their own, without --weights."],
  ["Read are MoveNet, and ResNets.", ModelError, "Read are MoveNet, and ResNets: see centernet models."],
] as const)("%s", (hint, Kind, own) => {
  expect(printed(hint, Kind)).toBe(own);
});

test("keeps the class, the cause and the differences of weights, and says where to see all of them", () => {
  const fault = { ...FAULT, got: "missing a [1]; and 7 more" };
  const error = new ModelError(fault, { differences: ["missing a [1]"] });
  const told = withFlagNames(error) as ModelError;
  expect(told.message).toBe(
    "x: expected a, got missing a [1]; and 7 more (centernet inspect lists the file's).",
  );
  expect(told).toMatchObject({ name: "ModelError", cause: error, differences: ["missing a [1]"] });
});

test("leaves other errors alone", () => {
  const error = new TypeError("option weights");
  expect(withFlagNames(error)).toBe(error);
});
