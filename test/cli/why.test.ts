import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/failures.ts";
import { SAMPLES } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const PEOPLE = join(SAMPLES, "people.jpg");
const LIGHTNING = ["--model", "movenet-lightning", "--no-draw"];

test("--explain and --why print short texts, and --json has everything", async () => {
  const args = ["detect", PEOPLE, ...LIGHTNING, "--explain", "--why", "100,400,Person"];
  const printed = await runCli(args);
  expect(printed.code).toBe(EXIT.fine);
  const text = printed.stdout.replace(/\s+/g, " ");
  expect(text).toMatch(
    /person 0\.\d\d: cell \d+,\d+ is the best, 0\.\d\d times weight 0\.\d+ keypoints: 17 moved/,
  );
  expect(text).toContain("one center in 48 x 48 cells; 1 center decoded: 1 shown.");
  expect(text).toMatch(
    /Why 100,400, person: The center heatmap of person is [\d.]+ at cell \d+,\d+, [\d.]+ with its/,
  );
  expect(text).toMatch(/The box of detection 1 \(person 0\.\d\d\) covers this pixel\./);

  const { stdout } = await runCli([...args, "--json", "-"]);
  const { explanation, why, detections } = JSON.parse(stdout);
  const [candidate] = explanation.candidates;
  expect(explanation).toMatchObject({ family: "poses", views: [{ mapWidth: 48, limit: 1 }] });
  expect(candidate).toMatchObject({ rank: 1, outcome: "shown", detection: 0, box: detections[0].box });
  expect(candidate.keypoints.map(({ name }: { name: string }) => name)).toContain("left_wrist");
  expect(candidate.keypoints[0].candidate.cell.x % 1).toBe(0);
  expect(why).toMatchObject({ x: 100, y: 400, label: "person", classId: 1, covering: [0] });
});

test("--why of a pixel outside is that image's error, with the flag's name", async () => {
  const { code, stderr } = await runCli(["detect", PEOPLE, ...LIGHTNING, "--why", "1080,0"]);
  expect(code).toBe(EXIT.images);
  expect(stderr).toMatch(
    /option --why: expected a pixel of .*people\.jpg, from 0,0 to 1079,599, got 1080,0\./,
  );
});

test("mistyped values of --why are refused before anything is loaded", async () => {
  for (const [value, hint] of [
    ["10", undefined],
    ["10x20", "10,20"],
    ["10 20", "10,20"],
    ["-5,10", undefined],
    ["1e3,4", undefined],
    ["10,20,", undefined],
  ]) {
    const { code, stderr } = await runCli(["detect", PEOPLE, `--why=${value}`]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain(`as in 320,240 or 320,240,dog, got "${value}".`);
    expect(/Did you mean ([\d,]+)\?/.exec(stderr)?.[1]).toBe(hint);
  }
  const { code, stderr } = await runCli(["detect", PEOPLE, ...LIGHTNING, "--why", "1,1,persn"]);
  expect(code).toBe(EXIT.usage);
  expect(stderr).toMatch(/option --why: expected a class of movenet-lightning.*Did you mean person\?/);
});

test("faces: --explain has what suppressed each row, --why the heatmap's value at a pixel", async () => {
  const args = ["detect", PEOPLE, "--model", "centerface", "--size", "320x320", "--no-draw"];
  const { stdout, code } = await runCli([...args, "--explain", "--why", "180,140", "--json", "-"]);
  expect(code).toBe(EXIT.fine);
  const { explanation, why, detections } = JSON.parse(stdout);
  interface Candidate {
    readonly outcome: string;
    readonly box: object;
    readonly score: number;
    readonly suppression?: { readonly by: number; readonly overlap: number };
  }
  const candidates: readonly Candidate[] = explanation.candidates;
  const shown = candidates.filter(({ outcome }) => outcome === "shown");
  expect(detections.length).toBeGreaterThan(1);
  expect(shown.map(({ box }) => box)).toEqual(detections.map(({ box }: { box: object }) => box));
  const suppressed = candidates.filter(({ outcome }) => outcome === "suppressed");
  expect(suppressed.length).toBeGreaterThan(5);
  for (const { suppression, score } of suppressed) {
    expect(candidates[suppression?.by ?? -1].score).toBeGreaterThanOrEqual(score);
    expect(suppression?.overlap).toBeGreaterThanOrEqual(0.3);
  }
  expect(why).toMatchObject({ x: 180, y: 140, label: "face" });
  const [{ xmin, ymin, xmax, ymax }] = why.covering.map((index: number) => detections[index].box);
  expect(xmin < 180 && 180 < xmax && ymin < 140 && 140 < ymax).toBe(true);
});
