import { expect, test } from "vitest";
import { abortable } from "../../src/support/abortable.ts";

test("work that fails after an abort is nobody's unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    const work = Promise.reject(new Error("work"));
    await expect(abortable(work, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});
