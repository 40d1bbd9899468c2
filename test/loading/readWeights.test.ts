import { describe, expect, test } from "vitest";
import type { Dtype } from "../../src/checkpoints/bytes/dtype.ts";
import type { NamedCheckpoint } from "../../src/checkpoints/names/nameParameters.ts";
import { ModelError } from "../../src/errors.ts";
import { loadParameters, type ParameterShapes } from "../../src/loading/readWeights.ts";
import { elementCount } from "../../src/tensor.ts";
import { knownModels } from "../checkpoints/support/knownModels.ts";

/** A file with these variables, all ones. */
function checkpoint(
  shapes: ParameterShapes,
  data: Record<string, number[]> = {},
  dtype: Dtype = "F32",
): NamedCheckpoint {
  return {
    format: "test",
    where: "file",
    metadata: new Map(),
    evidence: {},
    variables: new Map([...shapes].map(([name, shape]) => [name, { dtype, shape, byteLength: 0 }])),
    read: async (name) =>
      Float32Array.from(data[name] ?? new Array(elementCount(shapes.get(name) ?? [])).fill(1)),
  };
}

const shapes: ParameterShapes = new Map([
  ["a.kernel", [1, 2]],
  ["a.bias", [2]],
]);

test("a file that fits is read whole", async () => {
  const weights = await loadParameters(shapes, checkpoint(shapes, { "a.bias": [3, 0] }), { model: "m" });
  expect(weights).toEqual(
    new Map([
      ["a.kernel", { shape: [1, 2], data: Float32Array.of(1, 1) }],
      ["a.bias", { shape: [2], data: Float32Array.of(3, 0) }],
    ]),
  );
});

test("all differences stand in one error", async () => {
  const expected = new Map([...shapes, ["b.kernel", [3]], ["q", []]]);
  const file = checkpoint(
    new Map([
      ["a.kernel", [2, 1]],
      ["a.bias", [2]],
      ["b.kernal", [3]],
      ["z", [1]],
    ]),
  );
  const load = loadParameters(expected, file, { model: "m" });
  await expect(load).rejects.toThrow(ModelError);
  await expect(load).rejects.toThrow(
    "file: expected the 4 parameters of m, got 4, with these differences: " +
      'missing b.kernel [3] (nearest: "b.kernal"); missing q []; ' +
      'misshapen a.kernel: expected [1, 2], got [2, 1]; unexpected "b.kernal"; unexpected "z".',
  );
});

test("of many differences the first twenty are told, and all are on the error", async () => {
  const expected: ParameterShapes = new Map(Array.from({ length: 25 }, (_, i) => [`layer${i}.bias`, [1]]));
  const error = await loadParameters(expected, checkpoint(new Map()), { model: "m" }).catch((fault) => fault);
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(/; missing layer19\.bias \[1\]; and 5 more\.$/);
  expect(error.differences).toEqual([...expected.keys()].map((name) => `missing ${name} [1]`));
});

test("a file that says what it holds is believed before its shapes are compared", async () => {
  const file = { ...checkpoint(new Map()), evidence: { model: "another" } };
  const load = loadParameters(shapes, file, { model: "m", knownModels: new Map([["m", () => shapes]]) });
  await expect(load).rejects.toThrow(
    /^file: expected the 2 parameters of m, got 0, probably those of "another", with/,
  );
});

describe("values that no trained model has are refused by name", () => {
  test.each([
    [[1, Number.NaN], "a.kernel", /file a\.kernel: expected finite numbers, got NaN at element 1/],
    [
      [Number.NEGATIVE_INFINITY, 1],
      "a.bias",
      /file a\.bias: expected finite numbers, got -Infinity at element 0/,
    ],
    [[0, -0], "a.kernel", /file a\.kernel: expected a trained kernel, got zeros only/],
  ])("%j in %s", async (values, name, message) => {
    const load = loadParameters(shapes, checkpoint(shapes, { [name]: values }), { model: "m" });
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow(ModelError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "%d at any place",
    async (value) => {
      for (let at = 0; at < 19; at++) {
        const values = Array.from({ length: 19 }, (_, i) =>
          i === at ? value : i === at + 1 ? -value : 3e38,
        );
        const expected: ParameterShapes = new Map([["a.bias", [19]]]);
        const file = checkpoint(expected, { "a.bias": values });
        await expect(loadParameters(expected, file, { model: "m" })).rejects.toThrow(
          `expected finite numbers, got ${value} at element ${at}`,
        );
      }
    },
  );

  test("but zero biases, tiny and large numbers are values like others", async () => {
    const data = { "a.bias": [0, 0], "a.kernel": [1e-45, 1e38] };
    await expect(loadParameters(shapes, checkpoint(shapes, data), { model: "m" })).resolves.toBeDefined();
  });

  test("and integers stored in fewer bits are none either", async () => {
    const file = checkpoint(shapes, {}, "U8");
    const quantization = { scale: 1, min: 0, rounded: true };
    const variables = new Map(
      [...file.variables].map(([name, variable]) => [name, { ...variable, quantization }]),
    );
    const load = loadParameters(shapes, { ...file, variables }, { model: "m" });
    await expect(load).rejects.toThrow(/a\.kernel of type U8, not a float/);
  });

  test("and integers are no parameters", async () => {
    const load = loadParameters(shapes, checkpoint(shapes, {}, "I32"), { model: "m" });
    await expect(load).rejects.toThrow(/a\.kernel of type I32, not a float; a\.bias of type I32/);
  });
});

/** The first model of those that hold the same: 512 and 1024 pixels make no difference to parameters. */
const distinct = new Map(
  [...knownModels].reverse().map(([name, shapes]) => [JSON.stringify([...shapes()].sort()), name]),
);

describe.each([...distinct.values()].reverse())("%s", (model) => {
  const whole = knownModels.get(model)?.() ?? new Map();
  // Of a large model some are enough; the zoo's own tests take each.
  const some = [...whole].filter((_, index) => whole.size < 200 || index % 97 === 0);
  const without = (name: string) => new Map([...whole].filter(([other]) => other !== name));
  const problemsOf = (file: NamedCheckpoint) => loadParameters(whole, file, { model, knownModels });

  test("lacking any one parameter, or all, is refused by name", async () => {
    for (const [name] of some) {
      await expect(problemsOf(checkpoint(without(name)))).rejects.toThrow(`: missing ${name} [`);
    }
    const error = await problemsOf(checkpoint(new Map())).catch((fault) => fault);
    expect(error.differences.map((text: string) => text.split(" ")[1])).toEqual([...whole.keys()]);
  });

  test("any one parameter renamed is told with its nearest name", async () => {
    for (const [name, shape] of some) {
      const other = `${name}_1`;
      const file = checkpoint(new Map([...without(name), [other, shape]]));
      await expect(problemsOf(file)).rejects.toThrow(`(nearest: "${other}"); unexpected "${other}"`);
    }
  });

  test("any one parameter of another shape is refused", async () => {
    for (const [name, shape] of some) {
      const transposed = [...shape].reverse();
      const changed = String(transposed) === String(shape) ? [...shape, 1] : transposed;
      const file = checkpoint(new Map([...whole, [name, changed]]));
      await expect(problemsOf(file)).rejects.toThrow(`misshapen ${name}: expected [${shape.join(", ")}]`);
    }
  });

  test("another model's file is told by its shapes", async () => {
    for (const other of distinct.values()) {
      if (other === model) continue;
      const shapesOfOther = knownModels.get(other)?.() ?? new Map();
      await expect(problemsOf(checkpoint(shapesOfOther))).rejects.toThrow(
        `, probably those of ${other}, with`,
      );
    }
  });
});
