import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { NarratedFunction } from '../../debug-adapter/protocol';
import { type Client, type Frame, root } from './client';

const folder = path.join(root, 'test/debug-adapter/golden');
/** `UPDATE_GOLDEN=1 npm run test:unit -- test/debug-adapter` writes what the adapter says now; look at the difference before committing it. */
const updates = process.env['UPDATE_GOLDEN'] === '1';

/** What a person sees in a session, as text: a line for each thing asked, and what was answered, without ids and paths of this computer. */
export class Transcript {
  private readonly lines: string[] = [];

  constructor(
    private readonly name: string,
    readonly client: Client,
  ) {}

  note(line: string): void {
    this.lines.push(stable(line));
  }

  /** Lets the machine go, and notes why and where it stopped. */
  async go(command: string, args: object = {}): Promise<Frame[]> {
    const detail = Object.keys(args).length === 0 ? '' : ` ${JSON.stringify(args)}`;
    this.note(`> ${command}${detail}`);
    await this.client.request(command, { threadId: 1, ...args });
    return this.stop();
  }

  async stop(): Promise<Frame[]> {
    const { reason, description, text } = await this.client.stopped();
    this.note(`stopped: ${[reason, description, text].filter(Boolean).join('; ')}`);
    return this.stack(1);
  }

  /** Lets a thread go on, and notes on which one of several the machine stops then, and what a handler there is about to do. */
  async goOn(command: string, threadId: number, args: object = {}): Promise<{ threadId: number; stack: Frame[] }> {
    this.note(`> ${command} ${await this.nameOf(threadId)}`);
    const { reason, threadId: on = 0, description } = await this.client.go(command, { threadId, ...args });
    this.note(`stopped: ${[reason, description].filter(Boolean).join('; ')}; on ${await this.nameOf(on)}`);
    await this.present(on);
    return { threadId: on, stack: await this.stack(on) };
  }

  /** What the handler in which a thread stands is about to do. */
  private async present(threadId: number): Promise<void> {
    const { handled } = await this.client.own('hyperstep/narration', { threadId });
    const told = handled && !handled.isOver ? present(handled.narrated) : undefined;
    if (told) this.note(`  "${told}"`);
  }

  private async nameOf(threadId: number): Promise<string | undefined> {
    const { threads } = await this.client.request<DebugProtocol.ThreadsResponse['body']>('threads');
    return threads.find(({ id }) => id === threadId)?.name;
  }

  private async stack(threadId: number): Promise<Frame[]> {
    const stack = await this.client.stack(threadId);
    for (const frame of stack) this.note(`    ${frameText(frame)}`);
    return stack;
  }

  async evaluate(expression: string): Promise<void> {
    this.note(`${expression} = ${await this.client.evaluate(expression)}`);
  }

  /** Compares with the golden transcript of that name, or writes it. */
  check(): void {
    const file = path.join(folder, `${this.name}.txt`);
    const text = `${this.lines.join('\n')}\n`;
    if (updates) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
      return;
    }
    assert.ok(existsSync(file), `there is no ${file}: UPDATE_GOLDEN=1 writes it`);
    assert.equal(text, readFileSync(file, 'utf8'), `${this.name}: UPDATE_GOLDEN=1 accepts the change`);
  }
}

/** The sentence of the step that comes next. */
function present({ parts }: NarratedFunction): string | undefined {
  for (const part of parts) {
    if (part.kind === 'function') {
      const found = present(part);
      if (found !== undefined) return found;
    } else if (part.isPresent) {
      return part.text.map((piece) => (typeof piece === 'string' ? piece : piece.value)).join('');
    }
  }
  return undefined;
}

function frameText({ name, source, line, presentationHint }: Frame): string {
  if (presentationHint === 'label') return `-- ${name}`;
  // Lines of the VMM move whenever somebody edits it; the function says where it is.
  const inVmm = /simulator.(firmware|hypervisor)/.test(source?.path ?? '');
  const place = source ? ` ${source.name}${inVmm ? '' : `:${line}`}` : '';
  return `${name}${place}${presentationHint === 'subtle' ? ' (subtle)' : ''}`;
}

function stable(line: string): string {
  return line.replaceAll(root, '').replaceAll(/"?hyperstep-vmm:/g, '');
}
