import { expect, test } from "vitest";
import { UsageError } from "../src/errors.ts";
import { modelNamed } from "../src/models/models.ts";
import { runnable } from "../src/network.ts";
import { matchTaps } from "../src/tapNames.ts";

const model = modelNamed("movenet-lightning");
const whole = model.graph(model.defaultSize);
const fused = runnable(whole, true);

test("a name, a pattern and a list give nodes, each once, in the graph's order", () => {
  expect(matchTaps(whole, "backbone.stem.relu6")).toEqual(["backbone.stem.relu6"]);
  const stem = ["backbone.stem.conv2d", "backbone.stem.bias", "backbone.stem.relu6"];
  expect(matchTaps(whole, "backbone.stem.*")).toEqual(stem);
  expect(matchTaps(whole, ["*.stem.relu6", "backbone.stem.conv2d", "backbone.stem.*"])).toEqual(stem);
  expect(matchTaps(fused, "*.stem.*")).toEqual(["backbone.stem.relu6"]);
  expect(matchTaps(fused, "backbone.*.expand.*")).toEqual(
    fused.nodes.map(({ name }) => name).filter((name) => name.includes(".expand.")),
  );
  expect(matchTaps(fused, "all")).toEqual(fused.nodes.map(({ name }) => name));
  expect(matchTaps(fused, "*")).toHaveLength(80);
  expect(matchTaps(fused, [])).toEqual([]);
});

test("the pieces of a pattern do not overlap in a name", () => {
  expect(matchTaps(whole, "backbone.stem*.relu6")).toEqual(["backbone.stem.relu6"]);
  for (const pattern of ["backbone.stem.*stem.relu6", "backbone.stem.relu6*u6", "*relu6*relu6*"]) {
    expect(() => matchTaps(whole, pattern)).toThrow("got one that fits none");
  }
});

test.each([
  [
    "backbone.stem.relu",
    /^tap backbone\.stem\.relu: expected the name of a layer, got an unknown name\. Did you mean backbone\.stem\.relu6/,
  ],
  ["backbone.block4", /Did you mean backbone\.block4\.\*\?/],
  [
    "backbone.blok4.*",
    /^tap backbone\.blok4\.\*: .* got one that fits none\. Did you mean backbone\.block4\.\*/,
  ],
  ["Heads.Center.Out.Bias", /Did you mean heads\.center\.out\.bias/],
  ["", /`centernet describe <model>` lists the names\.$/],
  ["nothing", /^tap nothing: expected the name of a layer, got an unknown name\. `centernet describe/],
])("%j is refused with the nearest that fit", (pattern, message) => {
  expect(() => matchTaps(fused, pattern)).toThrow(message);
  expect(() => matchTaps(fused, ["all", pattern])).toThrow(UsageError);
});
