import { Integer, Literal, Object as ObjectOf, Union } from '@sinclair/typebox';
import { PORTS } from '../../hypercalls/shared-page';
import { VIRQS } from '../../hypercalls/table';
import { PLIC_SOURCES } from '../../machine/memory-map';
import { choice, type Described } from '../../schema/schema';
import { count, listOf } from '../../schema/state/fields';

/** Port 0 is none, as under Xen. */
export const FIRST_PORT = 1;
export const LAST_PORT = PORTS - 1;

/** A port's number. */
export const portNumber = Integer({ minimum: FIRST_PORT, maximum: LAST_PORT });

/** The vCPU to which its upcalls come. */
const vcpu = count;

/** What a port that is not free is for. */
const port = Union(
  [
    /** A VM may bind to it, by its id. */
    ObjectOf({ kind: Literal('unbound'), vcpu, vm: count }),
    /** One end of a channel, and where the other one is. */
    ObjectOf({ kind: Literal('interdomain'), vcpu, vm: count, port: portNumber }),
    /** Something of the hypervisor's. */
    ObjectOf({ kind: Literal('virq'), vcpu, virq: choice(VIRQS) }),
    /** By it a vCPU is told something, by another one or itself. */
    ObjectOf({ kind: Literal('ipi'), vcpu }),
    /** The interrupt of a source of the PLIC. */
    ObjectOf({ kind: Literal('pirq'), vcpu, source: Integer({ minimum: 1, maximum: PLIC_SOURCES }) }),
  ],
  { expected: 'a port that is unbound, interdomain, virq, ipi or pirq' },
);
export type Port = Described<typeof port>;

/** The ports of a VM that are not free, in their order. */
export const savedPorts = listOf(ObjectOf({ number: portNumber, is: port }), { most: LAST_PORT });
export type SavedPorts = Described<typeof savedPorts>;
