/** A server of the page that only this machine reaches. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { systemMessage, UsageError } from "../../errors.ts";
import { answer, type Page } from "./answer.ts";

const ADDRESS = "127.0.0.1";
const LAST_PORT = 65_535;
/** How many ports after a taken one are tried. */
const MAX_TRIES = 100;

export interface PageServer {
  readonly url: string;
  /** Ends at once, also what is being sent. */
  close(): void;
}

/**
 * Serves the page on this port; 0 lets the system choose one.
 *
 * @throws UsageError if the port is taken, or not allowed.
 */
export async function startServer(page: Page, port: number): Promise<PageServer> {
  const server = createServer((request, response) => void answer(request, response, page));
  await listen(server, port).catch(async (error: NodeJS.ErrnoException) => {
    throw await portFault(port, error);
  });
  return {
    url: `http://${ADDRESS}:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, ADDRESS);
  await once(server, "listening");
}

async function portFault(port: number, error: NodeJS.ErrnoException): Promise<UsageError> {
  const isTaken = error.code === "EADDRINUSE";
  const free = await freePort(isTaken ? port + 1 : 1024);
  return new UsageError(
    {
      where: `port ${port}`,
      expected: isTaken ? "a free port" : "one that this user may open",
      got: isTaken ? "one in use" : systemMessage(error).replace(/^listen /, ""),
      hint: free === undefined ? "Try --port 0, which takes any free one." : `Try --port ${free}.`,
    },
    { cause: error },
  );
}

/** The first port from this one on that can be opened now. */
async function freePort(from: number): Promise<number | undefined> {
  for (let port = from; port <= Math.min(from + MAX_TRIES, LAST_PORT); port++) {
    const server = createServer();
    const isFree = await listen(server, port).then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
  return undefined;
}
