// A class and args, as the indexes of delayed jobs know them.

import type { Equal } from '../delayed/selection.ts'
import { encodeNodePayload, encodeRubyPayload } from '../job/codec.ts'
import { jobDigest } from '../job/id.ts'

/** `queue`: where Ruby's and Node's jobs of this class would be; null when that is not known. */
export function equalTo(className: string, args: readonly unknown[], queue: string | null): Equal {
  const argsJson = JSON.stringify(args)
  return {
    className,
    argsJson,
    digest: jobDigest(className, args, argsJson),
    rubyPayload: queue === null ? '' : encodeRubyPayload(className, argsJson, queue),
    nodePayload: queue === null ? '' : encodeNodePayload(className, argsJson, queue),
  }
}
