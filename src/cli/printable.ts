/** For text that did not pass through an error: file names, messages from elsewhere. */
export { oneLine as printable } from "../errors.ts";
