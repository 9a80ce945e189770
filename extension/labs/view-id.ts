/** The view of the labs. */
export const labsView = 'hyperstep.labs';
