/** A clock that all threads share, in microseconds. */
export const MICROSECONDS = () => Number(process.hrtime.bigint()) / 1000;
