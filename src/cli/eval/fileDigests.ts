import { createHash } from "node:crypto";
import type { ReportInput } from "../../evaluationReport/facts.ts";

/** SHA-256 of the files that are read, taken while they are. */
export class FileDigests {
  readonly inputs: ReportInput[] = [];

  async *through(
    source: AsyncIterable<Uint8Array>,
    role: ReportInput["role"],
    name: string,
  ): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    this.inputs.push({ role, name, bytes, sha256: hash.digest("hex") });
  }
}
