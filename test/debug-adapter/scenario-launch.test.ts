import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { checkLaunch } from '../../debug-adapter/launch/launch-checks';
import { RequestError } from '../../debug-adapter/request-error';

const scenario = { hosts: { h: { vms: { a: { program: 'a.S' }, b: { program: 'b.S', engine: 'hardware' } } } } };

function refusal(args: object): string {
  try {
    checkLaunch(args);
  } catch (error) {
    assert.ok(error instanceof RequestError);
    return error.message;
  }
  return assert.fail('it was accepted');
}

describe('a launch of a scenario', () => {
  it('names a file, and no program', () => {
    const launch = checkLaunch({ scenario: '/two.hyperstep.json', stopOnEntry: true, translation: false });
    assert.deepEqual(launch.scenario, { kind: 'file', path: '/two.hyperstep.json' });
    assert.deepEqual(launch.program, []);
    assert.equal(launch.translation, false);
  });

  it('has it in it', () => {
    const { scenario: launched } = checkLaunch({ scenario });
    assert.ok(launched?.kind === 'inline');
    const [host] = launched.scenario.hosts;
    assert.deepEqual(
      host?.vms.map(({ name, engine }) => `${name}: ${engine}`),
      ['a: full', 'b: hardware'],
    );
    assert.equal(host?.vmmTime, 'charged');
  });

  it('says nothing else of guests and their machine', () => {
    assert.equal(
      refusal({ scenario, program: 'a.S', harts: 2, march: 'rv64gc' }),
      '"program", "march", "harts" cannot stand beside "scenario", which says that itself',
    );
  });

  it('is refused with all that is wrong with it', () => {
    const wrong = { links: [], hosts: { h: { knid: 1, vms: { a: { program: 'a.S', weigth: 3 } } } } };
    const message = refusal({ scenario: wrong });
    assert.match(message, /"links" is not built yet/);
    assert.match(message, /"hosts": "h": "vms": "a" has no option "weigth": is "weight" meant\?/);
    assert.equal(refusal({ scenario: { hosts: {} } }), '"scenario": "hosts" must not be empty');
  });

  it('is refused where it is neither a file nor a scenario', () => {
    const expected = 'the path of a file *.hyperstep.json, or a scenario: an object with "hosts"';
    for (const [given, but] of [
      [4, '4'],
      [[], 'a list'],
      ['', '""'],
    ])
      assert.equal(refusal({ scenario: given }), `"scenario" must be ${expected}, not ${but}`);
    assert.equal(
      refusal({ scenario: '/two.json' }),
      '"scenario" must be a file whose name ends in .hyperstep.json, not "/two.json"',
    );
  });
});
