import { expect, test } from "vitest";
import { fuzz } from "../support/fuzz.ts";
import {
  readConfig,
  readEntry,
  readGraph,
  readIndex,
  readLabels,
  readSnappy,
  readTableBlock,
  readTar,
} from "./support/bundleFuzzTargets.ts";
import { madeTar, tarOf, withChecksums } from "./support/madeArchive.ts";
import { bundleEntry, bytes, concatenated, field, snappyOf, tableBlock } from "./support/madeBundle.ts";
import { SMALL_FILES } from "./support/smallCheckpoint.ts";

const text = (value: string) => new TextEncoder().encode(value);
const file = (path: string) => SMALL_FILES.get(path) ?? bytes();

const entry = bundleEntry({ dtype: 1, shape: [3, 0, 5], shard: 0, offset: 300, size: 0, checksum: 1 });
const graph = concatenated(
  field(1, field(1, concatenated(bytes(8, 1), field(2, text("model"))))),
  field(1, field(1, concatenated(bytes(8, 2), field(2, text("_feature_extractor"))))),
  field(1, field(1, concatenated(bytes(8, 3), field(2, text("_base_model"))))),
  field(1, field(1, concatenated(bytes(8, 4), field(2, text("layer_with_weights-0"))))),
  field(1, field(1, concatenated(bytes(8, 5), field(2, text("kernel"))))),
  field(
    1,
    field(2, concatenated(field(1, text("VARIABLE_VALUE")), field(2, text("a/kernel")), field(3, text("k")))),
  ),
);
const pax = text("19 path=long/name1\n14 size=00003\n");

const TARS = [
  tarOf(new Map([["m/a", text("abc")]])),
  madeTar([
    { name: "m", type: "5" },
    { name: "././@LongLink", type: "L", contents: text(`${"n".repeat(120)}\0`) },
    { name: "short", contents: text("abc") },
    { name: "header", type: "x", contents: pax },
    { name: "b", prefix: "m", contents: text("xyz") },
    { name: "link", type: "2" },
  ]),
];

const TARGETS: [string, Uint8Array[], (bytes: Uint8Array) => unknown][] = [
  ["tar", TARS, readTar],
  ["tar of fitting checksums", TARS, (tar) => readTar(withChecksums(tar))],
  ["index", [file("m/checkpoint/ckpt-0.index")], readIndex],
  [
    "table block",
    [
      tableBlock(
        [
          ["aa", text("1")],
          ["ab", text("22")],
          ["abc", bytes()],
        ],
        2,
      ),
    ],
    readTableBlock,
  ],
  ["bundle proto", [concatenated(bytes(0), entry), bytes(1, 8, 2, 16, 0, 26, 2, 8, 1)], readEntry],
  ["object graph", [graph], readGraph],
  [
    "snappy",
    [snappyOf(text("abcabc aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbb")), bytes(5, 16, 1, 2, 3, 4, 5)],
    readSnappy,
  ],
  [
    "pipeline.config",
    [
      file("m/pipeline.config"),
      text(
        'model{center_net<num_classes:1 feature_extractor{type:"a\\x41"channel_means:[1,-2.5e1,.5f]}image_resizer{keep_aspect_ratio_resizer{}}[x.y/z]:{a:"b"\'c\'}>}',
      ),
    ],
    readConfig,
  ],
  [
    "label map",
    [file("m/label_map.pbtxt"), text("item{id:1 name:'p' keypoints{id:0 label:\"n\"}}")],
    readLabels,
  ],
];

/** FUZZ_RUNS sets the number of mutants; the full count is 100,000 each. */
test.each(TARGETS)(
  "mutants of %s are read consistently or refused",
  { timeout: 3_600_000 },
  async (name, seeds, run) => {
    for (const seed of seeds) await run(seed); // they are good, or the test would say little
    const result = await fuzz({ seeds, run, seed: 40 });
    expect(result.refused).toBeGreaterThan(0);
    if (process.env.FUZZ_RUNS) console.log(name, JSON.stringify(result));
  },
);
