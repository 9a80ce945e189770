import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '../../../simulator/project/index';
import { readScenario } from '../../../simulator/scenario/read-scenario';
import type { ScenarioVm } from '../../../simulator/scenario/scenario';
import { imageAddress } from '../../../simulator/system/system';
import { buildDescribed, inFolder } from '../described-program';
import { readGiven } from '../guest';

const BEGIN = { start: { line: 0, column: 0 }, end: { line: 0, column: 1 } };

/** What is wrong with a scenario, with the programs of its virtual machines, and with the files that they name. @throws UsageError */
export async function checkScenario(file: string): Promise<Diagnostic[]> {
  const { scenario, problems } = readScenario(new TextDecoder().decode(await readGiven('scenario', file)));
  const said = (message: string, range = BEGIN): Diagnostic => ({
    file,
    range,
    severity: 'error',
    code: 'scenario',
    message,
  });
  const found = problems.map(({ range, message }) => said(message, range));
  const folder = path.dirname(file);
  for (const vm of scenario?.hosts.flatMap(({ vms }) => vms) ?? []) {
    const { diagnostics } = await buildDescribed({ ...vm, imageAddress: imageAddress('sbi', false) }, folder);
    found.push(...diagnostics);
    found.push(
      ...missing(vm, folder).map((name) => said(`the virtual machine ${vm.name} has '${name}', which is not there`)),
    );
  }
  return found;
}

/** The files beside its program that are not there, as it names them. */
function missing({ initrd, disks }: ScenarioVm, folder: string): string[] {
  const named = [...(initrd === undefined ? [] : [initrd]), ...disks.map(({ file }) => file)];
  return named.filter((name) => !existsSync(inFolder(folder, name)));
}
