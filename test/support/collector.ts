import { Writable } from "node:stream";
import type { Output } from "../../src/cli/io.ts";

/** An output that keeps what is written to it. */
export class Collector extends Writable implements Output {
  text = "";
  readonly isTTY: boolean;

  constructor(
    /** Makes it a terminal of this width. */
    readonly columns?: number,
    private readonly onText: (text: string) => void = () => {},
  ) {
    super();
    this.isTTY = columns !== undefined;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.onText(chunk.toString());
    done();
  }
}
