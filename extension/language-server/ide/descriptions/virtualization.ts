import { type CsrDescription, type Instruction, systemOperationOf } from '../../../../simulator/isa';
import { table } from './markdown';

/** The ways to run a guest, as launch.json names them. */
type Mode = 'none' | 'full' | 'hardware';

type Answers = Readonly<Record<Mode, string>>;

const illegal = "illegal instruction: the guest's own exception";

/** What is done by trapping under `full` and by the hart itself under `hardware`. */
function deprivileged(what: string, hardware: string): Answers {
  return {
    none: 'the hart executes it in S-mode',
    full: `traps to the VMM: the kernel runs in U-mode. ${what}`,
    hardware,
  };
}

const machineMode: Answers = {
  none: 'legal in M-mode only: with `"firmware": "none"` the guest starts there, else it is an illegal instruction',
  full: illegal,
  hardware: illegal,
};

const hypervisorMode: Answers = {
  none: 'the hart executes it in HS-mode: S-mode of a machine with H',
  full: `traps to the VMM, whose virtual hart has no H: ${illegal}`,
  hardware: `virtual-instruction exception to the VMM, whose virtual hart has no H: ${illegal}`,
};

const counters: Answers = {
  none: 'the hart reads it',
  full: "traps to the VMM: `scounteren` keeps the machine's counters from U-mode. The VMM reads the virtual one",
  hardware: 'the hart reads it, `time` with `htimedelta` added; no exit',
};

const environmentCall: Answers = {
  none: 'from S-mode to the firmware (SBI), from U-mode to the guest kernel',
  full: 'traps to the VMM as cause 8: a system call it reflects to the guest kernel, an SBI call it answers',
  hardware: 'from VS-mode cause 10, an SBI call that the VMM answers; from VU-mode straight to the guest kernel',
};

const wait: Answers = deprivileged(
  'The vCPU waits',
  'traps to the VMM: `hstatus.VTW` is set, so that a guest that waits gives the hart back',
);

/** Who executes an instruction, under each virtualization; undefined when the hart does under all of them. */
export function answersFor(instruction: Instruction | undefined, csr: CsrDescription | undefined): Answers | undefined {
  if (csr) return answersForCsr(csr);
  if (!instruction) return undefined;
  if (instruction.extension === 'h') return hypervisorMode;
  if (instruction.privilege === 'm') return machineMode;
  switch (systemOperationOf(instruction)) {
    case 'ecall':
      return environmentCall;
    case 'wfi':
      return wait;
    case 'sret':
      return deprivileged('It returns from the virtual trap', 'the hart returns in VS-mode; no exit');
  }
  if (instruction.privilege === 's')
    return deprivileged(
      'It drops the shadow entries that are stale',
      "the hart forgets translations of the guest's own VMID; no exit",
    );
  return undefined;
}

function answersForCsr({ group, privilege, name }: CsrDescription): Answers | undefined {
  if (group === 'hypervisor' && privilege !== 'm') return hypervisorMode;
  if (privilege === 'm') return machineMode;
  if (group === 'user-counters') return counters;
  if (privilege !== 's') return undefined;
  return deprivileged(
    `It accesses the virtual \`${name}\``,
    `the hart accesses \`vs${name.slice(1)}\` in its place; no exit`,
  );
}

/** The answers as a table; '' when there is nothing to tell apart. */
export function virtualizationTable(answers: Answers | undefined): string {
  if (!answers) return '';
  const rows = Object.entries(answers).map(([mode, answer]) => [`\`${mode}\``, answer]);
  return table(['virtualization', 'who executes it'], rows);
}
