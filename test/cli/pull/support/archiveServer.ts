import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface ArchiveServer {
  /** Ends with a slash. */
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: { readonly path: string; readonly range?: string; readonly ifRange?: string }[];
}

/** A server that gives one answer after the other, and the last one from then on. Gone after the test. */
export async function serve(...answers: Answer[]): Promise<ArchiveServer> {
  const requests: ArchiveServer["requests"] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    const { range, "if-range": ifRange } = request.headers;
    requests.push({ path: request.url ?? "", range, ifRange: ifRange?.toString() });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

export interface FileOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the connection after so many bytes of the file. */
  readonly cutAt?: number;
  /** Sends no more after so many bytes of the file, and leaves the connection open. */
  readonly silentAt?: number;
  readonly ignoresRange?: boolean;
  readonly ignoresIfRange?: boolean;
}

const ETAG = { ETag: '"one"' };

/** A file, as servers give it: the part that is asked for, if it is still of the same file. */
export function file(bytes: Buffer, options: FileOptions = {}): Answer {
  const { headers = ETAG, cutAt, silentAt, ignoresRange, ignoresIfRange } = options;
  return ({ headers: asked }, response) => {
    const validators = Object.entries(headers).flatMap(([name, value]) =>
      /^(etag|last-mod)/i.test(name) ? [value] : [],
    );
    const same = ignoresIfRange || validators.includes(String(asked["if-range"]));
    const start = ignoresRange || !same ? 0 : Number(/^bytes=(\d+)-$/.exec(asked.range ?? "")?.[1] ?? 0);
    if (start >= bytes.length) {
      response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` }).end();
      return;
    }
    const length = { "Content-Length": String(bytes.length - start) };
    const range = { "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(start > 0 ? 206 : 200, { ...length, ...(start > 0 && range), ...headers });
    response.flushHeaders();
    const end = cutAt ?? silentAt;
    if (end === undefined) response.end(bytes.subarray(start));
    else
      response.write(
        bytes.subarray(start, Math.max(start + 1, end)),
        () => silentAt ?? response.socket?.end(),
      );
  };
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ""): Answer {
  return (_, response) => void response.writeHead(code, headers).end(body);
}
