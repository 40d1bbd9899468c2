import { resolve } from "node:path";

/** The modules of a bundle of rolldown, once they are read: `plugin` collects them. */
export function moduleGraph() {
  const modules = new Map();

  /** The modules that these files import, and the files themselves, without what is loaded on demand. */
  function reached(files) {
    const found = new Set();
    const open = files.map((file) => resolve(file));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const module = modules.get(id);
      if (!module || found.has(id)) continue;
      found.add(id);
      open.push(...module.importedIds);
    }
    return found;
  }

  return {
    plugin: {
      name: "module-graph",
      buildEnd() {
        for (const id of this.getModuleIds()) modules.set(id, this.getModuleInfo(id));
      },
    },
    paths: () => [...modules.keys()],
    /**
     * For rolldown's `codeSplitting`: files of these names. Each holds all that its `roots` reach (and those of `and` as well),
     * unless it is in one before.
     */
    groups: (files) =>
      files.map(({ name, roots, and = roots }, index) => {
        let members;
        const test = (id) => {
          members ??= [roots, and].map(reached);
          return members.every((each) => each.has(id));
        };
        return { name, test, priority: files.length - index };
      }),
  };
}
