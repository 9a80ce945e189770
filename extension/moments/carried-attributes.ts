import type { LaunchArguments } from '../../debug-adapter/launch/launch';

/**
 * Which launch attributes a moment carries: not those of one session, or of one computer. They are written out, since VS Code adds its own to those
 * of the manifest, some of which have tasks and commands run.
 */
const carried: Readonly<Record<keyof LaunchArguments, boolean>> = {
  program: true,
  scenario: true,
  virtualization: true,
  firmware: true,
  memory: true,
  harts: true,
  disks: true,
  devices: true,
  bios: true,
  initrd: true,
  append: true,
  loadAddress: true,
  onIllegal: true,
  pager: true,
  seed: true,
  vmids: true,
  vmmTime: true,
  time: true,
  paravirtual: true,
  translation: true,
  machineOptions: true,
  includePaths: true,
  defines: true,
  march: true,
  mabi: true,
  linkerScript: true,
  linkOptions: true,
  relax: true,
  symbols: true,
  vmm: true,
  console: true,
  input: true,
  pace: true,
  moment: false,
  projectRoot: false,
  sourceMap: false,
  stopOnEntry: false,
};

export function isCarried(attribute: string): boolean {
  return Object.entries(carried).some(([name, is]) => name === attribute && is);
}
