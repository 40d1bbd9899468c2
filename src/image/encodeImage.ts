export { encodeJpeg } from "./jpeg/encodeJpeg.ts";
export { encodePng } from "./png/encodePng.ts";
