import { labsView } from '../extension/labs/view-id';
import { openCommand, shownNames, shownTable, viewId } from '../extension/views/table';

/** Its id may name it as the part of VS Code that holds the views. */
const container = { id: 'hyperstep', title: 'HyperStep', icon: 'media/view.svg' };

/**
 * Where the views are until the user moves them. While one debugs, the primary side bar has the call stack and the variables, the panel
 * the guest's console: the secondary side bar is seen beside both. VS Code before 1.106 does not know it as a place for extensions and
 * takes the activity bar; a newer one keeps to the first place that names a container, so the order counts.
 */
export function viewContainers(): object {
  return { secondarySidebar: [container], activitybar: [container] };
}

/** The labs, as a tree of VS Code’s own. */
const labs = {
  type: 'tree',
  id: labsView,
  name: 'Labs',
  icon: 'media/view.svg',
  contextualTitle: 'HyperStep: Labs',
  initialSize: 2,
  visibility: 'collapsed',
  accessibilityHelpContent:
    'The labs in order, with their minutes and points; beneath each its tasks, and beneath these the hints that are unfolded and what came of the last check. Enter on a task shows its text. What can be done with a row is in its context menu (Shift+F10), and as commands that begin with HyperStep: Lab.',
};

export function viewContributions(): object {
  const views = shownNames.map((name) => {
    const { title, isUnfolded, share, help } = shownTable[name];
    return {
      type: 'webview',
      id: viewId(name),
      name: title,
      icon: container.icon,
      contextualTitle: `HyperStep: ${title}`,
      initialSize: share,
      accessibilityHelpContent: help,
      ...(isUnfolded ? {} : { visibility: 'collapsed' }),
    };
  });
  return { [container.id]: [...views, labs] };
}

/** The commands that open a view in an editor. */
export function viewCommands(): { command: string }[] {
  return shownNames.map((name) => ({
    command: openCommand(name),
    title: shownTable[name].opens ?? `Open ${shownTable[name].title} in an Editor`,
    category: 'HyperStep',
    icon: '$(open-preview)',
  }));
}

/** Those commands in the title of their view, after the view's own. */
export function viewTitleMenu(): object[] {
  return shownNames.flatMap((name) => {
    const { commands = [] } = shownTable[name];
    return [...commands, openCommand(name)].map((command, at) => ({
      command,
      when: `view == ${viewId(name)}`,
      group: `navigation@${at + 1}`,
    }));
  });
}

/** The panel where a session is steered from, and where its threads are. */
export function panelMenus(): Record<string, object[]> {
  const item = { command: openCommand('panel'), when: "debugType == 'hyperstep'" };
  const ofSession = "debugType == 'hyperstep' && callStackItemType == 'session'";
  const moments = ['hyperstep.copyMomentLink', 'hyperstep.saveMoment'].map((command, index) => ({
    command,
    when: `${ofSession} && debugState == 'stopped'`,
    group: `z_moment@${index + 1}`,
  }));
  return {
    'debug/toolBar': [{ ...item, group: 'z_hyperstep' }],
    'debug/callstack/context': [{ ...item, when: ofSession }, ...moments],
  };
}
