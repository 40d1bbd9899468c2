import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ModelError } from "../../errors.ts";
import { formatBytes } from "../terminal/formatNumber.ts";
import { shown } from "./archiveSource.ts";
import { continues, versionOf } from "./archiveVersion.ts";
import { canBeGzip } from "./canBeGzip.ts";
import { type Answer, httpGet, refusal } from "./httpGet.ts";
import { PartialDownload } from "./partialDownload.ts";
import { TransferFault } from "./transferFault.ts";

/** How long to wait for a server that may come back. */
export interface Patience {
  readonly idleMilliseconds: number;
  /** Before each new try; after the last one, only a download that got further than before goes on. */
  readonly pauses: readonly number[];
}

export const PATIENCE: Patience = { idleMilliseconds: 30_000, pauses: [1000, 2000, 4000, 8000, 16_000] };

export interface Download {
  readonly url: URL;
  /** Where the archive is to be. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly patience?: Patience;
  /** Bytes that have come, of how many, where that is known. */
  readonly onProgress?: (received: number, total: number | undefined) => void;
  /** Why it is tried again. */
  readonly onRetry?: (reason: string) => void;
}

/** HTTP statuses of a server that may answer better soon. */
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/** One archive on its way, over as many connections as it takes. */
export class Transfer {
  constructor(
    private readonly download: Download,
    /** What an earlier pull left. */
    private part: PartialDownload | undefined,
  ) {}

  /** Gets all of the archive, as its server has it. */
  async whole(): Promise<PartialDownload> {
    const { patience = PATIENCE, onRetry, signal, url } = this.download;
    let furthest = this.size;
    for (let failures = 0; ; ) {
      try {
        return await this.connect(patience.idleMilliseconds);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TransferFault)) throw error;
        if (this.size > furthest) failures = 0;
        furthest = Math.max(furthest, this.size);
        if (failures === patience.pauses.length) throw this.givenUp(error);
        onRetry?.(`${shown(url)}: ${error.message} after ${formatBytes(this.size)}; trying again`);
        await sleep(patience.pauses[failures++], undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }

  async release(): Promise<void> {
    await this.part?.release();
  }

  private get size(): number {
    return this.part?.size ?? 0;
  }

  /** Gets what is missing, over one connection. */
  private async connect(idleMilliseconds: number): Promise<PartialDownload> {
    const { url, signal } = this.download;
    // It was whole, and only its end was not lived to see.
    if (this.part && this.part.size === this.part.version.length) return this.part;
    const answer = await httpGet(url, { headers: this.headers(), signal, idleMilliseconds });
    try {
      const part = await this.partFor(answer);
      await this.receive(answer, part);
      return part;
    } finally {
      answer.close();
    }
  }

  /** Asks for the missing bytes of the version that there is a part of, or for all of another. */
  private headers(): OutgoingHttpHeaders {
    const always = { "Accept-Encoding": "identity", "User-Agent": "centernet" };
    const { size = 0, version } = this.part ?? {};
    if (size === 0 || version?.validator === undefined) return always;
    return { ...always, Range: `bytes=${size}-`, "If-Range": version.validator };
  }

  /** Where the answer's body belongs: behind what there is, or into a new part. */
  private async partFor(answer: Answer): Promise<PartialDownload> {
    const { url, path } = this.download;
    const { status, statusMessage } = answer;
    const { part } = this;
    if (status === 206 && part && continues(answer.headers, part.version, part.size)) return part;
    if (part && [200, 206, 416].includes(status)) {
      await part.discard();
      this.part = undefined;
      if (status !== 200) throw new TransferFault("the server no longer has the same file");
    }
    if (status === 200) {
      this.part = await PartialDownload.begin(path, versionOf(url, answer.headers));
      return this.part;
    }
    const got = `HTTP status ${status} ${statusMessage}`.trim();
    throw TRANSIENT.includes(status) ? new TransferFault(got) : refusal(url, got);
  }

  private async receive(answer: Answer, part: PartialDownload): Promise<void> {
    const { onProgress } = this.download;
    const { length } = part.version;
    onProgress?.(part.size, length);
    for await (const bytes of answer.body) {
      if (!canBeGzip(bytes, part.size)) throw await this.refused(contentOf(answer, bytes));
      if (length !== undefined && part.size + bytes.length > length) {
        throw await this.refused(`more than the ${length} bytes that it is said to have`);
      }
      await part.append(bytes);
      onProgress?.(part.size, length);
    }
    if (length !== undefined && part.size < length) throw new TransferFault("the answer ended early");
  }

  /** Going on with such bytes would be of no use. */
  private async refused(got: string): Promise<ModelError> {
    await this.part?.discard();
    return refusal(this.download.url, got);
  }

  private givenUp(cause: TransferFault): ModelError {
    const hint = this.size > 0 ? "What came is kept: pull again to go on." : "Try again later.";
    const got = `${formatBytes(this.size)}, and no more after several tries: ${cause.message}`;
    return new ModelError({ where: shown(this.download.url), expected: "an archive", got, hint }, { cause });
  }
}

/** What came in place of a gzip. */
function contentOf({ headers }: Answer, bytes: Uint8Array): string {
  const isHtml = headers["content-type"]?.startsWith("text/html") || bytes[0] === "<".charCodeAt(0);
  return isHtml ? "a page of HTML" : "something else than a gzip file";
}
