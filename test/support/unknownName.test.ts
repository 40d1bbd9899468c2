import { expect, test } from "vitest";
import { mostSimilar, unknownName } from "../../src/support/unknownName.ts";
import { quick } from "./quick.ts";

const NAMES = ["auto", "wgsl", "wasm", "webgpu", "webgl2", "webasm", "cpu"];

test("the name that was probably meant is found: swapped, missing and changed letters, capitals, other numbers", () => {
  const meant = {
    wsam: "wasm",
    WASM: "wasm",
    wgls: "wgsl",
    webgl: "webgl2",
    wasmm: "wasm",
    "web-gpu": "webgpu",
  };
  for (const [typed, name] of Object.entries(meant)) expect(mostSimilar(typed, NAMES), typed).toBe(name);
  expect(mostSimilar("tensorrt", NAMES)).toBeUndefined();
  expect(mostSimilar("", NAMES)).toBeUndefined();
});

test("long names are compared in bounded time", () => {
  quick(() => mostSimilar("x".repeat(1e5), ["y".repeat(1e5), "xy".repeat(5e4)]));
});

test("the suggestion comes first, the list after it; an alias goes before what is only spelled alike", () => {
  const fault = { where: "backend", expected: "a backend's name", names: NAMES, aliases: { gpu: "wgsl" } };
  expect(unknownName({ ...fault, name: "GPU" })).toEqual({
    where: "backend",
    expected: "a backend's name",
    got: '"GPU"',
    hint: "Did you mean wgsl? The names are auto, wgsl, wasm, webgpu, webgl2, webasm, cpu.",
  });
  expect(unknownName({ ...fault, name: "constructor" }).hint).toMatch(/^The names are/);
});
