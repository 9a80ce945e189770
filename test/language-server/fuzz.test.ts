import assert from 'node:assert/strict';
import { ErrorCodes, ResponseError } from 'vscode-languageserver';
import { Random } from '../support/random';
import { TestClient } from './client';

const seeds = Random.fromEnvironment();
/** How many edits and requests, and texts of project files, a run takes. */
const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 150);

const source = [
  '#include "a.h"',
  '.altmacro',
  '.macro save r:req, at=0',
  ' sd \\r, \\at(sp)',
  '.endm',
  '.equ size, 16',
  '_start: la a0, text',
  '1: save a0, %size',
  ' csrw stvec, a0',
  ' fence iorw, w',
  ' fcvt.w.d a0, fa0, rtz',
  ' beqz a0, 1b',
  '.if size > 8 /* more',
  ' than that */',
  ' call helper',
  '.endif',
  '.data',
  'text: .ascii "over',
  'lines"',
].join('\n');

const pieces = [
  '\n',
  '"',
  "'",
  '/*',
  '*/',
  '#if 0\n',
  '\n#endif\n',
  '\\',
  ';',
  ':',
  '%',
  '(',
  ',',
  '{',
  '}',
  '[',
  ']',
  '-D',
  '-include ',
  '@',
  '\u0000',
  '\ud800',
  '\u2028',
  '\ufeff',
  '9'.repeat(40),
  '.rept 3\n',
  '.endr\n',
  '.macro save\n',
  '.include "main.S"\n',
  'null',
];

/** A text cut off, with a part taken out, twice in it, or replaced. */
function mutated(text: string, random: Random): string {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + random.below(20));
  switch (random.below(5)) {
    case 0:
      return text.slice(0, from);
    case 1:
      return text.slice(0, from) + text.slice(to);
    case 2:
      return text.slice(0, to) + text.slice(from);
    default:
      return text.slice(0, from) + random.pick(pieces) + text.slice(random.below(2) ? from : to);
  }
}

function randomNumber(random: Random): number {
  return random.below(4) ? random.below(25) : random.pick([-1, 0.5, 1e9, 2 ** 31 - 1, -(2 ** 31), 2 ** 53, 1e300]);
}

function randomPosition(random: Random): object {
  return { line: randomNumber(random), character: randomNumber(random) };
}

function randomRange(random: Random): object {
  return { start: randomPosition(random), end: randomPosition(random) };
}

/** A value as it may stand anywhere in a message, mostly of a wrong type. */
function oddValue(random: Random, depth = 0): unknown {
  const simple = [null, true, 0, -1, 0.5, 1e300, '', 'text', '%', 'file:///w/main.S', 'file:///w/none.s', [], {}];
  if (depth > 2 || random.below(3)) return random.pick(simple);
  const inner = (): unknown => oddValue(random, depth + 1);
  return random.pick<() => unknown>([
    () => [inner(), inner()],
    () => ({ uri: inner() }),
    () => ({ line: inner(), character: inner() }),
    () => ({ start: inner(), end: inner() }),
    () => randomPosition(random),
  ])();
}

const methods = [
  'textDocument/completion',
  'textDocument/signatureHelp',
  'textDocument/hover',
  'textDocument/definition',
  'textDocument/declaration',
  'textDocument/implementation',
  'textDocument/references',
  'textDocument/rename',
  'textDocument/prepareRename',
  'textDocument/documentHighlight',
  'textDocument/documentSymbol',
  'textDocument/documentLink',
  'textDocument/foldingRange',
  'textDocument/selectionRange',
  'textDocument/semanticTokens/full',
  'textDocument/semanticTokens/full/delta',
  'textDocument/semanticTokens/range',
  'textDocument/formatting',
  'textDocument/rangeFormatting',
  'textDocument/onTypeFormatting',
  'textDocument/inlayHint',
  'textDocument/codeLens',
  'textDocument/codeAction',
  'textDocument/diagnostic',
  'textDocument/prepareCallHierarchy',
  'callHierarchy/incomingCalls',
  'callHierarchy/outgoingCalls',
  'completionItem/resolve',
  'workspace/symbol',
  'hyperstep/virtualDocument',
  'hyperstep/checkProgram',
  'textDocument/noSuchRequest',
  'constructor',
];
const notifications = [
  'textDocument/didOpen',
  'textDocument/didChange',
  'textDocument/didClose',
  'workspace/didChangeWatchedFiles',
  'workspace/didChangeWorkspaceFolders',
  'workspace/didChangeConfiguration',
  '$/cancelRequest',
  '$/noSuchNotification',
];

/** What requests take, right in itself; one part of it may be of a wrong type or missing. */
function randomParams(uri: string, random: Random): Record<string, unknown> {
  const range = randomRange(random);
  const name = random.pick(['size', 'save', 'text', '1', 'a0', '']);
  const params: Record<string, unknown> = {
    textDocument: { uri, text: source },
    position: randomPosition(random),
    positions: [randomPosition(random), randomPosition(random)],
    range,
    context: { includeDeclaration: true, diagnostics: [{ range, message: 'x', code: 'operand' }] },
    options: { tabSize: randomNumber(random), insertSpaces: true },
    ch: '\n',
    newName: name,
    query: name,
    label: name,
    data: { kind: random.pick(['mnemonic', 'symbol', 'csr', 'none']), name, uri },
    item: { uri, name, kind: 12, range, selectionRange: range },
    program: ['/w/main.S'],
    uri,
    previousResultId: '1',
    contentChanges: [{ range, text: random.pick(pieces) }],
    changes: [{ uri, type: 2 }],
  };
  if (random.below(3) === 0) params[random.pick(Object.keys(params))] = oddValue(random);
  if (random.below(6) === 0) delete params[random.pick(Object.keys(params))];
  return params;
}

/** What the server writes about handlers that threw. */
function failuresOf(client: TestClient): string[] {
  const failures: string[] = [];
  client.connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
    if (/failed|TypeError|RangeError|undefined/.test(message)) failures.push(message);
  });
  return failures;
}

/** Asks, and takes an answer or an error that says what is wrong with the question, but not that the server failed. */
async function asked(client: TestClient, method: string, params: object, about: string): Promise<unknown> {
  try {
    return await client.connection.sendRequest(method, params);
  } catch (error) {
    assert.ok(error instanceof ResponseError, `${about}: ${error}`);
    assert.notEqual(error.code, ErrorCodes.InternalError, `${about}: ${error.message}`);
    assert.doesNotMatch(error.message, /undefined|not a function|not iterable|Cannot read/, about);
    return undefined;
  }
}

describe(`Language server under random messages (SEED=${seeds.seed})`, function () {
  this.timeout(600_000);

  it('answers each request, whatever was edited and sent before', async () => {
    const random = new Random(seeds.seed);
    const files = { 'a.h': '#define helper _start\n', 'hyperstep.json': '{ "program": ["main.S"] }' };
    let client = await TestClient.start(files);
    let failures = failuresOf(client);
    let { uri } = await client.open('main.S', source);
    for (let round = 0; round < rounds; round++) {
      const about = (method: string, params: object): string =>
        `SEED=${seeds.seed}, round ${round}, ${method} ${JSON.stringify(params)}`;
      // A text of its own from time to time: after many edits little is left of it.
      if (round % 50 === 49) {
        assert.deepEqual(failures, [], `SEED=${seeds.seed}, before round ${round}`);
        client.stop();
        client = await TestClient.start(files);
        failures = failuresOf(client);
        ({ uri } = await client.open('main.S', mutated(source, random)));
      }
      const text = random.pick(pieces);
      await client.change(uri, [{ range: randomRange(random), text }]);
      if (random.below(4) === 0) {
        const params = randomParams(uri, random);
        await client.connection.sendNotification(random.pick(notifications), params);
      }
      const questions = Array.from({ length: 3 }, () => {
        const method = random.pick(methods);
        const params = randomParams(random.below(8) ? uri : 'file:///w/none.s', random);
        return asked(client, method, params, about(method, params));
      });
      await Promise.all(questions);
    }
    // What may be open, or not, is opened anew and served.
    const fresh = await client.open('last.s', 'f: j f\n');
    const position = { line: 0, character: 5 };
    assert.ok(await client.request('textDocument/hover', { textDocument: { uri: fresh.uri }, position }));
    assert.deepEqual(failures, [], `SEED=${seeds.seed}`);
    client.stop();
  });

  const projectFiles: Readonly<Record<string, string>> = {
    'compile_commands.json': JSON.stringify([
      { directory: '/w', file: 'main.S', command: 'gcc -Iinc -DN="1 2" -include a.h @x.rsp -march=rv64gc -c main.S' },
      { directory: 'build', file: '../main.S', arguments: ['clang', '-x', 'assembler-with-cpp', '-D', 'M=1', '-UN'] },
    ]),
    'compile_flags.txt': '-Iinc\n-D\nN=1\n-march=rv64gc\n-include\na.h\n',
    'hyperstep.json': JSON.stringify({
      program: ['main.S'],
      defines: { N: 1, M: 'x' },
      includePaths: ['inc', '.'],
      march: 'rv64gc',
      linkerScript: 'x.ld',
      files: { 'main.S': { defines: { OWN: 2 }, includePaths: ['own'] } },
    }),
    '.vscode/launch.json': JSON.stringify({
      configurations: [{ type: 'hyperstep', program: ['${workspaceFolder}/main.S'], defines: { N: 1 } }],
    }),
  };
  for (const [name, valid] of Object.entries(projectFiles)) {
    it(`checks a source whatever ${name} holds`, async () => {
      const random = new Random(seeds.seed);
      const files: Record<string, string> = { 'a.h': '', 'x.ld': 'SECTIONS { .text : { *(.text) } }' };
      const client = await TestClient.start(files);
      const failures = failuresOf(client);
      const { uri } = await client.open('main.S', 'oops\n');
      for (let round = 0; round < rounds / 3; round++) {
        let text = valid;
        for (let count = random.below(4); count >= 0; count--) text = mutated(text, random);
        files[name] = text;
        const about = `SEED=${seeds.seed}, ${name}: ${JSON.stringify(text)}`;
        const changes = [{ uri: `file:///w/${name}`, type: 2 }];
        await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
        const report = await asked(client, 'textDocument/diagnostic', { textDocument: { uri } }, about);
        const { items } = report as { items: { message: string }[] };
        assert.ok(
          items.some(({ message }) => message.includes("'oops'")),
          `${about}: ${JSON.stringify(items)}`,
        );
        assert.deepEqual(failures, [], about);
      }
      client.stop();
    });
  }
});
