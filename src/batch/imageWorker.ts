/** The script of the threads that work on images: a file of its own beside the package's. */
import { parentPort } from "node:worker_threads";
import { serveImages } from "./serveImages.ts";

if (parentPort) serveImages(parentPort);
