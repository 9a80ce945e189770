import * as vscode from 'vscode';
import { NO_TRAP, type Predictable, type PredictionQuestion, type Predictions } from '../../debug-adapter/protocol';
import { addScores, noScore, predictionLines, predictionSentence, type Score, scoreOf } from './prediction-text';
import { request, type Sessions } from './sessions';

/** Milliseconds for which the status bar tells what came. */
const SHOWN = 15_000;

type Asked = Extract<Predictable, { questions: unknown }>;

interface AnswerItem extends vscode.QuickPickItem {
  /** Of no choice where somebody leaves a question out. */
  readonly id?: string;
}

/** The command that asks what the next instruction will do, steps, and shows what came. */
export class StepPredictions implements vscode.Disposable {
  private score: Score = noScore;
  private list: vscode.OutputChannel | undefined;

  constructor(private readonly sessions: Sessions) {}

  async predict(): Promise<void> {
    const { active, readable } = this.sessions;
    if (!active || !readable) {
      await vscode.window.showInformationMessage('Stop a guest first: the next step of the one in focus is predicted.');
      return;
    }
    try {
      const threadId = (await this.sessions.about())?.threadId ?? 1;
      const asked = await request(active, 'hyperstep/predictable', { threadId });
      if ('refusal' in asked) {
        await vscode.window.showInformationMessage(`Nothing can be predicted here: ${asked.refusal}.`);
        return;
      }
      const predictions = await ask(active, threadId, asked);
      if (!predictions) return;
      const stopped = this.nextStop(active.id);
      await request(active, 'hyperstep/predictStep', { threadId, predictions });
      if (await stopped) await this.tell(active);
      else await vscode.window.showInformationMessage('The guest has ended with this step: nothing is compared.');
    } catch (error) {
      await vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  /** @returns whether the session stops again: it may end instead */
  private nextStop(id: string): Promise<boolean> {
    return new Promise((resolve) => {
      const subscription = vscode.Disposable.from(
        this.sessions.onDidReceiveEvent((event) => {
          if (event.session.id !== id) return;
          if (event.event === 'hyperstep/stateChanged' && event.body.reason === 'stopped') finish(true);
          if (event.event === 'hyperstep/ended') finish(false);
        }),
        vscode.debug.onDidTerminateDebugSession((session) => {
          if (session.id === id) finish(false);
        }),
      );
      const finish = (stops: boolean): void => {
        subscription.dispose();
        resolve(stops);
      };
    });
  }

  private async tell(session: vscode.DebugSession): Promise<void> {
    const predicted = await request(session, 'hyperstep/predicted', {});
    const here = scoreOf(predicted);
    this.score = addScores(this.score, here);
    this.list ??= vscode.window.createOutputChannel('HyperStep Predictions');
    for (const line of predictionLines(predicted, this.score)) this.list.appendLine(line);
    const sentence = predictionSentence(predicted);
    const { right, of } = this.score;
    vscode.window.setStatusBarMessage(`$(target) ${here.right}/${here.of} right, ${right}/${of} so far`, SHOWN);
    // A notification is read out by screen readers; it is not waited for.
    void vscode.window.showInformationMessage(sentence, 'Show List').then((chosen) => {
      if (chosen) this.list?.show(true);
    });
  }

  dispose(): void {
    this.list?.dispose();
  }
}

/** Asks one question after the other. @returns undefined when somebody gives it up */
async function ask(
  session: vscode.DebugSession,
  threadId: number,
  { questions, instruction }: Asked,
): Promise<Predictions | undefined> {
  const given: Record<string, string> = {};
  const isAsked = ({ askedOfTraps }: PredictionQuestion): boolean =>
    !askedOfTraps || (given['cause'] !== undefined && given['cause'] !== NO_TRAP);
  for (const [index, question] of questions.entries()) {
    if (!isAsked(question)) continue;
    const title = `Predict ${instruction} (${index + 1} of ${questions.length})`;
    const answer = question.choices ? await choose(title, question) : await write(session, threadId, title, question);
    if (answer === undefined) return undefined;
    if (answer !== '') given[question.id] = answer;
  }
  return given;
}

/** @returns empty where the question is left out */
async function choose(title: string, { text, choices = [] }: PredictionQuestion): Promise<string | undefined> {
  const items: AnswerItem[] = [
    ...choices.map(({ id, label, description }) => ({ id, label, ...(description && { description }) })),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: 'I leave this one out' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: text, ignoreFocusOut: true });
  return picked && (picked.id ?? '');
}

async function write(
  session: vscode.DebugSession,
  threadId: number,
  title: string,
  { text }: PredictionQuestion,
): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: `${text}. Nothing: it is left out.`,
    ignoreFocusOut: true,
    validateInput: async (expression) => {
      if (expression.trim() === '') return undefined;
      try {
        await request(session, 'hyperstep/predictedAddress', { threadId, expression });
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
}
