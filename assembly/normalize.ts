import { NormalizeCall } from "./generated/calls";

/**
 * y = (x[order] - mean) * scale + offset, number by number: it runs once, on three or four channels.
 * Units: output planes. Numbers: [mean, scale, offset][planes][4]; order: [planes * 4] channels of the input.
 */
export function normalize(address: usize, plane: i32): void {
  const call = NormalizeCall.at(address);
  const list = call.listBytes;
  for (let lane = 0; lane < 4; lane++) {
    const channel = plane * 4 + lane;
    const numbers = call.numbers + channel * 4;
    const mean = load<f32>(numbers);
    const scale = load<f32>(numbers + list);
    const offset = load<f32>(numbers + 2 * list);
    const from = load<i32>(call.order + channel * 4);
    let source = call.source + (from >> 2) * call.cells * 16 + (from & 3) * 4;
    let destination = call.destination + plane * call.cells * 16 + lane * 4;
    for (let cell = 0; cell < call.cells; cell++) {
      store<f32>(destination, (load<f32>(source) - mean) * scale + offset);
      source += 16;
      destination += 16;
    }
  }
}
