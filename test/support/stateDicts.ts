import type { Checkpoint, Variable } from "../../src/checkpoints/checkpoint.ts";
import { elementCount } from "../../src/tensor.ts";

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** A state dict with these variables, as `openTorch` gives it; element i of each is i + 1. */
export function stateDict(shapes: Shapes): Checkpoint {
  const variables = new Map([...shapes].map(([key, shape]) => [key, variable(key, shape)]));
  return {
    format: "torch",
    where: "file",
    metadata: new Map(),
    variables,
    read: async (key) => {
      return Float32Array.from({ length: elementCount(shapes.get(key) ?? []) }, (_, i) => i + 1);
    },
  };
}

function variable(key: string, shape: readonly number[]): Variable {
  const dtype = key.endsWith("num_batches_tracked") ? "I64" : "F32";
  return { dtype, shape, byteLength: (dtype === "I64" ? 8 : 4) * elementCount(shape) };
}

/** Keys of another spelling; undefined takes the variable away. */
export function withKeys(shapes: Shapes, rename: (key: string) => string | undefined): Shapes {
  return new Map(
    [...shapes].flatMap(([key, shape]) => {
      const other = rename(key);
      return other === undefined ? [] : [[other, shape] as const];
    }),
  );
}

/** Heads of Objects as Points in place of those of the triplets, on the same hourglass of so many stacks. */
export function pointsShapes(
  triplets: Shapes,
  stacks: number,
  heads: Readonly<Record<string, number>>,
): Shapes {
  const shapes = new Map([...triplets].filter(([key]) => !/\.(tl|br|ct)_/.test(key)));
  const features = shapes.get("module.cnvs.0.conv.weight")?.[0] ?? 0;
  const hidden = shapes.get("module.pre.1.conv1.weight")?.[0] ?? 0;
  for (let stack = 0; stack < stacks; stack++) {
    for (const [head, channels] of Object.entries(heads)) {
      const scope = `module.${head}.${stack}`;
      shapes.set(`${scope}.0.conv.weight`, [hidden, features, 3, 3]);
      shapes.set(`${scope}.0.conv.bias`, [hidden]);
      shapes.set(`${scope}.1.weight`, [channels, hidden, 1, 1]);
      shapes.set(`${scope}.1.bias`, [channels]);
    }
  }
  return shapes;
}
