import { fileURLToPath } from "node:url";
import { testMutations } from "../support/movenetMutations.ts";

const weights = new URL("../../weights/movenet-lightning.safetensors", import.meta.url);
testMutations("movenet-lightning", "grace-hopper", { height: 192, width: 192 }, fileURLToPath(weights));
