/** Modes of the machine with the software in them, by the manual's letters; without use of the H extension `S` stands for `HS`. */
export const worldNames = ['M', 'HS', 'S', 'U', 'VS', 'VU'] as const;
export type WorldName = (typeof worldNames)[number];
