/** Why a system cannot be made or a program not loaded: a message for the user. */
export class ConfigurationError extends Error {}
