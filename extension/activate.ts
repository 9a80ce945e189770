import * as vscode from 'vscode';
import { vmmScheme } from '../debug-adapter/protocol';
import { GuestComparisons } from './comparison/compare-guests';
import { DebugConfigurations } from './debug/configuration';
import { GuestConsoles } from './debug/console';
import { FirstSteps } from './debug/first-steps';
import { VmmInlineValues } from './debug/inline-values';
import { StepPredictions } from './debug/predict';
import { ProgramProblems } from './debug/problems';
import { Sessions } from './debug/sessions';
import { operateVm, setMemoryTarget } from './debug/vm-operations';
import type { Host } from './host';
import { registerLabs } from './labs/register';
import { assemblyLanguages, LanguageService } from './language';
import { registerLanguageCommands } from './language-commands';
import { Moments } from './moments/moments';
import { RunnerClient } from './runner/client';
import { SampleGuest } from './sample';
import { registerGuestTests } from './testing/register';
import { FirstStop } from './views/first-stop';
import { registerViews } from './views/register';
import { VmmSources } from './vmm-sources';

/** Everything that the extension contributes at run time, on every host. Nothing here waits: the language server starts beside it. */
export function activateExtension(context: vscode.ExtensionContext, host: Host): void {
  const language = new LanguageService(context, host);
  // First of all: what asks it something before it has been started would be told that there is none.
  language.start();
  const sessions = new Sessions();
  const configurations = new DebugConfigurations(host, language);
  const sample = new SampleGuest(context, host, configurations, sessions);
  const inlineValues = new VmmInlineValues(sessions);
  const predictions = new StepPredictions(sessions);
  const runner = new RunnerClient(() => host.startRunner(context), readFileOf);
  context.subscriptions.push(
    language,
    sessions,
    new ProgramProblems(sessions),
    new GuestConsoles(sessions),
    vscode.debug.registerDebugConfigurationProvider('hyperstep', configurations),
    vscode.debug.registerDebugConfigurationProvider(
      'hyperstep',
      configurations,
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory('hyperstep', host.createDebugAdapterFactory(context)),
    vscode.languages.registerInlineValuesProvider([...assemblyLanguages, { scheme: vmmScheme }], inlineValues),
    vscode.workspace.registerFileSystemProvider(vmmScheme, new VmmSources(context.extensionUri), { isReadonly: true }),
    sample.register(),
    new Moments(context.extension.id, sessions, host).register(),
    vscode.commands.registerCommand('hyperstep.debugFile', (file?: vscode.Uri) => configurations.start(file, false)),
    vscode.commands.registerCommand('hyperstep.runFile', (file?: vscode.Uri) => configurations.start(file, true)),
    vscode.commands.registerCommand('hyperstep.operateVm', operateVm),
    vscode.commands.registerCommand('hyperstep.setMemoryTarget', setMemoryTarget),
    predictions,
    vscode.commands.registerCommand('hyperstep.predictStep', () => predictions.predict()),
    vscode.commands.registerCommand('hyperstep.restartLanguageServer', () => language.restart()),
    registerLanguageCommands(configurations),
    new FirstSteps(sessions),
    new FirstStop(sessions, context.workspaceState),
    runner,
    new GuestComparisons(configurations, runner),
    registerLabs(context, runner, host),
    registerGuestTests(vscode.tests.createTestController('hyperstep', 'HyperStep: tests of guests'), {
      ...{ language, runner, host },
    }),
    ...registerViews(context, sessions),
  );
  void sample.resume();
}

/** A file that the runner in a browser asks for, by its URI. */
async function readFileOf(uri: string): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(vscode.Uri.parse(uri));
  } catch {
    return undefined;
  }
}
