import { HYPERCALL_EXTENSION } from '../../../simulator/hypercalls/table';
import { RegisterNumber, registerNamed } from '../../../simulator/isa';
import { literal, type SourceText, type Statement } from './assembly';

/** Between what loads the registers of a call and the call there are few other statements. */
const NEARBY = 16;
const EXTENSION_NAME = 'PV_EXTENSION';

/** The function id that a statement loads for a call of the hypervisor's: `li a6, 8`, where `a7` has the extension's id at the same `ecall`. */
export function hypercallNumberOf({ lines }: SourceText, line: number, statement: Statement): number | undefined {
  const number = numberLoaded(statement, RegisterNumber.a6);
  if (number === undefined) return undefined;
  const nearby = lines.slice(Math.max(0, line - NEARBY), line + NEARBY + 1).flatMap(({ statements }) => statements);
  const own = nearby.indexOf(statement);
  const call = nearby.findIndex((each, at) => at > own && each.key === 'ecall');
  if (call < 0) return undefined;
  const earlier = nearby.slice(0, own).map(({ key }) => key);
  const before = nearby.slice(earlier.lastIndexOf('ecall') + 1, call);
  const last = before.filter((each) => isLoadOf(each, RegisterNumber.a6)).at(-1);
  const extension = before.filter((each) => isLoadOf(each, RegisterNumber.a7)).at(-1);
  return last === statement && extension && isExtension(extension) ? number : undefined;
}

function isExtension(load: Statement): boolean {
  const expression = load.operands[1]?.expression;
  if (expression?.kind === 'symbol') return expression.name === EXTENSION_NAME;
  return numberLoaded(load, RegisterNumber.a7) === HYPERCALL_EXTENSION.id;
}

function isLoadOf({ key, operands }: Statement, register: number): boolean {
  const to = operands[0]?.expression;
  return key === 'li' && operands.length === 2 && to?.kind === 'symbol' && isRegister(to.name, register);
}

function numberLoaded(statement: Statement, register: number): number | undefined {
  const expression = isLoadOf(statement, register) ? statement.operands[1]?.expression : undefined;
  const value = expression && literal(expression);
  return value === undefined ? undefined : Number(value);
}

function isRegister(name: string, number: number): boolean {
  const register = registerNamed(name);
  return register?.file === 'x' && register.number === number;
}
