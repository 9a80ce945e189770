import type { Position, Range } from 'vscode-languageserver';
import { withoutNulls } from '../../simulator/schema/nulls';
import { problemsOf, quotedPath } from '../../simulator/schema/problems';
import { isRecord } from '../../simulator/schema/record';
import { paramSchemas, position, range } from './param-schemas';
import { trustedNotification } from './protocol';

/** Messages whose parameters may be left out. */
const withoutParameters: ReadonlySet<string> = new Set(['initialized', 'shutdown', 'exit', trustedNotification]);

/** The parameters of a message as a handler gets them: what a client says is null is absent. */
export function givenParams(method: string, params: unknown): unknown {
  const schema = schemaOf(method);
  return schema ? withoutNulls(schema, params) : params;
}

/** What is wrong with the parameters of a message, in words; undefined when they can be used, and for messages that nobody here takes. */
export function problemWith(method: string, params: unknown): string | undefined {
  // As an object or a list that holds nothing, clients send them too.
  if (withoutParameters.has(method) && Object.keys(params ?? {}).length === 0) return undefined;
  const schema = schemaOf(method);
  if (!schema && !withoutParameters.has(method)) return undefined;
  if (!isRecord(params)) return `${method}: the parameters must be an object`;
  const [problem] = schema ? problemsOf(schema, params) : [];
  return problem && `${method}: ${quotedPath(problem.about, 'the parameters')} ${problem.text}`;
}

function schemaOf(method: string): (typeof paramSchemas)[string] | undefined {
  return Object.hasOwn(paramSchemas, method) ? paramSchemas[method] : undefined;
}

export function isRange(value: unknown): value is Range {
  return problemsOf(range, value).length === 0;
}

export function isPosition(value: unknown): value is Position {
  return problemsOf(position, value).length === 0;
}
