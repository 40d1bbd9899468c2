/** Why there is no camera, in words, and what to do. */

const ADVICE: Readonly<Record<string, string>> = {
  NotFoundError: "expected one, got none on this machine. Connect a camera, or choose images.",
  NotAllowedError:
    "expected leave to use it, got a refusal. Allow it for this page, in the browser beside the address or in the system's settings.",
  NotReadableError:
    "expected one that is free, got one that another program uses or that does not start. Close the other program, and start it again.",
  OverconstrainedError: "expected the one that was chosen, got none like it. Choose another.",
};

/** `camera: expected one, got none on this machine. Connect a camera, or choose images.` */
export function cameraFailure(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  return `camera: ${ADVICE[name] ?? `expected one that starts, got ${message || name}. Start it again.`}`;
}

/** Undefined on a page that may ask for cameras. */
export function cameraForbidden(): string | undefined {
  // Outside secure pages, browsers have no such property.
  if (navigator.mediaDevices as MediaDevices | undefined) return undefined;
  return `camera: expected a secure page, got one from ${location.origin}. Open it by https, or from this machine as http://127.0.0.1.`;
}

export const CAMERA_ENDED =
  "camera: expected it to go on, got its end. It was unplugged, or another program or the system took it. Start it again.";
export const CAMERA_HIDDEN = "The camera was stopped because the page was hidden.";
