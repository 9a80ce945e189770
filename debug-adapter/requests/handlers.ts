import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Requests } from '../protocol';

/** Arguments and body of the DAP requests that are answered. */
interface StandardRequests {
  initialize: [DebugProtocol.InitializeRequestArguments, DebugProtocol.Capabilities];
  launch: [DebugProtocol.LaunchRequestArguments, undefined];
  restart: [DebugProtocol.RestartArguments, undefined];
  configurationDone: [DebugProtocol.ConfigurationDoneArguments, undefined];
  terminate: [DebugProtocol.TerminateArguments, undefined];
  disconnect: [DebugProtocol.DisconnectArguments, undefined];
  setBreakpoints: [DebugProtocol.SetBreakpointsArguments, DebugProtocol.SetBreakpointsResponse['body']];
  setFunctionBreakpoints: [
    DebugProtocol.SetFunctionBreakpointsArguments,
    DebugProtocol.SetFunctionBreakpointsResponse['body'],
  ];
  setInstructionBreakpoints: [
    DebugProtocol.SetInstructionBreakpointsArguments,
    DebugProtocol.SetInstructionBreakpointsResponse['body'],
  ];
  setDataBreakpoints: [DebugProtocol.SetDataBreakpointsArguments, DebugProtocol.SetDataBreakpointsResponse['body']];
  dataBreakpointInfo: [DebugProtocol.DataBreakpointInfoArguments, DebugProtocol.DataBreakpointInfoResponse['body']];
  setExceptionBreakpoints: [
    DebugProtocol.SetExceptionBreakpointsArguments,
    DebugProtocol.SetExceptionBreakpointsResponse['body'],
  ];
  breakpointLocations: [DebugProtocol.BreakpointLocationsArguments, DebugProtocol.BreakpointLocationsResponse['body']];
  exceptionInfo: [DebugProtocol.ExceptionInfoArguments, DebugProtocol.ExceptionInfoResponse['body']];
  continue: [DebugProtocol.ContinueArguments, DebugProtocol.ContinueResponse['body']];
  next: [DebugProtocol.NextArguments, undefined];
  stepIn: [DebugProtocol.StepInArguments, undefined];
  stepOut: [DebugProtocol.StepOutArguments, undefined];
  stepInTargets: [DebugProtocol.StepInTargetsArguments, DebugProtocol.StepInTargetsResponse['body']];
  gotoTargets: [DebugProtocol.GotoTargetsArguments, DebugProtocol.GotoTargetsResponse['body']];
  goto: [DebugProtocol.GotoArguments, undefined];
  pause: [DebugProtocol.PauseArguments, undefined];
  threads: [undefined, DebugProtocol.ThreadsResponse['body']];
  stackTrace: [DebugProtocol.StackTraceArguments, DebugProtocol.StackTraceResponse['body']];
  scopes: [DebugProtocol.ScopesArguments, DebugProtocol.ScopesResponse['body']];
  variables: [DebugProtocol.VariablesArguments, DebugProtocol.VariablesResponse['body']];
  setVariable: [DebugProtocol.SetVariableArguments, DebugProtocol.SetVariableResponse['body']];
  setExpression: [DebugProtocol.SetExpressionArguments, DebugProtocol.SetExpressionResponse['body']];
  evaluate: [DebugProtocol.EvaluateArguments, DebugProtocol.EvaluateResponse['body']];
  completions: [DebugProtocol.CompletionsArguments, DebugProtocol.CompletionsResponse['body']];
  disassemble: [DebugProtocol.DisassembleArguments, NonNullable<DebugProtocol.DisassembleResponse['body']>];
  readMemory: [DebugProtocol.ReadMemoryArguments, NonNullable<DebugProtocol.ReadMemoryResponse['body']>];
  writeMemory: [DebugProtocol.WriteMemoryArguments, NonNullable<DebugProtocol.WriteMemoryResponse['body']>];
  loadedSources: [DebugProtocol.LoadedSourcesArguments, DebugProtocol.LoadedSourcesResponse['body']];
  source: [DebugProtocol.SourceArguments, DebugProtocol.SourceResponse['body']];
}

type OwnRequests = { [Command in keyof Requests]: [Requests[Command]['arguments'], Requests[Command]['body']] };
type AllRequests = StandardRequests & OwnRequests;

/** What a handler may give back: a body, or also something to be done once the response is on its way. */
export class Answer<Body> {
  constructor(
    readonly body: Body,
    readonly afterwards: () => void,
  ) {}
}

/** Answers to requests, by command. Their arguments have been checked. A RequestError becomes an error response. */
export type Handlers = {
  [Command in keyof AllRequests]?: (
    args: AllRequests[Command][0],
  ) =>
    | AllRequests[Command][1]
    | Answer<AllRequests[Command][1]>
    | Promise<AllRequests[Command][1] | Answer<AllRequests[Command][1]>>;
};
