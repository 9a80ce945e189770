/** The scheme under which editors open sources that come with the extension: `hyperstep-vmm:/simulator/hypervisor/FILE.ts`. */
export const vmmScheme = 'hyperstep-vmm';
