import { Object as ObjectOf } from '@sinclair/typebox';
import { withoutNulls } from '../simulator/schema/nulls';
import { dottedPath, problemsOf } from '../simulator/schema/problems';
import { argumentSchemas } from './request-arguments';
import { RequestError } from './request-error';

const anything = ObjectOf({});

/** The arguments as a handler gets them: what a client says is null is absent. @throws RequestError when they cannot be used */
export function checkArguments(command: string, args: unknown): unknown {
  const schema = (Object.hasOwn(argumentSchemas, command) && argumentSchemas[command]) || anything;
  const given = withoutNulls(schema, args ?? {});
  const [problem] = problemsOf(schema, given);
  if (problem) throw new RequestError(`${dottedPath(problem.about, 'arguments')} ${problem.text}`);
  return given;
}
