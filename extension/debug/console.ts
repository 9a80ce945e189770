import * as vscode from 'vscode';
import { request, type Session, type Sessions } from './sessions';

/** Output that a terminal keeps until it is open, in characters. */
const backlogLimit = 65536;

/** The guest's console as a terminal, one for each session that asks for it: keys go to the guest as they are typed, ^C too. */
export class GuestConsoles implements vscode.Disposable {
  private readonly consoles = new Map<string, GuestConsole>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(sessions: Sessions) {
    this.subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === 'hyperstep' && session.configuration['console'] !== 'debugConsole') this.of(session);
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        this.consoles.get(session.id)?.end();
        this.consoles.delete(session.id);
      }),
      sessions.onDidReceiveEvent((event) => {
        if (event.event === 'hyperstep/console') this.of(event.session).write(event.body.text);
      }),
    ];
  }

  private of(session: vscode.DebugSession): GuestConsole {
    let guest = this.consoles.get(session.id);
    if (!guest) {
      guest = new GuestConsole(session);
      this.consoles.set(session.id, guest);
      closeEndedConsoles();
      const icon = new vscode.ThemeIcon('circuit-board');
      vscode.window.createTerminal({ name: `Guest: ${session.name}`, pty: guest, iconPath: icon }).show(true);
    }
    return guest;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

/** A new session takes the place of the terminals of sessions that are over. */
function closeEndedConsoles(): void {
  for (const terminal of vscode.window.terminals) {
    const { creationOptions } = terminal;
    if ('pty' in creationOptions && creationOptions.pty instanceof GuestConsole && creationOptions.pty.ended)
      terminal.dispose();
  }
}

class GuestConsole implements vscode.Pseudoterminal {
  private readonly written = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.written.event;
  ended = false;
  private backlog = '';
  private isOpen = false;

  constructor(private readonly session: Session) {}

  open(): void {
    this.isOpen = true;
    this.written.fire(this.backlog);
    this.backlog = '';
  }

  close(): void {
    this.isOpen = false;
  }

  handleInput(text: string): void {
    // A session that ends while a key is typed has no use for it.
    if (!this.ended) request(this.session, 'hyperstep/consoleInput', { text }).catch(() => {});
  }

  write(text: string): void {
    // A terminal in its usual mode returns the carriage at each new line.
    const lines = text.replace(/\r?\n/g, '\r\n');
    if (this.isOpen) this.written.fire(lines);
    else this.backlog = (this.backlog + lines).slice(-backlogLimit);
  }

  end(): void {
    this.ended = true;
    this.write('\r\n\x1b[2mThe guest is gone.\x1b[0m\r\n');
  }
}
