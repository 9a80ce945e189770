import path from 'node:path';
import type { Diagnostic } from '../../../simulator/project/index';
import { readScenario } from '../../../simulator/scenario/read-scenario';
import type { ScenarioVm } from '../../../simulator/scenario/scenario';
import { imageAddress } from '../../../simulator/system/system';
import { buildDescribed } from '../described-program';
import { readGiven } from '../guest';
import { missingFiles } from './missing-files';

const BEGIN = { start: { line: 0, column: 0 }, end: { line: 0, column: 1 } };

/** What is wrong with a scenario, with the programs of its virtual machines, and with the files that they name. @throws UsageError */
export async function checkScenario(file: string): Promise<Diagnostic[]> {
  const read = readScenario(new TextDecoder().decode(await readGiven('scenario', file)));
  const said = ({
    message,
    range = BEGIN,
  }: {
    message: string;
    range?: Diagnostic['range'] | undefined;
  }): Diagnostic => ({
    file,
    range,
    severity: 'error',
    code: 'scenario',
    message,
  });
  if (!read.scenario) return read.problems.map(said);
  const folder = path.dirname(file);
  const missing = missingFiles(read.scenario, folder, read.placeOf);
  const found = missing.map(said);
  const lacksNothing = (vm: ScenarioVm): boolean => !missing.some((each) => each.isOfProgram && each.vm === vm);
  for (const vm of read.scenario.hosts.flatMap(({ vms }) => vms).filter(lacksNothing)) {
    const { diagnostics } = await buildDescribed({ ...vm, imageAddress: imageAddress('sbi', false) }, folder);
    found.push(...diagnostics);
  }
  return found;
}
