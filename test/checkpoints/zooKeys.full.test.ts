import { test } from "vitest";
import { refuseEachVariable } from "../support/refuseEachVariable.ts";
import { ZOO_MODELS } from "../support/zooModels.ts";

test.skipIf(ZOO_MODELS.size === 0).each([...ZOO_MODELS])(
  "each variable of %s missing, extra or transposed is named",
  { timeout: 3_600_000 },
  async (model, folder) => {
    await refuseEachVariable(model, folder, 1);
  },
);
