import type { ControlGroup, ControlRegister, ControlState } from '../../../../debug-adapter/protocol';
import { panelPage } from '../page';
import { Changed, Part, Table } from '../parts';

const groups: Readonly<Record<ControlGroup, string>> = {
  'guest state': 'What the guest’s CPU is: the guest-state area',
  'execution controls': 'What is allowed to it, and what exits: the VM-execution and VM-entry controls',
  'exit information': 'Why it exited: the VM-exit information fields',
  'host state': 'What the hypervisor goes on with: the host-state area',
};

const groupNames = Object.keys(groups) as readonly ControlGroup[];

export const controlStatePage = panelPage<ControlState>({
  id: 'controlState',
  tab: 'Control state',
  icon: 'server-process',
  question: 'What keeps and controls a virtual CPU: where is its VMCS?',
  load: (ask, threadId) => ask('hyperstep/controlState', { threadId }),
  render: ({ data, before }) => (
    <>
      <p>{data.kept}</p>
      {data.records.length > 0 ? <Records of={data} before={before} /> : null}
      {groupNames.map((group) => (
        <Group key={group} group={group} registers={data.registers} before={before?.registers} />
      ))}
    </>
  ),
  news: (data, before) => {
    const count = data.registers.filter((register) => hasChanged(register, before.registers)).length;
    return count === 0 ? undefined : `${count} of ${data.registers.length} registers changed`;
  },
});

function hasChanged(
  { name, place, group, value }: ControlRegister,
  before: readonly ControlRegister[] | undefined,
): boolean {
  const was = before?.find((other) => other.name === name && other.place === place && other.group === group);
  return was !== undefined && was.value !== value;
}

function Records({ of: { records }, before }: { of: ControlState; before: ControlState | undefined }) {
  return (
    <Part title="What the VMM keeps of it beside registers">
      <dl class="facts-list">
        {records.map(({ name, value }) => {
          const was = before?.records.find((each) => each.name === name);
          return (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {value} <Changed is={was !== undefined && was.value !== value} />
              </dd>
            </div>
          );
        })}
      </dl>
    </Part>
  );
}

interface GroupProps {
  readonly group: ControlGroup;
  readonly registers: readonly ControlRegister[];
  readonly before: readonly ControlRegister[] | undefined;
}

function Group({ group, registers, before }: GroupProps) {
  const own = registers.filter((register) => register.group === group);
  if (own.length === 0) return null;
  return (
    <Part title={groups[group]}>
      <Table label={groups[group]} columns={['register', 'value', 'Intel: VMCS', 'AMD: VMCB']}>
        {own.map((register) => {
          const { name, place, text, summary, vmcs, vmcb } = register;
          const changed = hasChanged(register, before);
          return (
            <tr key={`${place} ${name}`} class={changed ? 'is-changed' : ''}>
              <th scope="row" title={summary}>
                {name} <span class="where">{places[place]}</span> <Changed is={changed} />
              </th>
              <td class="prose">
                <code>{text}</code>
                <Fields of={register} />
              </td>
              <td class="prose">{vmcs}</td>
              <td class="prose">{vmcb === '' ? 'none' : vmcb}</td>
            </tr>
          );
        })}
      </Table>
    </Part>
  );
}

const places: Readonly<Record<ControlRegister['place'], string>> = {
  hart: 'in the hart',
  saved: 'saved',
  VMM: 'of the VMM’s',
};

/** Fields that say something; those that are 0 are folded away with the rest. */
function Fields({ of: { name, fields } }: { of: ControlRegister }) {
  if (fields.length === 0) return null;
  return (
    <details>
      <summary>fields of {name}</summary>
      <dl class="facts-list">
        {fields.map(({ name: field, bits, value, summary }) => (
          <div key={field}>
            <dt>
              {field} [{bits}]
            </dt>
            <dd>
              <code>{value}</code> <span class="note">{summary}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
