import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { onTestFinished } from "vitest";

/** `downloadArchive`, as a script for `node -e`; called with the URL and the path. */
const SCRIPT = buildSync({
  stdin: {
    contents: `import { downloadArchive } from "./downloadArchive.ts";
      const [url, path] = process.argv.slice(1);
      const { signal } = new AbortController();
      downloadArchive({ url: new URL(url), path, signal }).catch((error) => {
        console.error(error.message);
        process.exitCode = 1;
      });`,
    resolveDir: fileURLToPath(new URL("../../../../src/cli/pull/", import.meta.url)),
  },
  bundle: true,
  platform: "node",
  format: "esm",
  write: false,
}).outputFiles[0].text;

export interface PullProcess {
  readonly processId: number;
  /** Ends it as a power cut would: nothing is cleaned up. */
  kill(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** A pull in a process of its own, killed after the test at the latest. */
export function startPull(url: string, path: string): PullProcess {
  const args = ["--input-type=module", "-e", SCRIPT, "--", url, path];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
  const kill = () => void child.kill("SIGKILL");
  onTestFinished(kill);
  return { processId: child.pid ?? 0, kill, ended };
}
