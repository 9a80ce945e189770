import * as vscode from 'vscode';
import type { VmState } from '../../debug-adapter/protocol';
import { type VmOperationDescription, vmOperations } from '../views/vm-operations';
import { request } from './sessions';

interface OperationItem extends vscode.QuickPickItem {
  readonly operation: VmOperationDescription['operation'];
}

/** The command that does something to one of the virtual machines of the active session. What it does is an input of the run. */
export async function operateVm(): Promise<void> {
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
    if (!vm) return;
    const items = vmOperations.map((description) => itemOf(vm, description));
    const picked = await vscode.window.showQuickPick(items, { placeHolder: `What is to become of ${vm.name}` });
    if (!picked) return;
    const { operation } = picked;
    const { done, refusal } = await request(session, 'hyperstep/operateVm', { vm: vm.name, operation });
    if (!done) await vscode.window.showInformationMessage(`${refusal ?? vm.name}: nothing has changed.`);
  } catch (error) {
    await vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
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
