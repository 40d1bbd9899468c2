import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { cornerPool, POOL_DIRECTIONS, type PoolDirection } from "../../src/kernels/cornerPool/op.ts";
import { type Shape, shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { compare, EXACT } from "../../src/verify/compare.ts";
import { everyBackend } from "../support/everyBackend.ts";
import { goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { batchInTapLayout, imageOf, inputOf, poolFolder } from "../support/tripletPools.ts";

/** The four pools, and each followed by its opposite, which together cover whole lines. */
function poolsGraph(shape: Shape): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("x", shape);
  const pools = (input: typeof x, scope: string, direction: PoolDirection) =>
    cornerPool(input, builder.root.at(scope), direction);
  for (const direction of POOL_DIRECTIONS) builder.output(direction, pools(x, direction, direction));
  builder.output("top_bottom", pools(pools(x, "first", "top"), "second", "bottom"));
  builder.output("left_right", pools(pools(x, "third", "left"), "fourth", "right"));
  return builder.build();
}

for (const { backend, isMissing, open } of await everyBackend()) {
  describe.skipIf(isMissing && mayBeLeftOut)(`on ${backend}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await open();
    });
    afterAll(() => executor.dispose());

    async function run(x: Tensor): Promise<Readonly<Record<string, Tensor>>> {
      const plan = await executor.prepare(poolsGraph(x.shape), new Map());
      const { outputs } = await plan.run({ x });
      await plan.dispose();
      return outputs;
    }

    test("the pools equal PyTorch's bit for bit", async () => {
      const golden = await goldenAt(poolFolder(OWN_GOLDENS, "simple"));
      const input = inputOf(golden);
      const images = [await run(imageOf(input, 0)), await run(imageOf(input, 1))];
      const taps = golden.taps.filter(({ role }) => role === "tap");
      expect(taps.map(({ name }) => name)).toEqual([...POOL_DIRECTIONS, "top_bottom", "left_right"]);
      for (const tap of taps) {
        const got = batchInTapLayout(
          tap,
          images.map((outputs) => outputs[tap.name]),
        );
        expect(compare(tap, got, EXACT), tap.name).toMatchObject({ pass: true, largest: 0 });
      }
    });

    test("a NaN spreads to every cell that looks over it and no other; infinities are ordinary numbers", async () => {
      const size = 5;
      const x = tensor(shapeOf(size, size, 2));
      x.data.fill(Number.NEGATIVE_INFINITY);
      const [row, column] = [2, 1];
      x.data[(row * size + column) * 2] = Number.NaN;
      x.data[(row * size + column) * 2 + 1] = Number.POSITIVE_INFINITY;
      const outputs = await run(x);
      const reached = {
        top: (i: number, j: number) => j === column && i <= row,
        bottom: (i: number, j: number) => j === column && i >= row,
        left: (i: number, j: number) => i === row && j <= column,
        right: (i: number, j: number) => i === row && j >= column,
        top_bottom: (_: number, j: number) => j === column,
        left_right: (i: number, _: number) => i === row,
      };
      for (const [name, reaches] of Object.entries(reached)) {
        const expected = Array.from({ length: size * size }, (_, cell) =>
          reaches(Math.floor(cell / size), cell % size)
            ? [Number.NaN, Number.POSITIVE_INFINITY]
            : [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
        );
        expect([...outputs[name].data], name).toEqual(expected.flat());
      }
    });
  });
}
