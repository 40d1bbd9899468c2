/** What one function returns, the next one takes: compiled and run against the packed tarball by checkPackage.sh. */
import * as centernet from "centernet";

const {
  cocoBoxes,
  cocoKeypoints,
  cropImage,
  csvHeading,
  csvRows,
  decodeImage,
  describeGraph,
  drawDetections,
  drawHeatmap,
  encodeJpeg,
  encodePng,
  load,
  modelNamed,
  yoloLines,
} = centernet;

/** `file` is the image of three persons. */
export async function chain(file: Uint8Array): Promise<void> {
  const image = decodeImage(file, "people.jpg");
  const detector = await load(modelNamed(centernet.DEFAULT_MODEL).name, { backend: "wasm" });
  const { network } = detector;
  const { layers, totals } = describeGraph(network.graph, network.model.constants(network.inputSize));
  expectEqual(totals.multiplyAdds > 0, true, "a network with a cost");

  const tapped = layers[layers.length - 1].name;
  const result: centernet.DetectResult = await detector.detect(image, { taps: [tapped] });
  const { detections, taps } = result;
  expectEqual(detections.length, 3, "persons");
  expectEqual(taps[tapped].shape.length, 4, "dimensions of a tap");

  drawingsAreImages(await detector.detect(encodePng(image)), taps[tapped]);
  const drawn = drawDetections(result.image, detections, { labels: false });
  expectEqual((await detector.detect(drawn, { classes: [detections[0].label] })).width, image.width, "width");

  const crop = cropImage(result.image, detections[0].box);
  if (!crop) throw new Error("expected a crop of the best detection");
  expectEqual((await detector.detect(encodeJpeg(crop, 95))).width, crop.width, "width of the crop");

  filesHoldAll(result, network.model);
  await viewsCombine(network, image, detections);
  await detector.dispose();

  const fallback: centernet.Backend = centernet.BACKENDS[2];
  const again = await load(result.model, { backend: fallback, inputSize: network.inputSize });
  await again.dispose();
}

function drawingsAreImages(
  { image, detections }: centernet.DetectResult,
  heatmap: Parameters<typeof drawHeatmap>[1],
) {
  const place: centernet.HeatmapPlace = { left: 0, top: 0, cellsPerPixelX: 0.01, cellsPerPixelY: 0.01 };
  const drawn = drawHeatmap(drawDetections(image, detections), heatmap, place);
  const { width, height } = decodeImage(encodePng(drawn), "drawing");
  expectEqual(`${width}x${height}`, `${image.width}x${image.height}`, "size of a drawing");
}

function filesHoldAll(result: centernet.DetectResult, { classes, keypointNames }: centernet.Model) {
  const count = result.detections.length;
  const numbers = new Map(classes.map(({ classId }, i) => [classId, i]));
  const classOf = ({ classId }: centernet.Detection) => numbers.get(classId) ?? -1;
  expectEqual(cocoBoxes(result.detections, { imageId: 1 }).length, count, "COCO boxes");
  expectEqual(cocoKeypoints(result.detections, { imageId: 1 }).length, count, "COCO poses");
  expectEqual(yoloLines(result, { classOf, keypointNames }).length, count, "YOLO lines");
  const rows = csvRows({ ...result, image: "people.jpg" }, keypointNames);
  const columns = csvHeading(keypointNames).split(",").length;
  expectEqual(
    rows.map((row) => row.split(",").length).join(),
    Array(count).fill(columns).join(),
    "CSV cells",
  );
}

/** The parts of `detect`, one by one. */
async function viewsCombine(
  network: centernet.Network,
  image: centernet.RgbImage,
  expected: readonly centernet.Detection[],
) {
  const loaded: centernet.LoadedModel = { size: network.inputSize, constants: network.constants };
  const views = network.model.views(image, loaded, {});
  const found = [];
  for (const view of views.views) {
    const { outputs } = await network.run(view.inputs());
    found.push(view.decode(outputs));
  }
  const best = Math.max(...views.combine(found).detections.map(({ score }) => score));
  expectEqual(best, expected[0].score, "best score");
}

function expectEqual<T>(got: T, expected: T, what: string) {
  if (got !== expected) throw new Error(`${what}: expected ${expected}, got ${got}`);
}
