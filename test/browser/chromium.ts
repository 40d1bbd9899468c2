import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is: CENTERNET_CHROMIUM, or where systems put it. */
export const chromiumPath = [process.env.CENTERNET_CHROMIUM ?? "", ...PLACES].find((path) =>
  existsSync(path),
);

export const NO_CHROMIUM =
  "no Chromium found: install it (Debian: apt-get install chromium) or let CENTERNET_CHROMIUM name its program";

/** WebGPU on SwiftShader where there is no graphics card. */
const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu"];

export function launchChromium(flags: readonly string[] = SOFTWARE_WEBGPU): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", ...flags],
  });
}
