/** What the worker answers to this view. */
import type { PageHandlers } from "../../worker/worker.ts";

type Answer<Kind extends keyof PageHandlers> = Awaited<ReturnType<PageHandlers[Kind]>>;
export type AnyDecoded = Answer<"decodeSteps">;
/** Of a model that finds centers. */
export type Decoded = Exclude<AnyDecoded, { family: "triplets" }>;
export type Candidate = Decoded["candidates"][number];
export type ShownMap = NonNullable<Answer<"decodeMap">>;
export type WhyHere = Answer<"decodeWhy">;
