import assert from 'node:assert/strict';
import type { Moment } from '../../debug-adapter/protocol';
import { LONGEST_LINK, labLink, momentLink, readLink, requireShort } from '../../extension/moments/link';
import { MomentError, readSavedMoment, savedMoment } from '../../extension/moments/saved-moment';

const moment: Moment = {
  retired: 29,
  epoch: 0,
  hart: 0,
  offset: 29,
  step: 0,
  after: 'breakpoint',
  hash: 'f'.repeat(16),
  thread: 1,
};
const inFolder = (path: string): string | undefined => (path.startsWith('/w/') ? path.slice('/w/'.length) : undefined);
const refused = (launch: object, message: RegExp, more: object = {}): void => {
  const text = JSON.stringify({ launch, moment, ...more });
  assert.throws(
    () => readSavedMoment(text),
    (error) => error instanceof MomentError && message.test(error.message),
    text,
  );
};

describe('A saved moment', () => {
  it('has the launch attributes of its session, with paths that others have too', () => {
    const configuration = {
      ...{ type: 'hyperstep', request: 'launch', name: 'x', __sessionId: '1', projectRoot: '/w' },
      ...{ program: ['/w/a.S', '/w/lib/b.S'], virtualization: 'full', disks: [{ file: '/w/d.img', write: 'copy' }] },
      linkOptions: ['-L', '/w/lib', '-lx'],
    };
    const saved = savedMoment(configuration, moment, inFolder);
    assert.deepEqual(saved, {
      launch: {
        ...{ program: ['a.S', 'lib/b.S'], virtualization: 'full', disks: [{ file: 'd.img', write: 'copy' }] },
        linkOptions: ['-L', 'lib', '-lx'],
      },
      moment,
    });
    assert.deepEqual(readSavedMoment(JSON.stringify(saved)), saved);
  });

  it('is not saved of files that others do not have, nor of a run that changes its disk', () => {
    assert.throws(() => savedMoment({ program: '/x/a.S' }, moment, inFolder), /\/x\/a\.S is outside/);
    const disks = [{ file: '/w/d.img', write: 'inPlace' }];
    assert.throws(() => savedMoment({ program: '/w/a.S', disks }, moment, inFolder), /in place/);
    assert.throws(() => savedMoment({ scenario: { hosts: [] } }, moment, inFolder), /stands in the launch/);
  });

  it('is refused where it would do more than run a guest of the folder', () => {
    refused({ program: '/etc/passwd' }, /no path from the workspace folder/);
    refused({ program: 'C:\\x.S' }, /no path from the workspace folder/);
    refused({ program: 'file:///x.S' }, /no path from the workspace folder/);
    refused({ program: '~/x.S' }, /no path from the workspace folder/);
    refused({ program: ['a.S', 'b/../../x.S'] }, /leads out of the workspace folder/);
    refused({ program: 'a.S', disks: [{ file: '..\\x' }] }, /leads out of the workspace folder/);
    refused({ program: 'a.S', bios: '\\\\server\\x' }, /no path from the workspace folder/);
    refused({ program: 'a.S', linkOptions: ['-L/x'] }, /no path from the workspace folder/);
    refused({ program: 'a.S', disks: [{ file: 'd.img', write: 'inPlace' }] }, /in place/);
    refused({ program: '${command:workbench.action.quit}' }, /variables/);
    refused({ program: 'a.S', append: '${input:x}' }, /variables/);
    refused({ program: 'a.S', preLaunchTask: 'x' }, /cannot have "preLaunchTask"/);
    for (const attribute of ['type', 'postDebugTask', 'serverReadyAction', 'constructor', '__proto__x'])
      refused({ program: 'a.S', [attribute]: 'x' }, /The launch of a moment cannot have/);
    refused({ program: 'a.S', debugServer: 1 }, /cannot have "debugServer"/);
    refused({ program: 'a.S', projectRoot: '/' }, /cannot have "projectRoot"/);
    refused({ scenario: { hosts: [] } }, /stands in the launch/);
  });

  it('is refused where it is none', () => {
    refused({}, /must name a "program"/);
    refused({ program: '' }, /is no path/);
    refused({ program: 'a.S' }, /no "more"/, { more: 1 });
    refused({ program: 'a.S' }, /"retired"/, { moment: { retired: -1 } });
    refused({ program: 'a.S' }, /"retired"/, { moment: { retired: 1e300 } });
    for (const text of ['', '{', 'null', '[]', '7', '{"launch":{}}', '{"launch":[],"moment":{}}'])
      assert.throws(() => readSavedMoment(text), MomentError, text);
  });
});

describe('A link', () => {
  const id = 'hyperstep.hyperstep';
  const text = JSON.stringify({ launch: { program: 'a b#&%.S' }, moment });

  it('leads to a lab, or to a moment', () => {
    assert.deepEqual(readLink(labLink('vscode', id, 'first-lab'), id), { kind: 'lab', name: 'first-lab' });
    assert.deepEqual(readLink(momentLink('vscode', id, 'my folder', text), id), {
      kind: 'moment',
      folder: 'my folder',
      text,
    });
  });

  it('is refused where it is another, or too long', () => {
    const parts = (path: string, authority = id, query = '') => ({ scheme: 'vscode', authority, path, query });
    const refusedLinks: [ReturnType<typeof parts>, RegExp][] = [
      [parts('/lab/x', 'other.extension'), /begins with/],
      [parts('/'), /A link to HyperStep is/],
      [parts('/lab/'), /The name of a lab/],
      [parts('/lab/../x'), /A link to HyperStep is/],
      [parts('/lab/..'), /The name of a lab/],
      [parts(`/lab/${'x'.repeat(65)}`), /The name of a lab/],
      [parts('/moment'), /A link to HyperStep is/],
      [parts('/moment/f', id, 'x'.repeat(LONGEST_LINK)), /more than 2000 characters/],
    ];
    for (const [link, message] of refusedLinks)
      assert.throws(
        () => readLink(link, id),
        (error) => error instanceof MomentError && message.test(error.message),
        link.path,
      );
    requireShort('x'.repeat(LONGEST_LINK));
    assert.throws(
      () => requireShort('x'.repeat(LONGEST_LINK + 1)),
      /have 2001 characters, .*save the moment in a file/,
    );
  });
});
