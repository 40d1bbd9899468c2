import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  BATCH_NON_MAX_SUPPRESSION,
  type CenterExplanation,
  type CenterWhy,
  candidateInWords,
  type Detection,
  type DetectOptions,
  decodeOutputs,
  decodeTriplets,
  explanationSummary,
  load,
  type Maps,
  type Model,
  modelNamed,
  type TripletExplanation,
  type TripletWhy,
  UsageError,
  whyInWords,
} from "../../src/index.ts";
import { tripletSettings } from "../../src/models/triplets/tripletModel.ts";
import { isZooModel, zooModel } from "../../src/models/zoo/zooModel.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";

const SIDE = 64;
const CELLS = 16;
const IMAGE = { width: SIDE, height: SIDE, data: new Uint8Array(SIDE * SIDE * 3) };
const ALL = { score: 0, max: 1000 };

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Probabilities of few values, so that ties are common; any numbers for other maps. */
function randomOutputs(channels: Readonly<Record<string, number>>, seed: number, cells = CELLS): Maps {
  const random = randomNumbers(seed);
  const maps = Object.entries(channels).map(([name, count]) => {
    const map = tensor(shapeOf(cells, cells, count));
    map.data.forEach((_, i) => {
      const isHeatmap = name.endsWith("Heatmap");
      map.data[i] = isHeatmap ? Math.floor(random() ** 3 * 64) / 64 : random() * (name === "boxSize" ? 9 : 1);
    });
    return [name, map] as const;
  });
  return Object.fromEntries(maps);
}

function decode(model: Model, outputs: readonly Maps[], options: Omit<DetectOptions, "taps"> = {}) {
  const network = { model, inputSize: { height: SIDE, width: SIDE }, constants: new Map() };
  return decodeOutputs(network, IMAGE, outputs, options);
}

function centers(explanation: unknown): CenterExplanation {
  return explanation as CenterExplanation;
}

const OBJECTS = { centerHeatmap: 90, boxSize: 2, boxOffset: 2 };
const POSES = { keypointHeatmap: 17, keypointRegression: 34, keypointOffset: 34 };
const OD = modelNamed("centernet_mobilenetv2fpn_512x512_coco17_od");
const KPTS = modelNamed("centernet_mobilenetv2fpn_512x512_coco17_kpts");

describe("why nothing is here, at random pixels against a plain decode", () => {
  const outputs = randomOutputs(OBJECTS, 1);
  const { data } = outputs.centerHeatmap;
  const found = decode(OD, [outputs], ALL).detections;
  const value = (y: number, x: number, c: number) =>
    y < 0 || x < 0 || y >= CELLS || x >= CELLS ? 0 : data[(y * CELLS + x) * 90 + c];
  const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx] as const));
  const largest = (y: number, x: number, c: number) =>
    Math.max(...around.map(([dy, dx]) => value(y + dy, x + dx, c)));
  const order = Array.from(data.keys())
    .filter((i) => {
      const [c, x, y] = [i % 90, Math.floor(i / 90) % CELLS, Math.floor(i / 90 / CELLS)];
      return data[i] > 0 && data[i] === largest(y, x, c);
    })
    .sort((a, b) => data[b] - data[a] || a - b);

  test("there are ties, and more peaks than are decoded", () => {
    expect(found).toHaveLength(100);
    expect(order.length).toBeGreaterThan(1000);
    expect(new Set(order.slice(0, 200).map((i) => data[i])).size).toBeLessThan(20);
  });

  const random = randomNumbers(3);
  const decoded = order.slice(0, 90).filter((_, rank) => rank % 9 === 0);
  const pixels = [
    ...Array.from({ length: 30 }, () => ({ x: random() * SIDE, y: random() * SIDE, i: -1 })),
    ...[...decoded, order[99], order[100], order[150]].map((i) => {
      const cell = Math.floor(i / 90);
      return { x: (cell % CELLS) * 4 + random() * 4, y: Math.floor(cell / CELLS) * 4 + random() * 4, i };
    }),
  ];
  test.each(pixels)("pixel $x, $y, element $i", ({ x, y, i }) => {
    const [column, row] = [Math.floor(x / 4), Math.floor(y / 4)];
    const own = Array.from({ length: 90 }, (_, c) => value(row, column, c));
    const channel = i < 0 ? own.indexOf(Math.max(...own)) : i % 90;
    const label = OD.classes.find(({ classId }) => classId === channel + 1);
    if (i >= 0 && !label) return; // A channel without a name cannot be asked for.
    const asked = { x, y, ...(i >= 0 && { class: channel + 1 }) };
    const answer = decode(OD, [outputs], { score: 0.9, max: 7, why: asked });
    const { views, classId, covering } = answer.why as CenterWhy;
    const [view] = views;
    expect([classId, view.classIndex, view.cell]).toEqual([channel + 1, channel, { x: column, y: row }]);
    expect(view.value).toBe(value(row, column, channel));
    const rank = order.indexOf((row * CELLS + column) * 90 + channel) + 1;
    expect(view.rank).toBe(rank || undefined);
    expect(view.peaks).toBe(order.length);
    if (rank === 0) {
      expect([view.step, view.larger?.value]).toEqual(["neighbor", largest(row, column, channel)]);
    } else if (rank > 100) {
      expect(view.step).toBe("rank");
      expect(view.lowest).toBe(data[order[99]]);
    } else {
      // It is the detection of this rank, if the options let it through.
      const detection = found[rank - 1];
      const step = rank <= 7 && detection.score >= 0.9 ? "shown" : detection.score >= 0.9 ? "max" : "score";
      expect(view.step).toBe(step);
      expect(view.candidate?.box).toEqual(detection.box);
      expect(view.candidate?.detection).toBe(step === "shown" ? rank - 1 : undefined);
    }
    const covers = ({ box }: Detection) => x >= box.xmin && x <= box.xmax && y >= box.ymin && y <= box.ymax;
    const expected = [...answer.detections.keys()].filter((index) => covers(answer.detections[index]));
    expect(covering).toEqual(expected);
    const words = whyInWords(answer.why as CenterWhy, answer.detections).join(" ");
    expect(words).toContain(`at cell ${column},${row}`);
    expect(words).toMatch(expected.length > 0 ? /covers? this pixel/ : /No detection's box covers/);
  });

  test("of one class, or of those that are wanted", () => {
    const classOf = (options: DetectOptions) => decode(OD, [outputs], options).why?.label;
    expect(classOf({ why: { x: 1, y: 1, class: "Dog" } })).toBe("dog");
    expect(["cat", "dog"]).toContain(classOf({ why: { x: 1, y: 1 }, classes: ["cat", "dog"] }));
    expect(() => classOf({ why: { x: 1, y: 1, class: "dgo" } })).toThrow(/option why: .*Did you mean dog\?/);
    for (const why of [
      { x: 64, y: 1 },
      { x: 1, y: -0.5 },
    ]) {
      expect(() => classOf({ why })).toThrow(UsageError);
      expect(() => classOf({ why })).toThrow(/option why: expected a pixel of the image, from 0,0 to 63,63/);
    }
    expect(() => classOf({ why: { x: Number.NaN, y: 1 } })).toThrow("two numbers");
  });
});

describe("explanations", () => {
  /** The candidates that are shown are the detections, in all that both say. */
  function expectShown({ candidates }: CenterExplanation, detections: readonly Detection[]): void {
    const shown = candidates.filter(({ outcome }) => outcome === "shown");
    expect(shown).toHaveLength(detections.length);
    for (const { detection = -1, label, classId, score, box, keypoints } of shown) {
      const { label: ownLabel, classId: ownId, score: ownScore, box: ownBox } = detections[detection];
      expect([label, classId, score, box]).toEqual([ownLabel, ownId, ownScore, ownBox]);
      const points = keypoints?.map(({ name, x, y, score: found }) => ({ name, x, y, score: found }));
      expect(points).toEqual(detections[detection].keypoints);
    }
  }

  const cases: [string, Model, Record<string, number>, number, DetectOptions][] = [
    ["objects", OD, OBJECTS, 1, {}],
    ["keypoints", KPTS, { ...OBJECTS, ...POSES, centerHeatmap: 1 }, 1, {}],
    ["points", modelNamed("ctdet_coco_hg"), { ...OBJECTS, centerHeatmap: 80 }, 1, {}],
    ["points, mirrored", modelNamed("ctdet_coco_hg"), { ...OBJECTS, centerHeatmap: 80 }, 2, { flip: true }],
    [
      "points, several scales",
      modelNamed("ctdet_coco_hg"),
      { ...OBJECTS, centerHeatmap: 80 },
      2,
      { scales: [1, 0.9] },
    ],
    [
      "points with keypoints",
      modelNamed("multi_pose_hg_3x"),
      { ...OBJECTS, ...POSES, centerHeatmap: 1, keypointOffset: 2 },
      1,
      {},
    ],
  ];
  test.each(cases)("%s: the same detections, and each candidate's fate", (_, model, channels, runs, more) => {
    // The canvases of objects as points are 128 pixels wide here.
    const cells = model.testTimeOptions ? 32 : CELLS;
    const outputs = Array.from({ length: runs }, (_, i) => randomOutputs(channels, i + 5, cells));
    const options = { ...more, score: 0.7, max: 30 };
    const plain = decode(model, outputs, options);
    const { detections, leftOut, explanation } = decode(model, outputs, { ...options, explain: true });
    expect(detections).toEqual(plain.detections);
    expect(leftOut).toEqual(plain.leftOut);
    expect(plain.explanation).toBeUndefined();
    const explained = centers(explanation);
    expectShown(explained, detections);
    const { candidates, views } = explained;
    expect(candidates).toHaveLength(views.reduce((sum, { limit, peaks }) => sum + Math.min(limit, peaks), 0));
    const outcomes = (outcome: string) => candidates.filter((candidate) => candidate.outcome === outcome);
    expect(outcomes("score")).toHaveLength(leftOut.score?.count ?? 0);
    expect(outcomes("max")).toHaveLength(leftOut.max?.count ?? 0);
    if (more.scales) {
      expect(views.map(({ scale }) => scale)).toEqual(more.scales);
      const lowered = candidates.filter(({ suppression }) => suppression);
      expect(lowered.length).toBeGreaterThan(0);
      for (const { suppression, classId, score, value } of lowered) {
        expect(candidates[suppression?.by ?? -1].classId).toBe(classId);
        expect(score).toBeLessThan(value);
      }
    }
    expect(explanationSummary(explained)).toMatch(/centers? decoded: .* shown/);
    for (const candidate of candidates.slice(0, 5)) {
      const sentences = candidateInWords(candidate, explained);
      expect(sentences[0]).toMatch(`Cell ${candidate.cell.x},${candidate.cell.y} `);
      expect(sentences).toHaveLength(5 + (candidate.keypoints?.length ?? 0));
    }
  });

  /** Centers in row 5, all with boxes of 12 x 12 cells, as [column, value]. */
  function boxesAt(centers: readonly (readonly [number, number])[], classes: number, cells = CELLS): Maps {
    const heatmap = tensor(shapeOf(cells, cells, classes));
    const [size, offset] = [tensor(shapeOf(cells, cells, 2)), tensor(shapeOf(cells, cells, 2))];
    for (const [column, value] of centers) {
      const cell = 5 * cells + column;
      heatmap.data[cell * classes] = value;
      size.data.fill(12, cell * 2, cell * 2 + 2);
    }
    return { centerHeatmap: heatmap, boxSize: size, boxOffset: offset };
  }

  test("what non-maximum suppression dropped, and for which box", () => {
    if (!isZooModel(OD)) throw new Error("not of the zoo");
    const postProcessing = { batchNonMaxSuppression: BATCH_NON_MAX_SUPPRESSION };
    const model = zooModel({ ...OD.spec, decode: { ...OD.spec.decode, postProcessing } });
    const outputs = boxesAt(
      [
        [7, 0.9],
        [9, 0.8],
        [15, 0.7],
      ],
      90,
    );
    const why = { x: 9.5 * 4, y: 5.5 * 4 };
    const { detections, explanation, why: answer } = decode(model, [outputs], { ...ALL, explain: true, why });
    expect(detections.map(({ score }) => score)).toEqual([0.9, 0.7].map(Math.fround));
    const { candidates } = centers(explanation);
    expect(candidates.map(({ outcome }) => outcome)).toEqual(["shown", "suppressed", "shown"]);
    // 10 of 14 columns are in both.
    expect(candidates[1].suppression).toEqual({ by: 0, overlap: expect.closeTo(10 / 14, 6) });
    expect((answer as CenterWhy).views[0]).toMatchObject({
      step: "suppressed",
      suppressedBy: { detection: 0 },
    });
    expect(whyInWords(answer as CenterWhy, detections)[1]).toMatch(
      /^It was decoded as person 0\.80 with the box .*; the better person 0\.90 at .*, which it overlaps by 0\.71, suppressed it\.$/,
    );
    expect(candidateInWords(candidates[1], centers(explanation)).at(-1)).toBe(
      "Suppressed by person 0.90 (overlap 0.71).",
    );
  });

  test("what soft-NMS of several scales dropped, and a box beside the image", () => {
    const model = modelNamed("ctdet_coco_hg");
    const [plain, scaled] = [
      boxesAt([[16, 0.9]], 80, 32),
      boxesAt(
        [
          [16, 0.003],
          [31, 0.8],
        ],
        80,
        32,
      ),
    ];
    const options = { ...ALL, scales: [1, 0.99], explain: true };
    const { detections, explanation } = decode(model, [plain, scaled], options);
    expect(detections).toHaveLength(1);
    const outcomes = centers(explanation).candidates.map(({ outcome, view }) => [view, outcome]);
    expect(outcomes).toEqual([
      [0, "shown"],
      [1, "outside"],
      [1, "suppressed"],
    ]);
    expect(centers(explanation).candidates[2].suppression?.by).toBe(0);
  });

  test("maps that are not those of the runs are refused", () => {
    expect(() => decode(OD, [])).toThrow(/expected the outputs of 1 run of the network, got 0/);
  });

  test("backends must give whole maps when a decode is traced, and may give peaks otherwise", () => {
    const loaded = { size: { height: SIDE, width: SIDE }, constants: new Map() };
    for (const model of [OD, KPTS, modelNamed("ctdet_coco_hg"), modelNamed("centernet-52")]) {
      const peaks = (options: object) => model.views(IMAGE, loaded, options).views[0].peaks;
      expect(peaks({})).toBeDefined();
      expect(peaks({ explain: true })).toBeUndefined();
      expect(peaks({ why: { x: 1, y: 1 } })).toBeUndefined();
    }
  });
});

describe.each(["movenet-multipose", "movenet-lightning"])("%s", (name) => {
  test("explains the detections of a photo, and decodes its maps again", async () => {
    const detector = await load(name, { backend: "wasm", threads: 1 });
    const photo = new Uint8Array(await readFile(join(import.meta.dirname, "../../samples/people.jpg")));
    const { outputs } = detector.network.graph;
    const plain = await detector.detect(photo, { score: 0, taps: Object.values(outputs) });
    const why = { x: plain.detections[0].box.xmin + 1, y: plain.detections[0].box.ymin + 1 };
    const traced = await detector.detect(photo, { score: 0, explain: true, why });
    await detector.dispose();
    expect(traced.detections).toEqual(plain.detections);
    expect(traced.why?.covering).toContain(0);
    const { candidates } = centers(traced.explanation);
    for (const { detection = -1, score, box } of candidates) {
      expect([score, box]).toEqual([traced.detections[detection].score, traced.detections[detection].box]);
    }
    // The maps alone give the same again, and other limits, without a run.
    const maps = Object.fromEntries(
      Object.entries(outputs).map(([output, node]) => [output, plain.taps[node]]),
    );
    const again = decodeOutputs(detector.network, plain.image, [maps], { score: 0, explain: true, why });
    expect(again.detections).toEqual(traced.detections);
    expect(again.explanation).toEqual(traced.explanation);
    expect(again.why).toEqual(traced.why);
    // The pixel in the middle of a candidate's cell has that candidate as its answer.
    const [best] = candidates;
    const { x, y } = plain.geometry.views[0].cellToImage({ x: best.cell.x + 0.5, y: best.cell.y + 0.5 });
    const there = decodeOutputs(detector.network, plain.image, [maps], { score: 0, why: { x, y } }).why;
    expect((there as CenterWhy).views[0]).toMatchObject({ rank: 1, step: "shown", cell: best.cell });
  });
});

test("triplets: explained as before, and why none is at a pixel", async () => {
  const weights = await syntheticStateDict(join(OWN_GOLDENS, "triplet/centernet-tiny"));
  const detector = await load(undefined, { weights, backend: "wasm", threads: 1 });
  const data = Uint8Array.from({ length: 100 * 60 * 3 }, (_, i) => (i * 7 + Math.floor(i / 50)) % 256);
  const image = { width: 100, height: 60, data };
  const options = { flip: true, scales: [1, 0.6], score: 0 };
  const plain = await detector.detect(image, options);
  const [{ box, label }] = plain.detections;
  const middle = { x: (box.xmin + box.xmax) / 2, y: (box.ymin + box.ymax) / 2, class: label };
  const traced = await detector.detect(image, { ...options, explain: true, why: middle });
  const elsewhere = await detector.detect(image, { ...options, why: { x: 0, y: 0 } });
  await detector.dispose();
  expect(traced.detections.map(({ triplet, ...detection }) => detection)).toEqual(plain.detections);
  expect(elsewhere.detections).toEqual(plain.detections);

  // The explanation's peaks give the boxes again, at these limits or others.
  const { views, pairs, beyondBestPairs } = traced.explanation as TripletExplanation;
  const settings = tripletSettings(options);
  const decoded = decodeTriplets(views, settings);
  const boxes = decoded.boxes.map(({ x1, y1, x2, y2 }) => ({ xmin: x1, ymin: y1, xmax: x2, ymax: y2 }));
  for (const detection of plain.detections) expect(boxes).toContainEqual(detection.box);
  expect(decoded.confirmed).toHaveLength(pairs.accepted - beyondBestPairs);
  expect(decodeTriplets(views, { ...settings, embeddingDistance: 0 }).confirmed.length).toBeLessThan(
    decoded.confirmed.length,
  );

  const why = traced.why as TripletWhy;
  expect(why.views.map(({ scale, mirrored }) => [scale, mirrored])).toEqual([
    [1, false],
    [1, true],
    [0.6, false],
    [0.6, true],
  ]);
  expect(why.label).toBe(label);
  expect(why.covering).toContain(0);
  expect(why.pairs.accepted).toBeGreaterThan(0);
  expect(why.pairs.class).toBe(0);
  for (const { centralRegion: region, outcome, fate } of why.best) {
    expect(middle.x > region.xmin && middle.x < region.xmax).toBe(true);
    expect(middle.y > region.ymin && middle.y < region.ymax).toBe(true);
    expect(fate !== undefined).toBe(outcome === "accepted");
  }
  expect(why.nearest.topLeft.length).toBeGreaterThan(0);
  const words = whyInWords(why, traced.detections).join("\n");
  expect(words).toMatch(/In the mirrored view at scale 0\.6, the top-left corner heatmap of class \d+ is/);
  expect(words).toMatch(/have this pixel in their central region: \d+ confirmed by a center/);
  expect(words).toContain("cover");
  // Few pairs have a central region in the image's corner.
  expect(whyInWords(elsewhere.why as TripletWhy, elsewhere.detections).join("\n")).toContain("corner");
});
