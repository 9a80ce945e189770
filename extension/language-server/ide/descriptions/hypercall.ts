import { markdownTable } from '../../../../simulator/explain/markdown-table';
import { type Hypercall, hypercallList } from '../../../../simulator/hypercalls/table';
import { paragraphs } from './markdown';

/** A call of the hypervisor's interface: what it does, by which ways to virtualize it is answered, and what it is given. */
export function describeHypercall({ number, name, text, from, arguments: given, operations = [] }: Hypercall): string {
  const who = from === 'para' ? 'answered under `para` alone' : 'answered under every way to virtualize';
  return paragraphs([
    `**${name}**: hypercall ${number}, ${who}`,
    text,
    given.length > 0 &&
      markdownTable([['In', 'Argument', ''], ...given.map((each, index) => [`a${index}`, each.name, each.text])]),
    operations.length > 0 &&
      markdownTable([
        ['op', 'Operation', ''],
        ...operations.map((each) => [
          `${each.number}`,
          each.name,
          each.from === 'para' ? `Under \`para\` alone. ${each.text}` : each.text,
        ]),
      ]),
  ]);
}

/** A call by its number in a6. */
export function describeHypercallNumbered(number: number): string | undefined {
  const call = hypercallList.find((each) => each.number === number);
  return call && describeHypercall(call);
}

/** What a name of the header stands for, where that is a call: `PV_EVENT`. */
export function describeHypercallNamed(name: string): string | undefined {
  const call = hypercallList.find((each) => `PV_${each.name.toUpperCase()}` === name);
  return call && describeHypercall(call);
}
