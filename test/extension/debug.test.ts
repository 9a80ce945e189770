import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Debugged, fileOf, inVmm, lineOf } from './debugging';
import { eventually, fixture, openFixture } from './support';

const hyperstepFiles = '**/*.{s,S}';

/** The story that the product is about, on the sample guest, in one session. */
describe('debugging the sample', () => {
  const debugged = new Debugged();
  let kernel: vscode.TextDocument;
  let threadId: number;
  let satpLine: number;

  before(async () => {
    kernel = (await openFixture('kernel.S')).document;
    satpLine = lineOf(kernel, /^\s*csrw\s+satp,/);
  });
  after(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await debugged.stop();
  });

  it('finds no diagnostics in it', async () => {
    const symbols = await eventually('symbols from the language server', async () => {
      const found = await vscode.commands.executeCommand<unknown[]>('vscode.executeDocumentSymbolProvider', kernel.uri);
      return found?.length > 0 ? found : undefined;
    });
    assert.ok(symbols.length > 0);
    for (const uri of await vscode.workspace.findFiles(hyperstepFiles, '**/broken.S')) {
      assert.deepEqual(vscode.languages.getDiagnostics(uri), [], uri.path);
    }
  });

  /** Values that the assembler knows, beside the lines. */
  const valueHints = async (): Promise<number> => {
    const all = new vscode.Range(0, 0, kernel.lineCount, 0);
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      kernel.uri,
      all,
    );
    return hints.filter(({ kind }) => kind === vscode.InlayHintKind.Parameter).length;
  };

  it('has values of the assembler beside its lines', async () => {
    await eventually('values', async () => ((await valueHints()) > 0 ? true : undefined));
  });

  it('stops at a breakpoint on csrw satp', async () => {
    const location = new vscode.Location(kernel.uri, new vscode.Position(satpLine - 1, 0));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
    assert.equal(await debugged.start(vscode.workspace.workspaceFolders?.[0], launchConfiguration()), true);
    const stop = await debugged.stopped();
    ({ threadId } = stop);
    assert.equal(stop.reason, 'breakpoint');
    const [top] = await debugged.stack(threadId);
    assert.equal(top?.line, satpLine);
    assert.equal(fileOf(top?.source?.path), kernel.uri.path);
  });

  it('has no values of the assembler beside those of the machine', async () => {
    assert.equal(await valueHints(), 0);
  });

  it('steps into the VMM: its real source line on top, then the exit, then the guest', async () => {
    const stack = await debugged.step('stepIn', threadId);
    assert.ok(inVmm(stack[0]), `on top: ${stack[0]?.source?.path}`);
    const source = await vscode.workspace.openTextDocument(vscode.Uri.parse(stack[0]?.source?.path ?? ''));
    assert.match(source.lineAt((stack[0]?.line ?? 1) - 1).text, /yield\*? |step`/);
    const label = stack.findIndex((frame) => frame.presentationHint === 'label');
    assert.ok(label > 0, 'a label frame stands below the VMM’s frames');
    assert.match(stack[label]?.name ?? '', /VM exit #\d+.*satp/);
    assert.equal(stack[label + 1]?.line, satpLine);
  });

  it('steps on through the handler and is back at the next instruction of the guest', async () => {
    const stack = await stepThroughVmm();
    assert.equal(fileOf(stack[0]?.source?.path), kernel.uri.path);
    const next = lineOf(kernel, /^\s*csrw\s+satp,/) + 1;
    assert.ok((stack[0]?.line ?? 0) >= next, `line ${stack[0]?.line}`);
  });

  it('has only shadow entries that are guest table times P2M, with permissions no wider', async () => {
    assertShadowIsRight(await debugged.leaves(threadId));
  });

  it('enters the pager at an access to an unfilled page, and adds exactly its entry', async () => {
    const before = await shadowed();
    let stack = await debugged.step('stepIn', threadId);
    for (let steps = 0; !inVmm(stack[0]) && steps < 100; steps++) stack = await debugged.step('stepIn', threadId);
    assert.ok(inVmm(stack[0]));
    const label = stack.find((frame) => frame.presentationHint === 'label');
    assert.match(label?.name ?? '', /page fault|not in the shadow|miss/i);
    await stepThroughVmm();
    const after = await shadowed();
    const added = [...after].filter((page) => !before.has(page));
    assert.equal(added.length, 1, `added: ${added.join(', ')}`);
    assertShadowIsRight(await debugged.leaves(threadId));
  });

  it('stops at a breakpoint in a source of the VMM', async () => {
    const uri = vscode.Uri.parse('hyperstep-vmm:/simulator/hypervisor/engines/full/page-fault.ts');
    const source = await vscode.workspace.openTextDocument(uri);
    const line = lineOf(source, /^export function\* handlePageFault/);
    await debugged.breakAt(uri, line);
    const [top] = await debugged.continue(threadId);
    assert.equal(top?.source?.path, uri.toString());
    assert.match(top?.name ?? '', /handlePageFault/);
  });

  it('reads a block through virtio-blk: the chain is in the queue', async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    const line = lineOf(kernel, /^disk_read_done:/);
    await debugged.breakAt(kernel.uri, line);
    await debugged.continue(threadId);
    const { devices } = await debugged.request('hyperstep/queues', { threadId });
    const chains = devices.flatMap((device) => device.queues.flatMap((queue) => queue.chains));
    const read = chains.find((chain) => /^read sector \d+/.test(chain.request));
    assert.ok(read, chains.map((chain) => chain.request).join('; '));
    assert.equal(read.state, 'used');
    const queue = devices[0]?.queues[0];
    for (const index of read.descriptors) {
      const descriptor = queue?.descriptors.find((each) => each.index === index);
      assert.ok(descriptor?.hpa, `descriptor ${index} lies in RAM`);
    }
  });

  it('has the exits that this took in the ledger', async () => {
    const { total, counts, exits } = await debugged.request('hyperstep/exits', { threadId, count: 1000 });
    assert.ok(total > 0);
    assert.equal(
      counts.reduce((sum, { count }) => sum + count, 0),
      total,
    );
    const satp = exits.find((exit) => fileOf(exit.source?.path) === kernel.uri.path && exit.source?.line === satpLine);
    assert.ok(satp?.changes.some((change) => change.kind === 'virtual CSR' && change.name === 'satp'));
  });

  it('runs on to its end', async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await debugged.terminated();
  });

  /** From a VMM frame step by step until the guest is on top. */
  async function stepThroughVmm() {
    for (let steps = 0; steps < 500; steps++) {
      const stack = await debugged.step('stepIn', threadId);
      if (!inVmm(stack[0])) return stack;
    }
    throw new Error('500 steps, and still in the VMM');
  }

  async function shadowed(): Promise<Set<string>> {
    const leaves = await debugged.leaves(threadId);
    return new Set(leaves.filter((entry) => entry.shadow).map((entry) => entry.first));
  }
});

function assertShadowIsRight(leaves: Awaited<ReturnType<Debugged['leaves']>>): void {
  const filled = leaves.filter((entry) => entry.shadow);
  for (const { first, guest, shadow, expectedHpa, state } of filled) {
    assert.ok(guest && shadow, `${first} is mapped by the guest`);
    assert.equal(shadow.target, expectedHpa, `${first}: frame`);
    assert.ok(state === 'same' || state === 'narrower', `${first}: ${state}`);
    for (const permission of shadow.permissions.match(/[rwx]/g) ?? []) {
      assert.ok(
        guest.permissions.includes(permission),
        `${first}: shadow ${shadow.permissions}, guest ${guest.permissions}`,
      );
    }
  }
}

/** The first configuration of the sample's launch.json, or what F5 does without one. */
function launchConfiguration(): vscode.DebugConfiguration {
  const [first] =
    vscode.workspace.getConfiguration('launch', fixture('.')).get<vscode.DebugConfiguration[]>('configurations') ?? [];
  return first ?? { type: 'hyperstep', request: 'launch', name: 'sample' };
}

describe('a program with errors', () => {
  it('starts nothing, fills Problems, and counts', async () => {
    const { document } = await openFixture('broken.S');
    const debugged = new Debugged();
    const started = await debugged.start(undefined, {
      type: 'hyperstep',
      request: 'launch',
      name: 'broken',
      program: document.uri.fsPath,
    });
    assert.equal(started, false);
    const errors = await eventually('errors in Problems', () => {
      const found = vscode.languages
        .getDiagnostics(document.uri)
        .filter((each) => each.severity === vscode.DiagnosticSeverity.Error);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(
      errors.map((error) => error.range.start.line),
      [2, 3, 4],
    );
    assert.equal(vscode.debug.activeDebugSession, undefined);
    await debugged.stop();
  });
});
