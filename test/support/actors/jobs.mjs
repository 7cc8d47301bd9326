// The jobs of the journeys. Each time one is performed it says so in a list outside of the namespace, over a
// connection that nothing disturbs: that list is what the tests count.

import { setTimeout as delay } from 'node:timers/promises'

/** @param {{ hang?: boolean, broken?: boolean }} mood  `hang`: Stubborn never ends; `broken`: Broken throws;
 * `limited`: there is a class with a limit, too, which has the worker settle in another way */
export function journalJobs(redis, journal, { hang = false, broken = false, limited = false } = {}) {
  const note = (job) =>
    redis.rpush(
      journal,
      JSON.stringify({
        id: job.id,
        args: job.args,
        attempt: job.attempt,
        recurring: job.recurring,
        atMs: Date.now(),
      }),
    )

  class Note {
    async perform() {
      await note(this.job)
    }
  }

  class Broken {
    async perform() {
      await note(this.job)
      if (broken) throw new Error('broken until it is mended')
    }
  }

  class Flaky {
    static retry = { limit: 2, backoff: [1] }
    async perform() {
      await note(this.job)
      if (this.job.attempt === 1) throw new Error('fails the first time')
    }
  }

  class Stubborn {
    async perform() {
      await note(this.job)
      if (hang) await new Promise(() => undefined)
    }
  }

  /** Goes on until the test has opened its gate. */
  class Gated {
    async perform() {
      await note(this.job)
      while ((await redis.exists(`${journal}:gate`)) === 0) await delay(20)
    }
  }

  /** At most two at a time: counts how many there are, and keeps the most there ever were. */
  class Few {
    static limits = { concurrency: 2 }
    async perform() {
      await note(this.job)
      const now = await redis
        .zadd(`${journal}:now`, Date.now(), this.job.id)
        .then(() => redis.zcard(`${journal}:now`))
      await redis.zadd(`${journal}:most`, 'GT', now, 'most')
      await delay(10)
      while ((await redis.exists(`${journal}:shut`)) === 1) await delay(20)
      await redis.zrem(`${journal}:now`, this.job.id)
    }
  }

  return { Note, Broken, Flaky, Stubborn, Gated, ...(limited ? { Few } : {}) }
}
