/** The camera while it runs: its frames go to the worker one at a time, always the newest, and are never kept. */
import { computed, effect, signal } from "@preact/signals";
import { frame, isLive, liveText } from "../../../state/camera.ts";
import { addImages } from "../../../state/image.ts";
import { score, settings, testTime } from "../../../state/settings.ts";
import { worker } from "../../../state/worker.ts";
import { CANCELED, isAbort } from "../../../worker/client.ts";
import { CAMERA_ENDED, CAMERA_HIDDEN, cameraFailure, cameraForbidden } from "./cameraFailure.ts";
import { FrameClock } from "./FrameClock.ts";

export type CameraState =
  | { readonly phase: "starting" | "on" | "frozen" | "off" }
  | { readonly phase: "stopped" | "failed"; readonly text: string };

/** A side of the machine, or one of its cameras by its id. */
export type Choice = "user" | "environment" | string;

export const state = signal<CameraState>({ phase: "off" });
export const choice = signal<Choice>("user");
/** Named only once the user has allowed one of them. */
export const devices = signal<readonly MediaDeviceInfo[]>([]);
/** What the user has chosen; else cameras that face the user are mirrored. */
const wantsMirror = signal<boolean | undefined>(undefined);
const facing = signal<string | undefined>(undefined);
/** Only what is shown: frames are detected as they are. */
export const isMirrored = computed(() => wantsMirror.value ?? facing.value !== "environment");

export interface Pace {
  readonly detected: number;
  /** Newer ones came while the network ran. */
  readonly skipped: number;
  /** Frames per second, of the last ones. */
  readonly rate?: number;
  /** From the camera's picture to the boxes on the screen, of the last one. */
  readonly milliseconds?: number;
}

const NO_PACE: Pace = { detected: 0, skipped: 0 };
export const pace = signal<Pace>(NO_PACE);
/** What goes on before the first frame has been detected. */
export const waiting = signal("");

/** One start of a camera, until its stop. */
interface Session {
  readonly ending: AbortController;
  readonly stream: MediaStream;
  readonly clock: FrameClock;
}

let session: Session | undefined;
let starts = 0;

export async function start(video: HTMLVideoElement): Promise<void> {
  stop();
  const own = ++starts;
  const forbidden = cameraForbidden();
  if (forbidden) return fail(forbidden);
  state.value = { phase: "starting" };
  liveText.value = "waiting for the camera";
  waiting.value = "Waiting for the camera: the browser may ask.";
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wish(choice.value) });
    // Meanwhile the view was left, or another camera was chosen.
    if (own !== starts) return end(stream);
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => session?.stream === stream && fail(CAMERA_ENDED));
    facing.value = track.getSettings().facingMode ?? sideOf(choice.value);
    session = { ending: new AbortController(), stream, clock: new FrameClock(video) };
    video.srcObject = stream;
    await video.play();
    if (own !== starts) return;
    state.value = { phase: "on" };
    devices.value = (await navigator.mediaDevices.enumerateDevices()).filter(
      ({ kind, deviceId }) => kind === "videoinput" && deviceId !== "",
    );
    if (session) await follow(session, video);
  } catch (error) {
    if (own === starts) fail(cameraFailure(error));
  }
}

/** Ends the tracks, so that the camera's light goes out. */
function stop(): void {
  starts++;
  state.value = { phase: "off" };
  if (!session) return;
  const { ending, stream, clock } = session;
  session = undefined;
  ending.abort(CANCELED);
  clock.stop();
  end(stream);
}

export function chooseCamera(chosen: Choice, video: HTMLVideoElement): void {
  choice.value = chosen;
  wantsMirror.value = undefined;
  void start(video);
}

export function mirror(wanted: boolean): void {
  wantsMirror.value = wanted;
}

/** Holds the newest frame that was detected. */
export function freeze(): void {
  if (session) state.value = { phase: "frozen" };
}

export async function goOn(video: HTMLVideoElement): Promise<void> {
  if (!session || state.value.phase !== "frozen") return;
  state.value = { phase: "on" };
  session.clock.forget();
  await follow(session, video);
}

let kept = 0;

/** The newest frame becomes one of the user's images, which every view takes, and the camera is left. */
export async function keepFrame(): Promise<void> {
  const newest = frame.value;
  if (!newest) return;
  const copy = await createImageBitmap(newest.frame);
  const bytes = await worker.call("frameFile", { frame: copy }, { transfer: [copy] });
  addImages([new File([bytes], `camera-${++kept}.png`, { type: "image/png" })]);
  isLive.value = false;
}

/** While the view is shown; returns what ends that. */
export function followCamera(video: HTMLVideoElement): () => void {
  const hide = () => {
    if (!document.hidden || !session) return;
    stop();
    state.value = { phase: "stopped", text: CAMERA_HIDDEN };
    liveText.value = "camera stopped";
  };
  document.addEventListener("visibilitychange", hide);
  addEventListener("pagehide", stop);
  const quiet = effect(tellState);
  void start(video);
  return () => {
    quiet();
    document.removeEventListener("visibilitychange", hide);
    removeEventListener("pagehide", stop);
    stop();
    video.srcObject = null;
    frame.value = undefined;
    pace.value = NO_PACE;
    isLive.value = false;
  };
}

function wish(chosen: Choice): MediaTrackConstraints {
  const side = sideOf(chosen);
  return {
    // The height follows: browsers cut off what both together do not leave room for.
    width: { ideal: 640 },
    ...(side ? { facingMode: side } : { deviceId: { exact: chosen } }),
  };
}

function sideOf(chosen: Choice): string | undefined {
  return chosen === "user" || chosen === "environment" ? chosen : undefined;
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** @param told what the line of state says: the text is whole in the view. */
function fail(text: string, told = "no camera"): void {
  stop();
  state.value = { phase: "failed", text };
  liveText.value = told;
}

/** Frames of which the rate is taken. */
const RATED = 12;

let follows = 0;

async function follow(own: Session, video: HTMLVideoElement): Promise<void> {
  const { ending, clock } = own;
  const shownAt: number[] = [];
  let rated: readonly unknown[] = [];
  // A freeze may end before the frame that was on its way has been detected; it must not be followed twice.
  const turn = ++follows;
  const isOn = () => turn === follows && session === own && state.value.phase === "on";
  while (isOn()) {
    const skipped = await clock.next();
    if (!isOn()) return;
    const began = performance.now();
    const picture = await createImageBitmap(video);
    const how = { settings: settings.peek(), testTime: testTime.peek() };
    if (rated[0] !== how.settings || rated[1] !== how.testTime) {
      // The pace of another network or backend says nothing of this one.
      rated = [how.settings, how.testTime];
      shownAt.length = 0;
      pace.value = { detected: pace.value.detected, skipped: pace.value.skipped };
    }
    const params = { ...how, frame: picture };
    try {
      const found = await worker.call("detectFrame", params, {
        signal: ending.signal,
        transfer: [picture],
        onProgress: ({ text }) => {
          waiting.value = text;
        },
      });
      // What comes after a freeze is not shown.
      if (!isOn()) return found.frame.close();
      const now = performance.now();
      shownAt.push(now);
      if (shownAt.length > RATED) shownAt.shift();
      const before = frame.value;
      frame.value = found;
      before?.frame.close();
      pace.value = {
        detected: pace.value.detected + 1,
        skipped: pace.value.skipped + skipped,
        milliseconds: now - began,
        ...(shownAt.length > 1 && { rate: (1000 * (shownAt.length - 1)) / (now - shownAt[0]) }),
      };
    } catch (error) {
      // The worker was replaced: the next frame goes to the new one.
      if (isAbort(error)) continue;
      // The camera has no part in it.
      return fail((error as Error).message, "detection failed: the camera is off");
    }
  }
}

let told = 0;

/** At most once a second, so that readers can follow. */
function tellState(): void {
  const { phase } = state.value;
  const newest = frame.value;
  if (phase !== "on" && phase !== "frozen") return;
  if (!newest) {
    liveText.value = waiting.value;
    return;
  }
  if (phase === "on" && performance.now() - told < 1000) return;
  told = performance.now();
  const count = newest.detections.filter((found) => found.score >= score.value).length;
  const words = `${count === 0 ? "No" : count} ${count === 1 ? "detection" : "detections"}`;
  liveText.value =
    phase === "frozen" ? `${words}, frozen` : `${words}, ${pace.value.rate?.toFixed(0) ?? "–"} frames/s`;
}
