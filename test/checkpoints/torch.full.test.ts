import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ALL_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { expectLoads, torchFileCases } from "./support/torchFiles.ts";

describe.skipIf(!ALL_GOLDENS && mayBeLeftOut)("torch files of a whole network", () => {
  const tiny = torchFileCases().filter(({ file }) => file.startsWith("tiny-"));
  test.each(tiny)("$file: $what", (torchFile) =>
    expectLoads(torchFile, join(ALL_GOLDENS ?? "", "triplet/torch-files")),
  );

  test("are six", () => expect(tiny.length).toBe(6));
});
