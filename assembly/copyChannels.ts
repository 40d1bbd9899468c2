import { CopyChannelsCall } from "./generated/calls";

/** Copies a map's channels to those of another map that begin at `first`. Units: planes of the source. */
export function copyChannels(address: usize, plane: i32): void {
  const call = CopyChannelsCall.at(address);
  const planeBytes = call.cells * 16;
  const source = call.source + plane * planeBytes;
  if ((call.first & 3) === 0) {
    memory.copy(call.destination + ((call.first >> 2) + plane) * planeBytes, source, planeBytes);
    return;
  }
  const lanes = min(4, call.channels - plane * 4);
  for (let lane = 0; lane < lanes; lane++) {
    const channel = call.first + plane * 4 + lane;
    const destination = call.destination + (channel >> 2) * planeBytes + (channel & 3) * 4;
    for (let place = 0; place < planeBytes; place += 16) {
      store<f32>(destination + place, load<f32>(source + place + lane * 4));
    }
  }
}
