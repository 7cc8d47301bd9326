// The clock that tests move; it is part of what users get for their own tests.

export { TestClock as ManualClock } from '../../src/testing.ts'
