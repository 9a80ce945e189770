import * as vscode from 'vscode';
import type { ResultLine } from '../support/result-lines';
import { goesBackToMoment, refusesHostileLinks } from './moments';
import { eventually, extension, openFixture } from './support';
import { showsDiagnostics, stepsIntoVmm } from './web-debug';
import { checksLab, debugsLab, runsGuestTests, unfoldsHints } from './web-runner';

/** The smoke test of the extension in a browser. No mocha here: a few checks in a row, reported through the console. */
const checks: [title: string, check: () => Promise<void>][] = [
  [
    'activates as a web extension',
    async () => {
      equal(vscode.env.uiKind, vscode.UIKind.Web);
      await openFixture('hello.S');
      await eventually('activation', () => extension().isActive || undefined);
    },
  ],
  [
    'gives .S files their language',
    async () => {
      equal((await openFixture('hello.S')).document.languageId, 'riscv-asm');
    },
  ],
  [
    'serves the sources of the VMM',
    async () => {
      const source = vscode.Uri.parse('hyperstep-vmm:/simulator/hypervisor/memory/p2m.ts');
      const document = await vscode.workspace.openTextDocument(source);
      equal(document.getText().length > 0, true);
    },
  ],
  ['shows diagnostics from its language server', showsDiagnostics],
  ['completes, and shows what a macro call stands for', showsLanguageFeatures],
  ['debugs the sample into the VMM', stepsIntoVmm],
  ['runs tests of guests in a worker', runsGuestTests],
  ['starts a lab, and checks it in a worker', checksLab],
  ['unfolds the hints of a lab', unfoldsHints],
  ['debugs the guest of a lab to where a question is asked', debugsLab],
  ['goes back to a saved moment of a run', goesBackToMoment],
  ['starts nothing for a link or file that asks for more', refusesHostileLinks],
];

async function showsLanguageFeatures(): Promise<void> {
  const content = '.macro twice reg\n add \\reg, \\reg, \\reg\n.endm\n twice a0\n';
  const { uri } = await vscode.workspace.openTextDocument({ language: 'riscv-asm', content });
  await eventually('the macro is offered', async () => {
    const place = new vscode.Position(4, 0);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      place,
    );
    const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    return (labels.includes('twice') && labels.includes('addi')) || undefined;
  });
  await vscode.commands.executeCommand('hyperstep.showExpansion', uri, 3);
  const shown = vscode.workspace.textDocuments.find(({ uri: { scheme } }) => scheme === 'hyperstep-expansion');
  equal(/add\s+a0, ?a0, ?a0/.test(shown?.getText() ?? ''), true);
}

/** What VS Code calls to run the tests in its extension host. */
export async function run(): Promise<void> {
  report({ type: 'start', total: checks.length });
  let failures = 0;
  for (const [title, check] of checks) {
    try {
      await check();
      console.log(`test     ✔ ${title}`);
      report({ type: 'pass', title });
    } catch (error) {
      failures += 1;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.log(`test     ✘ ${title}\n${reason}`);
      report({ type: 'fail', title, error: reason });
    }
  }
  report({ type: 'end' });
  if (failures > 0) throw new Error(`${failures} checks failed`);
}

function report(line: ResultLine): void {
  console.log(`test-result ${JSON.stringify(line)}`);
}

function equal<Value>(actual: Value, expected: Value): void {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}
