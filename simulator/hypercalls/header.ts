import { PORTED_NOTE } from './ported-note';
import {
  MASK_OFFSET,
  PENDING_OFFSET,
  SHARED_PAGE_ADDRESS,
  type SharedWord,
  sharedWordList,
  UPCALL_SOURCE,
  WORDS_BYTES,
  WORDS_OFFSET,
} from './shared-page';
import { vmmScheme } from './shipped';
import { startPageList } from './start-page';
import { HYPERCALL_EXTENSION, type Hypercall, hypercallList, VERSION_NUMBER, VIRQS } from './table';

/** What sources include. */
export const HEADER_NAME = 'hyperstep-pv.h';
/** Where it lies in the repository, and in the extension. */
export const HEADER_FILE = `simulator/hypercalls/include/${HEADER_NAME}`;
/** As editors open it. */
export const HEADER_URI = `${vmmScheme}:///${HEADER_FILE}`;

const COLUMN = 40;

/** The header of the hypervisor's interface, for assembly and for C. */
export function headerText(): string {
  return `/*
 * HyperStep's interface for guests that know of their hypervisor: one SBI extension, answered under every way to virtualize, and not
 * supported on the bare machine. docs/hypercalls.md says what each call does. This file is made of a table: simulator/hypercalls/table.ts.
 */
#ifndef HYPERSTEP_PV_H
#define HYPERSTEP_PV_H

${define('PV_EXTENSION', `0x${HYPERCALL_EXTENSION.id.toString(16).padStart(8, '0')}`, 'in a7, of every call')}

/* Calls: in a6. The result is an SBI error in a0, and a value in a1. */
${hypercallList.map(callText).join('\n')}

/* Of PV_EVENT_VIRQ: what the hypervisor tells by a port. */
${VIRQS.map((name, number) => define(`PV_VIRQ_${name.toUpperCase()}`, `${number}`, `a port for it: ${name}`)).join('\n')}

/* The shared page: a bit for each port, then the words of each virtual CPU. */
${define('PV_SHARED_PAGE', `0x${SHARED_PAGE_ADDRESS.toString(16)}`, 'its guest-physical address, as the device tree says; not under para')}
${define('PV_UPCALL_SOURCE', `${UPCALL_SOURCE}`, 'the source of the PLIC by which upcalls come, likewise')}
${define('PV_PENDING', `${PENDING_OFFSET}`, '64 doublewords: ports that are pending')}
${define('PV_MASK', `${MASK_OFFSET}`, '64 doublewords: ports that make no upcall')}
${define('PV_WORDS', `${WORDS_OFFSET}`, 'of virtual CPU 0')}
${define('PV_WORDS_BYTES', `${WORDS_BYTES}`, 'of one virtual CPU')}
${sharedWordList.map((word) => fieldText('PV_WORD', word)).join('\n')}

/* The start page, of the engine para: its address is in a1 at the start. */
${startPageList.map((field) => fieldText('PV_START', field)).join('\n')}

#ifdef __ASSEMBLER__

/* pv_guest: says that this program was ported. The engine para runs no others. */
        .macro  pv_guest
        .pushsection .rodata
        .balign 4
        .4byte  ${PORTED_NOTE.nameBytes}, ${PORTED_NOTE.descriptorBytes}, ${PORTED_NOTE.type}
        .asciz  "${PORTED_NOTE.name}"
        .balign 4
        .4byte  ${VERSION_NUMBER}
        .popsection
        .endm

/* hypercall FUNCTION: makes a call with the arguments in a0 up. Changes a0, a1, a6 and a7. */
        .macro  hypercall function
        li      a6, \\function
        li      a7, PV_EXTENSION
        ecall
        .endm

#else

/* PV_GUEST in one source says that this program was ported. The engine para runs no others. */
#define PV_GUEST \\
        __attribute__((used, aligned(4))) static const struct { \\
                unsigned int name_bytes, descriptor_bytes, type; \\
                char name[12]; \\
                unsigned int version; \\
        } pv_guest_note = { ${PORTED_NOTE.nameBytes}, ${PORTED_NOTE.descriptorBytes}, ${PORTED_NOTE.type}, "${PORTED_NOTE.name}", ${VERSION_NUMBER} }

struct pv_result {
        long error;
        unsigned long value;
};

static inline struct pv_result pv_call4(unsigned long function, unsigned long first, unsigned long second,
                                        unsigned long third, unsigned long fourth)
{
        register unsigned long a0 __asm__("a0") = first;
        register unsigned long a1 __asm__("a1") = second;
        register unsigned long a2 __asm__("a2") = third;
        register unsigned long a3 __asm__("a3") = fourth;
        register unsigned long a6 __asm__("a6") = function;
        register unsigned long a7 __asm__("a7") = PV_EXTENSION;

        __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
        return (struct pv_result){ (long)a0, a1 };
}

static inline struct pv_result pv_call(unsigned long function, unsigned long first, unsigned long second)
{
        return pv_call4(function, first, second, 0, 0);
}

#endif
#endif
`;
}

function callText({ number, name, text, operations = [] }: Hypercall): string {
  const prefix = `PV_${name.toUpperCase()}`;
  return [
    define(prefix, `${number}`, plain(text)),
    ...operations.map((operation) =>
      define(`${prefix}_${operation.name.toUpperCase()}`, `${operation.number}`, `op: ${plain(operation.text)}`),
    ),
  ].join('\n');
}

const fieldText = (prefix: string, { name, offset, text }: Pick<SharedWord, 'name' | 'offset' | 'text'>): string =>
  define(`${prefix}_${name.toUpperCase()}`, `${offset}`, plain(text));

const define = (name: string, value: string, text: string): string =>
  `${`#define ${name}`.padEnd(COLUMN)}${value.padEnd(12)}/* ${text} */`;

/** Comments have no Markdown. */
const plain = (text: string): string => text.replaceAll('`', '');
