import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { quote } from "../../checkpoints/bytes/json.ts";
import { UsageError } from "../../errors.ts";
import { cacheFolder } from "../../platform/cacheFolder.ts";
import { valueOption } from "../arguments/options.ts";
import { print, printError, type Session } from "../io.ts";
import { inPackage, isClone } from "../packageFolder.ts";
import type { Page } from "../serve/answer.ts";
import { openBrowser } from "../serve/openBrowser.ts";
import { startServer } from "../serve/pageServer.ts";

/** The last digits of Objects as Points, arXiv:1904.07850. */
const DEFAULT_PORT = 7850;

const HELP = `
The page detects on your own images and camera and shows what every layer of the
network holds. It computes in the browser: images never leave this machine. The
server answers this machine only, and makes no request itself. Archives that
centernet pull has downloaded are offered on the page. Ctrl-C ends it.

Examples:
  centernet serve
  centernet serve --open
  centernet serve --port 8080`;

interface ServeFlags {
  readonly port?: number;
  readonly open?: boolean;
}

export function addServe(program: Command, session: Session): void {
  const port = `port to listen on; 0 takes any free one (default: ${DEFAULT_PORT})`;
  program
    .command("serve")
    .description("Serve the page that detects, and looks inside the network, in a browser.")
    .addOption(valueOption("--port <number>", port, parsePort))
    .option("--open", "open the page in the browser")
    .addHelpText("after", HELP)
    .action((flags: ServeFlags) => serve(flags, session));
}

async function serve({ port = DEFAULT_PORT, open }: ServeFlags, session: Session): Promise<void> {
  const { signal } = session;
  const server = await startServer(packagedPage(), port);
  try {
    print(session, `serving ${server.url} until Ctrl-C`);
    if (open) openBrowser(server.url, (reason) => printError(session, notOpened(server.url, reason)));
    if (!signal.aborted) await once(signal, "abort");
    throw signal.reason;
  } finally {
    server.close();
  }
}

/** @throws UsageError if the package has no page. */
function packagedPage(): Page {
  const page = inPackage("dist/site");
  if (!existsSync(inPackage("dist/site/index.html"))) {
    const hint = isClone()
      ? "Build it with npm run site."
      : "Install the package again: a part of it is missing.";
    throw new UsageError({ where: page, expected: "the built page", got: "no index.html", hint });
  }
  return { folders: { page, weights: inPackage("weights"), archives: cacheFolder() }, changes: isClone() };
}

function notOpened(url: string, reason: string): string {
  const fault = {
    where: "option --open",
    expected: "a browser to open",
    got: reason,
    hint: `Open ${url} yourself.`,
  };
  return new UsageError(fault).message;
}

function parsePort(text: string, where: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError({ where, expected: "a whole number from 0 to 65535, as in 8080", got: quote(text) });
}
