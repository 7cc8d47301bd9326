// One client process: calls the verbs of its part one after another and says each answer when it has it.

import { Resque } from '../../../dist/index.js'
import { part, say } from './stage.mjs'

const resque = new Resque({ redis: part.url, namespace: part.namespace })
const retryAll = async () => {
  for (const failure of await resque.failed.list()) await resque.failed.retry(failure)
}
const call = (verb, args) => (verb === 'retryAll' ? retryAll() : resque[verb](...args))
for (const [verb, ...args] of part.calls) {
  await call(verb, args).then(
    (answer) => say('acknowledged', { verb, answer }),
    (error) => say('refused', { verb, message: error.message }),
  )
}
await resque.close()
say('ended')
