import * as vscode from 'vscode';
import type { Requests, VmState } from '../../debug-adapter/protocol';
import { request } from './sessions';

interface OperationItem extends vscode.QuickPickItem {
  readonly operation: Requests['hyperstep/operateVm']['arguments']['operation'];
}

const OPERATIONS: readonly OperationItem[] = [
  { operation: 'pause', label: '$(debug-pause) Pause', description: 'none of its vCPUs gets a hart' },
  { operation: 'unpause', label: '$(debug-continue) Unpause', description: 'it goes on where it stood' },
  { operation: 'reboot', label: '$(debug-restart) Reboot', description: 'its memory, devices and vCPUs begin anew' },
  { operation: 'destroy', label: '$(debug-stop) Destroy', description: 'it ends here and now' },
];

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
    const picked = await vscode.window.showQuickPick(OPERATIONS, { placeHolder: `What is to become of ${vm.name}` });
    if (!picked) return;
    const { operation } = picked;
    const { done } = await request(session, 'hyperstep/operateVm', { vm: vm.name, operation });
    if (!done)
      await vscode.window.showInformationMessage(`${vm.name} is as it was: ${operation} means nothing to it now.`);
  } catch (error) {
    await vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
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
