// Due jobs whose class is asked before they are enqueued (Ruby's `Klass.scheduled`, `before_delayed_enqueue`).
// They wait in a list of their own: whoever asks may die, and the next leader asks again.

import { failedAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const answerScript = defineScript(new URL('./answer.lua', import.meta.url))

/** What the class said: enqueue it; it has seen to it itself; not at all; or it threw. */
export type Answer =
  | { readonly verdict: 'enqueue' | 'taken' | 'vetoed' }
  /** `failure`: the failure record's members after `payload`; `status`: the status record's error member. */
  | { readonly verdict: 'failed'; readonly failure: string; readonly status: string }

export class Asked {
  readonly #store: Store
  readonly #keepSeconds: number
  constructor(store: Store, keepSeconds: number) {
    this.#store = store
    this.#keepSeconds = keepSeconds
  }

  /** The oldest of them, byte for byte. */
  head(count: number): Promise<Buffer[]> {
    return this.#store.redis.lrangeBuffer(this.#store.keys.asked, 0, count - 1)
  }

  /** Has the job go where its class said. False: another scheduler leads, and nothing was done. */
  async answer(payload: Buffer, answer: Answer, leader: string | null): Promise<boolean> {
    const { redis, keys, clock, scriptNow } = this.#store
    const told = answer.verdict === 'failed' ? [answer.failure, answer.status] : ['', '']
    const reply = await answerScript.run(
      redis,
      [keys.asked, keys.queues, keys.failed, keys.leader],
      [
        ...[scriptNow(), leader ?? '', payload, answer.verdict, keys.queuePrefix, keys.jobPrefix, keys.wake],
        ...[keys.settled, this.#keepSeconds, failedAt(clock.nowMs()), ...told],
      ],
    )
    return replyList(reply)[0] === 1
  }
}
