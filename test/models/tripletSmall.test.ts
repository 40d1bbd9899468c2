import { join } from "node:path";
import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyTripletNetwork } from "../support/tripletCases.ts";

// The same classes with narrow layers; tripletSmall.full.test.ts has the published networks.
test.each(["webasm", "wasm"] as const)(
  "%s agrees with PyTorch at every tap and head of centernet-tiny",
  async (backend) => {
    const report = await verifyTripletNetwork(join(OWN_GOLDENS, "triplet", "centernet-tiny"), { backend });
    if (process.env.SHOW) console.log(formatReport(report));
    expect(report.pass, formatReport(report)).toBe(true);
    expect(report.taps).toHaveLength(36);
  },
);
