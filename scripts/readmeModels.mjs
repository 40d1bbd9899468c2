// Writes the tables of models out of the code, the short one of README.md and the long one of docs/models.md. With
// --check it only says whether they are up to date.
import { DEFAULT_MODEL, describeGraph, MODELS } from "../dist/node/index.js";
import { markdownTable, writePagePart } from "./pagePart.mjs";

const SCRIPT = "node scripts/readmeModels.mjs";
const models = MODELS.map((model) => ({
  ...model,
  title: `\`${model.name}\`${model.name === DEFAULT_MODEL ? " (default)" : ""}`,
  totals: describeGraph(model.graph(model.defaultSize)).totals,
}));

const short = models.map(({ title, backbone, outputs, totals, published, ...model }) => [
  title,
  backbone,
  outputs,
  totals.gflops.toFixed(1),
  precisions(published),
  weights(model, "docs/models.md"),
]);
writePagePart({
  page: "README.md",
  name: "models",
  script: SCRIPT,
  text: markdownTable([["model", "backbone", "finds", "GFLOPs", "published mAP", "weights"], ...short]),
});

const long = models.map(({ title, backbone, outputs, totals, published, ...model }) => [
  title,
  backbone,
  sizes(model),
  outputs,
  totals.trainableParameters.toLocaleString("en"),
  totals.gflops.toFixed(3),
  measured(published),
  weights(model, ""),
]);
writePagePart({
  page: "docs/models.md",
  name: "models",
  script: SCRIPT,
  text: markdownTable([
    ["model", "backbone", "input", "finds", "parameters", "GFLOPs", "published", "weights"],
    ...long,
  ]),
});

function sizes({ defaultSize, sizeMultiple, sizedByImage }) {
  const { height, width } = defaultSize;
  if (sizedByImage) return `the image's own; costs at ${width} × ${height}`;
  return `${width} × ${height}${sizeMultiple ? `, or multiples of ${sizeMultiple}` : ""}`;
}

function weights({ hasArchive, weightsHint }, page) {
  if (hasArchive) return "`centernet pull`";
  if (/ship/.test(weightsHint)) return "included";
  return /convert/i.test(weightsHint)
    ? `[convert them](${page}#movenet-thunder)`
    : `[give the file](${page}#pytorch-files)`;
}

function precisions(figures) {
  if (!figures) return "";
  return [
    figures.boxes === undefined ? [] : [`${figures.boxes.toFixed(1)} boxes`],
    figures.keypoints === undefined ? [] : [`${figures.keypoints.toFixed(1)} keypoints`],
  ]
    .flat()
    .join(", ");
}

function measured(figures) {
  if (!figures) return "";
  const text = `mAP ${precisions(figures)}; ${figures.milliseconds} ms`;
  return figures.images ? `${text} (${figures.images}, ${figures.gpu})` : text;
}
