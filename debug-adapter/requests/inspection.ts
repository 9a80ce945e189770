import type { Debugging } from '../debugging';
import { evaluate, numberOf, type Value } from '../expression/evaluate';
import { hex } from '../format';
import { completionsFor } from '../inspect/completions';
import { environmentOf } from '../inspect/environment';
import { scopesOf, showScope } from '../inspect/scopes';
import { stackOf } from '../inspect/stack';
import { ValueView } from '../inspect/values';
import { showChild } from '../inspect/variables';
import { memoryReference } from '../memory';
import { RequestError } from '../request-error';
import { writePlace } from '../writes';
import type { Handlers } from './handlers';

/** Requests that look at a machine that stands still, and change it. */
export function inspectionRequests(debugging: Debugging): Handlers {
  const { frames, variables } = debugging;

  const shown = (value: Value, view: ValueView): { value: string; memoryReference?: string } => {
    const number = numberOf(value);
    if (value.type.kind === 'pointer' || value.type.space) {
      const space = value.type.space ?? 'gva';
      const suffix = space === 'gva' ? '' : ` (${space.toUpperCase()})`;
      const address = { space, address: value.bits };
      return { value: `${view.word(value.bits)}${suffix}`, memoryReference: memoryReference(address) };
    }
    if (value.place?.kind === 'csr' && value.place.field === undefined)
      return { value: view.csrText(value.place.number, value.bits) };
    const text = number >= -9n && number <= 9n ? `${number}` : `${view.word(value.bits)}`;
    const isAddress = value.type.bytes === 8 && value.bits > 0xffffn;
    const at = value.place?.kind === 'memory' ? value.place : undefined;
    if (at) return { value: text, memoryReference: memoryReference(at) };
    return { value: text, ...(isAddress ? { memoryReference: hex(value.bits) } : {}) };
  };

  return {
    stackTrace({ threadId, startFrame = 0, levels = 0 }) {
      const { debuggee, frameView } = debugging.stopped;
      const stack = stackOf(debuggee, debuggee.cpuOfThread(threadId));
      const part = stack.slice(startFrame, levels > 0 ? startFrame + levels : undefined);
      return { stackFrames: part.map((frame) => frameView.show(frame, frames.add(frame))), totalFrames: stack.length };
    },

    scopes({ frameId }) {
      const { debuggee } = debugging.stopped;
      const frame = frames.get(frameId);
      if (!frame) throw new RequestError(`there is no frame ${frameId} any more`);
      return { scopes: scopesOf(debuggee, frame).map((scope) => showScope(scope, variables.add(scope.content))) };
    },

    variables({ variablesReference, start = 0, count = 0 }) {
      const container = variables.get(variablesReference);
      if (!container || !debugging.stopped) throw new RequestError('these variables are of an earlier stop');
      const children = container.children().slice(start, count > 0 ? start + count : undefined);
      return { variables: children.map((child) => showChild(child, variables)) };
    },

    setVariable({ variablesReference, name, value }) {
      const { debuggee } = debugging.stopped;
      const container = variables.get(variablesReference);
      const child = container?.children().find((each) => each.name === name);
      if (!container || !child) throw new RequestError(`there is no variable '${name}' any more`);
      if (!child.place) throw new RequestError(`'${name}' cannot be changed`);
      const { cpu, environment } = environmentOf(debugging, undefined);
      writePlace(debuggee, cpu, child.place, BigInt.asUintN(64, numberOf(evaluate(value, environment))));
      debugging.written();
      const now = container.children().find((each) => each.name === name) ?? child;
      const { value: text, variablesReference: parts } = showChild(now, variables);
      return { value: text, variablesReference: parts };
    },

    setExpression({ expression, value, frameId }) {
      const { cpu, environment } = environmentOf(debugging, frameId);
      const result = evaluate(`(${expression}) = (${value})`, environment);
      debugging.written();
      return shown(result, new ValueView(debugging.stopped.debuggee, cpu));
    },

    evaluate({ expression, frameId, context }) {
      const { cpu, environment } = environmentOf(debugging, frameId);
      if (context === 'hover' && /(^|[^=!<>])=($|[^=])/.test(expression))
        throw new RequestError('a hover changes nothing');
      const inputs = debugging.stopped.debuggee.inputs.entries.length;
      const value = evaluate(expression, environment);
      if (debugging.stopped.debuggee.inputs.entries.length > inputs) debugging.written();
      const view = new ValueView(debugging.stopped.debuggee, cpu);
      const { value: result, ...rest } = shown(value, view);
      const parts =
        value.place?.kind === 'csr' && value.place.field === undefined
          ? view.fieldsOf(value.place.number, value.bits)
          : undefined;
      return { result, ...rest, variablesReference: parts ? variables.add(parts) : 0 };
    },

    completions({ text, column, frameId }) {
      const { environment } = environmentOf(debugging, frameId);
      return { targets: completionsFor(debugging.stopped.debuggee, environment, text, column) };
    },
  };
}
