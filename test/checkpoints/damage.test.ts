import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { flipArchive, flipFiles, flipTar } from "./support/damage.ts";
import { tarGzOf, tarOf } from "./support/madeArchive.ts";
import { contentsOf, openArchive, openFiles, SMALL_FILES } from "./support/smallCheckpoint.ts";

/** FUZZ_RUNS sets the number of flips; the full count is 100,000 each. */
const FLIPS = Number(process.env.FUZZ_RUNS ?? 1000);
const LONG = { timeout: 3_600_000 };

describe("a flipped bit is refused, or changes nothing", () => {
  test("in the archive", LONG, async () => {
    const { refused, equal } = await flipArchive(FLIPS, 1);
    // The gzip header's time, system and flags say nothing of the contents: 6 bytes of it.
    expect(refused).toBeGreaterThan(equal * 20);
    report("archive", { refused, equal });
  });

  test("in the tar within", LONG, async () => {
    const { refused, equal } = await flipTar(FLIPS, 2);
    expect(refused).toBeGreaterThan(0);
    report("tar", { refused, equal });
  });

  test("in the unpacked index and data", LONG, async () => {
    const { refused, equal } = await flipFiles(FLIPS, 3);
    expect(refused).toBeGreaterThan(equal * 10); // padding of the footer, the metaindex
    report("files", { refused, equal });
  });
});

async function refusal(open: () => Promise<unknown>): Promise<string> {
  const error = await open().then(
    () => "accepted",
    (cause: unknown) => cause,
  );
  if (!(error instanceof ModelError)) throw new Error(`${error}`);
  return error.message;
}

describe("a truncated file is refused and the error says where", () => {
  test("the archive, at every byte", async () => {
    const archive = tarGzOf(SMALL_FILES);
    for (let length = 0; length < archive.length; length++) {
      const message = await refusal(() => openArchive(archive.subarray(0, length)));
      expect(message).toMatch(
        length < 2 ? /^m\.tar\.gz: / : new RegExp(`^m\\.tar\\.gz, after ${length} bytes: `),
      );
    }
  });

  test("the tar within, at every 7th byte up to its end marker", async () => {
    const tar = tarOf(SMALL_FILES);
    for (let length = 0; length < tar.length - 512; length += 7) {
      const cut = new Uint8Array(gzipSync(tar.subarray(0, length), { level: 1 }));
      const message = await refusal(() => openArchive(cut));
      expect(message).toMatch(/^m\.tar\.gz, tar byte \d+.*: expected \d+ more bytes, got \d+\./);
    }
  });

  test("the unpacked index and data, at every byte", async () => {
    for (const [path, contents] of SMALL_FILES) {
      if (!/\.index$|\.data-/.test(path)) continue;
      for (let length = 0; length < contents.length; length++) {
        const cut = new Map([...SMALL_FILES, [path, contents.subarray(0, length)]]);
        const message = await refusal(async () => contentsOf(await openFiles(cut)));
        expect(message).toContain(`folder ${path}`);
        expect(message).toMatch(/truncated/);
      }
    }
  });
});

test("whole, it is what was stored, from the archive as from its files", async () => {
  const contents = await contentsOf(await openFiles(SMALL_FILES));
  expect(await contentsOf(await openArchive(tarGzOf(SMALL_FILES)))).toEqual(contents);
  expect(contents).toMatchObject({
    variables: expect.arrayContaining([["model/b/gamma", "F32", [4], "0000803f".repeat(4)]]),
    pipeline: { numClasses: 2, featureExtractor: { type: "hourglass_104" } },
    labelMap: { items: [{ label: "a" }, { label: "B" }] },
    graph: { nodes: expect.any(Array) },
  });
});

function report(name: string, result: object): void {
  if (process.env.FUZZ_RUNS) console.log(name, JSON.stringify(result));
}
