import ts from 'typescript';

/** Stands for the end of a function among the places that may come next. */
export const RETURN = -1;

/** What may come next, as ids of sites; `RETURN` where the function may end first. */
type Following = ReadonlySet<number>;

/** Where `break` and `continue` lead. */
interface Targets {
  readonly broken: Following;
  readonly continued: Following;
}

const nowhere: Following = new Set();
const end: Following = new Set([RETURN]);

function union(...sets: readonly Following[]): Following {
  return new Set(sets.flatMap((set) => [...set]));
}

/**
 * The order in which a handler may come to its sites, by its control flow alone: what conditions decide is left open. It is found from the
 * end of a function to its beginning.
 */
export class SiteFlow {
  /** What may come after each site; for a call, after the function that it entered has ended. */
  readonly next = new Map<number, Set<number>>();

  /** @param siteOf the id of a `yield` that is a site */
  constructor(private readonly siteOf: (node: ts.YieldExpression) => number | undefined) {}

  /** The sites to which a function may come first. */
  ofFunction(body: ts.Node): Following {
    return ts.isBlock(body)
      ? this.statements(body.statements, end, { broken: nowhere, continued: nowhere })
      : this.expression(body, end);
  }

  private statements(list: readonly ts.Statement[], after: Following, targets: Targets): Following {
    return list.reduceRight((following, each) => this.statement(each, following, targets), after);
  }

  private statement(node: ts.Statement, after: Following, targets: Targets): Following {
    if (ts.isBlock(node)) return this.statements(node.statements, after, targets);
    if (ts.isLabeledStatement(node))
      throw new Error(`a label in a handler (${node.label.text}): where it leads is not followed`);
    if (ts.isBreakStatement(node)) return targets.broken;
    if (ts.isContinueStatement(node)) return targets.continued;
    if (ts.isReturnStatement(node)) return this.expression(node.expression, end);
    if (ts.isThrowStatement(node)) return this.expression(node.expression, nowhere);
    if (ts.isIfStatement(node)) {
      const otherwise = node.elseStatement ? this.statement(node.elseStatement, after, targets) : after;
      return this.expression(node.expression, union(this.statement(node.thenStatement, after, targets), otherwise));
    }
    if (ts.isSwitchStatement(node)) return this.switched(node, after, targets);
    if (ts.isTryStatement(node)) return this.tried(node, after, targets);
    if (ts.isIterationStatement(node, false)) return this.loop(node, after);
    return this.expression(node, after);
  }

  private switched(node: ts.SwitchStatement, after: Following, targets: Targets): Following {
    const { clauses } = node.caseBlock;
    let entries = clauses.some(ts.isDefaultClause) ? nowhere : after;
    let fallen = after;
    for (const clause of [...clauses].reverse()) {
      fallen = this.statements(clause.statements, fallen, { ...targets, broken: after });
      entries = union(entries, fallen);
    }
    return this.expression(node.expression, entries);
  }

  private tried(
    { tryBlock, catchClause, finallyBlock }: ts.TryStatement,
    after: Following,
    targets: Targets,
  ): Following {
    const last = finallyBlock ? this.statement(finallyBlock, after, targets) : after;
    const caught = catchClause ? this.statement(catchClause.block, last, targets) : nowhere;
    return union(this.statement(tryBlock, last, targets), caught);
  }

  /** Its head follows its body: looked at until nothing is found that was not known. */
  private loop(node: ts.IterationStatement, after: Following): Following {
    const isCounted = ts.isForOfStatement(node) || ts.isForInStatement(node);
    const condition = ts.isForStatement(node) ? node.condition : conditionOf(node);
    const ends = condition === undefined ? nowhere : after;
    let head: Following = nowhere;
    for (;;) {
      const again = ts.isForStatement(node) ? this.expression(node.incrementor, head) : head;
      const body = this.statement(node.statement, again, { broken: after, continued: again });
      const found = isCounted ? union(body, ends) : this.expression(condition, union(body, ends));
      // `do` comes to its body before its condition.
      if (found.size === head.size) {
        if (ts.isDoStatement(node)) return body;
        if (ts.isForStatement(node)) return this.expression(node.initializer, head);
        return isCounted ? this.expression(condition, head) : head;
      }
      head = found;
    }
  }

  /** Sites in an expression, in the order in which it is evaluated. */
  private expression(node: ts.Node | undefined, after: Following): Following {
    if (!node || ts.isFunctionLike(node) || ts.isClassLike(node)) return after;
    if (ts.isConditionalExpression(node))
      return this.expression(
        node.condition,
        union(this.expression(node.whenTrue, after), this.expression(node.whenFalse, after)),
      );
    if (ts.isBinaryExpression(node) && isShortCut(node.operatorToken.kind))
      return this.expression(node.left, union(this.expression(node.right, after), after));
    const site = ts.isYieldExpression(node) ? this.siteOf(node) : undefined;
    const following = site === undefined ? after : this.comeTo(site, after);
    const parts: ts.Node[] = [];
    ts.forEachChild(node, (child) => void parts.push(child));
    return parts.reduceRight((later, part) => this.expression(part, later), following);
  }

  private comeTo(site: number, after: Following): Following {
    this.next.set(site, new Set([...(this.next.get(site) ?? []), ...after]));
    return new Set([site]);
  }
}

function conditionOf(node: ts.IterationStatement): ts.Expression | undefined {
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  return ts.isForOfStatement(node) || ts.isForInStatement(node) ? node.expression : undefined;
}

function isShortCut(operator: ts.SyntaxKind): boolean {
  return (
    operator === ts.SyntaxKind.AmpersandAmpersandToken ||
    operator === ts.SyntaxKind.BarBarToken ||
    operator === ts.SyntaxKind.QuestionQuestionToken
  );
}
