import { join } from "node:path";
import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyTripletCase } from "../support/tripletPhotos.ts";

// A narrow network; tripletPhoto.full.test.ts has those of full size.
test.each(["small", "photo"])("from the image to the boxes, wasm agrees with PyTorch: %s", async (name) => {
  const report = await verifyTripletCase(join(OWN_GOLDENS, "triplet/centernet-tiny"), name, {
    backend: "wasm",
  });
  if (process.env.SHOW) console.log(formatReport(report));
  expect(report.pass, formatReport(report)).toBe(true);
});
