import { ExpressionError } from '../expression/expression-error';
import { parseExpression } from '../expression/parse';
import type { Expression } from '../expression/syntax';
import { assigns } from '../guest-tests/expression-names';
import { Access } from '../mmu/index';
import type { Path } from '../schema/problems';
import type { Ask, Choice, Near, Question } from './lab';
import { type AskDescription, askOptions, type QuestionDescription } from './lab-options';
import type { MomentReader, Report } from './read-moment';

/** Reads what is asked. */
export class QuestionReader {
  constructor(
    private readonly moments: MomentReader,
    private readonly report: Report,
  ) {}

  /** @param steps of its moment, when that does not say them */
  question({ where = {}, ask, near = [] }: QuestionDescription, path: Path, steps: number): Question | undefined {
    const moment = this.moments.moment(where, [...path, 'where'], steps);
    const asked = this.ask(ask, [...path, 'ask']);
    const nears = near.flatMap((each, index): Near[] => {
      const at = [...path, 'near', index];
      if ((each.ask === undefined) === (each.answer === undefined)) {
        this.report(at, 'must have one of "ask" and "answer"');
        return [];
      }
      const answer = each.ask ? this.ask(each.ask, [...at, 'ask']) : each.answer;
      return answer === undefined ? [] : [{ answer, help: each.help }];
    });
    return moment && asked && { where: moment, ask: asked, near: nears };
  }

  private ask(ask: AskDescription, path: Path): Ask | undefined {
    const names = Object.keys(askOptions);
    const said = names.filter((name) => Object.hasOwn(ask, name));
    if (said.length !== 1) {
      this.report(path, `must have one of ${names.map((name) => JSON.stringify(name)).join(', ')}`);
      return undefined;
    }
    const { mode, trap, translation, exits } = ask;
    if (mode !== undefined) return { kind: 'mode', of: mode };
    if (trap !== undefined) return { kind: 'trap', of: trap };
    if (exits !== undefined) return { kind: 'exits', reason: exits };
    if (ask.choice) return this.choiceOf(ask.choice, [...path, 'choice']);
    if (translation) {
      const { access = 'read', of, by = 'here' } = translation;
      const address = this.expression(translation.address, [...path, 'translation', 'address']);
      return address && { kind: 'translation', address, access: Access[access], of, by };
    }
    if (ask.tlb !== undefined) {
      const address = this.expression(ask.tlb, [...path, 'tlb']);
      return address && { kind: 'tlb', address };
    }
    const expression = this.expression(ask.expression ?? '', [...path, 'expression']);
    return expression && { kind: 'expression', expression };
  }

  private choiceOf(given: NonNullable<AskDescription['choice']>, path: Path): Ask | undefined {
    const choices = given.flatMap(({ text, right, holds, help }, index): Choice[] => {
      const at = [...path, index];
      if (right && holds !== undefined) this.report(at, 'must not have both "right" and "holds"');
      if (holds === undefined) return [{ text, right: right ?? false, help }];
      const expression = this.expression(holds, [...at, 'holds']);
      return expression ? [{ text, right: expression, help }] : [];
    });
    if (choices.length === given.length && choices.every(({ right }) => right === false))
      this.report(path, 'must have an entry with "right" or "holds"');
    return choices.length === given.length ? { kind: 'choice', choices } : undefined;
  }

  private expression(text: string, path: Path): Expression | undefined {
    try {
      const expression = parseExpression(text);
      if (!assigns(expression)) return expression;
      this.report(path, 'changes something, and a question only looks: == compares');
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.report(path, `is no expression: ${error.message}`);
    }
    return undefined;
  }
}
