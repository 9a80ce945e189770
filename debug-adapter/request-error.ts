/** What a client did wrong, or asks too early: becomes an error response with this message. */
export class RequestError extends Error {}
