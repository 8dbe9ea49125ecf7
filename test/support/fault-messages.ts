import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What is said in a file: a message with 7 in its places, or an expression whose words cannot be told from the text. */
export interface Said {
  readonly file: string;
  readonly text: string;
}

const root = join(__dirname, '..', '..');

/** Methods of a schema whose second argument is what is said when they refuse. */
const checks = /^(?:min|max|length|gte?|lte?|multipleOf|startsWith|endsWith|includes|check)$/;
/** Makers of schemas whose first argument may be that. */
const makers = /^(?:string|int|number|boolean|email|url|date|datetime)$/;

/** Every message of `errors[]` that is written in these folders: as a member, to a schema's check, or to a function. */
export function faultMessages(folders: readonly string[]): { found: Said[]; unread: Said[] } {
  const said = folders.flatMap(filesOf).flatMap((file) => {
    const source = parsed(file);
    return expressionsOf(source).map((expression) => ({ file, expression, texts: textsOf(expression) }));
  });
  return {
    found: said.flatMap(({ file, texts = [] }) => texts.map((text) => ({ file, text }))),
    unread: said.flatMap(({ file, expression, texts }) =>
      texts === undefined ? [{ file, text: expression.getText() }] : [],
    ),
  };
}

function filesOf(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));
}

function parsed(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
}

function expressionsOf(source: ts.SourceFile): ts.Node[] {
  const tellers = tellersOf(source);
  const found: ts.Node[] = [];
  walk(source, (node) => {
    if (ts.isPropertyAssignment(node) && /^(?:message|error)$/.test(node.name.getText()) && !isSchema(node.initializer))
      found.push(node.initializer);
    else if (ts.isShorthandPropertyAssignment(node) && node.name.text === 'message') found.push(node.name);
    else if (ts.isCallExpression(node)) found.push(...saidTo(node, tellers));
    // Whoever calls it from elsewhere would not be found.
    else if (ts.isFunctionDeclaration(node) && toldAt(node) >= 0 && /^export /.test(node.getText())) found.push(node);
  });
  return found;
}

/** The member of a schema for messages, or a function called so. */
function isSchema(value: ts.Expression): boolean {
  return /^z\./.test(value.getText()) || ts.isObjectLiteralExpression(value) || ts.isArrowFunction(value);
}

/** What a call says, if it is one that says something. */
function saidTo({ expression: called, arguments: given }: ts.CallExpression, tellers: ReadonlyMap<string, number>) {
  const nth = (at: number | undefined): ts.Expression[] => (at === undefined ? [] : given.slice(at, at + 1));
  if (!ts.isPropertyAccessExpression(called)) return nth(tellers.get(called.getText()));
  const name = called.name.text;
  if (/^(?:refine|regex)$/.test(name)) return nth(1).filter((one) => !ts.isObjectLiteralExpression(one));
  // Numbers and schemas stand there too.
  const maybe = called.expression.getText() === 'z' && makers.test(name) ? nth(0) : checks.test(name) ? nth(1) : [];
  return maybe.filter((one) => textsOf(one) !== undefined);
}

/** Functions of the file that are told a message, and as which argument. */
function tellersOf(source: ts.SourceFile): Map<string, number> {
  const tellers = new Map<string, number>();
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || toldAt(node) < 0) return;
    const name = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
    if (name !== undefined) tellers.set(name.getText(), toldAt(node));
  });
  return tellers;
}

function toldAt({ parameters }: ts.SignatureDeclaration): number {
  return parameters.findIndex(({ name }) => name.getText() === 'message');
}

/** The words an expression may come to: undefined where they cannot be told, none where they are told elsewhere. */
function textsOf(said: ts.Node): string[] | undefined {
  if (ts.isStringLiteralLike(said)) return [said.text];
  if (ts.isTemplateExpression(said))
    return [said.head.text + said.templateSpans.map(({ literal }) => `7${literal.text}`).join('')];
  if (ts.isConditionalExpression(said)) return together([said.whenTrue, said.whenFalse]);
  // Its own `message` or `error` is found by itself.
  if (ts.isObjectLiteralExpression(said)) return [];
  if (ts.isElementAccessExpression(said)) {
    const table = declared(said.expression.getText(), said.getSourceFile());
    if (table === undefined || !ts.isObjectLiteralExpression(table)) return undefined;
    return together(table.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer));
  }
  if (!ts.isIdentifier(said)) return undefined;
  const behind = declared(said.text, said.getSourceFile());
  if (behind !== undefined) return textsOf(behind);
  // What a function was told is found where it is called.
  return said.text === 'message' ? [] : undefined;
}

function together(parts: readonly ts.Node[]): string[] | undefined {
  const texts = parts.map(textsOf);
  return texts.some((one) => one === undefined) ? undefined : texts.flatMap((one) => one ?? []);
}

/** What a constant of that name is set to, in the file or in the one it is imported from. */
function declared(name: string, source: ts.SourceFile): ts.Expression | undefined {
  let found: ts.Expression | undefined;
  walk(source, (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name) found = node.initializer;
    if (!ts.isImportSpecifier(node) || node.name.text !== name) return;
    const from = (node.parent.parent.parent.moduleSpecifier as ts.StringLiteral).text;
    if (from.startsWith('.')) found = declared(name, parsed(join(dirname(source.fileName), `${from}.ts`)));
  });
  return found;
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
