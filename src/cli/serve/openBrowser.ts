import { spawn } from "node:child_process";
import { systemMessage } from "../../errors.ts";

/** What opens an address in the user's browser. No shell is involved. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens the address in the system's browser, which outlives this program; `fail` gets what was in the way. */
export function openBrowser(url: string, fail: (reason: string) => void): void {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", (error: NodeJS.ErrnoException) => {
    fail(error.code === "ENOENT" ? `no program ${program}` : systemMessage(error));
  });
  child.on("exit", (code) => {
    if (code) fail(`exit code ${code} of ${program}`);
  });
  child.unref();
}
