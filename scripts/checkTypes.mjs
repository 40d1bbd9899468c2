// Checks the declarations of a package folder: every type that a public function, class or option mentions is exported
// by its index, so that its users can name what they hold. Usage: node scripts/checkTypes.mjs <folder of the package>
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(process.argv[2] ?? ".");
const index = join(root, "dist/types/index.d.ts");
const program = ts.createProgram([index], { module: ts.ModuleKind.NodeNext, strict: true, types: [] });
const checker = program.getTypeChecker();
const source = program.getSourceFile(index);
const exported = new Set(
  checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => original(symbol)),
);
if (exported.size === 0) throw new Error(`${index} exports nothing`);

const missing = new Map();
const seen = new Set();
for (const symbol of exported) for (const declaration of symbol.declarations ?? []) visit(declaration, symbol.name);
for (const [name, user] of missing) console.error(`checkTypes: ${name}, which ${user} mentions, is not exported`);
if (missing.size > 0) process.exit(1);
console.log(`every type of the ${exported.size} exports is exported`);

function original(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Follows every type name below a declaration, except those of private members. */
function visit(node, user) {
  if (seen.has(node)) return;
  seen.add(node);
  const isPrivate = ts.canHaveModifiers(node) && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private;
  if (isPrivate) return;
  const isName = ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node);
  if (isName) {
    const symbol = checker.getSymbolAtLocation(node.typeName ?? node.expression);
    const found = symbol && original(symbol);
    const [declaration] = found?.declarations ?? [];
    const isOwn = declaration?.getSourceFile().fileName.startsWith(join(root, "dist/types"));
    if (isOwn && !(found.flags & ts.SymbolFlags.TypeParameter)) {
      if (!exported.has(found)) missing.set(found.name, user);
      else for (const part of found.declarations) visit(part, found.name);
    }
  }
  ts.forEachChild(node, (child) => visit(child, user));
}
