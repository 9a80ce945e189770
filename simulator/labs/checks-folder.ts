/** Where the lab's own files are, as seen from the student's folder: whatever that has of this name is not read. */
export const CHECKS = 'checks/';
