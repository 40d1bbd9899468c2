import { PackWeightsCall } from "./generated/calls";

/**
 * Writes a convolution's weights as the product reads them (gatherGemm.ts): panels of 8 output channels, in each all positions
 * of the kernel, and for each position all input channels. Units: positions, of which `kernelOffsets` holds where in the
 * stored kernel they begin. The destination is all zeros, which fill up the last panel.
 */
export function packWeights(address: usize, unit: i32): void {
  const call = PackWeightsCall.at(address);
  const inputBytes = call.inputStep * 4;
  const outputBytes = call.outputStep * 4;
  const panelBytes = call.panelFloats * 4;
  let row = call.source + load<i32>(call.kernelOffsets + unit * 4) * 4;
  let place = call.destination + unit * call.offsetFloats * 4;
  for (let input = 0; input < call.inputs; input++) {
    let source = row;
    let target = place;
    let rest = call.channels;
    if (outputBytes === 4) {
      for (; rest >= 8; rest -= 8) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
        source += 32;
        target += panelBytes;
      }
    }
    for (; rest > 0; rest -= 8) {
      const lanes = min(rest, 8);
      for (let lane = 0; lane < lanes; lane++) {
        store<f32>(target + lane * 4, load<f32>(source));
        source += outputBytes;
      }
      target += panelBytes;
    }
    row += inputBytes;
    place += 32;
  }
}
