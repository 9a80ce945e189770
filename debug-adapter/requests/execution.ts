import type { Debugging } from '../debugging';
import { hex } from '../format';
import { guestFrames } from '../inspect/frames/guest-frames';
import { threadReference } from '../inspect/thread-reference';
import { threadsOf } from '../inspect/threads';
import { isSameCpu } from '../inspect/worlds';
import { writePlace } from '../inspect/writes';
import { Prediction, predictedAddress } from '../predict/prediction';
import { predictable } from '../predict/questions';
import { RequestError } from '../request-error';
import { follow } from '../run/following';
import { type GuestStep, type StepTarget, stepIn, stepOut, stepOver } from '../run/guest-stepping';
import type { Plan } from '../run/plan';
import { intoBody, isInCompiledCode, sourceStepIn, sourceStepOut, sourceStepOver } from '../run/source-stepping';
import { run, stepVmm, type VmmStepKind } from '../run/vmm-stepping';
import { describeEffect } from '../step-targets/effect';
import { type StepInTarget, stepInTargets } from '../step-targets/step-targets';
import { Answer, type Handlers } from './handlers';

interface StepArguments {
  readonly threadId: number;
  readonly granularity?: 'statement' | 'line' | 'instruction';
}

/** Requests that let the machine move. They are answered before it does. */
export function executionRequests(debugging: Debugging): Handlers {
  const resume = <Body>(
    body: Body,
    threadId: number,
    plan: () => Plan,
    isStep: boolean,
    awaited?: string,
  ): Answer<Body> => {
    const { cpu } = debugging.thread(threadId);
    return new Answer(body, () => debugging.resume(plan(), cpu, isStep, awaited));
  };

  const guestStep = ({ threadId, granularity = 'statement' }: StepArguments): GuestStep => {
    const { debuggee, cpu } = debugging.thread(threadId);
    const { lastStop } = debugging;
    return { debuggee, cpu, granularity, inBody: lastStop?.inBody === true && lastStop.cpu === cpu };
  };

  const hiddenAt = ({ cpu }: GuestStep): number => debugging.hiddenAt(cpu);

  /** A step of a CPU: in the VMM when it stands there, else in the guest. */
  const step = (args: StepArguments, vmm: VmmStepKind, guest: (step: GuestStep) => Plan): Answer<undefined> =>
    resume(
      undefined,
      args.threadId,
      () => {
        const { debuggee, cpu } = debugging.thread(args.threadId);
        const handler = debuggee.handlerOf(cpu);
        return handler ? stepVmm(debuggee, cpu, handler, vmm) : guest(guestStep(args));
      },
      true,
    );

  /** @throws RequestError where it is of an earlier stop, or of another thread */
  const targetOf = (threadId: number, targetId: number): StepInTarget => {
    const { cpu, machine } = debugging.thread(threadId);
    const target = debugging.stepInTargets.get(targetId);
    if (!target)
      throw new RequestError(`there is no step target ${targetId} at this stop: ask for the frame's targets again`);
    if (!isSameCpu(target.cpu, cpu))
      throw new RequestError(
        `the step target '${target.label}' is one of ${machine.nameOf(target.cpu)}, not of ${machine.nameOf(cpu)}`,
      );
    return target;
  };

  return {
    continue: ({ threadId }) => resume({ allThreadsContinued: true }, threadId, run, false),

    next: (args) =>
      step(args, 'over', (guest) =>
        isInCompiledCode(guest) ? sourceStepOver(guest, hiddenAt(guest)) : stepOver(guest),
      ),

    stepIn(args) {
      const chosen = args.targetId === undefined ? undefined : targetOf(args.threadId, args.targetId);
      if (chosen?.kind === 'follow') {
        const { following } = chosen;
        const { effect, origin, from } = following;
        const start = from && { ...from, granularity: args.granularity ?? 'statement' };
        const plan = () => follow({ ...following, ...(start ? { from: start } : {}) });
        return resume(undefined, args.threadId, plan, true, describeEffect(effect, origin));
      }
      return step(args, 'in', (guest) => {
        const byDefault: StepTarget = guest.debuggee.machine.launch.vmm === 'step' ? 'vmm' : 'handler';
        const target = chosen?.target ?? byDefault;
        if (guest.granularity === 'instruction') return stepIn(guest, target);
        if (isInCompiledCode(guest)) return sourceStepIn(guest, target, hiddenAt(guest));
        return intoBody(guest, stepIn(guest, target));
      });
    },

    stepOut: (args) =>
      step(args, 'out', (guest) => {
        const hidden = hiddenAt(guest);
        if (guest.debuggee.inlined.visibleAt(guest.debuggee.linked(guest.cpu, guest.cpu.pc), hidden).length > 1)
          return sourceStepOut(guest, hidden);
        const [, caller] = guestFrames(guest.debuggee, guest.cpu);
        return stepOut(guest, caller?.kind === 'caller' ? caller.pc : undefined);
      }),

    stepInTargets({ frameId }) {
      const frame = debugging.frames.get(frameId);
      if (!frame) throw new RequestError(`there is no frame ${frameId} any more`);
      const { machine } = debugging.stopped;
      const threadId = machine.threadOf(frame.cpu);
      const targets = stepInTargets(machine.guestOf(frame.cpu), frame, guestStep({ threadId }));
      return { targets: targets.map((target) => ({ id: debugging.stepInTargets.add(target), label: target.label })) };
    },

    gotoTargets({ source, line }) {
      const { machine, sources } = debugging.stopped;
      const found = source.path === undefined ? undefined : sources.find(source.path);
      const targets = machine.guests.flatMap((debuggee) => {
        const there = found?.kind === 'guest' ? debuggee.lines.locate(found.file, line - 1) : undefined;
        const [cpu = machine.firstCpu] = debuggee.cpus;
        return (there?.addresses ?? []).map((address) => ({
          id: debugging.gotoTargets.add({ debuggee, address }),
          label: `${machine.isShared ? `${debuggee.vm?.name}: ` : ''}${debuggee.symbols.describe(address) ?? hex(address)}`,
          line: (there?.line ?? 0) + 1,
          instructionPointerReference: threadReference(machine, cpu, hex(address)),
        }));
      });
      if (targets.length === 0) throw new RequestError('there is no code of the guest at this line or after it');
      return { targets };
    },

    goto({ threadId, targetId }) {
      const { debuggee, cpu } = debugging.thread(threadId);
      const target = debugging.gotoTargets.get(targetId);
      if (!target) throw new RequestError(`there is no target ${targetId}`);
      if (debuggee.handlerOf(cpu)) throw new RequestError('the VMM has the CPU: its guest cannot be moved now');
      if (target.debuggee !== debuggee)
        throw new RequestError('this target is in the program of another virtual machine');
      const { address } = target;
      return new Answer(undefined, () => {
        writePlace(debuggee, cpu, { kind: 'pc' }, debuggee.placeFor(cpu, address));
        debugging.halted({ reason: 'goto', cpu });
      });
    },

    'hyperstep/predictable'({ threadId }) {
      const { debuggee, cpu } = debugging.thread(threadId);
      return predictable(debuggee, cpu);
    },

    'hyperstep/predictedAddress'({ threadId, expression }) {
      const { debuggee, cpu } = debugging.thread(threadId);
      return { address: hex(predictedAddress(debuggee, cpu, expression)) };
    },

    'hyperstep/predictStep'({ threadId, predictions }) {
      const step = guestStep({ threadId, granularity: 'instruction' });
      const prediction = new Prediction(step, predictions);
      return new Answer({}, () => {
        // A client does not know by itself that this is a step.
        debugging.connection.event('continued', { threadId, allThreadsContinued: true });
        debugging.resume(prediction.watched.plan(), step.cpu, true, undefined, prediction);
      });
    },

    'hyperstep/predicted'() {
      // While the machine runs nothing has come yet.
      debugging.stopped;
      if (!debugging.prediction) throw new RequestError('nothing was predicted of the last step');
      return debugging.prediction.result();
    },

    pause({ threadId }) {
      const { machine, control } = debugging.running;
      const cpu = machine.cpuOfThread(threadId);
      return new Answer(undefined, () => control.pause(machine.holderOf(cpu)));
    },

    threads() {
      if (!debugging.hasMachine) return { threads: [] };
      const { machine, control } = debugging.running;
      return { threads: threadsOf(machine, control.isRunning) };
    },
  };
}
