/** The half of jpeg-js that is used. */
declare module "jpeg-js/lib/encoder.js" {
  import { encode } from "jpeg-js";
  export default encode;
}
