import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ZOO, type ZooRow } from "../../src/models/zoo/zoo.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { installDawn, NO_DAWN } from "../support/dawn.ts";
import { ALL_GOLDENS, OWN_GOLDENS } from "../support/goldens.ts";
import type { Place } from "../support/openGraph.ts";
import { mayBeLeftOut, onEveryBackend } from "../support/required.ts";
import { describeOnEachBuild } from "../support/wasmPlaces.ts";
import { verifyZooCases } from "../support/zooCases.ts";

const hasDawn = await installDawn();
if (!hasDawn) console.log(`wgsl: ${NO_DAWN}`);

/** Models that differ in the size of their input alone have one case `small`, on the same weights. */
function byArchitecture(rows: readonly ZooRow[]): ZooRow[][] {
  const groups = new Map<string, ZooRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.architecture);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

const folderOf = (name: string) => join(ALL_GOLDENS ?? OWN_GOLDENS, "tf", name);
const atHand = ({ name }: ZooRow) => existsSync(folderOf(name));

const TITLE = "agrees with TensorFlow at every tap and head";

function agrees(place: Place, zoo: readonly ZooRow[] = ZOO): void {
  for (const rows of byArchitecture(zoo)) {
    const names = rows.map(({ name }) => name);
    const needs = rows.every(atHand) ? "" : " (needs CENTERNET_GOLDENS)";
    test.skipIf(!rows.every(atHand) && mayBeLeftOut)(`${names.join(", ")}${needs}`, async () => {
      for (const { report, pixels } of await verifyZooCases(rows, names.map(folderOf), place)) {
        expect(report.pass, formatReport(report)).toBe(true);
        expect(pixels, report.name).toMatchObject({ pass: true });
      }
    });
  }
}

describeOnEachBuild(TITLE, {}, agrees);
describeOnEachBuild(TITLE, { precision: "exact" }, agrees);
// The gpu.js kernels, in the mode that every machine has. They take minutes for an hourglass.
const WEBASM = ZOO.filter(({ name }) => onEveryBackend || !name.includes("hg104"));
describe(`webasm ${TITLE}`, () => agrees({ backend: "webasm" }, WEBASM));
// A software adapter takes minutes, so of the models with keypoints, which have the same backbones, one is enough, and
// ResNet-50 stands for ResNet-101.
const WGSL = ZOO.filter(
  ({ name }) => onEveryBackend || name.includes("mobilenet") || !/kpts|resnet101/.test(name),
);
describe.skipIf(!hasDawn && mayBeLeftOut)(`wgsl ${TITLE}`, () => agrees({ backend: "wgsl" }, WGSL));
