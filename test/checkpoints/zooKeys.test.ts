import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { zooKeys } from "../../src/checkpoints/names/zooKeys.ts";
import type { ObjectGraph, ObjectNode } from "../../src/checkpoints/tensorBundle/objectGraph.ts";
import { refuseEachVariable } from "../support/refuseEachVariable.ts";
import { syntheticCheckpoint } from "../support/syntheticCheckpoint.ts";
import { parametersOf, ZOO_MODELS } from "../support/zooModels.ts";

const sorted = (map: ReadonlyMap<string, unknown>) =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name} ${value}`);

/** An object graph of these paths; each variable's layer has the name given. */
function graphOf(variables: readonly { key: string; path: string; layer: string }[]): ObjectGraph {
  interface Draft extends ObjectNode {
    children: Map<string, number>;
    variable?: { key: string; fullName: string };
  }
  const nodes: Draft[] = [{ children: new Map() }];
  for (const { key, path, layer } of variables) {
    let node = nodes[0];
    const parts = path.replaceAll(/(box|human_pose|keypoint)\//g, "$1.S").split("/");
    for (const part of parts) {
      const name = part.replaceAll(".S", "/");
      const index = node.children.get(name) ?? nodes.push({ children: new Map() }) - 1;
      node.children.set(name, index);
      node = nodes[index];
    }
    node.variable = { key, fullName: `${layer}/${parts.at(-1)}` };
  }
  return { nodes };
}

describe.skipIf(ZOO_MODELS.size === 0).each([...ZOO_MODELS])("%s", (model, folder) => {
  test("its keys become the model's parameters, all of them in their shapes and no others", async () => {
    const named = await nameParameters(await syntheticCheckpoint(folder));
    const shapes = new Map([...named.variables].map(([name, { shape }]) => [name, shape]));
    expect(sorted(shapes)).toEqual(sorted(parametersOf(model)));
    const type = named.evidence.sidecar?.pipeline?.featureExtractor.type;
    expect(named.evidence.backbone).toBe(model.includes("hg104") ? "hourglass" : type);
  });

  test.skipIf(model.includes("hg104"))("the layers' own names decide where numbers differ", async () => {
    const layers = JSON.parse(await readFile(join(folder, "layers.json"), "utf8"));
    const names = new Map<string, string>();
    for (const part of ["_base_model", "_feature_extractor_model"]) {
      for (const { index, layer } of layers[part]) names.set(`${part}/layer_with_weights-${index}/`, layer);
    }
    const checkpoint = await syntheticCheckpoint(folder);
    const keys = [...checkpoint.variables.keys()];
    const byNumber = zooKeys(keys, "file");
    expect(byNumber?.namedBy).toBe("layer numbers");
    const last = layers._base_model.at(-1).index;
    const renumbered = (shift: boolean) =>
      graphOf(
        keys.map((key) => {
          const path = key.replace("/.ATTRIBUTES/VARIABLE_VALUE", "").replaceAll(".S", "/");
          const place = /_(?:base|feature_extractor)_model\/layer_with_weights-\d+\//.exec(path)?.[0] ?? "";
          // Another order: the backbone backwards, the neck from its second layer on turned round.
          const moved = path
            .replace(/(_base_model\/layer_with_weights-)(\d+)/, (_, start, n) => `${start}${last - n}`)
            .replace(/(_extractor_model\/layer_with_weights-)(\d+)/, (_, start, n) => `${start}${21 - n}`);
          return { key, path: shift ? moved : path, layer: names.get(place) ?? "head" };
        }),
      );
    const same = zooKeys(keys, "file", renumbered(false));
    expect(same?.namedBy).toBe("layer names, and their numbers agree");
    expect(same?.parameters).toEqual(byNumber?.parameters);
    const other = zooKeys(keys, "file", renumbered(true));
    expect(other?.namedBy).toBe("layer names, since their numbers differ");
    expect(sorted(other?.parameters ?? new Map())).toEqual(sorted(byNumber?.parameters ?? new Map()));
  });

  test("a variable that is missing, extra or transposed is named", async () => {
    await refuseEachVariable(model, folder, model.includes("mobilenet") ? 5 : 29);
  });
});

test("what is no CenterNet of the zoo has no names", () => {
  expect(zooKeys(["dense/kernel/.ATTRIBUTES/VARIABLE_VALUE"], "file")).toBeUndefined();
});

test("two variables of one parameter are refused", () => {
  const key = "model/_feature_extractor/_network/output_conv/0/conv/kernel/.ATTRIBUTES/VARIABLE_VALUE";
  expect(() => zooKeys([key, `_${key}`], "file")).toThrow(
    /one variable for backbone\.stack0\.features\.kernel/,
  );
});
