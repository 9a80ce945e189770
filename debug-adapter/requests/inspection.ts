import type { DebugProtocol } from '@vscode/debugprotocol';
import { evaluate, numberOf, type Value } from '../../simulator/expression/evaluate';
import { FLOAT_REGISTERS } from '../../simulator/isa/index';
import type { Debugging } from '../debugging';
import { MachineEnvironment } from '../expression/machine-environment';
import { stackOf } from '../inspect/frames/stack';
import { threadReference } from '../inspect/thread-reference';
import { completionsFor } from '../inspect/values/completions';
import { environmentOf } from '../inspect/values/environment';
import { formatted, splitFormat } from '../inspect/values/number-format';
import { scopesOf, showScope } from '../inspect/values/scopes';
import { ValueView } from '../inspect/values/values';
import { type Held, showChild } from '../inspect/values/variables';
import { writePlace } from '../inspect/writes';
import { RequestError } from '../request-error';
import type { Handlers } from './handlers';

/** Requests that look at a machine that stands still, and change it. */
export function inspectionRequests(debugging: Debugging): Handlers {
  const { frames, variables } = debugging;

  const held = (reference: number): Held => {
    const found = variables.get(reference);
    if (!found || !debugging.stopped) throw new RequestError('these variables are of an earlier stop');
    return found;
  };

  /** Evaluates, and tells what was assigned to, even if the rest of the expression then has no value. */
  const changing = (environment: MachineEnvironment, evaluation: () => Value): Value => {
    try {
      return evaluation();
    } finally {
      debugging.written(environment.written);
    }
  };

  const partOfStack = ({ threadId, startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments) => {
    const { debuggee, cpu } = debugging.thread(threadId);
    const stack = stackOf(debuggee, cpu, debugging.hiddenAt(cpu));
    return { part: stack.slice(startFrame, levels > 0 ? startFrame + levels : undefined), totalFrames: stack.length };
  };

  const filesOf = (args: DebugProtocol.StackTraceArguments): string[] =>
    debugging.stopped.frameView.filesOf(partOfStack(args).part);

  const stackOfThread = (args: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] => {
    const { frameView } = debugging.stopped;
    const { part, totalFrames } = partOfStack(args);
    debugging.tellProblems();
    return { stackFrames: part.map((frame) => frameView.show(frame, frames.add(frame))), totalFrames };
  };

  return {
    stackTrace(args) {
      const { presence } = debugging.stopped.machine;
      const unknown = presence.unknown(filesOf(args));
      // What the machine does meanwhile counts: the stack is that of when the answer is given.
      return unknown.length === 0 ? stackOfThread(args) : presence.look(unknown).then(() => stackOfThread(args));
    },

    scopes({ frameId }) {
      const { stopped } = debugging;
      const frame = frames.get(frameId);
      if (!frame) throw new RequestError(`there is no frame ${frameId} any more`);
      const debuggee = stopped.machine.guestOf(frame.cpu);
      const scopes = scopesOf(debuggee, frame).map((scope) =>
        showScope(scope, variables.add({ container: scope.content, cpu: frame.cpu })),
      );
      return { scopes };
    },

    variables({ variablesReference, start = 0, count = 0 }) {
      const { container, cpu } = held(variablesReference);
      const children = container.children().slice(start, count > 0 ? start + count : undefined);
      return { variables: children.map((child) => showChild(child, debugging.stopped.machine, cpu, variables)) };
    },

    setVariable({ variablesReference, name, value }) {
      const { container, cpu } = held(variablesReference);
      const { machine, debuggee } = debugging.inspected(cpu);
      const child = container.children().find((each) => each.name === name);
      if (!child) throw new RequestError(`there is no variable '${name}' any more`);
      if (!child.place) throw new RequestError(`'${name}' cannot be changed`);
      const { place, evaluateName } = child;
      const environment = new MachineEnvironment(debuggee, cpu);
      if (place.kind === 'register' && place.number >= FLOAT_REGISTERS) {
        changing(environment, () => evaluate(`${evaluateName} = (${value})`, environment));
      } else {
        const bits = numberOf(evaluate(value, environment));
        writePlace(debuggee, cpu, place, BigInt.asUintN(64, bits));
        debugging.written([place]);
      }
      const now = container.children().find((each) => each.name === name) ?? child;
      const { value: text, variablesReference: parts } = showChild(now, machine, cpu, variables);
      return { value: text, variablesReference: parts };
    },

    setExpression({ expression: text, value, frameId, format }) {
      const { expression, format: wanted } = splitFormat(text);
      const { cpu, debuggee, environment } = environmentOf(debugging, frameId);
      const result = changing(environment, () => evaluate(`(${expression}) = (${value})`, environment));
      if (wanted) return { value: formatted(result, wanted, environment, true) };
      return new ValueView(debuggee, cpu).value(result, format?.hex);
    },

    evaluate({ expression: text, frameId, context, format }) {
      const { expression, format: wanted } = splitFormat(text);
      const { cpu, debuggee, environment } = environmentOf(
        debugging,
        frameId,
        context === 'hover' ? 'a hover changes nothing' : undefined,
      );
      const { machine } = debuggee;
      const view = new ValueView(debuggee, cpu);
      const variable = environment.variable(expression.trim());
      if (variable && !wanted) {
        const child = showChild(view.variable(expression.trim(), variable.value), machine, cpu, variables);
        const { value: result, type, memoryReference, variablesReference } = child;
        return {
          result,
          variablesReference,
          ...(type === undefined ? {} : { type }),
          ...(memoryReference === undefined ? {} : { memoryReference }),
        };
      }
      const value = changing(environment, () => evaluate(expression, environment));
      if (wanted) return { result: formatted(value, wanted, environment, true), variablesReference: 0 };
      const { value: result, memoryReference, ...rest } = view.value(value, format?.hex);
      const parts =
        value.place?.kind === 'csr' && value.place.field === undefined
          ? view.fieldsOf(value.place.number, value.bits)
          : undefined;
      const reference =
        memoryReference === undefined ? {} : { memoryReference: threadReference(machine, cpu, memoryReference) };
      return {
        result,
        ...rest,
        ...reference,
        variablesReference: parts ? variables.add({ container: parts, cpu }) : 0,
      };
    },

    completions({ text, column, frameId }) {
      const { debuggee, environment } = environmentOf(debugging, frameId);
      return { targets: completionsFor(debuggee, environment, text, column) };
    },
  };
}
