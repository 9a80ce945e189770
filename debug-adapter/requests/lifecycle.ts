import type { DebugProtocol } from '@vscode/debugprotocol';
import { isRecord } from '../../simulator/schema/record';
import { exceptionFilters } from '../breakpoints/exceptions';
import type { Debugging } from '../debugging';
import { ProgramError } from '../launch/guest-program';
import type { CheckedLaunch } from '../launch/launch-checks';
import { checkLaunch } from '../launch/launch-checks';
import { load } from '../launch/load';
import { arriveAt } from '../moment/arrive';
import type { Moment } from '../moment/moment';
import { momentOf } from '../moment/way';
import { RequestError } from '../request-error';
import type { Stop } from '../run/plan';
import { run } from '../run/vmm-stepping';
import { Answer, type Handlers } from './handlers';

const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsInstructionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsDataBreakpointBytes: true,
  supportsBreakpointLocationsRequest: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  exceptionBreakpointFilters: [...exceptionFilters],
  supportsSteppingGranularity: true,
  supportsStepInTargetsRequest: true,
  supportsGotoTargetsRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsValueFormattingOptions: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['$', '.'],
  supportsDisassembleRequest: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsLoadedSourcesRequest: true,
};

/** The beginning and the end of a session. */
export function lifecycleRequests(debugging: Debugging): Handlers {
  const { connection, host } = debugging;
  let launched: CheckedLaunch | undefined;
  let isConfigured = false;
  let isStarted = false;

  /** Once the guest is loaded and the client has set its breakpoints. */
  const start = (): void => {
    if (isStarted || !isConfigured || !debugging.hasMachine || !launched) return;
    isStarted = true;
    const { firstCpu } = debugging.running.machine;
    if (launched.moment && !debugging.noDebug) debugging.halted(momentStop(launched.moment));
    else if (launched.stopOnEntry && !debugging.noDebug) debugging.halted({ reason: 'entry', cpu: firstCpu });
    else debugging.resume(run(), firstCpu, false);
  };

  const momentStop = ({ thread }: Moment): Stop => {
    const { machine } = debugging.running;
    const cpu = thread === undefined ? machine.firstCpu : machine.cpuOfThread(thread);
    return { reason: 'entry', cpu, description: 'at the saved moment' };
  };

  const loadGuest = async (launch: CheckedLaunch): Promise<void> => {
    debugging.console.target = launch.console === 'terminal' && debugging.client.isVsCode ? 'terminal' : 'output';
    const loading = load(launch, host, debugging.console);
    debugging.loading = loading.catch(() => undefined);
    try {
      const machine = await loading;
      if (debugging.isClosed) throw new RequestError('the session is over');
      debugging.console.reset();
      const running = debugging.prepare(machine);
      if (launch.moment) await arriveAt(launch.moment, running, host, () => debugging.isClosed);
      if (debugging.isClosed) throw new RequestError('the session is over');
      debugging.adopt(running);
    } catch (error) {
      if (error instanceof ProgramError)
        connection.ownEvent('hyperstep/diagnostics', { diagnostics: [...error.diagnostics] });
      throw error;
    } finally {
      debugging.loading = undefined;
    }
  };

  return {
    initialize(args) {
      debugging.client = {
        isVsCode: args.clientID === 'vscode',
        supportsInvalidated: args.supportsInvalidatedEvent === true,
        supportsMemoryEvent: args.supportsMemoryEvent === true,
        positions: { lines: args.linesStartAt1 === false ? 0 : 1, columns: args.columnsStartAt1 === false ? 0 : 1 },
      };
      return new Answer(capabilities, () => connection.event('initialized'));
    },

    async launch(args) {
      if (launched) throw new RequestError('this session has launched its guest already');
      const launch = checkLaunch(args);
      debugging.noDebug = isRecord(args) && args.noDebug === true;
      await loadGuest(launch);
      launched = launch;
      return new Answer(undefined, start);
    },

    configurationDone() {
      isConfigured = true;
      return new Answer(undefined, start);
    },

    /** Reads and assembles again; with errors the old machine stays. */
    async restart(args) {
      if (!launched) throw new RequestError('nothing was launched that could be restarted');
      const changed: unknown = args?.arguments;
      const launch = isRecord(changed) && namesGuest(changed) ? checkLaunch(changed) : launched;
      await loadGuest(launch);
      launched = launch;
      isConfigured = true;
      isStarted = false;
      return new Answer(undefined, start);
    },

    'hyperstep/moment'() {
      const { machine } = debugging.stopped;
      return { moment: momentOf(machine.system, machine.threadOf(debugging.presentCpu), machine.script.typed) };
    },

    terminate: () => new Answer(undefined, () => debugging.close()),

    async disconnect() {
      debugging.close();
      await host.save();
      return new Answer(undefined, () => host.exit());
    },
  };
}

/** Whether arguments of a restart say what is to be launched. */
function namesGuest(changed: Record<string, unknown>): boolean {
  return changed['program'] !== undefined || changed['scenario'] !== undefined;
}
