import * as vscode from 'vscode';
import type { VmState } from '../../debug-adapter/protocol';
import { type VmOperationDescription, vmOperations } from '../views/vm-operations';
import { request } from './sessions';

interface OperationItem extends vscode.QuickPickItem {
  readonly operation: VmOperationDescription['operation'];
}

/** The command that does something to one of the virtual machines of the active session. What it does is an input of the run. */
export async function operateVm(): Promise<void> {
  await withVm(async (session, vm) => {
    const items = vmOperations.map((description) => itemOf(vm, description));
    const picked = await vscode.window.showQuickPick(items, { placeHolder: `What is to become of ${vm.name}` });
    if (!picked) return;
    const { operation } = picked;
    const { done, refusal } = await request(session, 'hyperstep/operateVm', { vm: vm.name, operation });
    if (!done) await vscode.window.showInformationMessage(`${refusal ?? vm.name}: nothing has changed.`);
  });
}

/** Does something with a virtual machine of the active session that is picked. */
async function withVm(act: (session: vscode.DebugSession, vm: VmState) => Promise<void>): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== 'hyperstep') {
    await vscode.window.showInformationMessage(
      'Debug a guest or a scenario first: virtual machines are those of the active session.',
    );
    return;
  }
  try {
    const { vms } = await request(session, 'hyperstep/vms', {});
    const vm = await pickVm(vms);
    if (vm) await act(session, vm);
  } catch (error) {
    await vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

/** The command that sets one of the virtual machines of the active session a target of memory: an input of the run. */
export async function setMemoryTarget(): Promise<void> {
  await withVm(async (session, vm) => {
    const { minimum, maximum, target, guest } = vm.memory;
    const bounds = `from ${megabytes(minimum)} to ${megabytes(maximum)}`;
    const text = await vscode.window.showInputBox({
      title: `Memory target of ${vm.name}`,
      prompt: `How much memory its guest is to have, ${bounds}, such as 32M. It has ${megabytes(guest)} and follows by its balloon, or does not.`,
      value: `${Math.floor(target / MEGABYTE)}M`,
      validateInput: (value) => (sizeOf(value) === undefined ? 'A number and K, M or G, such as 32M.' : undefined),
    });
    const memory = text === undefined ? undefined : sizeOf(text);
    if (memory === undefined) return;
    const { done, refusal } = await request(session, 'hyperstep/setMemoryTarget', { vm: vm.name, memory });
    if (!done) await vscode.window.showErrorMessage(`${refusal ?? vm.name}. The target has not changed.`);
  });
}

const MEGABYTE = 2 ** 20;
const megabytes = (bytes: number): string => `${Math.ceil(bytes / MEGABYTE)}M`;

/** Bytes; undefined of what is no size. */
function sizeOf(text: string): number | undefined {
  const [, number, unit] = /^\s*([1-9][0-9]{0,6})\s*([KMG])\s*$/i.exec(text) ?? [];
  const shift = 'KMG'.indexOf(unit?.toUpperCase() ?? '?');
  return number === undefined || shift < 0 ? undefined : Number(number) * 1024 ** (shift + 1);
}

/** What means nothing to the VM now says why. */
function itemOf({ name, refused }: VmState, { operation, label, icon, effect }: VmOperationDescription): OperationItem {
  const reason = refused[operation];
  return {
    operation,
    label: `$(${icon}) ${label}`,
    description: reason === undefined ? effect : `not now: ${name} ${reason}`,
  };
}

async function pickVm(vms: readonly VmState[]): Promise<VmState | undefined> {
  if (vms.length === 0) {
    await vscode.window.showInformationMessage('There is no hypervisor: the guest has the machine to itself.');
    return undefined;
  }
  const items = vms.map((vm) => ({ label: vm.name, description: vm.state, vm }));
  const picked =
    items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder: 'Which virtual machine' });
  return picked?.vm;
}
