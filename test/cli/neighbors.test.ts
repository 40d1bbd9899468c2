import { describe, expect, test } from "vitest";
import { runCli } from "./support/runCli.ts";

/** What users of other detectors type, and what they are told. */
const TYPED: [string, RegExp][] = [
  ["detect x.jpg --conf 0.3", /option --conf: .*\. Did you mean --score\?$/],
  ["detect x.jpg --conf-thres=0.3", /Did you mean --score\?$/],
  ["detect x.jpg --score_thr 0.3", /Did you mean --score\?$/],
  ["detect x.jpg -conf 0.3", /Did you mean --score\?$/],
  ["detect x.jpg --threshold 0.3", /Did you mean --score\?$/],
  ["detect x.jpg --iou 0.5", /CenterNets need no non-maximum suppression/],
  ["detect x.jpg --imgsz 640", /Did you mean --size\? It takes width x height/],
  ["detect x.jpg --device 0", /Did you mean --backend\?$/],
  ["detect x.jpg --gpu", /Did you mean --backend wgsl\? It runs on the GPU/],
  ["detect --source x.jpg", /Images need no flag: centernet detect photo\.jpg\.$/],
  ["detect x.jpg --save-txt", /Did you mean --save yolo\?$/],
  ["detect x.jpg --save_crop", /Did you mean --crops\?/],
  ["detect x.jpg --checkpoint y.pth", /Did you mean --weights\?$/],
  ["detect x.jpg --config-file y.yaml", /The weights decide the network/],
  ["detect x.jpg --output y", /Did you mean --out\?$/],
  ["detect x.jpg --path_to_labelmap y", /Did you mean --label-map\?$/],
  ["detect x.jpg --constructor", /See centernet --help\.$/],
  ["detect conf=0.3 x.jpg", /argument conf=0\.3: expected an image, got a setting\. Did you mean --score\?$/],
  ["detect source=photo.jpg", /Images need no name: centernet detect photo\.jpg\.$/],
  ["detect model=yolo.pt", /Did you mean --model, or --weights with a file\?$/],
  ["detect rtsp://camera/1", /expected a path, or an http or https URL, got the scheme rtsp\.$/],
  ["describe movenet-lightning --conf 0.3", /centernet detect has --score\.$/],
  ["predict x.jpg", /command predict: .*\. Did you mean detect\?$/],
  ["train", /Training is not part of this program\.$/],
  ["val", /Did you mean eval\?$/],
  ["onnx", /Did you mean export\? It writes ONNX/],
  ["webui", /Did you mean serve\?$/],
  ["photo.jpg", /Did you mean centernet detect photo\.jpg\?$/],
  ["https://example.org/x", /Did you mean centernet detect https:\/\/example\.org\/x\?$/],
  ["constructor", /See centernet --help\.$/],
];

test.each(TYPED)("centernet %s", async (line, message) => {
  const outcome = await runCli(line.split(" "));
  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(outcome.stderr).toMatch(/^centernet: [^\n]+\n$/);
  expect(outcome.stderr.trimEnd()).toMatch(message);
});

describe("what is suggested exists", async () => {
  const { stdout: help } = await runCli(["detect", "--help"]);
  const suggested = TYPED.flatMap(([, { source }]) => /Did you mean (--[a-z-]+)/.exec(source)?.[1] ?? []);
  test.each([...new Set(suggested)])("%s", (flag) => expect(help).toContain(`  ${flag} `));
});

/** What other evaluators are called with. */
const TYPED_FOR_EVAL: readonly (readonly [string, RegExp])[] = [
  ["eval --gt a.json --dt r.json", /Did you mean --annotations\?$/],
  ["eval --annotations a.json --predictions r.json", /Did you mean --results\?$/],
  ["eval --annotations a.json --results r.json --classwise", /Did you mean --per-class\?$/],
  ["eval --annotations a.json --results r.json --iou_type bbox", /Did you mean --type\?$/],
  ["eval x --annotations a.json --img-dir b", /Did you mean --image-dir\?$/],
  ["eval x --annotations a.json --conf 0.3", /Every box counts, whatever its score/],
  ["eval --model x --annotations a.json", /The model is the argument: centernet eval <model>\.$/],
  ["eval x --batch 3", /See centernet --help\.$/],
];

test.each(TYPED_FOR_EVAL)("centernet %s", async (line, message) => {
  const outcome = await runCli(line.split(" "));
  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(outcome.stderr.trimEnd()).toMatch(message);
});

describe("what is suggested for eval exists", async () => {
  const { stdout: help } = await runCli(["eval", "--help"]);
  const suggested = TYPED_FOR_EVAL.flatMap(
    ([, { source }]) => /Did you mean (--[a-z-]+)/.exec(source)?.[1] ?? [],
  );
  test.each([...new Set(suggested)])("%s", (flag) => expect(help).toContain(`  ${flag} `));
});
