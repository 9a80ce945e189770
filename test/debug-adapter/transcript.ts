import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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
    const stack = await this.client.stack();
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
