import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { render } from "./page.js";

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/") return response.setHeader("Content-Type", "text/html").end(render());
  try {
    const type = pathname.endsWith(".js") ? "text/javascript" : "application/octet-stream";
    const bytes = await readFile(join("dist/public", pathname));
    response.setHeader("Content-Type", type).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${server.address().port}/`);
});
