// Goes over the keys of the namespace in bounded steps. Nowhere else do we scan.

import { escapeGlob, type KnownKey, keyReader } from '../redis/key-types.ts'
import { defineScript } from '../redis/script.ts'
import { replyList } from '../redis/store.ts'
import type { Examination } from './examination.ts'

const scanScript = defineScript(new URL('./scan.lua', import.meta.url))

const keysPerStep = 500

export interface FoundKey extends KnownKey {
  readonly key: string
  readonly actual: string
}

/** Hands the keys over that we know, some at a time; a key may come twice. Others of the namespace are passed over. */
export async function walkKeys(
  exam: Examination,
  step: string,
  visit: (keys: readonly FoundKey[]) => Promise<void>,
): Promise<void> {
  const { redis, keys } = exam.store
  const read = keyReader(keys)
  let cursor = '0'
  do {
    const args = [cursor, `${escapeGlob(keys.namespace)}:*`, keysPerStep]
    const reply = replyList(await scanScript.run(redis, [keys.queues], args)).map(String)
    cursor = reply[0] ?? '0'
    const found: FoundKey[] = []
    for (let at = 1; at + 1 < reply.length; at += 2) {
      const known = read(reply[at] ?? '')
      if (known !== null) found.push({ ...known, key: reply[at] ?? '', actual: reply[at + 1] ?? '' })
    }
    await visit(found)
    await exam.rest(step)
  } while (cursor !== '0' && !exam.isOver)
}
