import { defaultHartOptions, type HartOptions } from './options';

/** What an option may be: true or false, a whole number of a range, or one of some words. */
export type OptionChoice =
  | { readonly kind: 'switch' }
  | { readonly kind: 'number'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'word'; readonly words: readonly string[] };

const aSwitch = { kind: 'switch' } as const;
const number = (minimum: number, maximum: number): OptionChoice => ({ kind: 'number', minimum, maximum });
const word = (...words: string[]): OptionChoice => ({ kind: 'word', words });

/** The values of each option, for whoever takes them from a user. */
export const hartOptionChoices: { readonly [name in keyof HartOptions]: OptionChoice } = {
  hypervisor: aSwitch,
  supervisorTimer: aSwitch,
  paging: word('sv39', 'sv48'),
  asidBits: number(0, 16),
  vmidBits: number(0, 14),
  guestExternalInterrupts: number(0, 63),
  accessedDirty: word('hardware', 'fault', 'switchable'),
  pageMemoryTypes: aSwitch,
  trapInstruction: word('transformed', 'zero'),
  guestFaultAddress: word('shifted', 'zero'),
  illegalInstructionValue: word('bits', 'zero'),
  breakpointValue: word('zero', 'pc'),
  unknownGuestMode: word('kept', 'bare'),
  unknownVirtualMode: word('ignored', 'kept'),
  tlbEntries: number(8, 65536),
  cachesInvalid: aSwitch,
  fencesForgetAll: aSwitch,
  misaligned: word('works', 'traps'),
  spuriousFailures: number(0, 1_000_000),
};

const isOption = (name: string): name is keyof HartOptions => Object.hasOwn(defaultHartOptions, name);

/** An option from its name and value as text; in words what is wrong with them. */
export function parseHartOption(
  name: string,
  text: string,
): { readonly option: Partial<HartOptions> } | { readonly problem: string } {
  if (!isOption(name))
    return { problem: `the machine has no option '${name}'; it has ${Object.keys(defaultHartOptions).join(', ')}` };
  const value = readValue(hartOptionChoices[name], text);
  if (value === undefined) return { problem: `${name} is ${describe(hartOptionChoices[name])}, not '${text}'` };
  return { option: { [name]: value } };
}

function readValue(choice: OptionChoice, text: string): boolean | number | string | undefined {
  switch (choice.kind) {
    case 'switch':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number': {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= choice.minimum && value <= choice.maximum ? value : undefined;
    }
    case 'word':
      return choice.words.includes(text) ? text : undefined;
  }
}

function describe(choice: OptionChoice): string {
  switch (choice.kind) {
    case 'switch':
      return 'true or false';
    case 'number':
      return `a whole number from ${choice.minimum} to ${choice.maximum}`;
    case 'word':
      return choice.words.join(' or ');
  }
}
