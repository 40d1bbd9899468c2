import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { weightsAtHand, weightsOf } from "../support/movenetCases.ts";
import { testMutations } from "../support/movenetMutations.ts";
import { mayBeLeftOut } from "../support/required.ts";

const multipose = new URL("../../weights/movenet-multipose.safetensors", import.meta.url);
testMutations("movenet-multipose", "people-192x256", { height: 192, width: 256 }, fileURLToPath(multipose));

const thunder = "movenet-thunder";
describe.skipIf(!weightsAtHand(thunder) && mayBeLeftOut)(`${thunder} (needs CENTERNET_HUMAN_MODELS)`, () => {
  testMutations(thunder, "grace-hopper", { height: 256, width: 256 }, weightsOf(thunder).weights ?? "");
});
