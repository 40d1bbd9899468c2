/** Changes of the decoder that keep every byte of its result. Each text stands in it once. */
const FASTER = [
  // An array for every block is memory of its own, which takes as long as decoding the block.
  [
    "            var blocks = [];\n",
    "            var blocks = [], cells = new Int32Array(blocksToAllocate * 64), used = 0;\n",
  ],
  ["row.push(new Int32Array(64));", "row.push(new Int32Array(cells.buffer, 256 * used++, 64));"],
  // A block of one color, as every second one is, has the same sample everywhere: what the rows and columns come to.
  [
    "      for (i = 0; i < 64; i++)\n        p[i] = zz[i] * qt[i];\n",
    `      var others = 0;
      p[0] = zz[0] * qt[0];
      for (i = 1; i < 64; i++) others |= p[i] = zz[i] * qt[i];
      if (others === 0) {
        t = (dctSqrt2 * ((dctSqrt2 * p[0] + 512) >> 10) + 8192) >> 14;
        t = 128 + ((t + 8) >> 4);
        t = t < 0 ? 0 : t > 0xFF ? 0xFF : t;
        for (i = 0; i < 8; i++, at += samplesPerLine) dataOut.fill(t, at, at + 8);
        return;
      }
`,
  ],
  // A block's samples go where they belong, in one array of all lines, instead of into an array to be copied from.
  [
    "function quantizeAndInverse(zz, dataOut, dataIn) {",
    "function quantizeAndInverse(zz, dataOut, dataIn, at) {",
  ],
  [
    "      for (i = 0; i < 64; ++i) {\n        var sample = 128 + ((p[i] + 8) >> 4);\n        dataOut[i] = sample < 0 ? 0 : sample > 0xFF ? 0xFF : sample;\n      }",
    `      for (i = 0; i < 64; at += samplesPerLine)
        for (var to = at; to < at + 8; ++i, ++to) {
          var sample = 128 + ((p[i] + 8) >> 4);
          dataOut[to] = sample < 0 ? 0 : sample > 0xFF ? 0xFF : sample;
        }`,
  ],
  [
    "    var i, j;\n    for (var blockRow",
    "    var i, plane = new Uint8Array(samplesPerLine * blocksPerColumn * 8);\n    for (var blockRow",
  ],
  [
    "lines.push(new Uint8Array(samplesPerLine));",
    "lines.push(plane.subarray((scanLine + i) * samplesPerLine, (scanLine + i + 1) * samplesPerLine));",
  ],
  [
    `        quantizeAndInverse(component.blocks[blockRow][blockCol], r, R);

        var offset = 0, sample = blockCol << 3;
        for (j = 0; j < 8; j++) {
          var line = lines[scanLine + j];
          for (i = 0; i < 8; i++)
            line[sample + i] = r[offset++];
        }
`,
    "        quantizeAndInverse(component.blocks[blockRow][blockCol], plane, R, scanLine * samplesPerLine + blockCol * 8);\n",
  ],
  // Three components without alpha are a copy, one by one.
  [
    "        case 3:\n          for (y = 0; y < height; y++) {\n            for (x = 0; x < width; x++) {\n              R = data[i++];",
    "        case 3:\n          if (!formatAsRGBA) { imageDataArray.set(data); break; }\n          for (y = 0; y < height; y++) {\n            for (x = 0; x < width; x++) {\n              R = data[i++];",
  ],
];

/**
 * jpeg-js as bundles have it: as ES modules, which need no helper of the bundler. Its encoder ends with `Buffer.from(bytes)`, and a
 * page has no Buffer; a Uint8Array is all it needs. Its decoder runs once in many processes and pages, before it is
 * optimized, and so what can be left out is.
 *
 * @throws Error if the decoder is not the one that is known.
 */
export function changedJpegJs(path, code) {
  const name = /(index|encoder|decoder)\.js$/.exec(path)?.[1];
  if (name === "index") return INDEX;
  if (name === "encoder") return `const module = {}, Buffer = Uint8Array;\n${code}\nexport default encode;`;
  const changed = FASTER.reduce(
    (before, [text, instead]) => {
      if (before.split(text).length !== 2)
        throw new Error(`jpeg-js has changed: ${path} lacks ${text.trim()}`);
      return before.replace(text, () => instead);
    },
    code.replaceAll("\r\n", "\n"),
  );
  return `const module = {};\n${changed}\nexport default decode;`;
}

const INDEX = `import encode from "./lib/encoder.js";
import decode from "./lib/decoder.js";
export default { encode, decode };
`;

/** A plugin of rolldown and vite. */
export const bundledJpegJs = {
  name: "bundled-jpeg-js",
  enforce: "pre",
  transform: {
    filter: { id: /[\\/]jpeg-js[\\/](index|lib[\\/](encoder|decoder))\.js$/ },
    handler: (code, id) => changedJpegJs(id, code),
  },
};
