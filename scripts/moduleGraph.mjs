import { resolve } from "node:path";

/** The modules of a bundle of rolldown, once they are read: `plugin` collects them. */
export function moduleGraph() {
  const modules = new Map();
  return {
    plugin: {
      name: "module-graph",
      buildEnd() {
        for (const id of this.getModuleIds()) modules.set(id, this.getModuleInfo(id));
      },
    },
    paths: () => [...modules.keys()],
    /** The modules that these files import, and the files themselves, without what is loaded on demand. */
    reached(files) {
      const found = new Set();
      const open = files.map((file) => resolve(file));
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        const module = modules.get(id);
        if (!module || found.has(id)) continue;
        found.add(id);
        open.push(...module.importedIds);
      }
      return found;
    },
  };
}
